//! `lostops verify`: measures whether what runs is what is written; also the last stage of an apply.

mod everywhere;
mod expected;
mod outside;
mod parallel;
mod served;
mod stage;

use super::configure::{self, Want, Way};
use super::describe;
use crate::cli::Verify as Arguments;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::reason::Reason;
use crate::report::{Failure, Report};

pub(super) use stage::stage;

/// Questions a second that the scan puts, to all servers together.
pub(super) const RATE: u32 = 20_000;

pub(super) fn run(context: &Context, arguments: &Arguments) -> Report {
    let mut report = Report::new("verify");
    if let Err(failure) = verified(context, arguments, &mut report) {
        report.failure = Some(failure);
    }
    report
}

/// Measures, and adds what was found to a report.
pub(super) fn verified(
    context: &Context,
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Failure> {
    report.cloud = arguments.cloud.word();
    let Some(fleet) = describe::one(context, &arguments.describers, report)? else {
        return Ok(());
    };
    // Measuring needs no secret of any service.
    report
        .findings
        .retain(|finding| finding.meta.name != "secret-not-set");
    super::ask::servers_exist(&fleet, &arguments.servers)?;
    let want = Want {
        cloud: arguments.cloud,
        servers: &arguments.servers,
        all: false,
        check: true,
        key_file: arguments.ssh_key.as_deref(),
        timeout: arguments.timeout,
        fresh: false,
    };
    nothing_is(&fleet, want)?;
    let mut progress = super::progress_of(context, Some(&fleet));
    let way = Way::find(context, &fleet, want, &mut progress)?;
    let rate = arguments.rate;
    stage(context, &fleet, want, rate, &way, report, &mut progress)
}

/// A verification of nothing is none; of servers that are to be stopped it is whether they are.
pub(super) fn nothing_is(fleet: &Fleet, want: Want<'_>) -> Result<(), Failure> {
    if configure::asked(fleet, want).next().is_some() {
        return Ok(());
    }
    Err(Failure {
        reason: Reason::NoHosts,
        message: "no server is there to be measured: by their describers those that were asked for are absent"
            .to_owned(),
        help: "let their describers say `state: running` and apply".to_owned(),
    })
}
