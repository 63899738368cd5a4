//! What others say is not believed, and what they start sees no more than it needs.

use super::Job;
use crate::fake_github::route;
use std::fs;
use std::os::unix::fs::MetadataExt as _;

#[test]
fn no_text_of_a_pull_request_is_a_command_to_the_runner() {
    let job = Job::new();
    let hostile =
        "\"::set-output name=result::clean ##[error]x\\r::add-mask::e\\n::stop-commands::x\"";
    job.project.edit(
        "describers/database.yaml",
        "ports:\n",
        &format!("ports:\n  - {{ port: 8080, from: internet, for: {hostile} }}\n"),
    );
    let ended = job.run("pull_request.opened");
    let mut token = None;
    for line in ended.log.split(['\n', '\r']) {
        assert!(!line.contains("##["), "{line}");
        let Some(command) = line.trim_start().strip_prefix("::") else {
            continue;
        };
        if let Some(stop) = command.strip_prefix("stop-commands::") {
            assert_eq!(stop.len(), 32, "{line}");
            token = Some(stop.to_owned());
            continue;
        }
        let name = command.split([' ', ':']).next().unwrap_or_default();
        let ours = [
            "add-mask", "group", "endgroup", "error", "warning", "notice",
        ]
        .contains(&name)
            || token.as_deref() == Some(name);
        assert!(ours, "{line}");
    }
    assert_ne!(ended.output("result"), "clean");
}

#[test]
fn a_fork_is_judged_and_github_is_asked_for_nothing_but_the_policy_of_the_base() {
    let mut job = Job::new();
    let ended = job.ends("pull_request.fork", 0);
    assert!(
        ended
            .log
            .contains("::notice title=lostops::only the describers were judged"),
        "{}",
        ended.log
    );
    assert!(ended.summary.contains("fork"), "{}", ended.summary);
    job.opens_a_port();
    let ended = job.ends("pull_request.fork", 3);
    assert!(
        ended.log.contains("::error file=describers/database.yaml"),
        "{}",
        ended.log
    );
    assert!(!ended.log.contains("terraform"), "{}", ended.log);
    job.ends("pull_request.dependabot", 3);
    job.set("INPUT_SARIF", "true").ends("pull_request.fork", 3);
    let asked = job.github.requests();
    assert!(
        asked.iter().all(|request| request.route == route::CONTENTS),
        "a token that only reads writes and uploads nothing"
    );
    job.ends("pull_request_target.fork", 1);
}

#[test]
fn a_link_in_the_workspace_leads_no_file_elsewhere() {
    let job = Job::managed();
    fs::create_dir(job.project.path("elsewhere")).expect("a folder");
    std::os::unix::fs::symlink(job.project.path("elsewhere"), job.project.path(".lostops"))
        .expect("a link");
    let ended = job.ends("pull_request.opened", 0);
    assert!(ended.log.contains("is no folder"), "{}", ended.log);
    assert_eq!(
        fs::read_dir(job.project.path("elsewhere"))
            .expect("the folder")
            .count(),
        0
    );
}

#[test]
fn what_was_made_belongs_to_the_owner_of_the_workspace() {
    let job = Job::managed();
    let root = fs::metadata(job.project.path(""))
        .expect("the workspace")
        .uid()
        == 0;
    if root {
        for folder in ["", "temp"] {
            std::os::unix::fs::chown(job.project.path(folder), Some(1001), Some(118))
                .expect("another owner");
        }
    }
    let owner = fs::metadata(job.project.path(""))
        .expect("the workspace")
        .uid();
    // Somebody has committed a file there, and its name is not UTF-8.
    let name: std::ffi::OsString = std::os::unix::ffi::OsStringExt::from_vec(vec![b'x', 0xff]);
    let strange = job.project.path(".lostops").join(name);
    fs::create_dir(job.project.path(".lostops")).expect("the folder");
    fs::write(strange, "").expect("the file");
    job.ends("pull_request.opened", 0);
    let mut left = vec![
        job.project.path(".lostops"),
        job.project.path("temp/.lostops"),
    ];
    let mut seen = 0;
    while let Some(path) = left.pop() {
        let found = fs::symlink_metadata(&path).expect("a file");
        assert_eq!(found.uid(), owner, "{}", path.display());
        seen += 1;
        if found.is_dir() {
            left.extend(
                fs::read_dir(&path)
                    .expect("the folder")
                    .flatten()
                    .map(|entry| entry.path()),
            );
        }
    }
    assert!(seen > 5);
    if root {
        let describers = fs::metadata(job.project.path("describers")).expect("describers");
        assert_eq!(describers.uid(), 0, "what was there before is not touched");
    }
}

#[test]
fn terraform_sees_neither_the_token_nor_an_input() {
    let mut job = Job::managed();
    let spy = "#!/bin/sh\nenv > \"$TMPDIR/seen\"\nexec \"$REAL\" \"$@\"\n";
    let real = std::env::var("PATH").ok().and_then(|path| {
        path.split(':')
            .map(|folder| std::path::Path::new(folder).join("terraform"))
            .find(|program| program.is_file())
    });
    let real = real.expect("terraform");
    job.project.write(
        "bin/terraform",
        spy.replace("$REAL", &real.to_string_lossy())
            .replace("$TMPDIR", &job.project.path("").to_string_lossy()),
    );
    let program = job.project.path("bin/terraform");
    fs::set_permissions(
        &program,
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .expect("a program");
    let path = format!(
        "{}:{}",
        job.project.path("bin").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    job.set("PATH", &path)
        .set("ACTIONS_RUNTIME_TOKEN", "runtime-token-value")
        .set("SOMETHING", "else");
    job.ends("pull_request.opened", 0);
    let seen = fs::read_to_string(job.project.path("seen")).expect("what it saw");
    assert!(seen.contains("TF_IN_AUTOMATION=1"), "{seen}");
    for forbidden in ["INPUT_", "GITHUB_", "ghs_", "ACTIONS_RUNTIME", "SOMETHING"] {
        assert!(!seen.contains(forbidden), "{forbidden} in {seen}");
    }
}

#[test]
fn an_authority_of_our_own_is_trusted_by_lostops_and_by_terraform() {
    let github = crate::fake_github::FakeGitHub::builder().encrypted();
    let mut job = Job::with(&crate::harness::root().join("examples/managed"), github);
    let path = job.terraform("cat \"$SSL_CERT_FILE\" > \"$SSL_CERT_FILE.seen\"");
    job.set("PATH", &path);
    let pem = job.github.ca_pem().to_owned();
    job.project.write("authority.pem", &pem);
    let ended = job.ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "policy-not-known");
    assert!(ended.log.contains("`ca-bundle`"), "{}", ended.log);
    job.set("INPUT_CA-BUNDLE", "authority.pem")
        .ends("pull_request.opened", 0);
    job.comment();
    let seen = job.project.path("temp/.lostops/certificates.pem.seen");
    let seen = fs::read_to_string(seen).expect("what Terraform trusts");
    assert!(seen.ends_with(&pem));
    assert!(seen.len() > pem.len() + 1, "the usual authorities are lost");

    let ended = job
        .set("INPUT_CA-BUNDLE", "missing.pem")
        .ends("pull_request.opened", 1);
    assert_eq!(ended.output("failure-reason"), "bad-input");
    std::os::unix::fs::symlink("/etc/passwd", job.project.path("missing.pem")).expect("a link");
    let ended = job.ends("pull_request.opened", 1);
    assert!(ended.log.contains("out of the workspace"), "{}", ended.log);
}
