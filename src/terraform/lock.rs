//! Who holds the lock on the state, as Terraform says when it does not get it.

use jiff::{SignedDuration, Timestamp};

/// What Terraform begins with when somebody else holds the lock; the second where `init` makes a state in a storage account.
const REFUSED: [&str; 2] = [
    "Error acquiring the state lock",
    "failed to lock azure state",
];

/// A lock, as its holder has written it down. What was not said is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// What unlocks it.
    pub(crate) id: String,
    /// `OperationTypeApply`
    pub(crate) operation: String,
    /// `runner@host`
    pub(crate) who: String,
    /// `2026-11-20 10:00:00.123 +0000 UTC`, as Go prints it.
    pub(crate) created: String,
}

/// Whether Terraform could not lock the state, and who holds it; nothing is known of a holder that left no word.
pub(crate) fn held(message: &str) -> Option<Held> {
    let mut said = REFUSED.iter().filter_map(|begin| message.split_once(begin));
    let (_, said) = said.next()?;
    let field = |name: &str| {
        let mut lines = said.lines().map(str::trim);
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        value.unwrap_or_default().trim().to_owned()
    };
    let mut held = Held {
        id: field("ID"),
        operation: field("Operation"),
        who: field("Who"),
        created: field("Created"),
    };
    // Over HTTP Terraform 1.11 shows its own lock beside the id of the other, and may break the line between the words.
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((_, id)) = words.split_once("already locked: ID=") {
        let end = id.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        held = Held {
            id: id[..end.unwrap_or(id.len())].to_owned(),
            ..Held::default()
        };
    }
    Some(held)
}

impl Held {
    /// `by runner@host since 12 minutes, for an apply, lock 0a1b…`
    pub(crate) fn words(&self, now: Timestamp) -> String {
        let operation = self.operation.strip_prefix("OperationType");
        let operation = operation.unwrap_or_default().to_lowercase();
        let age = self.age(now).map(in_words).unwrap_or_default();
        let parts = [
            (" by ", self.who.as_str()),
            (" since ", &age),
            (", for ", &operation),
            (": lock ", &self.id),
        ];
        let said = parts.iter().filter(|(_, value)| !value.is_empty());
        let said: String = said.flat_map(|(before, value)| [*before, *value]).collect();
        format!("the state is locked{said}")
    }

    fn age(&self, now: Timestamp) -> Option<SignedDuration> {
        // `2026-11-20 10:00:00.123 +0000 UTC`: the name of the zone says nothing that its offset does not.
        let mut parts = self.created.split_whitespace();
        let (date, time, offset) = (parts.next()?, parts.next()?, parts.next()?);
        let since: Timestamp = format!("{date}T{time}{offset}").parse().ok()?;
        Some(now.duration_since(since).max(SignedDuration::ZERO))
    }
}

fn in_words(age: SignedDuration) -> String {
    let minutes = age.as_mins();
    let (number, unit) = match minutes {
        0 => (age.as_secs(), "second"),
        1..120 => (minutes, "minute"),
        120..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "Error acquiring the state lock: Error message: state blob is already locked\nLock Info:\n  \
        ID:        8d0e3c9c-7b1f-1c2f-52f5-6ab4a3a0f3b1\n  Path:      tfstate/production.tfstate\n  \
        Operation: OperationTypeApply\n  Who:       runner@fv-az1\n  Version:   1.11.4\n  \
        Created:   2026-11-20 10:00:00.123456 +0000 UTC\n  Info:      \n\n\nTerraform acquires a state lock";

    fn at(time: &str) -> Timestamp {
        time.parse().expect("a time")
    }

    #[test]
    fn the_holder_is_named_with_its_lock_and_since_when() {
        let held = held(SAID).expect("a lock");
        assert_eq!(
            held.words(at("2026-11-20T10:12:30Z")),
            "the state is locked by runner@fv-az1 since 12 minutes, for apply: lock 8d0e3c9c-7b1f-1c2f-52f5-6ab4a3a0f3b1"
        );
        for (now, words) in [
            ("2026-11-20T10:00:01Z", "since 0 seconds"),
            ("2026-11-20T10:01:01Z", "since 1 minute,"),
            ("2026-11-20T13:00:01Z", "since 3 hours"),
            ("2026-11-24T10:00:01Z", "since 4 days"),
            // Two clocks.
            ("2026-11-20T09:59:00Z", "since 0 seconds"),
        ] {
            assert!(
                held.words(at(now)).contains(words),
                "{}",
                held.words(at(now))
            );
        }
    }

    #[test]
    fn of_a_holder_that_says_nothing_the_lock_alone_is_told() {
        let http = "Error acquiring the state lock: HTTP remote state already locked: ID=abc-1\nLock Info:\n  ID: ours\n  Who: me@here\n";
        let held_by = held(http).expect("a lock");
        assert_eq!(
            held_by.words(Timestamp::UNIX_EPOCH),
            "the state is locked: lock abc-1"
        );
        let broken = http.replace("locked: ", "locked:\n");
        assert_eq!(held(&broken), Some(held_by));
        let nothing = held("Error acquiring the state lock: no word").expect("a lock");
        assert_eq!(nothing.words(Timestamp::UNIX_EPOCH), "the state is locked");
        assert_eq!(held("Error: no such thing"), None);
    }
}
