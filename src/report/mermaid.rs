//! The topology as Mermaid, which GitHub draws in comments and Markdown files.

use super::topology::{Opening, Topology};
use std::collections::BTreeMap;
use std::io;

/// What a plan does to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    New,
    Changed,
    Replaced,
    Destroyed,
}

impl Mark {
    fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Replaced => "replaced",
            Self::Destroyed => "destroyed",
        }
    }

    /// Readable on a light page and on a dark one.
    fn style(self) -> &'static str {
        match self {
            Self::New => "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
            Self::Changed => "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
            Self::Replaced => "fill:#fff1e5,stroke:#bc4c00,color:#1f2328,stroke-width:3px",
            Self::Destroyed => "fill:#ffebe9,stroke:#cf222e,color:#1f2328,stroke-dasharray:5 4",
        }
    }
}

/// What is marked in a picture.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    pub(crate) servers: BTreeMap<String, Mark>,
    /// Servers that are no longer described.
    pub(crate) gone: Vec<String>,
    /// What is not permitted: server, source, protocol, lowest and highest port.
    pub(crate) wrong: Vec<(String, String, &'static str, u16, u16)>,
}

impl Marks {
    pub(crate) fn is_empty(&self) -> bool {
        self.servers.is_empty() && self.gone.is_empty() && self.wrong.is_empty()
    }

    fn is_wrong(&self, server: &str, from: &str, opening: &Opening) -> bool {
        let opened = |low: u16, high: u16| {
            opening.ports.split(", ").any(|words| {
                let (first, last) = words.split_once('-').unwrap_or((words, words));
                let number = |word: &str| word.parse::<u16>().ok();
                number(first).is_some_and(|first| first <= high)
                    && number(last).is_some_and(|last| last >= low)
            })
        };
        self.wrong.iter().any(|(to, source, protocol, low, high)| {
            to == server && source == from && *protocol == opening.protocol && opened(*low, *high)
        })
    }
}

/// A flow chart from left to right, one arrow per pair with all its ports; what is not permitted has an arrow of its own.
pub(crate) fn render(
    topology: &Topology,
    marks: &Marks,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    let mut ids: BTreeMap<&str, String> = BTreeMap::new();
    for (number, name) in topology.outside.iter().enumerate() {
        let id = format!("o{number}");
        writeln!(out, "  {id}([\"{}\"])", label(name))?;
        ids.insert(name, id);
    }
    let environment = label(&topology.environment);
    writeln!(out, "  subgraph environment [\"{environment}\"]")?;
    let mut boxes: Vec<(&str, &str, Option<Mark>)> = Vec::new();
    for server in &topology.servers {
        let mark = marks.servers.get(&server.name).copied();
        boxes.push((&server.name, &server.words, mark));
    }
    for name in &marks.gone {
        boxes.push((name, "", Some(Mark::Destroyed)));
    }
    for (number, (name, words, mark)) in boxes.into_iter().enumerate() {
        let id = format!("s{number}");
        let own: Vec<&str> = words.split(" · ").filter(|word| *word != name).collect();
        let words = match (mark, words.rsplit(" · ").next()) {
            (Some(mark), Some(address)) if !address.is_empty() => {
                format!("{} · {address}", mark.word())
            }
            (Some(mark), _) => mark.word().to_owned(),
            (None, _) => own.join(" · "),
        };
        let class = mark.map_or_else(String::new, |mark| format!(":::{}", mark.word()));
        writeln!(
            out,
            "    {id}[\"<b>{}</b><br/>{}\"]{class}",
            label(name),
            label(&words)
        )?;
        ids.insert(name, id);
    }
    writeln!(out, "  end")?;
    writeln!(out, "  style environment fill:transparent,stroke:#818b98")?;
    arrows(topology, marks, &ids, out)?;
    let used: std::collections::BTreeSet<Mark> = marks
        .servers
        .values()
        .copied()
        .chain((!marks.gone.is_empty()).then_some(Mark::Destroyed))
        .collect();
    for mark in used {
        writeln!(out, "  classDef {} {}", mark.word(), mark.style())?;
    }
    Ok(())
}

fn arrows(
    topology: &Topology,
    marks: &Marks,
    ids: &BTreeMap<&str, String>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut wrong: Vec<String> = Vec::new();
    let mut drawn = 0;
    for server in &topology.servers {
        let mut arrows: Vec<(&str, bool, Vec<String>)> = Vec::new();
        for opening in &server.openings {
            for from in &opening.from {
                let is_wrong = marks.is_wrong(&server.name, from, opening);
                let port = words(opening);
                match arrows
                    .iter_mut()
                    .find(|arrow| arrow.0 == from && arrow.1 == is_wrong)
                {
                    Some((_, _, ports)) => ports.push(port),
                    None => arrows.push((from, is_wrong, vec![port])),
                }
            }
        }
        for (from, is_wrong, ports) in arrows {
            if let (Some(from), Some(to)) = (ids.get(from), ids.get(server.name.as_str())) {
                let ports = ports.join("<br/>");
                writeln!(out, "  {from} -- \"{ports}\" --> {to}")?;
                if is_wrong {
                    wrong.push(drawn.to_string());
                }
                drawn += 1;
            }
        }
    }
    if !wrong.is_empty() {
        let style = "stroke:#cf222e,stroke-width:3px,color:#cf222e";
        writeln!(out, "  linkStyle {} {style}", wrong.join(","))?;
    }
    Ok(())
}

fn words(opening: &Opening) -> String {
    let protocol = if opening.protocol == "tcp" {
        String::new()
    } else {
        format!("/{}", opening.protocol)
    };
    let ports = label(&format!("{}{protocol}", opening.ports));
    if opening.purpose.is_empty() {
        ports
    } else {
        format!("{ports} {}", label(&opening.purpose))
    }
}

/// The most characters of a label.
const LONGEST: usize = 60;

/// Words inside quotes: nothing of them is Mermaid's or HTML's.
fn label(words: &str) -> String {
    words
        .chars()
        .take(LONGEST)
        .map(|c| {
            if c.is_alphanumeric() && !super::paint::is_invisible(c) || " ._-/:,·".contains(c) {
                c
            } else {
                '�'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::topology::Box;

    fn topology() -> Topology {
        let opening = |ports: &str, from: &str| Opening {
            ports: ports.to_owned(),
            protocol: "tcp",
            purpose: String::new(),
            from: vec![from.to_owned()],
        };
        Topology {
            environment: "x\"]\nclick s0 \"javascript:alert(1)\"".to_owned(),
            outside: vec!["internet".to_owned()],
            servers: vec![Box {
                name: "web".to_owned(),
                words: "backend".to_owned(),
                openings: vec![opening("443", "internet"), opening("8080-8090", "internet")],
            }],
        }
    }

    fn drawn(marks: &Marks) -> String {
        let mut out = Vec::new();
        render(&topology(), marks, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_not_permitted_has_a_red_arrow_of_its_own() {
        let marks = Marks {
            wrong: vec![("web".to_owned(), "internet".to_owned(), "tcp", 8085, 8085)],
            ..Marks::default()
        };
        let drawn = drawn(&marks);
        assert!(
            drawn.contains("o0 -- \"443\" --> s0\n  o0 -- \"8080-8090\" --> s0"),
            "{drawn}"
        );
        assert!(drawn.contains("linkStyle 1 stroke:#cf222e"), "{drawn}");
    }

    #[test]
    fn servers_that_change_or_go_are_marked() {
        let marks = Marks {
            servers: BTreeMap::from([("web".to_owned(), Mark::Replaced)]),
            gone: vec!["old".to_owned()],
            ..Marks::default()
        };
        let drawn = drawn(&marks);
        assert!(
            drawn.contains("<b>web</b><br/>replaced · backend\"]:::replaced"),
            "{drawn}"
        );
        assert!(
            drawn.contains("<b>old</b><br/>destroyed\"]:::destroyed"),
            "{drawn}"
        );
        assert!(drawn.contains("classDef destroyed") && !drawn.contains("classDef new"));
    }

    #[test]
    fn a_name_cannot_speak_mermaid() {
        let drawn = drawn(&Marks::default());
        assert!(
            !drawn.contains("\nclick") && !drawn.contains("(1)"),
            "{drawn}"
        );
    }
}
