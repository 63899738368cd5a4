//! Writes a large plan: `cargo bench --bench plans -- 10000 > plan.json`.

#[path = "support/plan.rs"]
mod plan;

use std::io::{self, BufWriter, Write as _};

fn main() -> io::Result<()> {
    let machines = std::env::args().find_map(|argument| argument.parse().ok());
    let mut out = BufWriter::new(io::stdout().lock());
    plan::write(machines.unwrap_or(10), &mut out)?;
    out.flush()
}
