//! A workflow's log: groups and annotations are ours, and nothing that others wrote is ever a command.

use crate::redact::Redactor;
use std::io::{self, Write as _};

/// The old form of a command counts anywhere in a line: a space that nobody sees takes it apart.
const APART: &str = "#\u{200b}#[";

/// The log of one step, on standard output.
#[derive(Debug)]
pub(crate) struct Log {
    redactor: Redactor,
    /// While a group is open, this word alone ends the silence that was put on commands.
    token: Option<String>,
    open: bool,
}

impl Log {
    pub(crate) fn new(redactor: Redactor) -> Self {
        Self {
            redactor,
            token: None,
            open: false,
        }
    }

    /// Opens a group, ending the one before. Inside it the runner obeys no command but the end, so that even a line
    /// that slipped through would stay a line.
    pub(crate) fn group(&mut self, title: &str) {
        self.end();
        let title = self.inert(title);
        put(&format!("::group::{title}\n"));
        // Without random bits the lines are still inert, each by itself.
        if let Ok(token) = crate::random::word() {
            put(&format!("::stop-commands::{token}\n"));
            self.token = Some(token);
        }
        self.open = true;
    }

    /// Ends the open group, if any.
    pub(crate) fn end(&mut self) {
        if let Some(token) = self.token.take() {
            put(&format!("::{token}::\n"));
        }
        if std::mem::take(&mut self.open) {
            put("::endgroup::\n");
        }
    }

    /// Lines of anybody's.
    pub(crate) fn say(&self, text: &str) {
        for line in lines(&self.redactor.text(text)) {
            put(&format!("{line}\n"));
        }
    }

    /// Text that we have rendered: colours stay.
    pub(crate) fn own(&self, text: &str) {
        put(&neutral(&self.redactor.text(text)));
    }

    /// A command of our own; `properties` and `data` may hold anything.
    pub(crate) fn command(&self, name: &str, properties: &[(&str, String)], data: &str) {
        let data = self.redactor.text(data).replace("##[", APART);
        put(&command(name, properties, &data));
    }

    /// One that was made elsewhere, escaped as it must be.
    pub(crate) fn own_command(&self, command: &str) {
        let command = self.redactor.text(command).replace("##[", APART);
        put(&format!("{}\n", command.trim_end()));
    }

    fn inert(&self, text: &str) -> String {
        lines(&self.redactor.text(text))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.end();
    }
}

/// Tells the runner to hide a value in its own log. It must come before anything that could hold it.
pub(crate) fn mask(secret: &str) -> String {
    command("add-mask", &[], secret)
}

/// A log that is gone is no reason to stop.
fn put(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

fn command(name: &str, properties: &[(&str, String)], data: &str) -> String {
    let given: Vec<String> = properties
        .iter()
        .map(|(name, value)| {
            format!(
                "{name}={}",
                escaped(value).replace(':', "%3A").replace(',', "%2C")
            )
        })
        .collect();
    let space = if given.is_empty() { "" } else { " " };
    format!("::{name}{space}{}::{}\n", given.join(","), escaped(data))
}

fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The lines of a text as a runner reads them, none of them a command: escape sequences go first, for they could
/// hide one, then both forms of command are taken apart.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = String> {
    text.split([
        '\n', '\r', '\u{0b}', '\u{0c}', '\u{85}', '\u{2028}', '\u{2029}',
    ])
    .enumerate()
    .filter_map(|(number, line)| {
        let line = inert_line(line);
        (number == 0 || !line.is_empty()).then_some(line)
    })
}

fn inert_line(line: &str) -> String {
    let plain = anstream::adapter::strip_str(line).to_string();
    let plain: String = plain
        .chars()
        .map(|c| {
            if c.is_control() && c != '\t' {
                '\u{fffd}'
            } else {
                c
            }
        })
        .collect();
    neutral_line(&plain)
}

fn neutral_line(line: &str) -> String {
    let line = line.replace("##[", APART);
    let (space, text) = line.split_at(line.len() - line.trim_start().len());
    match text.strip_prefix("::") {
        Some(rest) => format!("{space}:\u{200b}:{rest}"),
        None => line,
    }
}

/// What we have written ourselves, colours and all: what stands in it from others has no escape sequences any more,
/// but could still begin a line; a runner ends one at a bare carriage return, too.
pub(crate) fn neutral(text: &str) -> String {
    text.split_inclusive(['\n', '\r'])
        .map(neutral_line)
        .collect()
}

/// Standard error for messages of the program itself, free of secrets and, in a workflow, of commands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Guarded {
    pub(crate) in_workflow: bool,
    pub(crate) redactor: Redactor,
}

impl Guarded {
    pub(crate) fn text(&self, text: &str) -> String {
        let text = self.redactor.text(text);
        if self.in_workflow {
            neutral(&text)
        } else {
            text
        }
    }
}

impl io::Write for Guarded {
    /// One whole message at a time. It never fails: whoever writes a log complains of a failure where it has just
    /// failed, and ends the program.
    fn write(&mut self, message: &[u8]) -> io::Result<usize> {
        let text = self.text(&String::from_utf8_lossy(message));
        let _ = io::stderr().write_all(text.as_bytes());
        Ok(message.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = io::stderr().flush();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the runner reads a stream: lines end at any line break, and both forms are looked for.
    fn commands(text: &str) -> usize {
        let read = text.split(['\n', '\r']);
        read.filter(|line| line.trim_start().starts_with("::") || line.contains("##["))
            .count()
    }

    #[test]
    fn no_line_of_others_is_a_command() {
        let hostile = [
            "::set-output name=a::b",
            "   ::add-mask::e",
            "\u{a0}\u{2003}::error::x",
            "+ value = \"##[set-output name=a]b\"",
            "x\r::save-state name=a::b",
            "\u{1b}[31m::warning::x",
            "#\u{1b}[0m#[group]x",
            ":\u{1b}[0m:notice::x",
            "\u{1b}]0;title\u{7}::debug::x",
            "a\u{2028}::stop-commands::x",
            "\u{0b}::endgroup::",
        ];
        for text in hostile {
            let safe: Vec<String> = lines(text).collect();
            assert_eq!(commands(&safe.join("\n")), 0, "{text:?} became {safe:?}");
        }
    }

    #[test]
    fn our_own_commands_hold_what_is_in_them() {
        let text = command(
            "error",
            &[("file", "a,b:c\n.yaml".to_owned())],
            "50% of\r\nit",
        );
        assert_eq!(text, "::error file=a%2Cb%3Ac%0A.yaml::50%25 of%0D%0Ait\n");
    }

    #[test]
    fn our_own_text_keeps_its_lines() {
        let guard = Guarded {
            in_workflow: true,
            redactor: Redactor::new(["hunter22"]),
        };
        assert_eq!(guard.text("a hunter22\n\n::b\n"), "a ***\n\n:\u{200b}:b\n");
        assert_eq!(
            commands(&guard.text("a\r::error::b\r\n::c\r##[group]\n")),
            0
        );
    }
}
