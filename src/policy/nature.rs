//! Who may change what a machine is: the policy's `nature`, and the grants that make exceptions.

use super::Facts;
use crate::finding::{Finding, Meta};
use crate::fleet::policy::{Grant, Operation, Verdict};
use crate::fleet::server::Server;
use crate::source::Span;
use crate::terraform::plan::MachineChange;
use crate::terraform::subject::Subject;

/// Findings for every change that needs this operation and may not do it.
pub(super) fn judge(
    meta: &'static Meta,
    facts: &Facts<'_>,
    needs: impl Fn(&MachineChange) -> Option<(Operation, Option<String>)>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for subject in facts.subjects {
        for change in &subject.changes {
            let Some((operation, target)) = needs(change) else {
                continue;
            };
            if !facts.may(&subject.name, operation, target.as_deref()) {
                findings.push(finding(
                    meta,
                    facts,
                    subject,
                    change,
                    operation,
                    target.as_deref(),
                ));
            }
        }
    }
    findings
}

impl Facts<'_> {
    /// Whether the policy or a grant that has not ended lets an operation happen to a server.
    fn may(&self, server: &str, operation: Operation, target: Option<&str>) -> bool {
        let Some(fleet) = self.fleet else {
            return false;
        };
        let allowed = fleet
            .policy
            .nature
            .get(&operation)
            .is_some_and(|rule| rule.value == Verdict::Allow);
        let granted = |grant: &Grant| {
            grant.server.value == server
                && grant.operation.value == operation
                && grant.until.value >= self.today
                && grant
                    .to
                    .as_ref()
                    .is_none_or(|to| Some(to.value.as_str()) == target)
        };
        allowed || fleet.policy.grants.iter().any(granted)
    }
}

fn finding(
    meta: &'static Meta,
    facts: &Facts<'_>,
    subject: &Subject,
    change: &MachineChange,
    operation: Operation,
    target: Option<&str>,
) -> Finding {
    let denied = if facts.fleet.is_some() {
        "which the policy denies"
    } else {
        "and no policy was given"
    };
    let message = format!("`{}` would {}, {denied}", subject.name, passive(change));
    let mut finding = Finding::new(meta, message)
        .server(&subject.name)
        .evidence(&subject.address);
    let server = facts.server(&subject.name).filter(|_| subject.described);
    if let Some(server) = server {
        let (span, label) = place(server, operation);
        finding = finding.at(span, label);
    }
    if let Some(rule) = facts
        .fleet
        .and_then(|fleet| fleet.policy.nature.get(&operation))
    {
        finding = finding.related(rule.span, "denied here");
    }
    let adopted = server.is_some_and(Server::is_adopted);
    if facts.fleet.is_none() {
        return finding
            .help("judge the plan beside describers and their policy: `--describers FOLDER`");
    }
    finding.help(if adopted && !matches!(operation, Operation::Start | Operation::Stop) {
        "an adopted machine's nature is its owner's: set the describer back to what the machine is, or have its owner change it first".to_owned()
    } else {
        let to = target.map(|target| format!(", to: {target}")).unwrap_or_default();
        format!(
            "leave it as it is, or have the policy's owners add a grant: `{{ server: {}, operation: {}{to}, reason: …, until: … }}`",
            subject.name,
            operation.word(),
        )
    })
}

/// `be resized from A to B`
fn passive(change: &MachineChange) -> String {
    let sentence = change.sentence();
    let Some((verb, rest)) = sentence.split_once(' ').or(Some((sentence.as_str(), ""))) else {
        return sentence;
    };
    let participle = match verb {
        "create" => "be created",
        "destroy" => "be destroyed",
        "replace" => "be replaced",
        "resize" => "be resized",
        "scale" => "be scaled",
        "start" => "be started",
        "stop" => "be stopped",
        "restart" => "be restarted",
        "forget:" => "be forgotten:",
        _ => return format!("have its disks changed: {sentence}"),
    };
    format!("{participle} {rest}").trim_end().to_owned()
}

/// The line of the describer that asks for it.
fn place(server: &Server, operation: Operation) -> (Span, &'static str) {
    match operation {
        Operation::Resize => (server.machine.size.span, "this size"),
        Operation::Reimage => (server.machine.image.span, "this image"),
        Operation::Disk => (server.machine.disk_gb.span, "this server's disks"),
        Operation::Start | Operation::Stop | Operation::Destroy => {
            (server.state.span, "this state")
        }
        Operation::Create => (server.machine.ownership.span, "this server"),
    }
}
