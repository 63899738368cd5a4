//! What findings mean, from the metadata of the rules themselves.

use super::paint::Paint;
use crate::finding::Meta;
use crate::reason::Reason;
use std::io;

/// One finding in full, for a terminal.
pub(crate) fn one(meta: &Meta, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{} {}", paint.bold(meta.code), paint.bold(meta.name))?;
    writeln!(out, "{} ({})\n", meta.summary, meta.severity.word())?;
    writeln!(out, "{}\n{}\n", paint.cyan("Why"), wrapped(meta.why))?;
    writeln!(
        out,
        "{}\n{}",
        paint.cyan("How to fix it"),
        wrapped(meta.fix)
    )?;
    if !meta.example.is_empty() {
        writeln!(
            out,
            "\n{}",
            meta.example
                .replace("```yaml", "")
                .replace("```", "")
                .trim()
        )?;
    }
    Ok(())
}

/// Why a run did not end well, for a terminal.
pub(crate) fn reason(reason: Reason, paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "{}\n", paint.bold(reason.word()))?;
    writeln!(out, "{}", wrapped(reason.meaning()))
}

/// The table of the README.
pub(crate) fn reasons(out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "| `failure-reason` | meaning |\n| --- | --- |")?;
    for reason in Reason::ALL {
        writeln!(out, "| `{}` | {} |", reason.word(), reason.meaning())?;
    }
    Ok(())
}

/// Every code, a line each.
pub(crate) fn list(all: &[&Meta], paint: Paint, out: &mut dyn io::Write) -> io::Result<()> {
    let width = all.iter().map(|meta| meta.name.len()).max().unwrap_or(0);
    for meta in all {
        writeln!(
            out,
            "{}  {:width$}  {}",
            paint.bold(meta.code),
            meta.name,
            meta.summary
        )?;
    }
    let words: Vec<&str> = Reason::ALL.iter().map(|reason| reason.word()).collect();
    writeln!(out, "\n{}", paint.bold("Failure reasons"))?;
    writeln!(out, "{}", wrapped(&words.join(", ")))?;
    writeln!(
        out,
        "\n`lostops explain` and a code, a name or a reason says more."
    )
}

/// docs/findings.md
pub(crate) fn markdown(all: &[&Meta], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "# Findings\n")?;
    writeln!(
        out,
        "Written by `lostops explain --markdown`; every entry stands beside the code that finds it.\n"
    )?;
    let chapters = [
        ("LO1", "Describers"),
        ("LO2", "Exposure"),
        ("LO3", "Nature"),
        ("LO4", "Packages"),
        ("LO5", "Verification"),
        ("LO6", "Operation"),
        ("LO7", "Rules of your own"),
    ];
    for (prefix, title) in chapters {
        let chapter: Vec<_> = all
            .iter()
            .filter(|meta| meta.code.starts_with(prefix))
            .collect();
        if chapter.is_empty() {
            continue;
        }
        writeln!(
            out,
            "## {title}\n\n| code | name | severity | what is |\n|---|---|---|---|"
        )?;
        for meta in &chapter {
            let anchor = format!("{}-{}", meta.code.to_lowercase(), meta.name);
            writeln!(
                out,
                "| [{}](#{anchor}) | {} | {} | {} |",
                meta.code,
                meta.name,
                meta.severity.word(),
                meta.summary
            )?;
        }
        writeln!(out)?;
        for meta in chapter {
            writeln!(
                out,
                "### {} {}\n\n**{}.** {}\n\n**Fix:** {}\n",
                meta.code,
                meta.name,
                capital(meta.summary),
                meta.why,
                meta.fix
            )?;
            if !meta.example.is_empty() {
                writeln!(out, "{}\n", meta.example.trim())?;
            }
        }
    }
    Ok(())
}

fn capital(words: &str) -> String {
    let mut characters = words.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

/// Paragraphs broken at 80 columns.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.len() - 1;
        if lines[last].chars().count() + word.chars().count() >= 80 {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines.join("\n")
}
