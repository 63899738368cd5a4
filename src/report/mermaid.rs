//! The topology as Mermaid, which GitHub draws in comments and Markdown files.

use super::topology::Topology;
use std::collections::BTreeMap;
use std::io;

/// A flow chart from left to right, one arrow per pair with all its ports.
pub(crate) fn render(topology: &Topology, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    let mut ids: BTreeMap<&str, String> = BTreeMap::new();
    for (number, name) in topology.outside.iter().enumerate() {
        let id = format!("o{number}");
        writeln!(out, "  {id}([\"{}\"])", label(name))?;
        ids.insert(name, id);
    }
    writeln!(
        out,
        "  subgraph environment [\"{}\"]",
        label(&topology.environment)
    )?;
    for (number, server) in topology.servers.iter().enumerate() {
        let id = format!("s{number}");
        writeln!(
            out,
            "    {id}[\"<b>{}</b><br/>{}\"]",
            label(&server.name),
            label(&server.words)
        )?;
        ids.insert(&server.name, id);
    }
    writeln!(out, "  end")?;
    for server in &topology.servers {
        let mut arrows: Vec<(&str, Vec<String>)> = Vec::new();
        for opening in &server.openings {
            let port = if opening.purpose.is_empty() {
                opening.ports.clone()
            } else {
                format!("{} {}", opening.ports, opening.purpose)
            };
            for from in &opening.from {
                match arrows.iter_mut().find(|(known, _)| known == from) {
                    Some((_, ports)) => ports.push(port.clone()),
                    None => arrows.push((from, vec![port.clone()])),
                }
            }
        }
        for (from, ports) in arrows {
            if let (Some(from), Some(to)) = (ids.get(from), ids.get(server.name.as_str())) {
                let ports: Vec<String> = ports.iter().map(|port| label(port)).collect();
                writeln!(out, "  {from} -- \"{}\" --> {to}", ports.join("<br/>"))?;
            }
        }
    }
    Ok(())
}

/// Words inside quotes: nothing of them is Mermaid's or HTML's.
fn label(words: &str) -> String {
    words
        .chars()
        .map(|c| match c {
            '"' | '<' | '>' | '&' | '#' | '`' | '@' => format!("#{};", u32::from(c)),
            c if c.is_control() => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}
