//! policy.yaml: what a server of a role may be.

use super::names::{FindingCode, Package, ServerName, Until};
use super::network::Origin;
use super::ports::Ports;
use super::text::Words;
use crate::describer::read::{Maybe, Need, record};
use crate::fleet::policy::{Must, Operation, Verdict};
use crate::fleet::port::Protocol;
use crate::source::Located;

record! {
    /// What a server of a role may be: its ports and packages, and which changes of a machine are allowed.
    Policy {
        /// What each role permits. What is not here is denied.
        roles: Need<Roles>,
        /// Which changes of a machine the team may make. Unless said: `start` and `stop` only.
        nature: Maybe<Nature>,
        /// Exceptions to `nature`, each with an owner's reason and an end.
        grants: Maybe<Vec<Located<Grant>>>,
        /// Findings that are accepted for a while.
        waivers: Maybe<Vec<Located<Waiver>>>,
    }

    /// What each role permits.
    Roles {
        /// Web applications.
        backend: Maybe<Profile>,
        /// Database servers.
        database: Maybe<Profile>,
        /// Metrics and alerts.
        monitoring: Maybe<Profile>,
    }

    /// What a role permits.
    Profile {
        /// Ports that servers of the role may open, and to whom.
        ports: Maybe<Vec<Located<Permitted>>>,
        /// Packages beyond the image's baseline and the role's own.
        packages: Maybe<Packages>,
    }

    /// A permitted opening.
    Permitted {
        /// A port, a range or a list of them.
        port: Need<Ports>,
        /// The most that may reach it.
        from: Need<Origin>,
        /// `tcp` unless said.
        protocol: Maybe<Protocol>,
        /// What must be true of it beside.
        must: Maybe<Must>,
    }

    /// Permitted packages.
    Packages {
        /// Their names.
        allow: Need<Vec<Located<Package>>>,
    }

    /// Which changes of a machine the team may make.
    Nature {
        /// Make a machine; `deny` unless said.
        create: Maybe<Verdict>,
        /// Remove a machine; `deny` unless said.
        destroy: Maybe<Verdict>,
        /// Change its size; `deny` unless said.
        resize: Maybe<Verdict>,
        /// Make it anew, from another image or for another reason; `deny` unless said.
        reimage: Maybe<Verdict>,
        /// Change a disk; `deny` unless said.
        disk: Maybe<Verdict>,
        /// Start it; `allow` unless said.
        start: Maybe<Verdict>,
        /// Stop it; `allow` unless said.
        stop: Maybe<Verdict>,
    }

    /// An exception for one server and operation.
    Grant {
        /// For which server.
        server: Need<ServerName>,
        /// What may be done.
        operation: Need<Operation>,
        /// The only target: a size for `resize`, an image for `reimage`.
        to: Maybe<Words>,
        /// Why, for whoever reads it later.
        reason: Need<Words>,
        /// The last day on which it holds.
        until: Need<Until>,
    }

    /// A finding that is accepted for a while.
    Waiver {
        /// The finding's code.
        code: Need<FindingCode>,
        /// On which server.
        server: Need<ServerName>,
        /// Only for these ports.
        port: Maybe<Ports>,
        /// Why, for whoever reads it later.
        reason: Need<Words>,
        /// The last day on which it holds.
        until: Need<Until>,
    }
}
