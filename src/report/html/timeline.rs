//! What took how long, as bars one after the other.

use super::escape;
use crate::report::Timeline;
use crate::report::timeline::spent;
use std::io;
use std::time::Duration;

const LEFT: f64 = 230.0;
const WIDTH: f64 = 660.0;
const ROW: usize = 26;

pub(super) fn draw(timeline: &Timeline, out: &mut dyn io::Write) -> io::Result<()> {
    let total = timeline.total().as_secs_f64().max(0.001);
    let height = timeline.laps.len() * ROW + 30;
    writeln!(
        out,
        "<svg viewBox=\"0 0 {} {height}\" role=\"img\"><title>What took how long</title>",
        LEFT + 760.0
    )?;
    let mut before = Duration::ZERO;
    for (number, (what, took)) in timeline.laps.iter().enumerate() {
        let y = number * ROW;
        let from = before.as_secs_f64() / total * WIDTH;
        let wide = (took.as_secs_f64() / total * WIDTH).max(1.5);
        writeln!(
            out,
            "<text x=\"0\" y=\"{0}\">{1}</text><rect class=\"bar\" x=\"{2:.1}\" y=\"{3}\" width=\"{wide:.1}\" height=\"14\" rx=\"3\"/>\
             <text class=\"dim\" x=\"{4:.1}\" y=\"{0}\">{5}</text>",
            y + 16,
            escape(what),
            LEFT + from,
            y + 5,
            LEFT + from + wide + 6.0,
            spent(*took)
        )?;
        before += *took;
    }
    writeln!(
        out,
        "<text class=\"name\" x=\"0\" y=\"{0}\">all of it</text><text class=\"name\" x=\"{LEFT}\" y=\"{0}\">{1}</text></svg>",
        height - 8,
        spent(timeline.total())
    )
}
