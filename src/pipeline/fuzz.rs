//! Plans that somebody hostile has made, taken all the way to the answer.

use super::plan::judge;
use crate::context::Context;
use crate::describer::load;
use crate::fuzz::fuzz;
use crate::report::{Report, comment, html, human, json, sarif};
use crate::terraform::plan::{Options, read_bytes};
use serde_json::Value;

#[test]
fn no_plan_panics_or_hangs_from_its_json_to_every_report() {
    let context = Context::from_process().expect("a context");
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/managed");
    fuzz("plans", 200, move |input| {
        let options = Options {
            observed: true,
            partial: true,
        };
        let Ok(plan) = read_bytes(input, options) else {
            return;
        };
        let mut report = Report::new("plan");
        judge(&context, None, &plan, false, &mut report);
        every_format(&report);
        let instead = std::collections::BTreeMap::new();
        let loaded = load(folder.into(), &instead, &|_| true, context.today).expect("describers");
        let mut report = Report::new("plan");
        report.sources = loaded.sources;
        let fleet = loaded.environments[0].fleet.as_ref();
        judge(&context, fleet, &plan, true, &mut report);
        every_format(&report);
    });
}

/// Whatever it says, a machine can read what is for machines.
fn every_format(report: &Report) {
    let mut out = Vec::new();
    human::render(report, true, &mut out).expect("memory takes it");
    comment::print(report, &mut out).expect("memory takes it");
    html::render(report, &mut out).expect("memory takes it");
    for render in [json::render, sarif::render] {
        let mut out = Vec::new();
        render(report, &mut out).expect("memory takes it");
        serde_json::from_slice::<Value>(&out).expect("JSON");
    }
}
