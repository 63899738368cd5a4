//! What the rules on measured facts have in common.

use super::Facts;
use crate::finding::Finding;
use crate::fleet::policy::Waiver;
use crate::fleet::port::{PortSet, Protocol};
use crate::fleet::server::Server;
use crate::verify::outcome::Web;
use crate::verify::outcome::{Baseline, Package, Server as Measured};
use crate::verify::tls::Certificate;
use std::collections::{BTreeMap, BTreeSet};

/// Each server that was measured, with its describer.
pub(super) fn servers<'a>(
    facts: &Facts<'a>,
) -> impl Iterator<Item = (&'a Server, &'a Measured)> + use<'a> {
    let fleet = facts.fleet;
    let measured = facts
        .measured
        .into_iter()
        .flat_map(|measured| &measured.servers);
    measured.filter_map(move |one| Some((fleet?.server(&one.name)?, one)))
}

/// A port at which the services of the server's roles listen.
pub(super) fn is_own(measured: &Measured, protocol: Protocol, port: u16) -> bool {
    protocol == Protocol::Tcp && measured.expected.ports.contains(&port)
}

/// What was asked over HTTPS, and where, if that is not the server's usual address.
pub(super) fn https(name: &str, web: &Web, measured: &Measured) -> String {
    if measured.address == Some(web.address) {
        format!("https://{name}")
    } else {
        format!("https://{name} at {}", web.address)
    }
}

/// What shows a certificate, in words, and which; in words why none.
pub(super) fn certificates(measured: &Measured) -> Vec<(String, Result<&Certificate, &String>)> {
    let mut all = Vec::new();
    for web in &measured.web {
        if let (Some(name), Some(tls)) = (&web.name, &web.tls) {
            all.push((
                https(name, web, measured),
                tls.as_ref().map(|tls| &tls.certificate),
            ));
        }
    }
    let mut met = measured
        .databases
        .iter()
        .filter_map(|one| one.met.as_ref().ok());
    // Wherever it is met, it shows the same.
    let shown = met.find_map(|met| met.certificate.as_ref());
    all.extend(shown.map(|shown| ("MySQL".to_owned(), shown.as_ref())));
    all
}

/// Packages that are installed and are neither in the baseline, nor among these, nor needed by any of them.
pub(super) fn beyond<'a, 'r>(
    installed: &'a [Package],
    baseline: &'r Baseline,
    roots: impl Iterator<Item = &'r str>,
) -> Vec<&'a Package> {
    // Who meets a name: the package of it, and whoever provides it.
    let mut meets: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, package) in installed.iter().enumerate() {
        for name in [&package.name].into_iter().chain(&package.provides) {
            meets.entry(name).or_default().push(at);
        }
    }
    let kernels: BTreeSet<String> = baseline
        .packages
        .iter()
        .filter_map(|name| kernel(name))
        .collect();
    let of_a_kernel =
        |package: &Package| kernel(&package.name).is_some_and(|name| kernels.contains(&name));
    let mut known = vec![false; installed.len()];
    let names = baseline.packages.iter().map(String::as_str);
    let mut waiting: Vec<usize> = names
        .chain(roots)
        .filter_map(|name| meets.get(name))
        .flatten()
        .copied()
        .collect();
    waiting.extend((0..installed.len()).filter(|at| of_a_kernel(&installed[*at])));
    while let Some(at) = waiting.pop() {
        if std::mem::replace(&mut known[at], true) {
            continue;
        }
        // One of another architecture needs others of its own.
        let own = installed[at].name.split_once(':').map(|(_, own)| own);
        for name in installed[at].needs.iter().flatten() {
            let foreign = own.map(|own| format!("{name}:{own}"));
            let names = [Some(name.as_str()), foreign.as_deref()];
            let met = names
                .into_iter()
                .flatten()
                .filter_map(|name| meets.get(name));
            waiting.extend(met.flatten());
        }
    }
    installed
        .iter()
        .zip(known)
        .filter(|(_, known)| !known)
        .map(|(package, _)| package)
        .collect()
}

/// `linux-image-#-azure` of `linux-image-6.8.0-41-azure`: a newer kernel is the same package under another name.
fn kernel(name: &str) -> Option<String> {
    let rest = name.strip_prefix("linux-")?;
    let mut words = rest.split('-').map(|word| {
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        if number { "#" } else { word }
    });
    let mut stem = vec!["linux"];
    stem.extend(words.by_ref());
    stem.dedup();
    let has_number = stem.contains(&"#");
    has_number.then(|| stem.join("-"))
}

impl Finding {
    /// It is about this server as a whole.
    pub(super) fn on(self, server: &Server) -> Self {
        self.server(server.name())
            .at(server.name.span, "this server")
    }
}

impl Facts<'_> {
    /// Whether a waiver accepts a finding of this code today: of these ports, or of the server as a whole.
    pub(super) fn accepts(&self, code: &str, server: &str, ports: &PortSet) -> bool {
        let waivers = self.fleet.map(|fleet| fleet.policy.waivers.as_slice());
        let holds = |waiver: &Waiver| {
            waiver.code.value == code
                && waiver.server.value == server
                && waiver.until.value >= self.today
                && waiver
                    .port
                    .as_ref()
                    .is_none_or(|port| ports.is_subset(&port.value) && !ports.is_empty())
        };
        waivers.unwrap_or_default().iter().any(holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, needs: &[&str], provides: &[&str]) -> Package {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        Package {
            name: name.to_owned(),
            version: "1".to_owned(),
            auto: false,
            needs: needs
                .iter()
                .map(|group| group.split('|').map(str::to_owned).collect())
                .collect(),
            provides: words(provides),
        }
    }

    fn left(installed: &[Package], baseline: &[&str], roots: &[&str]) -> Vec<String> {
        let baseline = Baseline {
            packages: baseline.iter().map(ToString::to_string).collect(),
            ..Baseline::default()
        };
        let beyond = beyond(installed, &baseline, roots.iter().copied());
        beyond.into_iter().map(|one| one.name.clone()).collect()
    }

    #[test]
    fn what_is_needed_by_what_is_permitted_is_permitted() {
        let installed = [
            package("base", &["libc"], &[]),
            package("libc", &[], &[]),
            package("docker.io", &["containerd", "iptables|nftables"], &[]),
            package("containerd", &["runc"], &[]),
            package("runc", &[], &[]),
            package("nftables", &[], &[]),
            package("cowsay", &["perl"], &[]),
            package("perl", &[], &[]),
        ];
        assert_eq!(
            left(&installed, &["base", "libc"], &["docker.io"]),
            ["cowsay", "perl"]
        );
    }

    #[test]
    fn a_virtual_name_stands_for_whoever_provides_it() {
        let installed = [
            package("app", &["mail-server"], &[]),
            package("postfix", &[], &["mail-server"]),
        ];
        assert!(left(&installed, &[], &["app"]).is_empty());
        assert_eq!(left(&installed, &[], &[]), ["app", "postfix"]);
    }

    #[test]
    fn a_package_of_another_architecture_is_another_one() {
        let installed = [
            package("libc6", &[], &[]),
            package("libc6:i386", &[], &[]),
            package("steam:i386", &["libc6"], &[]),
        ];
        assert_eq!(
            left(&installed, &["libc6"], &[]),
            ["libc6:i386", "steam:i386"]
        );
        assert!(left(&installed, &["libc6", "steam:i386"], &[]).is_empty());
    }

    #[test]
    fn a_newer_kernel_is_no_new_package() {
        let installed = [
            package("linux-image-6.8.0-41-azure", &[], &[]),
            package("linux-modules-6.8.0-41-azure", &[], &[]),
            package("linux-image-6.8.0-41-lowlatency", &[], &[]),
        ];
        let baseline = ["linux-image-6.8.0-31-azure", "linux-modules-6.8.0-31-azure"];
        assert_eq!(
            left(&installed, &baseline, &[]),
            ["linux-image-6.8.0-41-lowlatency"]
        );
    }
}
