//! Words that try to do something, and a report made of nothing else.

use crate::ansible::outcome::{
    Configured, End, How, PackageChange, RoleOutcome, ServerOutcome, TaskChange, TaskFailure,
    TaskPlace,
};
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::exposure::{Line, Proof, Stage};
use crate::fleet::port::Protocol;
use crate::reason::Reason;
use crate::report::comment::Frame;
use crate::report::topology::{Box as Drawn, Opening, Topology};
use crate::report::{Counts, Failure, Report, ServerSheet, ShownExposure, Step, StepEnd};
use proptest::prelude::*;
use std::time::Duration;

pub(super) static META: Meta = Meta {
    code: "LO203",
    name: "port-not-permitted",
    severity: Severity::Error,
    summary: "a port",
    why: "Because of `this`.",
    fix: "Mend it.",
    example: "",
};

const HOSTILE: &[&str] = &[
    "@octocat",
    "@org/team",
    "a@b.example",
    "#12",
    "GH-12",
    "o/r#1",
    "a1b2c3d4e5",
    "http://evil.example/x",
    "www.evil.example",
    "xmpp:a@b.example",
    "[a](http://evil.example)",
    "![a](http://evil.example/x.png)",
    "[a][b]",
    "[b]: http://evil.example",
    "[^1]",
    "<img src=x onerror=alert(1)>",
    "<!-- lostops {\"v\":1} -->",
    "<!--",
    "-->",
    "</details>",
    "</sub>",
    "<script>",
    "```",
    "`````",
    "`",
    "``",
    "~~~",
    "\n",
    "\n\n",
    "\r",
    " ",
    "|",
    "\\|",
    "\\",
    "**",
    "_",
    "__x__",
    "~~x~~",
    "$x$",
    "$`x`$",
    "$",
    "# heading",
    "- item",
    "1. item",
    "> quote",
    "---",
    "===",
    "+",
    "* * *",
    ":tada:",
    "&lt;",
    "&#64;all",
    "\u{1b}[31m",
    "\u{1b}]8;;http://evil.example\u{7}",
    "\u{202e}",
    "\u{200b}",
    "\u{e0041}",
    "\u{2028}",
    "::error::x",
    "##[group]",
    "%%{init: {}}%%",
    "click a href",
    "word",
    "é😀",
    "web",
    "(",
    ")",
    ":",
    "!",
];

pub(super) fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

/// A report in which every word is somebody else's.
pub(super) fn report(words: &[String]) -> Report {
    let mut next = words.iter().cycle().cloned();
    let mut word = || next.next().unwrap_or_default();
    let mut report = Report::new("plan");
    report.environment = Some(word());
    report.counts = Some(Counts {
        add: 1,
        change: 1,
        destroy: 1,
        ..Counts::default()
    });
    let file = report.sources.add(word(), word());
    for severity in [Severity::Error, Severity::Warning] {
        let mut finding = Finding::new(&META, word())
            .at(file.span(0, 1), word())
            .help(word())
            .server(word())
            .severity(severity);
        finding.evidence = Some(word());
        report.findings.push(finding);
    }
    let exposure = |from: Vec<String>, evidence: String, purpose: String| ShownExposure {
        stage: Stage::Planned,
        line: Line {
            protocol: Protocol::Udp,
            low: 80,
            high: 90,
            from,
            proof: Proof::Open,
            hidden: false,
        },
        evidence,
        purpose,
        permitted: false,
    };
    for change in ["create", "replace", "destroy", "update"] {
        let planned = vec![exposure(vec![word(), word()], word(), word())];
        report.servers.push(ServerSheet {
            name: word(),
            facts: vec![word(), word()],
            changes: vec![change.to_owned()],
            sentences: vec![format!("{change} {}", word()), word()],
            planned: planned.into(),
            ..ServerSheet::default()
        });
    }
    report.topology = Some(Topology {
        environment: word(),
        outside: vec![word()],
        servers: vec![Drawn {
            name: word(),
            words: word(),
            openings: vec![Opening {
                ports: "80".to_owned(),
                protocol: "tcp",
                purpose: word(),
                from: vec![word()],
            }],
        }],
    });
    report.notes = vec![word(), word()];
    report.terraform = Some(word());
    report.diff = Some(format!("{}\n  + {}\n{}", word(), word(), word()));
    report.failure = Some(Failure {
        reason: Reason::ApplyFailed,
        message: word(),
        help: word(),
    });
    report.steps = [StepEnd::Done, StepEnd::Failed, StepEnd::NotStarted]
        .map(|end| Step {
            address: word(),
            end,
        })
        .to_vec();
    report.configured = Some(configured(&mut word));
    report
}

/// What modules and tasks say.
fn configured(word: &mut dyn FnMut() -> String) -> Configured {
    let at = |word: &mut dyn FnMut() -> String| TaskPlace {
        role: word(),
        task: word(),
        place: word(),
    };
    let servers = [End::Failed, End::Changed].map(|end| ServerOutcome {
        roles: vec![RoleOutcome {
            name: word(),
            end,
            ok: 1,
            changed: 1,
            failed: 1,
            skipped: 1,
            seconds: 1.0,
        }],
        changes: vec![TaskChange {
            at: at(word),
            diff: vec![word(), word()],
        }],
        failures: vec![TaskFailure {
            at: at(word),
            message: word(),
        }],
        packages: [How::Removed, How::Asked, How::Upgraded, How::Dependency]
            .map(|how| PackageChange {
                version: word(),
                before: word(),
                called: vec![word()],
                at: at(word),
                ..PackageChange::new(&word(), how)
            })
            .to_vec(),
        ..ServerOutcome::new(&word(), end, word())
    });
    Configured {
        check: true,
        version: word(),
        servers: servers.to_vec(),
    }
}

pub(super) fn frame(notice: &str) -> Frame<'static> {
    Frame {
        blob: Some("https://github.example/o/r/blob/0123abc".to_owned()),
        commit: Some("0123456789abcdef".to_owned()),
        commit_url: Some("https://github.example/o/r/commit/0123abc".to_owned()),
        run_url: Some("https://github.example/o/r/actions/runs/1".to_owned()),
        attempt: Some(2),
        version: "0.1.0",
        duration: Some(Duration::from_secs(41)),
        notices: vec![notice.to_owned()],
    }
}
