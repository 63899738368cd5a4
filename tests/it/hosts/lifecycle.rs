//! Booting, stopping, starting, restarting, resizing, taking down.

use super::{Hosts, docker, labelled};
use crate::harness::Project;

const HOST_KEY: &str = "cat /etc/ssh/ssh_host_ed25519_key.pub";

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_machine_boots_as_a_small_server_of_its_own() {
    let hosts = Hosts::lostops();
    let login = hosts.ssh(
        "production",
        "backend",
        "sudo id -un; hostname; systemctl is-system-running",
    );
    assert_eq!(login.stdout, "root\nbackend\nrunning\n", "{}", login.stderr);
    let release = hosts.on("backend", ". /etc/os-release; echo $ID $VERSION_ID");
    assert_eq!(release, "ubuntu 24.04\n");
    let keys = ["backend", "database", "monitoring"].map(|host| hosts.on(host, HOST_KEY));
    assert!(
        keys[0] != keys[1] && keys[1] != keys[2],
        "each has a host key of its own: {keys:?}"
    );
    assert!(
        hosts
            .on("backend", "cat ~lostops/.ssh/authorized_keys")
            .contains("replace-me@lostops.example"),
        "the administrator's key is the describer's"
    );
    let privileged = hosts.inspect(
        "backend",
        "{{.HostConfig.Privileged}} {{.HostConfig.Memory}}",
    );
    assert_eq!(privileged, format!("false {}", 8_u64 << 30));
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_machine_that_was_stopped_finds_its_disk_and_keeps_its_host_key() {
    let hosts = Hosts::lostops();
    let before = hosts.on("backend", &format!("echo kept >/etc/kept; {HOST_KEY}"));
    for (off, on) in [
        ("stop", "start"),
        ("deallocate", "start"),
        ("restart", "start"),
    ] {
        let started = hosts.inspect("backend", "{{.State.StartedAt}}");
        hosts.simulator(&[off, "backend"]);
        if off != "restart" {
            assert_eq!(hosts.inspect("backend", "{{.State.Running}}"), "false");
            let refused = hosts.run(&["simulator", "shell", "backend", "--", "true"]);
            assert_eq!(refused.code, 1);
            assert!(
                refused.stderr.contains("lostops simulator start backend"),
                "{}",
                refused.stderr
            );
        }
        hosts.simulator(&[on, "backend"]);
        assert_ne!(hosts.inspect("backend", "{{.State.StartedAt}}"), started);
        let after = hosts.on("backend", &format!("cat /etc/kept; {HOST_KEY}"));
        assert_eq!(after, format!("kept\n{before}"), "after {off}");
    }
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn another_size_gives_other_limits_and_the_disk_stays() {
    let hosts = Hosts::lostops();
    hosts.on("backend", "echo kept >/etc/kept");
    hosts.simulator(&["resize", "backend", "Standard_B4ms"]);
    let limits = hosts.inspect("backend", "{{.HostConfig.Memory}} {{.HostConfig.CpuQuota}}");
    assert_eq!(limits, format!("{} 400000", 16_u64 << 30));
    assert_eq!(hosts.on("backend", "cat /etc/kept"), "kept\n");
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn two_simulations_of_the_same_describers_do_not_meet() {
    let (one, other) = (Hosts::lostops(), Hosts::lostops());
    assert_ne!(one.word(), other.word());
    assert_ne!(one.address("backend"), other.address("backend"));
    one.on("backend", "echo one >/etc/which");
    other.on("backend", "echo other >/etc/which");
    assert_eq!(one.on("backend", "cat /etc/which"), "one\n");
    one.listen("database", &[3306]);
    let target = ["10.10.0.5/3306".to_owned()];
    assert_eq!(one.reached("backend", &target), target);
    assert_eq!(
        other.reached("backend", &target),
        Vec::<String>::new(),
        "the same address in the other simulation is another machine"
    );
    let word = one.word();
    drop(one);
    assert_eq!(labelled(&word), Vec::<String>::new());
    assert_eq!(other.on("backend", "cat /etc/which"), "other\n");
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn down_takes_away_everything_and_up_boots_it_again() {
    let hosts = Hosts::lostops();
    let word = hosts.word();
    let made = labelled(&word);
    assert!(made.len() >= 3 * 2 + 2 + 3 * 2 + 2, "{made:?}");
    let said = hosts.simulator(&["down"]);
    assert_eq!(
        said,
        "Removed from the engine: 3 hosts, 2 networks, 2 data disks.\n"
    );
    assert_eq!(labelled(&word), Vec::<String>::new());
    assert_eq!(
        hosts.simulator(&["down"]),
        "There was nothing on the engine.\n"
    );
    hosts.up();
    assert_eq!(hosts.on("database", "echo here"), "here\n");
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn what_a_run_in_a_folder_that_is_gone_has_left_goes_with_the_next_run_there() {
    let hosts = Hosts::lostops();
    let word = hosts.word();
    std::fs::remove_dir_all(hosts.project.path(".lostops")).expect("the folder goes");
    hosts.terraform();
    assert_ne!(hosts.word(), word);
    assert_eq!(labelled(&word), Vec::<String>::new());
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_host_that_somebody_killed_or_removed_is_back_after_the_next_run() {
    let hosts = Hosts::lostops();
    let word = hosts.word();
    hosts.on("backend", "echo kept >/etc/kept");
    docker(&["kill", &format!("lostops-{word}-backend-card")]);
    docker(&["rm", "--force", &format!("lostops-{word}-database")]);
    hosts.up();
    assert_eq!(hosts.on("backend", "cat /etc/kept"), "kept\n");
    assert_eq!(hosts.on("database", "hostname"), "database\n");
    hosts.listen("database", &[8080]);
    assert_eq!(
        hosts.reached("backend", &["10.10.0.5/8080".to_owned()]),
        Vec::<String>::new(),
        "its group is in force again"
    );
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn without_an_engine_it_says_so() {
    let project = Project::lostops();
    let run = project.run(&["simulator", "up"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("no Docker engine answers at unix:///"),
        "{}",
        run.stderr
    );
}
