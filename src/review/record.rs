//! What a comment keeps of a plan that was shown for review.

use super::binding::{Binding, Key};
use super::items::Item;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};

/// Where it begins in a comment, and ends; nobody sees what is between.
const BEGIN: &str = "<!-- lostops-reviewed ";
const END: &str = " -->";
pub(super) const VOID: &str = "void";
/// A longer one would leave too little of the comment for what people read: then things are not kept one by one.
pub(crate) const LONGEST: usize = 24_000;
/// No record is larger, unpacked.
const UNPACKED: u64 = 4 << 20;
/// What the first one lacked is the branch.
const VERSION: u8 = 2;

/// Who planned. Another one may plan otherwise from the same describers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Versions {
    pub(crate) lostops: String,
    pub(crate) terraform: String,
    /// `hashicorp/azurerm 4.81.0`, sorted.
    pub(crate) providers: Vec<String>,
}

/// A plan as it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    v: u8,
    /// The commit that was planned.
    pub(crate) head: String,
    /// The commit of the branch that it was to go into.
    pub(crate) base: String,
    /// That branch.
    pub(crate) branch: String,
    pub(crate) versions: Versions,
    /// Made with a key: sensitive values are covered, and nobody without the key could have made it.
    pub(crate) keyed: bool,
    /// How many things.
    pub(crate) count: usize,
    /// Of all of them together.
    pub(super) whole: String,
    /// Empty where there are too many.
    pub(super) things: Vec<Thing>,
    /// Digests of the sentences that say them.
    pub(super) sentences: BTreeSet<String>,
    /// Over everything else.
    #[serde(default)]
    seal: String,
}

/// What every version of a record begins with.
#[derive(Deserialize)]
struct Numbered {
    v: u8,
}

/// One thing that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Thing {
    pub(super) what: String,
    pub(super) digest: String,
    /// The digest of what is left of it once it was taken over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) left: Option<String>,
    /// What was not known of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unknown: Vec<String>,
}

/// Why a record authorises nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Distrust {
    #[error("the record in the comment cannot be read")]
    Unreadable,
    #[error("the last plan of the pull request did not end well, or was not to be trusted")]
    Void,
    #[error(
        "the record in the comment is of an older lostops, which did not keep for which branch it was planned"
    )]
    Older,
    #[error(
        "the record in the comment is not as it was written, or belongs to another pull request"
    )]
    Altered,
    #[error("the record in the comment was sealed with a `plan-key`, and none is given here")]
    KeyMissing,
    #[error("the record in the comment was made without the `plan-key`")]
    NotKeyed,
}

impl Record {
    #[cfg(test)]
    pub(crate) fn new(
        binding: &Binding,
        key: Option<&Key>,
        versions: Versions,
        items: &[Item],
    ) -> Self {
        Self::within(LONGEST, binding, key, versions, items)
    }

    /// One that is to be shorter than usual, because others stand beside it.
    pub(crate) fn within(
        most: usize,
        binding: &Binding,
        key: Option<&Key>,
        versions: Versions,
        items: &[Item],
    ) -> Self {
        let things = items.iter().filter(|item| !item.is_sentence);
        let things: Vec<Thing> = things
            .map(|item| Thing {
                what: item.what.clone(),
                digest: binding.digest(key, &item.text()),
                left: item
                    .text_once_taken_over()
                    .map(|text| binding.digest(key, &text)),
                unknown: item.unknown.clone(),
            })
            .collect();
        let sentences = items.iter().filter(|item| item.is_sentence);
        let mut record = Self {
            v: VERSION,
            head: binding.head.clone(),
            base: binding.base.clone(),
            branch: binding.branch.clone(),
            versions,
            keyed: key.is_some(),
            count: things.len(),
            whole: whole(
                binding,
                key,
                things.iter().map(|thing| thing.digest.clone()),
            ),
            things,
            sentences: sentences
                .map(|item| binding.digest(key, &item.text()))
                .collect(),
            seal: String::new(),
        };
        record.seal = record.sealed(binding, key);
        if record.text().len() > most {
            record.things.clear();
            record.sentences.clear();
            record.seal = record.sealed(binding, key);
        }
        record
    }

    /// As it stands in a comment.
    pub(crate) fn text(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        let mut packed = DeflateEncoder::new(Vec::new(), Compression::best());
        // Memory takes whatever is written.
        let _ = packed.write_all(&json);
        let packed = packed.finish().unwrap_or_default();
        format!("{BEGIN}{}{END}", STANDARD.encode(packed))
    }

    /// What stands between the ends of such a line, where it is one and nothing else.
    pub(super) fn packed(line: &str) -> Option<&str> {
        let packed = line.strip_prefix(BEGIN)?.strip_suffix(END)?;
        let is_packed = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        packed.bytes().all(is_packed).then_some(packed)
    }

    /// What stands in the place of one that must not be trusted: no later run is to take its absence for none.
    pub(crate) fn void() -> String {
        format!("{BEGIN}{VOID}{END}")
    }

    /// Finds one in a comment, in its second line, which is ours: below it stands what others have written. `None` where there
    /// is none.
    ///
    /// # Errors
    /// What is there is none.
    pub(crate) fn find(comment: &str) -> Option<Result<Self, Distrust>> {
        let rest = comment.lines().nth(1)?.strip_prefix(BEGIN)?;
        let packed = rest.split_once(END).map(|(packed, _)| packed);
        Some(packed.ok_or(Distrust::Unreadable).and_then(Self::unpack))
    }

    /// # Errors
    /// It is none, or void.
    pub(super) fn unpack(packed: &str) -> Result<Self, Distrust> {
        if packed == VOID {
            return Err(Distrust::Void);
        }
        let unpacked = |packed: Vec<u8>| {
            let mut json = Vec::new();
            let limited = DeflateDecoder::new(&*packed).take(UNPACKED);
            std::io::BufReader::new(limited)
                .read_to_end(&mut json)
                .ok()
                .map(|_| json)
        };
        let packed = STANDARD.decode(packed.trim()).ok();
        let json = packed.and_then(unpacked).ok_or(Distrust::Unreadable)?;
        match serde_json::from_slice(&json) {
            Ok(Numbered { v }) if v < VERSION => return Err(Distrust::Older),
            Ok(Numbered { v: VERSION }) => {}
            _ => return Err(Distrust::Unreadable),
        }
        serde_json::from_slice(&json).map_err(|_| Distrust::Unreadable)
    }

    /// Whether it is what one of our runs has written for this pull request.
    ///
    /// # Errors
    /// Why not.
    pub(crate) fn trust(&self, binding: &Binding, key: Option<&Key>) -> Result<(), Distrust> {
        match (self.keyed, key.is_some()) {
            (true, false) => return Err(Distrust::KeyMissing),
            (false, true) => return Err(Distrust::NotKeyed),
            _ => {}
        }
        let ours =
            self.head == binding.head && self.base == binding.base && self.branch == binding.branch;
        if ours && self.seal == self.sealed(binding, key) {
            Ok(())
        } else {
            Err(Distrust::Altered)
        }
    }

    /// Things are kept one by one, so that a part can be told from more.
    pub(super) fn is_itemised(&self) -> bool {
        self.things.len() == self.count
    }

    fn sealed(&self, binding: &Binding, key: Option<&Key>) -> String {
        let mut open = self.clone();
        open.seal.clear();
        let text = serde_json::to_string(&open).unwrap_or_default();
        binding.digest(key, &format!("seal\n{text}"))
    }
}

/// The digest of all things together, in whatever order they come.
pub(super) fn whole(
    binding: &Binding,
    key: Option<&Key>,
    digests: impl Iterator<Item = String>,
) -> String {
    let mut all: Vec<String> = digests.collect();
    all.sort_unstable();
    binding.digest(key, &format!("whole\n{}", all.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;

    #[test]
    fn no_comment_panics_hangs_or_is_trusted_that_we_have_not_written() {
        let binding = Binding {
            repository: "octo-org/servers".to_owned(),
            describers: "describers".to_owned(),
            environment: "production".to_owned(),
            pull: 7,
            head: "a".to_owned(),
            base: "b".to_owned(),
            branch: "main".to_owned(),
        };
        fuzz("comments", 600, move |input| {
            if let Some(Ok(record)) = Record::find(&String::from_utf8_lossy(input)) {
                let key = Key::new("a key that nobody knows");
                assert!(record.trust(&binding, Some(&key)).is_err());
                assert!(record.trust(&binding, None).is_err());
            }
        });
    }
}
