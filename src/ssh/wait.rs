//! Waits until every server answers by SSH, all at once, and reads in the same breath what was last applied to it.

use super::Ssh;
use super::known::{self, Trust};
use super::target::Target;
use super::trouble::{Trouble, of_connect, of_ssh};
use crate::process::{cancelled, pause, refuse_when_cancelled, unless_cancelled};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

/// Between two attempts.
const AGAIN: Duration = Duration::from_secs(1);
/// How long the user of a new machine may be missing once SSH answers: it is made late in the first boot.
const USER: Duration = Duration::from_secs(90);
/// What a server may take to answer once it has let us in, beyond what is left of the wait.
const ANSWER: Duration = Duration::from_secs(5);
/// After this long a wait is told of.
const TELL: Duration = Duration::from_secs(5);

/// What stands around what the server holds, for a login may print more.
const OPEN: &str = "<lostops<";
const CLOSE: &str = ">lostops>";
/// What it says when its disk does not give an answer in time.
const LATE: &str = "late";

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For a machine that is new, and boots.
    pub(crate) new: Duration,
    /// For one that has answered before.
    pub(crate) known: Duration,
}

/// A server that is to answer, and by which key.
#[derive(Debug, Clone)]
pub(crate) struct Expected {
    pub(crate) target: Target,
    pub(crate) trust: Trust,
    /// It was just made or started.
    pub(crate) fresh: bool,
}

/// A server that answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ready {
    /// What was last applied to it.
    pub(crate) held: Option<String>,
    /// The key that was accepted now, when it was.
    pub(crate) accepted: Option<String>,
}

type Known = Mutex<BTreeMap<String, Vec<String>>>;

/// All of them, by name. `told` hears of what takes long.
pub(crate) fn all(
    ssh: &Ssh,
    expected: &[Expected],
    patience: Patience,
    mut told: impl FnMut(&str, &str),
) -> BTreeMap<String, Result<Ready, Trouble>> {
    let known = Known::default();
    let mut answers = BTreeMap::new();
    std::thread::scope(|scope| {
        let (tell, hear) = channel();
        let waits: Vec<_> = expected
            .iter()
            .map(|one| {
                let (tell, known) = (tell.clone(), &known);
                scope.spawn(move || {
                    (
                        one.target.name.clone(),
                        Wait::new(ssh, one, patience, known, tell).run(),
                    )
                })
            })
            .collect();
        drop(tell);
        for (name, words) in hear {
            told(&name, &words);
        }
        for wait in waits {
            let (name, answer) = wait
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            answers.insert(name, answer);
        }
    });
    answers
}

struct Wait<'a> {
    ssh: &'a Ssh,
    one: &'a Expected,
    known: &'a Known,
    tell: Sender<(String, String)>,
    begun: Instant,
    limit: Duration,
    told: bool,
    /// Since when SSH has answered and refused us.
    refused: Option<Instant>,
}

impl<'a> Wait<'a> {
    fn new(
        ssh: &'a Ssh,
        one: &'a Expected,
        patience: Patience,
        known: &'a Known,
        tell: Sender<(String, String)>,
    ) -> Self {
        let limit = if one.fresh || is_new(&one.trust) {
            patience.new
        } else {
            patience.known
        };
        Self {
            ssh,
            one,
            known,
            tell,
            begun: Instant::now(),
            limit,
            told: false,
            refused: None,
        }
    }

    fn run(mut self) -> Result<Ready, Trouble> {
        loop {
            refuse_when_cancelled().map_err(|_| Trouble::Cancelled)?;
            match self.attempt() {
                Ok(ready) => return Ok(ready),
                Err(_) if cancelled() => return Err(Trouble::Cancelled),
                Err(trouble) if self.is_final(&trouble) => return Err(trouble),
                Err(trouble) => self.pause(&trouble),
            }
        }
    }

    /// Whether to wait longer is of no use, or the time is over.
    fn is_final(&mut self, trouble: &Trouble) -> bool {
        let over = self.begun.elapsed() + AGAIN > self.limit;
        match trouble {
            Trouble::HostKey { .. } | Trouble::Cancelled | Trouble::Inability(_) => true,
            Trouble::KeyRejected => {
                let since = self.refused.get_or_insert_with(Instant::now);
                let new = self.one.fresh || is_new(&self.one.trust);
                over || !new || since.elapsed() > USER
            }
            _ => over,
        }
    }

    fn pause(&mut self, trouble: &Trouble) {
        if !self.told && self.begun.elapsed() >= TELL {
            self.told = true;
            self.say(&format!(
                "waiting for SSH at {}: {}",
                self.one.target.place(),
                trouble.words()
            ));
        }
        // Whether it was interrupted is looked at before the next attempt.
        let _ = pause(AGAIN);
    }

    fn say(&self, words: &str) {
        // Nobody hears it once the others are done with.
        let _ = self
            .tell
            .send((self.one.target.name.clone(), words.to_owned()));
    }

    fn attempt(&self) -> Result<Ready, Trouble> {
        let target = &self.one.target;
        let (keys, accepted) = match &self.one.trust {
            Trust::Pinned(keys) => (keys.clone(), None),
            Trust::Known(key) => (vec![key.clone()], None),
            Trust::First | Trust::Replaced { .. } => {
                let key = self.scan()?;
                (vec![key.clone()], Some(key))
            }
        };
        self.trust(&keys)?;
        let left = self.limit.saturating_sub(self.begun.elapsed());
        let script = script(is_new(&self.one.trust), left);
        let ended = self
            .ssh
            .command(target, &script)
            .output_within(left + 2 * ANSWER)
            .map_err(|error| Trouble::Inability(format!("{error:#}")))?
            .ok_or(Trouble::Silent)?;
        let said = String::from_utf8_lossy(&ended.stdout);
        if let Some(held) = between(&said) {
            let held = held.trim();
            if held == LATE {
                return Err(Trouble::Silent);
            }
            return Ok(Ready {
                held: (!held.is_empty()).then(|| held.to_owned()),
                accepted,
            });
        }
        let trouble = of_ssh(&ended.stderr, target);
        if let Trouble::HostKey { .. } = trouble {
            return Err(Trouble::HostKey {
                expected: keys,
                found: known::scan(target, self.ssh.environment()).ok().flatten(),
                pinned: matches!(self.one.trust, Trust::Pinned(_)),
            });
        }
        Err(trouble)
    }

    /// The key that the server shows; when it shows none, why.
    fn scan(&self) -> Result<String, Trouble> {
        match known::scan(&self.one.target, self.ssh.environment()) {
            Ok(Some(key)) => Ok(key),
            Ok(None) => {
                let target = self.one.target.clone();
                Err(unless_cancelled(move || of_connect(&target)).unwrap_or(Trouble::Cancelled))
            }
            Err(error) => Err(Trouble::Inability(format!("{error:#}"))),
        }
    }

    /// Adds the server to the known hosts, among the others.
    fn trust(&self, keys: &[String]) -> Result<(), Trouble> {
        let mut known = self
            .known
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let lines = known::lines(&self.one.target, keys);
        if known.get(&self.one.target.name) == Some(&lines) {
            return Ok(());
        }
        known.insert(self.one.target.name.clone(), lines);
        let all: Vec<String> = known.values().flatten().cloned().collect();
        self.ssh
            .trust(&all)
            .map_err(|error| Trouble::Inability(format!("{error:#}")))
    }
}

fn is_new(trust: &Trust) -> bool {
    matches!(trust, Trust::First | Trust::Replaced { .. })
}

/// Reads what the server holds. One that is new may still be making itself: packages and users come last.
fn script(new: bool, left: Duration) -> String {
    let boot = if new {
        let left = left.as_secs().max(1);
        format!(
            "if command -v cloud-init >/dev/null 2>&1; then timeout {left} cloud-init status --wait >/dev/null 2>&1; fi; "
        )
    } else {
        String::new()
    };
    let answer = ANSWER.as_secs();
    format!(
        "{boot}printf '{OPEN}'; timeout {answer} cat /etc/lostops/fingerprint 2>/dev/null; test $? = 124 && printf '{LATE}'; printf '{CLOSE}'; exit 0"
    )
}

fn between(said: &str) -> Option<&str> {
    let (_, rest) = said.split_once(OPEN)?;
    rest.split_once(CLOSE).map(|(held, _)| held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_login_prints_is_not_what_the_server_holds() {
        assert_eq!(
            between("Welcome!\n<lostops<held\n>lostops>bye"),
            Some("held\n")
        );
        assert_eq!(between("<lostops<>lostops>"), Some(""));
        assert_eq!(between("This account is currently not available."), None);
    }
}
