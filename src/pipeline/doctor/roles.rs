//! `lostops doctor --azure-roles`: the least that the two identities need, as commands to look at and run.

use crate::cli::Describers;
use crate::context::Context;
use crate::exit::Exit;
use crate::fleet::environment::StateBackend;
use crate::pipeline::describe;
use crate::report::Report;
use crate::report::paint::inert;
use crate::terraform::roles::{Role, roles};
use anyhow::bail;
use std::io;

pub(super) fn show(
    context: &Context,
    asked: &Describers,
    out: &mut dyn io::Write,
) -> anyhow::Result<Exit> {
    let mut report = Report::new("doctor");
    let fleet = match describe::one(context, asked, &mut report) {
        Ok(Some(fleet)) => fleet,
        Ok(None) => bail!("the describers cannot be read: `lostops check` says why"),
        Err(failure) => bail!("{}; {}", failure.message, failure.help),
    };
    let subscription = context
        .variable("ARM_SUBSCRIPTION_ID")
        .unwrap_or("SUBSCRIPTION");
    let [plan, apply] = roles(&fleet, subscription);
    for (role, identity) in [(plan, "PLAN_CLIENT_ID"), (apply, "APPLY_CLIENT_ID")] {
        write(&role, identity, &fleet.environment.state, out)?;
    }
    Ok(Exit::Clean)
}

fn write(
    role: &Role,
    identity: &str,
    state: &StateBackend,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let definition = serde_json::to_string_pretty(&role.definition).unwrap_or_default();
    // Names of describers hold no quote.
    let quoted = |text: &str| format!("'{}'", inert(text).replace('\'', ""));
    writeln!(out, "# {}", role.purpose)?;
    writeln!(
        out,
        "az role definition create --role-definition '{}'",
        definition.replace('\'', "")
    )?;
    let assign = format!("az role assignment create --assignee {identity} --role");
    writeln!(
        out,
        "{assign} {} --scope {}",
        quoted(&role.name),
        quoted(&role.scope)
    )?;
    if let (
        Some(built_in),
        StateBackend::Azurerm {
            storage_account,
            container,
            ..
        },
    ) = (role.state, state)
    {
        writeln!(
            out,
            "{assign} {} --scope \"$(az storage account show --name {} --query id --output tsv)/blobServices/default/containers/{}\"",
            quoted(built_in),
            quoted(storage_account),
            inert(container),
        )?;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::describer;
    use serde_json::Value;

    fn actions(role: &Role) -> Vec<&str> {
        let actions = role.definition["Actions"].as_array().unwrap();
        actions.iter().filter_map(Value::as_str).collect()
    }

    #[test]
    fn whoever_plans_can_change_nothing() {
        let [plan, apply] = roles(&describer::own_fleet(), "0");
        assert!(
            actions(&plan)
                .iter()
                .all(|action| action.ends_with("/read"))
        );
        let start = "Microsoft.Compute/virtualMachines/start/action";
        assert!(actions(&apply).contains(&start));
        assert!(actions(&apply).iter().all(|action| !action.contains('*')));
    }
}
