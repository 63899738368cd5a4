//! Connections tried from a server, with nothing but bash: one script over SSH tries them all.

use super::Met;
use crate::ssh::Ssh;
use crate::ssh::target::Target;
use crate::ssh::trouble::{Trouble, of_ssh};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// What came of each address and port.
pub(crate) type Tried = BTreeMap<SocketAddr, (Met, Duration)>;

/// Seconds that one attempt may take. Servers of a fleet lie beside each other: who has not answered by then is not let in, and
/// is asked once more.
const PATIENCE: u32 = 2;
/// At once, from one server.
const AT_ONCE: usize = 64;

/// Tries every one of these from a server.
///
/// # Errors
/// It does not let us in, or does not answer in time.
pub(crate) fn attempt(
    ssh: &Ssh,
    from: &Target,
    to: &[SocketAddr],
    word: &str,
) -> Result<Tried, Trouble> {
    let rounds = u32::try_from(to.len().div_ceil(AT_ONCE)).unwrap_or(u32::MAX);
    let limit = Duration::from_secs(u64::from(rounds.saturating_mul(2 * PATIENCE)) + 30);
    let ended = ssh
        .command(from, "exec bash -s")
        .input(script(to, word))
        .output_within(limit)
        .map_err(|error| Trouble::Inability(format!("{error:#}")))?
        .ok_or(Trouble::Silent)?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let tried = read(&said, word);
    if tried.len() == to.len() {
        return Ok(tried);
    }
    Err(if ended.code == Some(255) {
        of_ssh(&ended.stderr, from)
    } else {
        Trouble::Other(format!(
            "{} of {} connections were tried from it ({})",
            tried.len(),
            to.len(),
            ended.words()
        ))
    })
}

/// Numbers and a word of ours: nothing in it is anybody else's.
fn script(to: &[SocketAddr], word: &str) -> String {
    let mut script = format!(
        r#"export LC_ALL=C
try() {{
  local began=$EPOCHREALTIME said= code=124 time
  for time in 1 2; do
    began=$EPOCHREALTIME
    said=$(timeout {PATIENCE} bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1)
    code=$?
    [ $code = 124 ] || break
  done
  case $code:$said in
    0:*) said=open ;;
    *refused*) said=refused ;;
    124:* | *"timed out"*) said=silent ;;
    *) said=unreachable ;;
  esac
  local now=$EPOCHREALTIME
  printf '{word} %s %s %s %s\n' "$1" "$2" "$said" "$((${{now/[.,]/}} - ${{began/[.,]/}}))"
}}
"#
    );
    for (number, to) in to.iter().enumerate() {
        if number > 0 && number % AT_ONCE == 0 {
            script.push_str("wait\n");
        }
        // Writing into a text does not fail.
        let _ = writeln!(script, "try {} {} </dev/null &", to.ip(), to.port());
    }
    script.push_str("wait\n");
    script
}

fn read(said: &str, word: &str) -> Tried {
    let line = |line: &str| {
        let mut words = line.strip_prefix(word)?.split_whitespace();
        let address: IpAddr = words.next()?.parse().ok()?;
        let port = words.next()?.parse().ok()?;
        let met = match words.next()? {
            "open" => Met::Open,
            "refused" => Met::Refused,
            "silent" => Met::Silent,
            _ => Met::Unreachable,
        };
        let took = Duration::from_micros(words.next()?.parse().unwrap_or(0));
        Some((SocketAddr::new(address, port), (met, took)))
    };
    said.lines().filter_map(line).collect()
}
