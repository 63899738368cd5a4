//! Hostile and broken files: a clear finding, never a crash, never a wait.

use super::Copy;
use crate::describer::compose::ComposeFiles;
use crate::describer::folder::Part;
use crate::describer::{assemble, document};
use crate::source::SourceMap;
use proptest::prelude::*;
use std::fmt::Write as _;
use std::os::unix::fs::symlink;

/// Puts a file in the place of a describer, and expects one error of this code in it.
fn refused(content: impl AsRef<[u8]>, code: &str, says: &str) {
    let copy = Copy::new();
    copy.write("spare.yaml", content);
    let findings = copy.findings();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(
        findings[0].starts_with(code) && findings[0].contains(says),
        "{findings:?}"
    );
}

#[test]
fn what_is_not_a_small_text_is_refused() {
    refused("", "LO101", "is empty");
    refused("  \n\n", "LO101", "is empty");
    refused("# only a comment\n", "LO101", "is empty");
    refused("\u{feff}", "LO101", "is empty");
    refused([0x7F, b'E', b'L', b'F', 0, 0, 1], "LO101", "is binary");
    refused([0xFF, 0xFE, b's', 0, b'e', 0], "LO101", "is UTF-16");
    refused([b's', b':', b' ', 0xE9], "LO101", "is not UTF-8");
    refused("#".repeat(1024 * 1024 + 1), "LO101", "larger than 1 MiB");
}

#[test]
fn what_is_not_one_small_document_is_refused() {
    refused("vm:\n\tsize: x\n", "LO102", "a tab");
    refused("a: [1, 2", "LO102", "not a YAML document");
    refused("a: *nobody\n", "LO102", "not a YAML document");
    refused(
        "server: a\n---\nserver: b\n",
        "LO102",
        "more than one document",
    );
    refused("[".repeat(10_000), "LO102", "");
    refused("- ".repeat(10_000), "LO102", "");
    refused(
        format!("a: {}1{}", "[".repeat(200), "]".repeat(200)),
        "LO102",
        "nests deeper",
    );
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, inner) in ["b", "c", "d", "e", "f", "g", "h", "i"]
        .iter()
        .zip(["a", "b", "c", "d", "e", "f", "g", "h"])
    {
        let items = vec![format!("*{inner}"); 9].join(", ");
        writeln!(bomb, "{name}: &{name} [{items}]").unwrap();
    }
    refused(bomb, "LO102", "aliases expand without measure");
    refused("a: &a [*a]\n", "LO102", "");
}

#[test]
fn a_bomb_of_one_long_text_is_refused() {
    refused(
        crate::fuzz::kept("describers", "text-bomb.yaml"),
        "LO102",
        "aliases expand without measure",
    );
}

#[test]
fn a_byte_order_mark_moves_no_place() {
    let copy = Copy::new();
    let text = fs_err::read_to_string(copy.path.join("database.yaml")).unwrap();
    let text = text
        .replace("role: database", "role: databse")
        .replace('\n', "\r\n");
    copy.write("database.yaml", format!("\u{feff}{text}"));
    assert_eq!(
        copy.findings(),
        ["LO107 error database.yaml [databse] unknown role `databse`"]
    );
}

#[test]
fn links_and_special_files_are_refused() {
    let outside = tempfile::NamedTempFile::new().unwrap();
    fs_err::write(outside.path(), "server: outside\n").unwrap();
    let copy = Copy::new();
    symlink(outside.path(), copy.path.join("outside.yaml")).unwrap();
    symlink("b.yaml", copy.path.join("a.yaml")).unwrap();
    symlink("a.yaml", copy.path.join("b.yaml")).unwrap();
    symlink("nothing", copy.path.join("dangling.yaml")).unwrap();
    fs_err::create_dir(copy.path.join("folder.yaml")).unwrap();
    nix::unistd::mkfifo(
        copy.path.join("pipe.yaml").as_std_path(),
        nix::sys::stat::Mode::S_IRWXU,
    )
    .unwrap();
    symlink("/dev/zero", copy.path.join("zero.yaml")).unwrap();
    let findings = copy.findings();
    assert_eq!(findings.len(), 7, "{findings:?}");
    for says in [
        "outside.yaml` is a link that leaves the folder",
        "a.yaml` cannot be reached: its links lead in a circle",
        "b.yaml` cannot be reached: its links lead in a circle",
        "dangling.yaml` cannot be reached: it leads to nothing",
        "folder.yaml` is a folder, not a file",
        "pipe.yaml` is not a regular file",
        "zero.yaml` is a link that leaves the folder",
    ] {
        assert!(
            findings
                .iter()
                .any(|line| line.starts_with("LO101") && line.contains(says)),
            "{says}: {findings:?}"
        );
    }
}

#[test]
fn a_link_inside_the_folder_is_followed() {
    let copy = Copy::new();
    fs_err::rename(copy.path.join("policy.yaml"), copy.path.join("rules.txt")).unwrap();
    symlink("rules.txt", copy.path.join("policy.yaml")).unwrap();
    assert_eq!(copy.findings(), [""; 0]);
}

const FILES: [(Part, &str); 5] = [
    (Part::Server, "backend.yaml"),
    (Part::Server, "database.yaml"),
    (Part::Environment, "environment.yaml"),
    (Part::Server, "monitoring.yaml"),
    (Part::Policy, "policy.yaml"),
];

fn original(name: &str) -> String {
    fs_err::read_to_string(super::own().join(name)).unwrap()
}

/// Reads a text in the place of each kind of file, among good files.
fn survives(text: &str) {
    for name in ["environment.yaml", "policy.yaml", "database.yaml"] {
        survives_as(name, text);
    }
}

fn survives_as(replaced: &str, text: &str) {
    let mut sources = SourceMap::default();
    let mut documents = Vec::new();
    for (part, name) in FILES {
        let content = if name == replaced {
            text.to_owned()
        } else {
            original(name)
        };
        let file = sources.add(name, content.as_str());
        let document = document::from_text(file, part, name.into(), content.clone());
        assert_eq!(document.text.len(), content.len());
        documents.push(document);
    }
    let environment = assemble::environment(
        "describers".into(),
        documents,
        &ComposeFiles::new(),
        &|_| true,
        super::TODAY,
    );
    for finding in &environment.findings {
        for span in finding
            .span
            .iter()
            .chain(finding.related.iter().map(|related| &related.span))
        {
            let text = &sources.file(span.file).text;
            assert!(
                text.get(span.start as usize..span.end as usize).is_some(),
                "{finding:?}"
            );
            sources.place(*span);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}(\n\\PC{0,40}){0,6}") {
        survives(&text);
    }

    #[test]
    fn any_yaml_like_text_is_survived(text in "([ \n]{0,3}[-?:,\\[\\]{}#&*!|>'\"%@`a-z0-9éß\t]{1,4}){0,40}") {
        survives(&text);
    }

    #[test]
    fn any_change_of_a_describer_is_survived(
        at in 0usize..3_000, length in 0usize..40, new in "[-?:,\\[\\]{}#&*!|>'\"%a-z0-9é \n\t]{0,12}", which in 0usize..3,
    ) {
        let name = ["environment.yaml", "policy.yaml", "database.yaml"][which];
        let mut text = original(name);
        let mut start = at % text.len();
        while !text.is_char_boundary(start) { start -= 1; }
        let mut end = (start + length).min(text.len());
        while !text.is_char_boundary(end) { end -= 1; }
        text.replace_range(start..end.max(start), &new);
        survives_as(name, &text);
    }
}
