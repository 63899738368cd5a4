//! The SSH key: asked for before anything is touched, and nowhere afterwards.

use super::{Servers, make_key, well};
use std::fs;

#[test]
fn without_a_key_nothing_is_touched() {
    for operation in ["configure", "apply"] {
        let servers = Servers::new();
        let run = servers.run(&[operation, "--format", "json"]);
        assert_eq!(run.code, 1, "{}", run.stdout);
        assert!(
            run.stdout.contains(r#""reason":"ssh-key-missing""#),
            "{}",
            run.stdout
        );
        assert_eq!(servers.read("terraform.log"), "", "{operation}");
    }
}

#[test]
fn terraform_alone_needs_no_key() {
    let servers = Servers::new();
    let run = servers.run(&["apply", "--only", "terraform", "--format", "json"]);
    assert!(!run.stdout.contains("ssh-key-missing"), "{}", run.stdout);
    assert!(servers.read("terraform.log").contains("plan"));
}

#[test]
fn a_key_that_cannot_be_used_is_told_apart_from_one_that_is_missing() {
    let servers = Servers::new();
    make_key(&servers.project.path("locked"), "a passphrase");
    let public = servers.read("key.pub");
    for (name, text, words) in [
        ("locked", None, "encrypted with a passphrase"),
        ("public", Some(public.as_str()), "it is a public key"),
        (
            "rubbish",
            Some("hello"),
            "not an OpenSSH or PEM private key",
        ),
    ] {
        if let Some(text) = text {
            servers.write(name, text);
        }
        let run = servers.run(&["configure", "--ssh-key", name, "--format", "json"]);
        assert_eq!(run.code, 1);
        let reason = r#""reason":"ssh-key-unusable""#;
        for words in [words, reason] {
            assert!(run.stdout.contains(words), "{}", run.stdout);
        }
        assert_eq!(servers.read("terraform.log"), "");
    }
}

#[test]
fn a_key_that_the_describers_would_shut_out_is_refused_before_anything_is_touched() {
    for operation in ["configure", "apply"] {
        let servers = Servers::new();
        let database = servers.read("describers/database.yaml");
        let other = database.replace(
            "- ssh-ed25519 ",
            "- ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEpMKcjUJPMU+oHW4OoZrDcPglDONlEMvqR3F26Ts0BF # ",
        );
        servers.write("describers/database.yaml", &other);
        let run = servers.run(&[operation, "--ssh-key", "key"]);
        assert_eq!(run.code, 1, "{}", run.stdout);
        let public = servers.read("key.pub");
        let public = public.trim().trim_end_matches(" test");
        for words in [
            "the key `key` is not among the `ssh_keys` of `database`",
            public,
        ] {
            assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
        }
        assert_eq!(servers.read("terraform.log"), "", "{operation}");
    }
}

#[test]
fn a_key_that_is_cut_short_is_told_before_anything_is_touched() {
    let servers = Servers::new();
    let key = servers.read("key");
    let mut lines: Vec<&str> = key.lines().collect();
    lines.remove(2);
    servers.write("key", &format!("{}\n", lines.join("\n")));
    let run = servers.run(&["configure", "--ssh-key", "key"]);
    assert_eq!(run.code, 1, "{}", run.stdout);
    assert!(
        run.stdout.contains("the key `key` cannot be used"),
        "{}",
        run.stdout
    );
    assert_eq!(servers.read("terraform.log"), "");
}

#[test]
fn a_key_that_openssh_would_pass_over_is_told_apart_from_one_that_a_server_refuses() {
    use std::os::unix::fs::PermissionsExt as _;
    let servers = Servers::new();
    let key = servers.project.path("key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("a mode");
    let run = servers.run(&["configure", "--ssh-key", "key"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("others than its owner may read it")
            && run.stdout.contains("chmod 600"),
        "{}",
        run.stdout
    );
    assert_eq!(servers.read("terraform.log"), "");
}

#[test]
fn a_key_file_with_other_line_ends_is_as_good_as_any() {
    let servers = Servers::new();
    let names = ["backend", "database", "monitoring"];
    let events = well(&names, true);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "");
    let key = servers.read("key");
    for text in [key.replace('\n', "\r\n"), key.trim_end().to_owned()] {
        servers.write("key", &text);
        let run = servers.run(&["configure", "--all", "--ssh-key", "key"]);
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    }
}

#[test]
fn a_key_in_a_variable_reaches_an_agent_and_no_disk() {
    let servers = Servers::new();
    let names = ["backend", "database", "monitoring"];
    let events = well(&names, true);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    // What the agent holds while the play runs.
    servers.plays(&events, r#"SSH_AUTH_SOCK=$(echo "$ANSIBLE_SSH_ARGS" | tr ' ' '\n' | sed -n 's/^IdentityAgent=//p') ssh-add -l >"$HOME/agent""#);
    let key = servers.read("key");
    fs::remove_file(servers.project.path("key")).expect("the key");
    // As a secret of a workflow arrives: without its last line end.
    let run = crate::harness::finish(
        servers
            .command(&["configure"])
            .env("LOSTOPS_SSH_KEY", key.trim_end()),
    );
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(
        servers.read("agent").contains("ED25519"),
        "{}",
        servers.read("agent")
    );
    let body = key.lines().nth(1).expect("a line of the key").to_owned();
    let mut folders = vec![servers.project.path("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            if entry.file_type().expect("a type").is_dir() {
                folders.push(entry.path());
            } else {
                let text = fs::read(entry.path()).unwrap_or_default();
                assert!(
                    !String::from_utf8_lossy(&text).contains(&body),
                    "{}",
                    entry.path().display()
                );
            }
        }
    }
    // Its folder went, and with it the agent's socket.
    let socket = servers.read("environment");
    let socket = socket
        .split("IdentityAgent=")
        .nth(1)
        .expect("an agent")
        .split(' ')
        .next()
        .expect("a path");
    assert!(!std::path::Path::new(socket).exists());
}

#[test]
fn what_ansible_sees_is_listed() {
    let servers = Servers::new();
    let events = well(&["backend", "database", "monitoring"], false);
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    servers.plays(&events, "");
    let mut command = servers.command(&["configure", "--ssh-key", "key"]);
    command
        .env("GITHUB_TOKEN", "a token of the tests")
        .env("ANSIBLE_DEBUG", "1")
        .env("LARAVEL_APP_KEY", "declared by a describer");
    crate::harness::finish(&mut command);
    let seen = servers.read("environment");
    assert!(
        seen.contains("LARAVEL_APP_KEY=declared by a describer"),
        "{seen}"
    );
    for hidden in ["GITHUB_TOKEN", "ARM_CLIENT_SECRET", "ANSIBLE_DEBUG"] {
        assert!(!seen.contains(hidden), "{hidden} is in {seen}");
    }
}
