//! What apt says of packages: the files in apt/ are what Debian's apt 2.6 printed, and how the module of Ansible runs it.

use crate::ansible::apt::{Packages, packages};
use serde_json::{Value, json};

const WOULD_INSTALL: &str = include_str!("apt/would-install");
const WOULD_INSTALL_VIRTUAL: &str = include_str!("apt/would-install-virtual");
const WOULD_REMOVE: &str = include_str!("apt/would-remove");
const INSTALLED: &str = include_str!("apt/installed");
const REMOVED: &str = include_str!("apt/removed");

fn said(words: &str, names: &[&str]) -> Value {
    json!([{ "lines": words.lines().collect::<Vec<_>>(), "names": names }])
}

/// `asked nftables 1.0.6-2+deb12u2`, in order.
fn told(packages: &Packages) -> Vec<String> {
    let told = packages.changes.iter().map(|one| {
        let before = match one.before.as_str() {
            "" => String::new(),
            before => format!("{before} → "),
        };
        format!("{} {} {before}{}", one.how.word(), one.name, one.version)
    });
    told.collect()
}

fn of(words: &str, names: &[&str]) -> Vec<String> {
    told(&packages(Some(&said(words, names)), false))
}

#[test]
fn a_check_tells_what_would_be_added_and_what_that_needs() {
    assert_eq!(
        of(WOULD_INSTALL, &["nftables", "prometheus-node-exporter"]),
        [
            "asked nftables 1.0.6-2+deb12u2",
            "asked prometheus-node-exporter 1.5.0-1+b6",
            "dependency libnftables1 1.0.6-2+deb12u2",
        ]
    );
}

#[test]
fn a_run_tells_what_it_has_added_and_renewed() {
    assert_eq!(
        of(INSTALLED, &["nftables", "sl", "jq"]),
        [
            "asked nftables 1.0.6-2+deb12u2",
            "asked sl 5.02-1+b1",
            "upgraded jq 1.6-2.1+deb12u1 → 1.6-2.1+deb12u3",
            "upgraded libjq1 1.6-2.1+deb12u1 → 1.6-2.1+deb12u3",
            "dependency libnftables1 1.0.6-2+deb12u2",
        ]
    );
}

#[test]
fn a_removal_is_told_whether_it_is_done_or_only_would_be() {
    let gone = [
        "removed libnftables1 1.0.6-2+deb12u2",
        "removed nftables 1.0.6-2+deb12u2",
        "removed sl 5.02-1+b1",
    ];
    assert_eq!(of(WOULD_REMOVE, &["sl"]), gone);
    assert_eq!(of(REMOVED, &["sl"]), gone);
}

#[test]
fn a_package_that_was_asked_for_by_the_name_of_what_it_provides_says_so() {
    let found = packages(Some(&said(WOULD_INSTALL_VIRTUAL, &["ack-grep"])), false);
    assert_eq!(
        told(&found),
        ["asked ack 3.6.0-1", "dependency libfile-next-perl 1.18-1"]
    );
    assert_eq!(found.changes[0].called, ["ack-grep"]);
    let named = packages(
        Some(&said(
            WOULD_INSTALL,
            &["nftables=1.0*", "prometheus-node-exporter:amd64"],
        )),
        false,
    );
    assert!(
        named.changes.iter().all(|one| one.called.is_empty()),
        "{named:?}"
    );
}

#[test]
fn what_a_task_without_names_adds_was_asked_for_by_nobody() {
    let upgrade = "The following NEW packages will be installed:\n  linux-image-6.8.0-41-azure\n\
        The following packages will be upgraded:\n  linux-image-azure\n1 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.\n\
        Inst linux-image-6.8.0-41-azure (6.8.0-41.46 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64])\n\
        Inst linux-image-azure [6.8.0-40.45] (6.8.0-41.46 Ubuntu:24.04/noble-updates [amd64])\n";
    assert_eq!(
        of(upgrade, &[]),
        [
            "upgraded linux-image-azure 6.8.0-40.45 → 6.8.0-41.46",
            "dependency linux-image-6.8.0-41-azure 6.8.0-41.46",
        ]
    );
    // Where it is not known whether it names any, apt's own account decides.
    let unknown = json!([{ "lines": WOULD_INSTALL.lines().collect::<Vec<_>>() }]);
    assert_eq!(told(&packages(Some(&unknown), false)).len(), 3);
    assert!(told(&packages(Some(&unknown), false))[0].starts_with("asked nftables"));
}

#[test]
fn of_a_task_that_failed_only_what_was_done_counts() {
    // apt refuses before it begins: the list is what it would have taken.
    let refused = WOULD_REMOVE.split("Remv").next().unwrap();
    let failed = |words: &str| told(&packages(Some(&said(words, &["sl"])), true));
    assert_eq!(failed(refused), Vec::<String>::new());
    let halfway = INSTALLED.split("Unpacking jq").next().unwrap();
    assert_eq!(
        failed(halfway),
        [
            "asked nftables 1.0.6-2+deb12u2",
            "dependency libnftables1 1.0.6-2+deb12u2"
        ]
    );
}

#[test]
fn another_architecture_stays_with_its_name_and_the_machine_s_own_does_not() {
    let words = "The following NEW packages will be installed:\n  libc6 libc6:i386\n0 upgraded, 2 newly installed, 0 to remove.\n\
        Unpacking libc6:amd64 (2.36-9) ...\nUnpacking libc6:i386 (2.36-9) ...\n";
    assert_eq!(
        of(words, &["libc6", "libc6:i386"]),
        ["asked libc6 2.36-9", "asked libc6:i386 2.36-9"]
    );
}

#[test]
fn versions_in_the_lists_and_a_star_for_a_purge_are_no_names() {
    let words = "The following packages will be REMOVED:\n   sl* (5.02-1)\nThe following NEW packages will be installed:\n   \
        ack (3.6.0-1)\nThe following packages will be upgraded:\n   jq (1.6 => 1.7)\n";
    assert_eq!(
        of(words, &["ack"]),
        ["removed sl ", "asked ack ", "upgraded jq "]
    );
}

#[test]
fn what_scripts_of_packages_print_is_no_account() {
    let words = "The following NEW packages will be installed:\n  ack\n0 upgraded, 1 newly installed, 0 to remove and 0 not upgraded.\n\
        Unpacking ack (3.6.0-1) ...\nThe following NEW packages will be installed:\n  nothing here\n\
        Removing obsolete conffile /etc/x ...\nRemoving 'diversion of /a to /b by c'\nUnpacking\nInst\nInst x\nRemv x y\n";
    assert_eq!(of(words, &["ack"]), ["asked ack 3.6.0-1"]);
}

#[test]
fn rubbish_is_passed_over_and_what_is_long_is_cut() {
    for odd in [
        json!(null),
        json!(7),
        json!([7, null, { "lines": 7 }, {}]),
        json!({ "lines": ["Inst x (1)"] }),
    ] {
        assert_eq!(packages(Some(&odd), false), Packages::default(), "{odd}");
    }
    let long = format!("Inst {} ({} [amd64])", "a".repeat(5000), "1".repeat(5000));
    let found = packages(Some(&said(&long, &["a"])), false);
    assert!(found.changes[0].name.len() < 200 && found.changes[0].version.len() < 200);
    let cut = json!([{ "lines": ["Inst x (1)"], "cut": true }]);
    assert!(packages(Some(&cut), false).cut);
}

#[test]
fn what_the_roles_install_is_at_hand_on_a_simulated_machine() {
    let setup = include_str!("../../simulator/hosts/image/setup");
    let there: Vec<&str> = setup.split_whitespace().collect();
    let defaults = [
        include_str!("../../../ansible/roles/base/defaults/main.yml"),
        include_str!("../../../ansible/roles/docker/defaults/main.yml"),
        include_str!("../../../ansible/roles/firewall/defaults/main.yml"),
        include_str!("../../../ansible/roles/node_exporter/defaults/main.yml"),
    ];
    let lists = defaults.iter().flat_map(|file| file.lines());
    let lists = lists.filter_map(|line| line.split_once("_packages: ["));
    let names: Vec<&str> = lists
        .flat_map(|(_, list)| list.trim_end_matches(']').split(", "))
        .collect();
    assert!(names.len() > 4, "{names:?}");
    for name in names {
        assert!(there.contains(&name), "{name} is downloaded by every host");
    }
}
