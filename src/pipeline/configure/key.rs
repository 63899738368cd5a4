//! Which SSH key is used, and whether it can be: asked before anything is touched.

use super::Want;
use super::stage::asked;
use crate::cli::Cloud;
use crate::context::Context;
use crate::fleet::Fleet;
use crate::fleet::words::and_list;
use crate::pipeline::failure;
use crate::pipeline::prepare::PLAIN;
use crate::reason::Reason;
use crate::report::Failure;
use crate::simulator::hosts::contact::key_file;
use crate::ssh::key::{Source, Unusable, look, of_file, public};
use crate::terraform::workspace::Workspace;

/// Holds the key itself.
pub(in crate::pipeline) const TEXT: &str = "LOSTOPS_SSH_KEY";
/// Names its file.
const FILE: &str = "LOSTOPS_SSH_KEY_FILE";

pub(in crate::pipeline) const VARIABLES: [&str; 2] = [TEXT, FILE];

/// The key that was named last wins over what was set before: a flag, a file, a text. The simulation has one of its own.
pub(in crate::pipeline) fn source(
    context: &Context,
    fleet: &Fleet,
    want: Want<'_>,
    workspace: &Workspace,
) -> Result<Source, Failure> {
    let file = want
        .key_file
        .map(camino::Utf8Path::to_owned)
        .or_else(|| context.variable(FILE).map(Into::into));
    let (found, what) = match (want.cloud, file, context.variable(TEXT)) {
        (_, Some(file), _) if want.cloud == Cloud::Azure || want.key_file.is_some() => (
            of_file(&file).map_err(|error| Failure {
                reason: Reason::SshKeyUnusable,
                help: format!("`{FILE}` or `--ssh-key FILE` names the private key"),
                ..failure::of_anything(&error)
            })?,
            format!("the key `{file}`"),
        ),
        (Cloud::Simulated, _, _) => return Ok(Source::File(key_file(&workspace.cloud()))),
        (_, _, Some(text)) => (
            look(text).map(|()| Source::Text(text.to_owned())),
            format!("the key in `{TEXT}`"),
        ),
        _ => return Err(missing(context)),
    };
    let source = found.map_err(|error| unusable(error, &what))?;
    if want.cloud == Cloud::Azure {
        lets_us_in_again(context, fleet, want, &source, &what)?;
    }
    Ok(source)
}

/// Initialising a server leaves it the keys of its describer and no other: with a key that is not among them it would be
/// the last time.
fn lets_us_in_again(
    context: &Context,
    fleet: &Fleet,
    want: Want<'_>,
    source: &Source,
    what: &str,
) -> Result<(), Failure> {
    let public = public(source, &context.allowed(PLAIN)).map_err(|error| Failure {
        reason: Reason::SshKeyUnusable,
        message: format!("{what} cannot be used: {error:#}"),
        help: Unusable::Malformed.help().to_owned(),
    })?;
    let is_ours = |key: &String| public.split(' ').nth(1) == blob(key);
    let without: Vec<String> = asked(fleet, want)
        .filter(|server| !server.machine.ssh_keys.iter().any(is_ours))
        .map(|server| format!("`{}`", server.name()))
        .collect();
    if without.is_empty() {
        return Ok(());
    }
    Err(Failure {
        reason: Reason::SshKeyUnusable,
        message: format!(
            "{what} is not among the `ssh_keys` of {}: initialised so, they would let lostops in no more",
            and_list(&without)
        ),
        help: format!(
            "add its public half under `vm: admin: ssh_keys:`, or use the key that is there: `{public}`"
        ),
    })
}

/// `AAAA…` of `ssh-ed25519 AAAA… comment`: it names its kind itself.
fn blob(key: &str) -> Option<&str> {
    key.split_whitespace().find(|word| word.starts_with("AAAA"))
}

fn unusable(unusable: Unusable, what: &str) -> Failure {
    Failure {
        reason: Reason::SshKeyUnusable,
        message: format!("{what} cannot be used: {unusable}"),
        help: unusable.help().to_owned(),
    }
}

fn missing(context: &Context) -> Failure {
    let help = if context.reader == crate::context::Reader::GitHub {
        "give it to the step, or leave the servers alone with `only: terraform`:\nwith:\n  ssh-key: ${{ secrets.LOSTOPS_SSH_KEY }}".to_owned()
    } else {
        format!(
            "name its file with `--ssh-key FILE` or `{FILE}`, or put the key itself into `{TEXT}`; `lostops apply --only terraform` leaves the servers alone"
        )
    };
    Failure {
        reason: Reason::SshKeyMissing,
        message: "no SSH key was given, and without one no server can be initialised".to_owned(),
        help,
    }
}
