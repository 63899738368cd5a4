//! Markdown: what the comment on a pull request shows.
//!
//! Everything that others wrote is put where it can do nothing: mentions, HTML, links, table edges and
//! direction marks are all taken apart.

use super::paint::is_invisible;
use super::{Outcome, Report, ServerSheet};
use crate::finding::{Finding, Severity};
use crate::fleet::exposure::Proof;
use crate::fleet::words::{count, or_list};
use std::fmt::Write as _;
use std::io;

/// Writes the whole answer as GitHub-flavoured Markdown.
pub(crate) fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "### {}\n", headline(report))?;
    if let Some(failure) = &report.failure {
        writeln!(out, "> [!CAUTION]\n> {}\n", quoted(&failure.message))?;
        if !failure.help.is_empty() {
            writeln!(out, "**Next:** {}\n", text(&failure.help))?;
        }
    }
    findings(report, Severity::Error, out)?;
    if !report.servers.is_empty() {
        writeln!(out, "#### Servers\n")?;
        writeln!(out, "| server | changes | ports |\n|---|---|---|")?;
        for sheet in &report.servers {
            writeln!(
                out,
                "| {} | {} | {} |",
                server(sheet),
                changes(sheet),
                ports(sheet)
            )?;
        }
        writeln!(out)?;
    }
    findings(report, Severity::Warning, out)?;
    for note in &report.notes {
        writeln!(out, "- {}", text(note))?;
    }
    if let Some(counts) = report.counts {
        writeln!(out, "\nTerraform: {counts}.")?;
    }
    Ok(())
}

/// Errors stand open; what may wait is folded.
fn findings(report: &Report, severity: Severity, out: &mut dyn io::Write) -> io::Result<()> {
    let found: Vec<_> = report
        .findings
        .iter()
        .filter(|found| found.severity == severity)
        .collect();
    if found.is_empty() {
        return Ok(());
    }
    let folded = severity != Severity::Error;
    if folded {
        let summary = count(found.len(), severity.word());
        writeln!(out, "<details><summary>{summary}</summary>\n")?;
    } else {
        writeln!(out, "#### Not permitted\n")?;
    }
    for one in found {
        finding(report, one, out)?;
    }
    writeln!(out, "{}", if folded { "\n</details>\n" } else { "" })
}

fn headline(report: &Report) -> String {
    let mark = match report.outcome() {
        Outcome::Clean => "✅",
        Outcome::Violations => "❌",
        Outcome::Failed => "⚠️",
    };
    let environment = report
        .environment
        .as_deref()
        .map(|name| format!(" of {}", code(name)))
        .unwrap_or_default();
    let answer = match report.outcome() {
        Outcome::Clean if report.applied => "applied".to_owned(),
        Outcome::Clean => match report.counts {
            Some(counts) if counts == super::Counts::default() => "nothing to change".to_owned(),
            _ => "everything is permitted".to_owned(),
        },
        Outcome::Violations => format!(
            "{} to mend",
            count(report.count(Severity::Error), "violation")
        ),
        Outcome::Failed => "could not be done".to_owned(),
    };
    format!("{mark} lostops {}{environment}: {answer}", report.command)
}

fn finding(report: &Report, found: &Finding, out: &mut dyn io::Write) -> io::Result<()> {
    let place = report
        .place(found)
        .map(|place| format!(" {}", code(&format!("{}:{}", place.file, place.line))));
    write!(
        out,
        "- **{}** {}{}",
        found.meta.code,
        text(&found.message),
        place.unwrap_or_default()
    )?;
    if let Some(evidence) = &found.evidence {
        write!(out, "<br>evidence: {}", code(evidence))?;
    }
    if !found.help.is_empty() {
        write!(out, "<br>*{}*", text(&found.help))?;
    }
    writeln!(out)
}

fn server(sheet: &ServerSheet) -> String {
    let facts: Vec<String> = sheet.facts.iter().map(|fact| text(fact)).collect();
    format!("**{}**<br>{}", text(&sheet.name), facts.join(" · "))
}

fn changes(sheet: &ServerSheet) -> String {
    if sheet.sentences.is_empty() {
        return "none".to_owned();
    }
    let sentence = |sentence: &String| match sentence.split(' ').next() {
        Some("destroy" | "replace" | "delete") => format!("⚠️ **{}**", text(sentence)),
        _ => text(sentence),
    };
    sheet
        .sentences
        .iter()
        .map(sentence)
        .collect::<Vec<_>>()
        .join("<br>")
}

fn ports(sheet: &ServerSheet) -> String {
    let shown = if sheet.planned.is_empty() {
        &sheet.declared[..]
    } else {
        &sheet.planned
    };
    let lines: Vec<String> = shown
        .iter()
        .map(|shown| {
            let mark = match (shown.permitted, shown.line.proof) {
                (true, Proof::Open) => "✅",
                (_, Proof::CannotProve) => "❓",
                (false, Proof::Open) => "❌",
            };
            let ports = format!("{}/{}", shown.line.ports(), shown.line.protocol.word());
            let from = text(&or_list(&shown.line.from)).replace(' ', "&nbsp;");
            format!("{mark}&nbsp;{}&nbsp;from&nbsp;{from}", code(&ports))
        })
        .collect();
    if lines.is_empty() {
        "none".to_owned()
    } else {
        lines.join("<br>")
    }
}

/// Words of others inside a sentence or a table cell.
pub(crate) fn text(words: &str) -> String {
    let mut safe = String::with_capacity(words.len() + 8);
    let mut ticks = words.split('`').peekable();
    let mut in_code = false;
    while let Some(part) = ticks.next() {
        // A pair of backticks in our own messages marks a name; a lone one is only a character.
        if in_code && ticks.peek().is_some() {
            safe.push_str(&code(part));
        } else {
            if in_code {
                safe.push_str("&#96;");
            }
            escape(part, &mut safe);
        }
        in_code = !in_code;
    }
    safe
}

fn escape(words: &str, safe: &mut String) {
    for character in words.chars() {
        match character {
            '&' | '<' | '>' | '@' | '|' | '*' | '_' | '~' | '[' | ']' | '!' | '#' | '\\' | ':'
            | '$' => {
                let _ = write!(safe, "&#{};", u32::from(character));
            }
            '\n' | '\r' | '\t' => safe.push(' '),
            c if c.is_control() || is_invisible(c) => safe.push('\u{fffd}'),
            c => safe.push(c),
        }
    }
}

/// A name in code: a fence longer than any run of backticks in it.
pub(crate) fn code(words: &str) -> String {
    let clean: String = words
        .chars()
        .map(|c| match c {
            c if c.is_control() || is_invisible(c) => '\u{fffd}',
            // A table cell ends at a bar even inside code.
            '|' => '¦',
            c => c,
        })
        .collect();
    let longest = clean.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if clean.starts_with('`') || clean.ends_with('`') || clean.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{clean}{pad}{fence}")
}

fn quoted(words: &str) -> String {
    words.lines().map(text).collect::<Vec<_>>().join("<br>\n> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_cannot_mention_link_or_leave_the_cell() {
        let hostile = "@all <img> | **x** [a](http://b) <!-- --> \u{202e}";
        let safe = text(hostile);
        for forbidden in ["@", "<", "|", "**", "[", "://", "\u{202e}"] {
            assert!(!safe.contains(forbidden), "{forbidden} in {safe}");
        }
    }

    #[test]
    fn a_name_with_backticks_stays_inside_its_fence() {
        assert_eq!(code("a``b"), "```a``b```");
        assert_eq!(
            text("the server `web` is `odd"),
            "the server `web` is &#96;odd"
        );
    }
}
