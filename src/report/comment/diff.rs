//! Terraform's own words of the plan, as a diff that GitHub colours.

use super::fit::Section;
use super::safe::{fence, lines};
use crate::fleet::words::count;
use crate::report::Report;

/// A plan shorter than this stands open.
const SHORT: usize = 10;
/// So does one of which a part failed, as long as it can be read at a glance.
const SHORT_WHEN_FAILED: usize = 40;

/// Folded, unless it is short or something went wrong.
pub(super) fn section(report: &Report) -> Option<Section<'_>> {
    let shown = signed(report.diff.as_deref()?);
    if shown.is_empty() {
        return None;
    }
    let fence = fence(shown.iter().map(String::as_str));
    let short = match report.failure {
        Some(_) => SHORT_WHEN_FAILED,
        None => SHORT,
    };
    let open = if shown.len() < short { " open" } else { "" };
    let total = shown.len();
    let open = format!(
        "<details{open}><summary>Terraform's plan, {}</summary>\n\n{fence}diff\n",
        count(total, "line")
    );
    // The closing fence is as long as the opening one, which differs from plan to plan.
    let close = format!("{fence}\n\n</details>\n\n");
    Some(Section {
        open,
        items: Box::new(shown.into_iter().map(|line| line + "\n")),
        close: close.into(),
        total,
        noun: "line of the plan",
    })
}

/// Without the legend, every sign at the start of its line: `+`, `-`, `!` for a change in place, `-/+` for a replacement.
fn signed(diff: &str) -> Vec<String> {
    let mut shown: Vec<String> = Vec::new();
    let (mut in_legend, mut in_read) = (false, false);
    for line in lines(diff) {
        if line.starts_with("Terraform used the selected providers") {
            in_legend = true;
        }
        if in_legend {
            in_legend = !line.starts_with("Terraform will perform the following actions");
            continue;
        }
        let line = line.trim_end();
        // What is only read changes nothing.
        if line.starts_with("  # data.") && line.ends_with(" will be read during apply") {
            in_read = true;
        }
        if in_read {
            in_read = line != "    }";
            continue;
        }
        // One empty line is as good as several.
        if !line.is_empty() || shown.last().is_some_and(|last| !last.is_empty()) {
            shown.push(sign(line));
        }
    }
    while shown.last().is_some_and(String::is_empty) {
        shown.pop();
    }
    shown
}

fn sign(line: &str) -> String {
    let rest = line.trim_start_matches(' ');
    let indent = &line[..line.len() - rest.len()];
    for (sign, shown) in [
        ("-/+ ", "-/+"),
        ("+/- ", "+/-"),
        ("+ ", "+"),
        ("- ", "-"),
        ("~ ", "!"),
    ] {
        if let Some(rest) = rest.strip_prefix(sign) {
            return format!("{shown}{indent} {rest}");
        }
    }
    line.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_move_to_the_start_and_the_legend_goes() {
        let plan = "\nTerraform used the selected providers to generate\n  + create\n\nTerraform will perform the following actions:\n\n  # data.a.b will be read during apply\n <= data \"a\" \"b\" {\n      + id = (known after apply)\n    }\n\n  # a will be updated\n  ~ resource \"a\" \"b\" {\n      + x = 1\n      - y = 2 -> null\n      ~ z = \"a - b\"\n    }\n\n\n-/+ resource \"c\" {\n";
        assert_eq!(
            signed(plan),
            [
                "  # a will be updated",
                "!   resource \"a\" \"b\" {",
                "+       x = 1",
                "-       y = 2 -> null",
                "!       z = \"a - b\"",
                "    }",
                "",
                "-/+ resource \"c\" {",
            ]
        );
    }
}
