//! What is secret is not said, in whatever form it is and however it comes.

use super::Job;
use std::fs;

/// Every text that a run leaves behind, by where it is.
fn everything(job: &Job, ended: &super::Ended) -> Vec<(String, String)> {
    let mut texts = vec![
        (
            "log".to_owned(),
            ended
                .log
                .lines()
                .filter(|line| !line.starts_with("::add-mask::"))
                .collect::<Vec<_>>()
                .join("\n"),
        ),
        ("summary".to_owned(), ended.summary.clone()),
        ("outputs".to_owned(), format!("{:?}", ended.outputs)),
    ];
    for comment in job.github.comments(7) {
        texts.push(("comment".to_owned(), comment.body));
    }
    let mut folders = vec![
        job.project.path(".lostops"),
        job.project.path("temp/.lostops"),
    ];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                folders.push(path);
            } else if entry.metadata().is_ok_and(|found| found.len() < 4 << 20) {
                let text = fs::read(&path).unwrap_or_default();
                texts.push((
                    path.display().to_string(),
                    String::from_utf8_lossy(&text).into_owned(),
                ));
            }
        }
    }
    texts
}

#[test]
fn no_secret_is_said_anywhere_in_any_form() {
    let (secret, in_base64) = ("s3cret/with+signs==", "czNjcmV0L3dpdGgrc2lnbnM9P");
    let mut job = Job::new();
    job.set("ARM_CLIENT_SECRET", secret)
        .set("DEPLOY_KEY", "first-line-of-key\nsecond-line-of-key");
    // Somebody writes it where it is repeated everywhere.
    job.project.edit(
        "describers/database.yaml",
        "ports:\n",
        &format!(
            "ports:\n  - {{ port: 8080, from: internet, for: {secret} {in_base64} first-line-of-key second-line-of-key }}\n"
        ),
    );
    let ended = job.ends("pull_request.opened", 3);
    let encoded = "s3cret%2Fwith%2Bsigns%3D%3D";
    for (place, text) in everything(&job, &ended) {
        // What Terraform is given is what was written, in a folder that only its owner reads and that ends with the job.
        if place.ends_with("terraform.tfvars.json") {
            continue;
        }
        for form in [
            secret,
            encoded,
            in_base64,
            "first-line-of-key",
            "second-line-of-key",
            crate::fake_github::TOKEN,
        ] {
            assert!(!text.contains(form), "{form} is in {place}:\n{text}");
        }
    }
    let masks: Vec<&str> = ended
        .log
        .lines()
        .take_while(|line| line.starts_with("::add-mask::"))
        .collect();
    assert!(
        masks.iter().any(|line| line.ends_with(secret)),
        "masks come first: {masks:#?}"
    );
}

#[test]
fn the_password_of_a_proxy_is_a_secret_too() {
    let mut job = Job::managed();
    let path =
        job.terraform("[ \"$1\" != init ] || { echo \"cannot use $HTTPS_PROXY\" >&2; exit 1; }");
    job.set("PATH", &path)
        .set("HTTPS_PROXY", "http://somebody:pr0xy-pass@proxy.example:x");
    let ended = job.ends("pull_request.opened", 1);
    assert!(
        ended.log.contains("cannot use http://somebody:***@"),
        "{}",
        ended.log
    );
    for (place, text) in everything(&job, &ended) {
        assert!(!text.contains("pr0xy-pass"), "in {place}:\n{text}");
    }
}

#[test]
fn a_secret_that_a_format_would_write_otherwise_is_hidden_before_it_does() {
    let mut job = Job::new();
    job.set("DEPLOY_TOKEN", "s3cret|with|bars");
    job.project.edit(
        "describers/database.yaml",
        "ports:\n",
        "ports:\n  - { port: 8080, from: internet, for: \"s3cret|with|bars\" }\n",
    );
    let ended = job.ends("pull_request.opened", 3);
    assert!(ended.summary.contains("`for` takes"), "{}", ended.summary);
    for (place, text) in everything(&job, &ended) {
        assert!(!text.contains("s3cret"), "it is in {place}:\n{text}");
    }
}

#[test]
fn a_secret_that_comes_in_two_writes_is_hidden() {
    let secret = "s3cret-of-deploy";
    let in_two = |end: &str| format!("printf 's3cret-of'; sleep 0.3; printf -- '-deploy{end}'");
    let progress = in_two(r#": Refreshing","type":"refresh_start"}\n"#);
    let stages = format!(
        "case $1 in\nplan) printf '{{\"@message\":\"'; {progress} ;;\nshow) {{ {}; exit 1; }} >&2 ;;\nesac",
        in_two(" is not known\\n")
    );
    let mut job = Job::managed();
    let path = job.terraform(&stages);
    job.set("PATH", &path).set("DEPLOY_TOKEN", secret);
    let ended = job.ends("pull_request.opened", 1);
    for words in ["*** is not known", "***: Refreshing"] {
        assert!(ended.log.contains(words), "{words}: {}", ended.log);
    }
    for (place, text) in everything(&job, &ended) {
        for half in ["s3cret-of", "-deploy"] {
            assert!(!text.contains(half), "{half} is in {place}:\n{text}");
        }
    }
}

#[test]
fn identifiers_of_azure_are_hidden_and_not_masked_for_later_steps() {
    let mut job = Job::new();
    // That of every simulated cloud.
    let subscription = "00000000-0000-4000-8000-000000000000";
    job.set("ARM_SUBSCRIPTION_ID", subscription);
    let ended = job.ends("pull_request.opened", 0);
    let comment = job.comment();
    assert!(comment.contains("/subscriptions/***/"), "{comment}");
    assert!(!ended.log.contains(subscription), "{}", ended.log);
    // What Terraform works on holds them: a folder that only its owner reads, and that ends with the job.
    let told = |place: &str| !place.contains("/temp/.lostops/");
    for (place, text) in everything(&job, &ended) {
        assert!(!told(&place) || !text.contains(subscription), "{place}");
    }
}

#[test]
fn the_json_of_a_plan_lies_nowhere() {
    let mut job = Job::managed();
    let ended = job.set("RUNNER_DEBUG", "1").ends("pull_request.opened", 0);
    let texts = everything(&job, &ended);
    assert!(texts.len() > 10, "{}", texts.len());
    for (place, text) in texts {
        for member in ["resource_changes", "planned_values", "after_unknown"] {
            assert!(!text.contains(member), "{member} is in {place}");
        }
    }
}
