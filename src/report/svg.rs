//! The topology as a picture of its own: boxes of ports, and lines from whoever may reach them.

use super::topology::Topology;
use std::fmt::Write as _;
use std::io;

const ROW: usize = 24;
const HEAD: usize = 50;
const GAP: usize = 28;
const TOP: usize = 64;
const LEFT: usize = 24;
const OUTSIDE: usize = 170;
const SERVER_X: usize = 380;
const SERVER: usize = 360;
/// Room on the right for lines from server to server.
const LANES: usize = 140;

const STYLE: &str = "\
text{font:14px system-ui,sans-serif;fill:#1f2328}.name{font-weight:600}.dim{fill:#59636e;font-size:12px}\
rect{fill:#fff;stroke:#8c959f}.outside{fill:#ddf4ff;stroke:#54aeff}.internet{fill:#fff8c5;stroke:#d4a72c}\
path{fill:none;stroke:#57606a;stroke-width:1.5}.fromnet{stroke:#bf8700}.inner{stroke:#0969da}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.dim{fill:#9198a1}rect{fill:#151b23;stroke:#656c76}\
.outside{fill:#0c2d6b;stroke:#388bfd}.internet{fill:#3b2300;stroke:#bb8009}path{stroke:#9198a1}}";

/// One self-contained SVG.
pub(crate) fn render(topology: &Topology, out: &mut dyn io::Write) -> io::Result<()> {
    let heights: Vec<usize> = topology
        .servers
        .iter()
        .map(|server| HEAD + server.openings.len().max(1) * ROW + 8)
        .collect();
    let servers_height: usize = heights.iter().map(|height| height + GAP).sum();
    let height = TOP + servers_height.max(topology.outside.len() * (44 + GAP));
    let width = SERVER_X + SERVER + LANES;
    let tops: Vec<usize> = heights
        .iter()
        .scan(TOP, |top, height| {
            let own = *top;
            *top += height + GAP;
            Some(own)
        })
        .collect();
    let spacing = servers_height
        .checked_div(topology.outside.len())
        .unwrap_or(0)
        .max(72);
    let outside_y = |number: usize| TOP + number * spacing + spacing / 2 - 36;

    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n\
         <title>Who reaches which port in {0}</title>\n<style>{STYLE}</style>\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0 0L8 4L0 8z\" style=\"fill:#57606a;stroke:none\"/></marker></defs>\n\
         <text x=\"{LEFT}\" y=\"34\" class=\"name\" style=\"font-size:18px\">{0}</text>",
        escape(&topology.environment)
    )?;
    let mut lines = String::new();
    for (server, top) in topology.servers.iter().zip(&tops) {
        for (row, opening) in server.openings.iter().enumerate() {
            let y = top + HEAD + row * ROW + ROW / 2;
            for from in &opening.from {
                if let Some(number) = topology.outside.iter().position(|name| name == from) {
                    let (x0, y0, x1) = (LEFT + OUTSIDE, outside_y(number) + 22, SERVER_X - 2);
                    let (middle, class) = (
                        x0.midpoint(x1),
                        if from == "internet" {
                            "fromnet"
                        } else {
                            "group"
                        },
                    );
                    let _ = writeln!(
                        lines,
                        "<path class=\"{class}\" marker-end=\"url(#tip)\" d=\"M{x0} {y0}C{middle} {y0} {middle} {y} {x1} {y}\"/>"
                    );
                } else if let Some(at) = topology
                    .servers
                    .iter()
                    .position(|other| other.name == *from)
                {
                    let right = SERVER_X + SERVER;
                    let y0 = tops[at] + HEAD / 2;
                    let bend = right + 30 + y.abs_diff(y0) / 4;
                    let _ = writeln!(
                        lines,
                        "<path class=\"inner\" marker-end=\"url(#tip)\" d=\"M{right} {y0}C{bend} {y0} {bend} {y} {} {y}\"/>",
                        right + 2
                    );
                }
            }
        }
    }
    out.write_all(lines.as_bytes())?;
    for (number, name) in topology.outside.iter().enumerate() {
        let y = outside_y(number);
        let class = if name == "internet" {
            "internet"
        } else {
            "outside"
        };
        writeln!(
            out,
            "<rect class=\"{class}\" x=\"{LEFT}\" y=\"{y}\" width=\"{OUTSIDE}\" height=\"44\" rx=\"22\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            LEFT + OUTSIDE / 2,
            y + 27,
            escape(name)
        )?;
    }
    for ((server, top), height) in topology.servers.iter().zip(&tops).zip(&heights) {
        writeln!(
            out,
            "<rect x=\"{SERVER_X}\" y=\"{top}\" width=\"{SERVER}\" height=\"{height}\" rx=\"8\"/>\
             <text class=\"name\" x=\"{0}\" y=\"{1}\">{2}</text><text class=\"dim\" x=\"{0}\" y=\"{3}\">{4}</text>",
            SERVER_X + 14,
            top + 22,
            escape(&server.name),
            top + 40,
            escape(&server.words)
        )?;
        for (row, opening) in server.openings.iter().enumerate() {
            let y = top + HEAD + row * ROW + ROW / 2 + 5;
            writeln!(
                out,
                "<text x=\"{}\" y=\"{y}\">{}/{}</text><text class=\"dim\" x=\"{}\" y=\"{y}\">{}</text>\
                 <text class=\"dim\" x=\"{}\" y=\"{y}\" text-anchor=\"end\">{}</text>",
                SERVER_X + 14,
                escape(&opening.ports),
                opening.protocol,
                SERVER_X + 110,
                escape(&opening.purpose),
                SERVER_X + SERVER - 14,
                escape(&opening.from.join(", "))
            )?;
        }
    }
    writeln!(out, "</svg>")
}

fn escape(words: &str) -> String {
    words
        .chars()
        .map(|c| match c {
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '&' => "&amp;".to_owned(),
            '"' => "&quot;".to_owned(),
            c if c.is_control() => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}
