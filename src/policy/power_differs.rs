//! LO519: a server runs that is described as stopped.

use super::Facts;
use crate::finding::{Finding, Meta, Severity};

pub(super) static META: Meta = Meta {
    code: "LO519",
    name: "power-differs",
    severity: Severity::Error,
    summary: "a server runs that its describer wants stopped",
    why: "Whoever reads the describer takes the server for stopped: nobody looks at it, nobody updates it, and it is billed. It was started by hand.",
    fix: "Apply, which stops it, or let its describer say `state: running`.",
    example: "",
};

pub(super) fn check(facts: &Facts<'_>) -> Vec<Finding> {
    let awake = facts
        .measured
        .into_iter()
        .flat_map(|measured| &measured.awake);
    awake
        .map(|one| {
            let name = &one.name;
            let message = format!("`{name}` runs, and its describer says that it is stopped");
            let finding = Finding::new(&META, message)
                .server(name)
                .help("apply, which stops it, or let its describer say `state: running`")
                .evidence(format!(
                    "a connection to {} was {}",
                    one.at,
                    if one.took { "taken" } else { "refused" }
                ));
            match facts.fleet.and_then(|fleet| fleet.server(name)) {
                Some(server) => finding.at(server.state.span, "stopped, as described"),
                None => finding,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::sources::Directory;
    use crate::verify::outcome::{Awake, Measured};
    use jiff::civil::Date;

    #[test]
    fn a_server_that_answers_although_it_is_to_be_stopped_is_told_with_where_it_answered() {
        let measured = Measured {
            awake: vec![Awake {
                name: "database".to_owned(),
                at: ([203, 0, 113, 5], 22).into(),
                took: true,
            }],
            ..Measured::default()
        };
        let directory = Directory::default();
        let mut facts = Facts::new(None, None, &[], &directory, Date::MAX);
        facts.measured = Some(&measured);
        let found = check(&facts);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].evidence.as_deref(),
            Some("a connection to 203.0.113.5:22 was taken")
        );
    }
}
