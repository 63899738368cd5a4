//! What a module says it changed, as the lines of a diff.

use serde_json::Value;

/// Lines around a change that are shown with it.
const AROUND: usize = 2;
/// More lines of one task are cut.
const MOST: usize = 400;

/// Modules return a list, one map, or text that is ready; anything else is no diff.
pub(crate) fn lines(diff: Option<&Value>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(diff) = diff {
        add(diff, &mut lines);
    }
    if lines.len() > MOST {
        let more = lines.len() - MOST;
        lines.truncate(MOST);
        lines.push(format!("… and {more} more lines"));
    }
    lines
}

fn add(diff: &Value, lines: &mut Vec<String>) {
    match diff {
        Value::Array(all) => all.iter().for_each(|one| add(one, lines)),
        Value::Object(one) => {
            if let Some(ready) = one.get("prepared").and_then(Value::as_str) {
                lines.extend(ready.lines().map(str::to_owned));
                return;
            }
            let side = |name: &str| one.get(name).map(text).unwrap_or_default();
            let (before, after) = (side("before"), side("after"));
            if before == after {
                return;
            }
            let header = ["after_header", "before_header"]
                .iter()
                .find_map(|name| one.get(*name).and_then(Value::as_str));
            lines.extend(header.map(|header| format!("--- {header}")));
            lines.extend(compared(&before, &after));
        }
        _ => {}
    }
}

/// What is no text is shown as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => format!("{other:#}"),
    }
}

/// What is the same at both ends is left out but for a little; between, the old lines and then the new ones.
fn compared(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    let mut lines: Vec<String> = old[head.saturating_sub(AROUND)..head]
        .iter()
        .map(|line| format!(" {line}"))
        .collect();
    lines.extend(
        old[head..old.len() - tail]
            .iter()
            .map(|line| format!("-{line}")),
    );
    lines.extend(
        new[head..new.len() - tail]
            .iter()
            .map(|line| format!("+{line}")),
    );
    let behind = &new[new.len() - tail..];
    lines.extend(behind.iter().take(AROUND).map(|line| format!(" {line}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_changed_file_is_shown_around_its_change() {
        let diff = json!([{ "before": "a\nb\nc\nd\ne\nf\n", "after": "a\nb\nc\nD\ne\nf\n", "after_header": "/etc/x" }]);
        assert_eq!(
            lines(Some(&diff)),
            ["--- /etc/x", " b", " c", "-d", "+D", " e", " f"]
        );
    }

    #[test]
    fn what_is_ready_is_taken_as_it_is() {
        assert_eq!(
            lines(Some(&json!({ "prepared": "Inst x\nConf x" }))),
            ["Inst x", "Conf x"]
        );
    }

    #[test]
    fn states_are_compared_as_they_are_written() {
        let diff = json!({ "before": { "state": "absent" }, "after": { "state": "directory" } });
        assert_eq!(
            lines(Some(&diff)),
            [
                " {",
                "-  \"state\": \"absent\"",
                "+  \"state\": \"directory\"",
                " }"
            ]
        );
    }

    #[test]
    fn what_did_not_change_and_what_is_no_diff_show_nothing() {
        for diff in [
            json!({ "before": "a", "after": "a" }),
            json!(7),
            json!("x"),
            json!([]),
            json!(null),
        ] {
            assert_eq!(lines(Some(&diff)), Vec::<String>::new());
        }
    }

    #[test]
    fn lines_that_repeat_are_counted_once() {
        assert_eq!(compared("a\na\n", "a\na\na\n"), [" a", " a", "+a"]);
        assert_eq!(compared("", "a\n"), ["+a"]);
    }
}
