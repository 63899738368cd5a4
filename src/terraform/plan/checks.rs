//! Results of `check` blocks and conditions, as a plan has them.

use super::json::Json;
use super::model::CheckResult;

/// Reads the member `checks`. Where a check has instances, each speaks for itself.
pub(super) fn read(checks: &Json<'_>) -> Vec<CheckResult> {
    let mut results = Vec::new();
    for check in checks.items() {
        let instances = check.get("instances").items();
        if instances.is_empty() {
            results.push(result(check, check));
        }
        results.extend(instances.iter().map(|instance| result(check, instance)));
    }
    results.sort_by(|a, b| a.address.cmp(&b.address));
    results
}

fn result(check: &Json<'_>, one: &Json<'_>) -> CheckResult {
    let address = |of: &Json<'_>| of.get("address").get("to_display").string();
    let problems = one.get("problems").items();
    CheckResult {
        address: address(one).or_else(|| address(check)).unwrap_or_default(),
        status: one.get("status").string().unwrap_or_default(),
        messages: problems
            .iter()
            .filter_map(|problem| problem.get("message").string())
            .collect(),
    }
}
