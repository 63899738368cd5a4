//! `lostops check`: is what we wrote allowed?

use super::describe;
use crate::cli::{Check, Describers};
use crate::context::Context;
use crate::report::{Report, topology};

pub(super) fn run(context: &Context, arguments: &Check) -> Report {
    let mut report = Report::new("check");
    let describers = Describers {
        describers: arguments
            .folder
            .clone()
            .or_else(|| arguments.describers.describers.clone()),
        environment: arguments.describers.environment.clone(),
    };
    match describe::load(context, &describers, &mut report) {
        Ok(environments) => {
            if let [only] = environments.as_slice() {
                report.environment = Some(only.name.clone());
            }
            for environment in environments {
                report.findings.extend(environment.findings);
                if let Some(fleet) = environment.fleet {
                    if report.environment.is_some() {
                        report.understood = true;
                        report.topology = topology::beside(&fleet);
                    }
                    describe::judge(context, &fleet, &mut report);
                    // The process ends soon, and the system frees ten thousand servers faster than we do.
                    std::mem::forget(fleet);
                }
            }
        }
        Err(failure) => report.failure = Some(failure),
    }
    report
}
