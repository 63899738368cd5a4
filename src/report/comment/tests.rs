//! Whatever others write into a plan, a describer or an error: a parser of GitHub's Markdown finds nothing live in it.

use super::*;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::exposure::{Line, Proof, Stage};
use crate::fleet::port::Protocol;
use crate::reason::Reason;
use crate::report::topology::{Box as Drawn, Opening, Topology};
use crate::report::{Failure, ServerSheet, ShownExposure, Step, StepEnd, summary};
use comrak::nodes::NodeValue;
use comrak::{Arena, Options, parse_document};
use proptest::prelude::*;

static META: Meta = Meta {
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

fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => prop::sample::select(HOSTILE).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

/// A report in which every word is somebody else's.
fn report(words: &[String]) -> Report {
    let mut next = words.iter().cycle().cloned();
    let mut word = || next.next().unwrap_or_default();
    let mut report = Report::new("plan");
    report.environment = Some(word());
    report.counts = Some(Counts {
        add: 1,
        change: 1,
        destroy: 1,
        import: 0,
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
    report
}

fn frame(notice: &str) -> Frame<'static> {
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

/// Panics at anything that is live and not ours.
fn inspect(markdown: &str) {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.math_dollars = true;
    options.extension.math_code = true;
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let (mut headings, mut details) = (0, 0);
    for node in root.descendants() {
        match &node.data.borrow().value {
            NodeValue::Heading(_) => headings += 1,
            NodeValue::Link(link) => assert!(
                ["https://github.example/o/r/", env!("CARGO_PKG_REPOSITORY")]
                    .iter()
                    .any(|own| link.url.starts_with(own)),
                "a link to {} in\n{markdown}",
                link.url
            ),
            NodeValue::HtmlInline(tag) => assert!(
                ["<br>", "<sub>", "</sub>"].contains(&tag.as_str()),
                "the tag {tag} in\n{markdown}"
            ),
            NodeValue::HtmlBlock(block) => {
                let rest = [
                    "<details>",
                    "<details open>",
                    "</details>",
                    "<summary>",
                    "</summary>",
                    "<code>",
                    "</code>",
                ]
                .iter()
                .fold(block.literal.clone(), |rest, own| rest.replace(own, ""));
                assert!(!rest.contains(['<', '@', '#']), "{rest} in\n{markdown}");
                details += block.literal.matches("<details").count() as i64;
                details -= block.literal.matches("</details>").count() as i64;
                assert!((0..2).contains(&details), "unbalanced in\n{markdown}");
            }
            NodeValue::Text(text) => {
                assert!(
                    !text.contains(['@', '#', '<', '$']),
                    "{text} in\n{markdown}"
                );
            }
            NodeValue::Image(_)
            | NodeValue::Math(_)
            | NodeValue::FootnoteReference(_)
            | NodeValue::FootnoteDefinition(_)
            | NodeValue::TaskItem(_)
            | NodeValue::ThematicBreak
            | NodeValue::Strikethrough
            | NodeValue::Alert(_) => panic!("{:?} in\n{markdown}", node.data.borrow().value),
            _ => {}
        }
    }
    assert_eq!((headings, details), (1, 0), "in\n{markdown}");
    let invisible = |c: char| c != '\u{fe0f}' && super::super::paint::is_invisible(c);
    assert!(
        !markdown.contains(invisible),
        "something invisible in {markdown:?}"
    );
    assert!(
        !markdown.contains(['\u{1b}', '\r']),
        "a control in {markdown:?}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn words_of_others_do_nothing_in_a_comment(words in prop::collection::vec(words(), 7..40)) {
        let report = report(&words);
        inspect(&render(&report, &frame(&words[0]), COMMENT));
        inspect(&compact(&report, &frame(&words[0])));
    }

    #[test]
    fn words_of_others_do_nothing_in_a_summary(words in prop::collection::vec(words(), 7..40)) {
        inspect(&summary::render(&report(&words), &frame(&words[1])));
    }

    #[test]
    fn a_comment_is_never_longer_than_asked_and_never_cut_open(
        words in prop::collection::vec(words(), 7..40),
        budget in 0_usize..6000,
    ) {
        let report = report(&words);
        let text = render(&report, &frame(&words[0]), budget);
        prop_assert!(text.chars().count() <= budget);
        if !text.is_empty() {
            inspect(&text);
        }
    }
}

fn long(servers: usize) -> Report {
    let mut report = report(&["web".to_owned()]);
    report.failure = None;
    report.findings.clear();
    report.steps.clear();
    report.servers = (0..servers)
        .map(|number| ServerSheet {
            name: format!("web-{number}"),
            changes: vec!["create".to_owned()],
            sentences: vec!["create".to_owned()],
            ..ServerSheet::default()
        })
        .collect();
    report.diff = Some("  + a line of the plan, é\n".repeat(50_000));
    report
}

#[test]
fn what_is_cut_is_said_with_its_number_and_the_way_to_it() {
    let text = render(&long(3000), &frame("n"), COMMENT);
    let size = text.chars().count();
    assert!((50_000..=COMMENT).contains(&size), "{size}");
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| **`web-"))
        .count();
    let lines = text.lines().filter(|line| line.starts_with("+ ")).count();
    for cut in [
        format!("✂️ *{} more servers: see [the run's summary](", 3000 - rows),
        format!(
            "✂️ *{} more lines of the plan: see [the run's summary](",
            50_000 - lines
        ),
    ] {
        assert!(text.contains(&cut), "{cut}");
    }
    assert!(lines > 100 && rows > 100, "{rows} rows, {lines} lines");
    inspect(&text);
}

#[test]
fn a_summary_counts_bytes_and_a_comment_characters() {
    let report = long(20_000);
    let summary = summary::render(&report, &frame("n"));
    assert!(
        (800 * 1024..=900 * 1024).contains(&summary.len()),
        "{}",
        summary.len()
    );
    inspect(&summary);
}

#[test]
fn what_is_said_while_it_runs_holds_nothing_but_the_run() {
    let text = running("plan", &frame("n"));
    assert!(text.starts_with("### ⏳ Planning …"), "{text}");
    inspect(&text);
}

#[test]
fn without_a_repository_there_are_no_links() {
    let text = render(&report(&["web".to_owned()]), &Frame::default(), COMMENT);
    assert!(!text.contains("]("), "{text}");
}
