//! LO601: a server for which nothing had changed was changed by Ansible all the same.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};
use crate::fleet::words::count;

pub(super) static META: Meta = Meta {
    code: "LO601",
    name: "not-idempotent",
    severity: Severity::Warning,
    summary: "a task changes a server for which nothing has changed",
    why: "Roles, describer and machine are those of the last successful run, and yet a task changed something. Either \
somebody has changed the server by hand, and this run has put it back; or the task says `changed` every time, and then \
a change that matters cannot be told from one that does not.",
    fix: "Run again with `--all`. Where the task does not come back, somebody had changed the server. Where it does, give the \
task a `changed_when`, a `creates`, or a module that compares before it writes.",
    example: "```yaml\n- name: Load the table\n  ansible.builtin.command: nft -f /etc/nftables/lostops.nft\n  changed_when: false   # it is the same table as before\n```",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let servers = facts.configured.iter().flat_map(|done| &done.servers);
    servers
        .filter(|server| server.settled && !server.changes.is_empty())
        .map(|server| {
            let first = &server.changes[0].at;
            let more = match server.changes.len() - 1 {
                0 => String::new(),
                more => format!(" and {}", count(more, "other task")),
            };
            let message = format!(
                "nothing had changed for `{}`, and `{}`{more} changed it",
                server.name,
                first.title()
            );
            let places: Vec<&str> = server
                .changes
                .iter()
                .map(|change| change.at.place.as_str())
                .collect();
            Finding::new(&META, message)
                .server(&server.name)
                .help("run again with `--all`: what comes back is the task's, what does not was changed by hand")
                .evidence(places.join(", "))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ansible::outcome::{Configured, End, ServerOutcome, TaskChange, TaskPlace};
    use crate::fleet::sources::Directory;
    use jiff::civil::Date;

    fn findings(settled: bool) -> Vec<Finding> {
        let change = TaskChange {
            at: TaskPlace {
                role: "firewall".to_owned(),
                task: "Load the table".to_owned(),
                place: "ansible/roles/firewall/tasks/main.yml:12".to_owned(),
            },
            diff: Vec::new(),
        };
        let server = ServerOutcome {
            settled,
            changes: vec![change],
            ..ServerOutcome::new("database", End::Changed, "")
        };
        let configured = Configured {
            servers: vec![server],
            ..Configured::default()
        };
        let directory = Directory::default();
        let mut facts = Facts::new(None, None, &[], &directory, Date::MAX);
        facts.configured = Some(&configured);
        check(&facts)
    }

    #[test]
    fn a_change_without_a_reason_names_its_task_and_line() {
        let found = findings(true);
        assert_eq!(
            found[0].message,
            "nothing had changed for `database`, and `firewall : Load the table` changed it"
        );
        assert_eq!(
            found[0].evidence.as_deref(),
            Some("ansible/roles/firewall/tasks/main.yml:12")
        );
    }

    #[test]
    fn a_server_that_was_due_may_change() {
        assert_eq!(findings(false), []);
    }
}
