//! Several environments in one comment: the same promises as of one, and what each job wrote is what the summary reads.

use super::hostile::{META, report, words};
use super::{COMMENT, hostile, inspect};
use crate::report::comment::merged::{compact, render, summary};
use crate::report::merged::{Merged, Row};
use crate::report::{Counts, Kept, Part, Report, ServerSheet, json};
use hostile::frame;
use proptest::prelude::*;

/// As another job hands it on.
fn part(words: &[String]) -> Report {
    let mut report = report(words);
    report.topology = None;
    report.kept = Kept::Record("<!-- lostops-reviewed eA== -->".to_owned());
    report.part = Some(Part {
        environment: words[0].clone(),
        notices: words.to_vec(),
        words: words.to_vec(),
        ..Part::default()
    });
    report
}

fn read(report: &Report) -> Report {
    let mut text = Vec::new();
    json::render(report, &mut text).expect("a text");
    json::read(&text, &|code| (code == META.code).then_some(&META)).expect("a part")
}

fn merged(words: &[String], failed: bool) -> Merged {
    let row = |at: usize, report: Option<Report>| Row {
        environment: words[at].clone(),
        report,
        job: None,
    };
    let mut clean = part(words);
    clean.failure = None;
    clean.findings.clear();
    let rows = vec![
        row(0, Some(read(&part(words)))),
        row(1, Some(read(&clean))),
        row(2, None),
    ];
    let failure = part(words).failure.filter(|_| failed);
    Merged::new(rows, failure)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn words_of_other_jobs_do_nothing(words in prop::collection::vec(words(), 7..40), failed: bool) {
        let merged = merged(&words, failed);
        inspect(&render(&merged, &frame(&words[0]), COMMENT));
        inspect(&summary(&merged, &frame(&words[0])));
        inspect(&compact(&merged, &frame(&words[0])));
    }

    #[test]
    fn it_is_never_longer_than_asked_and_never_cut_open(
        words in prop::collection::vec(words(), 7..40),
        budget in 0_usize..8000,
    ) {
        let text = render(&merged(&words, true), &frame(&words[0]), budget);
        prop_assert!(text.chars().count() <= budget);
        if !text.is_empty() {
            inspect(&text);
        }
    }

    #[test]
    fn what_one_job_writes_another_reads(words in prop::collection::vec(words(), 7..40)) {
        let written = part(&words);
        let read = read(&written);
        prop_assert_eq!(&read.part, &written.part);
        prop_assert_eq!(&read.kept, &written.kept);
        prop_assert_eq!(read.counts, written.counts);
        let lines = |report: &Report| {
            let places = report.findings.iter().map(|found| report.place(found));
            let places = places.map(|place| place.map(|place| (place.file, place.line)));
            places.collect::<Vec<_>>()
        };
        prop_assert_eq!(lines(&read), lines(&written));
    }
}

/// An environment in which so many servers are made.
fn environment(name: &str, servers: usize) -> Row {
    let mut report = Report::new("plan");
    report.counts = Some(Counts {
        add: servers,
        ..Counts::default()
    });
    report.servers = (0..servers)
        .map(|number| ServerSheet {
            name: format!("{name}-{number}"),
            changes: vec!["create".to_owned()],
            sentences: vec!["create".to_owned()],
            ..ServerSheet::default()
        })
        .collect();
    Row {
        environment: name.to_owned(),
        report: Some(report),
        job: None,
    }
}

#[test]
fn a_large_environment_does_not_crowd_out_the_small_ones() {
    let rows = vec![
        environment("large", 5000),
        environment("small", 3),
        environment("tiny", 1),
    ];
    let text = render(&Merged::new(rows, None), &frame("n"), COMMENT);
    assert!((50_000..=COMMENT).contains(&text.chars().count()));
    for name in ["small-2", "tiny-0", "large-500"] {
        assert!(text.contains(&format!("`{name}`")), "{name}");
    }
    assert!(text.contains("✂️ *"), "what was cut is said");
    inspect(&text);
}

#[test]
fn a_hundred_environments_have_a_row_each_and_as_much_more_as_there_is_room_for() {
    let rows = (0..100).map(|number| environment(&format!("e{number}"), 50));
    let text = render(&Merged::new(rows.collect(), None), &frame("n"), COMMENT);
    assert!(text.chars().count() <= COMMENT);
    let rows = text.lines().filter(|line| line.starts_with("| **`e"));
    let rows = rows.filter(|line| line.contains("in order"));
    assert_eq!(rows.count(), 100, "{text}");
    inspect(&text);
}
