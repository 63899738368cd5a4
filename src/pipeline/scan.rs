//! `lostops scan`: asks every TCP port of an address whether it takes a connection.

use super::progress;
use crate::cli;
use crate::context::Context;
use crate::exit::Exit;
use crate::fleet::port::PortSet;
use crate::fleet::words::thousands;
use crate::verify::scan::{Limits, Scan, scan};
use anyhow::Context as _;
use std::fmt::Write as _;
use std::io;
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Questions that wait for their answer at once: what is silent takes no longer than it must, and a few megabytes.
const AT_ONCE: usize = 8192;

/// A longer list of ranges tells a person nothing.
const RANGES: usize = 40;

pub(super) fn run(
    context: &Context,
    arguments: &cli::Scan,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    let address = arguments.address;
    let limits = Limits {
        rate: arguments.rate,
        at_once: AT_ONCE,
        deadline: arguments.deadline,
    };
    let progress = Mutex::new(progress(context));
    let say = |done: usize, of: usize| {
        let text = format!("{address}: {} of {} ports", thousands(done), thousands(of));
        if let Ok(mut progress) = progress.lock() {
            progress.say(&text);
        }
    };
    let since = Instant::now();
    let found = scan(address, &PortSet::range(1, u16::MAX), limits, &say)
        .with_context(|| format!("could not ask {address}"))?;
    let took = since.elapsed();
    drop(progress);
    if arguments.json {
        writeln!(out, "{}", json(address, &found, took))?;
    } else {
        write!(out, "{}", human(address, &found, took))?;
    }
    Ok(if found.unknown.is_empty() {
        Exit::Clean
    } else {
        Exit::Failed
    })
}

fn kinds(found: &Scan) -> [(&'static str, &PortSet); 4] {
    [
        ("open", &found.open),
        ("closed", &found.closed),
        ("filtered", &found.filtered),
        ("unknown", &found.unknown),
    ]
}

fn size(ports: &PortSet) -> usize {
    let sizes = ports
        .ranges()
        .map(|(low, high)| usize::from(high - low) + 1);
    sizes.sum()
}

fn human(address: IpAddr, found: &Scan, took: Duration) -> String {
    let counts: Vec<String> = kinds(found)
        .iter()
        .filter(|(kind, ports)| *kind != "unknown" || !ports.is_empty())
        .map(|(kind, ports)| format!("{} {kind}", thousands(size(ports))))
        .collect();
    let mut text = format!(
        "{address}: {} in {:.1} s\n",
        counts.join(", "),
        took.as_secs_f64()
    );
    for (kind, ports) in kinds(found) {
        let words = ports.words();
        let is_rest = kind != "open" && words.len() > RANGES;
        if is_rest || ports.is_empty() {
            continue;
        }
        let _ = writeln!(text, "  {kind:<8}  {}", words.join(", "));
    }
    if !found.unknown.is_empty() {
        text.push_str("  the time was over before all of them were asked: give it more with --deadline, or a higher --rate\n");
    }
    text
}

fn json(address: IpAddr, found: &Scan, took: Duration) -> serde_json::Value {
    let words = kinds(found).map(|(kind, ports)| (kind.to_owned(), ports.words().into()));
    let mut value: serde_json::Map<String, serde_json::Value> = words.into_iter().collect();
    value.insert("version".to_owned(), 1.into());
    value.insert("address".to_owned(), address.to_string().into());
    value.insert(
        "milliseconds".to_owned(),
        u64::try_from(took.as_millis()).unwrap_or(u64::MAX).into(),
    );
    value.into()
}
