//! Data disks outlive machines; system disks do not.

use super::Hosts;

const DISK: &str = "/dev/disk/azure/scsi1/lun0";

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_new_system_disk_takes_everything_with_it_but_the_data_disks() {
    let hosts = Hosts::lostops();
    let key = "cat /etc/ssh/ssh_host_ed25519_key.pub";
    let before = hosts.on(
        "database",
        &format!("mkfs.ext4 -q {DISK}; mount {DISK} /mnt; echo rows >/mnt/table; umount /mnt; echo x >/etc/kept; {key}"),
    );
    hosts.simulator(&["reimage", "database"]);
    let after = hosts.on("database", &format!("test ! -e /etc/kept; {key}"));
    assert_ne!(after, before, "another system has another host key");
    assert_eq!(
        hosts.on("database", &format!("mount {DISK} /mnt; cat /mnt/table")),
        "rows\n"
    );
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn a_disk_is_as_large_as_it_is_described_and_full_when_it_is_full() {
    let hosts = Hosts::lostops();
    let size = hosts.on("database", &format!("blockdev --getsize64 {DISK}"));
    assert_eq!(size, format!("{}\n", 32_u64 << 30));
    assert_eq!(
        hosts.on("backend", "ls /dev/disk/azure/scsi1"),
        "",
        "a machine without data disks has none"
    );
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn disks_are_there_again_after_a_restart_from_inside() {
    let hosts = Hosts::lostops();
    hosts.on("database", &format!("mkfs.ext4 -q {DISK}"));
    hosts.restart(&["database"]);
    let kind = hosts.on("database", &format!("blkid -o value -s TYPE {DISK}"));
    assert_eq!(kind, "ext4\n");
}
