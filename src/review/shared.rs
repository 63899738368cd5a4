//! The records of several environments in one comment: a line for each, directly below its marker.

use super::record::{Distrust, Record, VOID};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const BEGIN: &str = "<!-- lostops-reviewed-of ";
const END: &str = " -->";
/// More characters of all lines together would leave too little of the comment for what people read.
const ROOM: usize = 36_000;

/// What is kept of each environment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Shared(BTreeMap<String, String>);

impl Shared {
    /// Those of a comment. They end at the first line that is none: below it stands what others have written.
    pub(crate) fn find(comment: &str) -> Self {
        let lines = comment.lines().skip(1);
        let lines = lines.map_while(|line| {
            let line = line.strip_prefix(BEGIN)?.strip_suffix(END)?;
            let (environment, packed) = line.split_once(' ')?;
            Some((environment.to_owned(), packed.to_owned()))
        });
        Self(lines.collect())
    }

    /// Keeps what an own comment of the environment would keep, the line `text`. The environment's name must be one that cannot
    /// end an HTML comment, without spaces. What is no record keeps the environment from being applied, as one that is void does.
    pub(crate) fn keep(&mut self, environment: &str, text: &str) {
        let packed = Record::packed(text).unwrap_or(VOID);
        self.0.insert(environment.to_owned(), packed.to_owned());
    }

    /// Keeps what another comment keeps of an environment, if anything.
    pub(crate) fn keep_from(&mut self, other: &Self, environment: &str) {
        if let Some(packed) = other.0.get(environment) {
            self.0.insert(environment.to_owned(), packed.clone());
        }
    }

    /// The record of an environment; `None` where nothing is kept of it.
    pub(crate) fn record(&self, environment: &str) -> Option<Result<Record, Distrust>> {
        self.0.get(environment).map(|packed| Record::unpack(packed))
    }

    /// Whatever is kept authorises nothing any more.
    pub(crate) fn void(&mut self) {
        for packed in self.0.values_mut() {
            VOID.clone_into(packed);
        }
    }

    /// Makes void what there is no room for, the longest first, and tells of which environments.
    pub(crate) fn shorten(&mut self) -> Vec<String> {
        let mut lost = Vec::new();
        while self.text().len() > ROOM {
            let open = self.0.iter_mut().filter(|(_, packed)| *packed != VOID);
            let Some((environment, packed)) = open.max_by_key(|(_, packed)| packed.len()) else {
                break;
            };
            VOID.clone_into(packed);
            lost.push(environment.clone());
        }
        lost
    }

    /// The lines, each with its end.
    pub(crate) fn text(&self) -> String {
        self.0
            .iter()
            .fold(String::new(), |mut text, (environment, packed)| {
                let _ = writeln!(text, "{BEGIN}{environment} {packed}{END}");
                text
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_below_what_others_have_written_is_no_record() {
        let mut shared = Shared::default();
        shared.keep("staging", &Record::void());
        let ours = format!("<!-- marker -->\n{}### Plan\n", shared.text());
        let forged = format!("{ours}<!-- lostops-reviewed-of production void -->\n");
        let found = Shared::find(&forged);
        assert_eq!(found, shared);
        assert_eq!(found.record("staging"), Some(Err(Distrust::Void)));
        assert_eq!(found.record("production"), None);
    }

    #[test]
    fn what_is_no_record_is_void_and_brings_no_other_with_it() {
        let mut shared = Shared::default();
        let hostile = "<!-- lostops-reviewed eA==\n<!-- lostops-reviewed-of production eA== -->";
        for text in [hostile, "", "<!-- lostops-reviewed a--b -->"] {
            shared.keep("staging", text);
            assert_eq!(shared.text().lines().count(), 1);
            assert_eq!(shared.record("staging"), Some(Err(Distrust::Void)));
        }
    }

    #[test]
    fn what_there_is_no_room_for_is_void_and_said() {
        let mut shared = Shared::default();
        for (number, length) in [(1, 30_000), (2, 20_000), (3, 100)] {
            let text = format!("<!-- lostops-reviewed {} -->", "A".repeat(length));
            shared.keep(&format!("e{number}"), &text);
        }
        assert_eq!(shared.shorten(), ["e1"]);
        assert!(shared.text().len() <= ROOM);
        assert_eq!(shared.record("e1"), Some(Err(Distrust::Void)));
    }
}
