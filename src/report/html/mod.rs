//! One file that a person opens: verdict, findings, topology, who reaches what, a sheet a server, what took how long.

mod matrix;
mod sheet;
mod timeline;

use super::{Outcome, Report, svg};
use crate::finding::{Finding, Severity};
use crate::report::comment::headline;
use std::fmt::Write as _;
use std::io;

const STYLE: &str = include_str!("style.css");

/// Nothing in it comes from elsewhere, and nothing of it runs: no script, no font, no picture that is not drawn here.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// Writes the whole file.
pub(crate) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let title = headline(report);
    let title = title.replace('`', "");
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{0}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <div class=\"verdict {1}\"><h1>{0}</h1>{2}</div>\n",
        escape(&title),
        report.outcome().word(),
        below(report)
    )?;
    failure(report, out)?;
    findings(report, out)?;
    became(report, out)?;
    if let Some(measured) = &report.measured {
        writeln!(out, "<h2>Who reaches what, measured</h2>")?;
        matrix::draw(&measured.matrix, out)?;
    }
    if let Some(topology) = &report.topology {
        writeln!(out, "<h2>Who is to reach what</h2>\n<div class=\"scroll\">")?;
        svg::render(topology, out)?;
        writeln!(out, "</div>")?;
    }
    sheet::all(report, out)?;
    if !report.notes.is_empty() {
        writeln!(out, "<h2>Notes</h2>\n<ul>")?;
        for note in &report.notes {
            writeln!(out, "<li>{}</li>", words(note))?;
        }
        writeln!(out, "</ul>")?;
    }
    if !report.timeline.laps.is_empty() {
        writeln!(out, "<h2>What took how long</h2>")?;
        timeline::draw(&report.timeline, out)?;
    }
    writeln!(out, "</body>\n</html>")
}

/// What stands below the answer: environment, cloud, versions, when.
fn below(report: &Report) -> String {
    let mut parts = Vec::new();
    if let Some(environment) = &report.environment {
        parts.push(format!("environment {}", escape(environment)));
    }
    if report.cloud == "simulated" {
        parts.push("simulated Azure".to_owned());
    }
    if let Some(measured) = &report.measured {
        let at = measured.at.strftime("%Y-%m-%d %H:%M UTC").to_string();
        parts.push(format!("measured {}", escape(&at)));
    }
    if let Some(version) = &report.terraform {
        parts.push(format!("{} {}", report.made_by(), escape(version)));
    }
    parts.push(format!("lostops {}", env!("CARGO_PKG_VERSION")));
    format!("<p class=\"dim\">{}</p>", parts.join(" · "))
}

fn failure(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(failure) = &report.failure else {
        return Ok(());
    };
    let lines: Vec<String> = failure.message.lines().map(words).collect();
    writeln!(
        out,
        "<div class=\"finding error\"><b>Failed</b> {}",
        lines.join("<br>")
    )?;
    if !failure.help.is_empty() {
        writeln!(out, "<p><b>Next:</b> {}</p>", words(&failure.help))?;
    }
    writeln!(out, "</div>")
}

fn findings(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.findings.is_empty() {
        if report.outcome() == Outcome::Clean {
            writeln!(out, "<p>Nothing was found that is not as it should be.</p>")?;
        }
        return Ok(());
    }
    let number = |severity| report.count(severity);
    writeln!(
        out,
        "<h2>Findings <span class=\"dim\">{} · {} · {}</span></h2>",
        crate::fleet::words::count(number(Severity::Error), "error"),
        crate::fleet::words::count(number(Severity::Warning), "warning"),
        crate::fleet::words::count(number(Severity::Note), "note"),
    )?;
    for finding in &report.findings {
        self::finding(report, finding, out)?;
    }
    Ok(())
}

fn finding(report: &Report, finding: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let mut text = format!(
        "<div class=\"finding {}\"><b>{}</b>{}",
        finding.severity.word(),
        finding.meta.code,
        words(&finding.message)
    );
    let mut under = Vec::new();
    if let Some(place) = report.place(finding) {
        let place = format!("{}:{}:{}", place.file, place.line, place.column);
        under.push(format!("<code>{}</code>", escape(&place)));
    }
    if let Some(evidence) = &finding.evidence {
        under.push(format!("evidence: {}", words(evidence)));
    }
    if !under.is_empty() {
        let _ = write!(text, "<p class=\"dim\">{}</p>", under.join(" · "));
    }
    if !finding.help.is_empty() {
        let _ = write!(text, "<p><b>Fix:</b>{}</p>", words(&finding.help));
    }
    writeln!(out, "{text}</div>")
}

fn became(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    if report.became.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "<h2>What becomes of each server, rehearsed</h2>\n<table>"
    )?;
    for one in &report.became {
        let what: Vec<String> = one.words.iter().map(|it| words(it)).collect();
        writeln!(
            out,
            "<tr><td><b>{}</b></td><td>{}</td></tr>",
            escape(&one.server),
            what.join("<br>")
        )?;
    }
    writeln!(out, "</table>")
}

/// Text of anybody's, with what stands in backticks as code.
fn words(text: &str) -> String {
    let mut html = String::new();
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            let _ = write!(html, "<code>{}</code>", escape(part));
        } else {
            html.push_str(&escape(part));
        }
    }
    html
}

/// Nothing of it is a tag, an attribute's end, or turns the text round.
fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in super::paint::inert(text).chars() {
        match c {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Became;

    #[test]
    fn what_others_have_written_is_text_and_nothing_else() {
        let mut report = Report::new("verify");
        let hostile = "<script>alert(1)</script>\"' onload=x `<img src=x>` \u{202e}";
        report.environment = Some(hostile.to_owned());
        report.notes.push(hostile.to_owned());
        report.became.push(Became {
            server: hostile.to_owned(),
            words: vec![hostile.to_owned()],
        });
        let mut out = Vec::new();
        render(&report, &mut out).expect("a file");
        let html = String::from_utf8(out).expect("text");
        assert!(
            !html.contains("<script") && !html.contains("<img"),
            "{html}"
        );
        assert!(
            !html.contains('\u{202e}') && !html.contains("\"' onload"),
            "{html}"
        );
        assert!(html.contains("&lt;script&gt;alert(1)"));
    }

    #[test]
    fn nothing_is_loaded_from_anywhere() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
    }
}
