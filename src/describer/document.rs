//! One file, read: its text, what it says, and what is wrong with it by itself.

use super::codes::{LO101, LO102};
use super::folder::Part;
use super::read::Reader;
use super::{file, secrets, wire};
use crate::finding::Finding;
use crate::source::FileId;
use crate::yaml;
use crate::yaml::tree::Kind;
use camino::{Utf8Path, Utf8PathBuf};
use ipnet::IpNet;
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Document {
    pub(super) file: FileId,
    pub(super) path: Utf8PathBuf,
    /// Secrets that stand in clear are masked.
    pub(super) text: String,
    pub(super) content: Content,
    pub(super) findings: Vec<Finding>,
    /// It stands in the place of the file that is there.
    pub(super) is_given: bool,
    /// The groups that a policy speaks of, where they are not those of the environment beside it.
    pub(super) sources: Option<BTreeMap<String, Vec<IpNet>>>,
}

/// What a file says. `None`: it could not be read as that.
#[derive(Debug)]
pub(super) enum Content {
    Environment(Option<Box<wire::environment::Environment>>),
    Policy(Option<Box<wire::policy::Policy>>),
    Server(Option<Box<wire::server::Server>>),
}

/// `root` is the folder's real path, which no link may leave.
pub(super) fn read(file: FileId, part: Part, path: Utf8PathBuf, root: &Utf8Path) -> Document {
    let text = file::read(&path, root);
    readable(file, part, path, text)
}

/// The same of what stands in a file's place.
pub(super) fn given(file: FileId, part: Part, path: Utf8PathBuf, bytes: &[u8]) -> Document {
    let text = file::given(&path, bytes);
    Document {
        is_given: true,
        ..readable(file, part, path, text)
    }
}

fn readable(
    file: FileId,
    part: Part,
    path: Utf8PathBuf,
    text: Result<String, Box<Finding>>,
) -> Document {
    match text {
        Ok(text) => from_text(file, part, path, text),
        Err(finding) => Document {
            file,
            text: String::new(),
            content: nothing(part),
            findings: vec![finding.at(file.start(), "this file")],
            is_given: false,
            sources: None,
            path,
        },
    }
}

/// Reads a text as if it stood in a file.
pub(super) fn from_text(file: FileId, part: Part, path: Utf8PathBuf, text: String) -> Document {
    let mut reader = Reader::new(file, &text);
    let content = match yaml::parse(&text) {
        Err(refusal) => {
            reader.report(
                &LO102,
                refusal.range,
                format!(
                    "this is not a YAML document that lostops accepts: {}",
                    refusal.message
                ),
                "here",
                "correct the YAML: spaces for indentation, one document in each file",
            );
            reader.secrets = secrets::guess(&text);
            nothing(part)
        }
        Ok(node) if matches!(node.kind, Kind::Null) => {
            let message = format!("`{path}` is empty");
            reader.report(
                &LO101,
                node.range,
                message,
                "",
                "write the describer, or remove the file",
            );
            nothing(part)
        }
        Ok(node) => {
            secrets::scan(&node, "", &mut reader);
            match part {
                Part::Environment => Content::Environment(reader.document(&node).map(Box::new)),
                Part::Policy => Content::Policy(reader.document(&node).map(Box::new)),
                Part::Server => Content::Server(reader.document(&node).map(Box::new)),
            }
        }
    };
    let (findings, secrets) = (reader.findings, reader.secrets);
    let text = if secrets.is_empty() {
        text
    } else {
        secrets::masked(&text, &secrets)
    };
    Document {
        file,
        path,
        text,
        content,
        findings,
        is_given: false,
        sources: None,
    }
}

fn nothing(part: Part) -> Content {
    match part {
        Part::Environment => Content::Environment(None),
        Part::Policy => Content::Policy(None),
        Part::Server => Content::Server(None),
    }
}
