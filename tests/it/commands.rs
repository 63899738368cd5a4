//! Commands that judge nothing: explanations, schemas, the picture, what is missing.

use crate::harness::{Project, root};
use std::fs;

#[test]
fn a_finding_is_explained_by_code_and_by_name() {
    let project = Project::empty();
    let by_code = project.run(&["explain", "lo203"]);
    assert_eq!(by_code.code, 0);
    assert!(
        by_code.stdout.contains("port-not-permitted") && by_code.stdout.contains("How to fix it")
    );
    assert_eq!(
        project.run(&["explain", "port-not-permitted"]).stdout,
        by_code.stdout
    );
    let unknown = project.run(&["explain", "LO999"]);
    assert_eq!(unknown.code, 1);
    assert!(
        unknown.stderr.contains("did you mean"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn every_failure_reason_is_listed_and_explained() {
    let project = Project::empty();
    let list = project.run(&["explain"]).stdout;
    let table = project.run(&["explain", "--reasons"]).stdout;
    let words: Vec<&str> = table
        .lines()
        .skip(2)
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    assert!(words.contains(&"no-describers"), "{table}");
    for word in words {
        assert!(list.contains(word), "{word} is not in {list}");
        assert_eq!(project.run(&["explain", word]).code, 0);
    }
    let far = project.run(&["explain", "zzz"]);
    assert!(!far.stderr.contains("did you mean"), "{}", far.stderr);
}

#[test]
fn the_environments_are_a_list_that_a_matrix_takes() {
    let project = Project::lostops();
    assert_eq!(project.run(&["matrix"]).stdout, "[\"production\"]\n");
    let several = Project::two_environments();
    assert_eq!(
        several.run(&["matrix"]).stdout,
        "[\"production\",\"staging\"]\n"
    );
    let none = Project::empty().run(&["matrix"]);
    assert_eq!((none.code, none.stdout.as_str()), (1, ""), "{none:?}");
    assert!(none.stderr.contains("lostops init"), "{}", none.stderr);
}

#[test]
fn in_a_workflow_the_doctor_says_what_the_event_starts_and_whether_there_is_a_token() {
    let project = Project::lostops();
    let event = root().join("tests/it/events/pull_request.opened.json");
    let doctor = |variables: &[(&str, &str)]| {
        let mut command = project.command(&["doctor"]);
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_REPOSITORY", "octo-org/servers")
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_EVENT_PATH", &event)
            .envs(variables.iter().copied());
        crate::harness::finish(&mut command).stdout
    };
    let without = doctor(&[]);
    assert!(
        without.contains("`pull_request`, which starts `plan`: pull request #7")
            && without.contains("github-token: ${{ github.token }}")
            && without.contains("`describers`: production"),
        "{without}"
    );
    let with = doctor(&[("INPUT_GITHUB-TOKEN", "0123456789abcdef")]);
    assert!(
        with.contains("ok      token") && !with.contains("0123456789abcdef"),
        "{with}"
    );
    let wrong = doctor(&[("INPUT_CLOUD", "aws")]);
    assert!(wrong.contains("`azure`, `simulated`"), "{wrong}");
}

#[test]
fn who_applies_where_every_server_is_adopted_joins_addresses_and_makes_none() {
    let said = Project::lostops().run(&["doctor", "--azure-roles"]).stdout;
    let (_, apply) = said.split_once("\n\n").expect("two identities");
    // An interface that is given a group is written with the address that it has.
    assert!(
        apply.contains("Microsoft.Network/publicIPAddresses/join/action"),
        "{apply}"
    );
    for words in ["publicIPAddresses/write", "vmSizes"] {
        assert!(!apply.contains(words), "{words} in {apply}");
    }
}

#[test]
fn the_page_of_findings_is_what_the_rules_say() {
    let page = Project::empty().run(&["explain", "--markdown"]).stdout;
    let kept = fs::read_to_string(root().join("docs/findings.md")).expect("docs/findings.md");
    assert_eq!(page, kept, "run `make docs`");
}

#[test]
fn the_schemas_are_what_the_parser_reads() {
    for name in ["server", "environment", "policy"] {
        let printed = Project::empty().run(&["schema", name]).stdout;
        let kept = fs::read_to_string(root().join(format!("schema/{name}.schema.json")))
            .expect("the schema");
        assert_eq!(printed, kept, "run `make docs`");
    }
}

#[test]
fn the_topology_is_drawn_as_mermaid_and_as_svg() {
    let project = Project::lostops();
    let mermaid = project.run(&["graph"]).stdout;
    assert!(
        mermaid.starts_with("flowchart LR\n") && mermaid.contains("3306 mysql"),
        "{mermaid}"
    );
    let svg = project.run(&["graph", "--format", "svg"]).stdout;
    assert!(
        svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>") && svg.contains("3306/tcp"),
        "{svg}"
    );
}

#[test]
fn a_command_line_that_cannot_be_read_ends_with_two() {
    assert_eq!(Project::empty().run(&["plan", "--cloud", "moon"]).code, 2);
    assert_eq!(Project::empty().run(&["frobnicate"]).code, 2);
}

#[test]
fn without_credentials_azure_names_every_variable_and_the_lines_of_the_workflow() {
    let run = Project::lostops().run(&["plan", "--cloud", "azure"]);
    assert_eq!(run.code, 1);
    for word in [
        "ARM_SUBSCRIPTION_ID",
        "ARM_TENANT_ID",
        "ARM_CLIENT_ID",
        "ARM_USE_OIDC",
        "id-token: write",
        "--cloud simulated",
    ] {
        assert!(
            run.stdout.contains(word),
            "{word} is missing in\n{}",
            run.stdout
        );
    }
}

#[test]
fn the_doctor_says_what_is_here_and_what_is_missing_for_which_command() {
    let project = Project::empty();
    let run = project.run(&["doctor"]);
    assert!(
        run.stdout.contains("terraform") && run.stdout.contains("ARM_SUBSCRIPTION_ID"),
        "{}",
        run.stdout
    );
    let mut without = project.command(&["doctor"]);
    let run = crate::harness::finish(without.env("PATH", "/nowhere"));
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("Terraform is not on PATH"),
        "{}",
        run.stdout
    );
}

#[test]
fn without_terraform_a_plan_says_how_to_get_it() {
    let project = Project::lostops();
    let mut command = project.command(&["plan", "--cloud", "simulated", "--format", "json"]);
    let run = crate::harness::finish(command.env("PATH", "/nowhere"));
    assert_eq!(run.code, 1);
    assert!(
        run.stdout.contains("Terraform is not on PATH")
            && run.stdout.contains("1.9")
            && run.stdout.contains(r#""reason":"terraform-missing""#),
        "{}",
        run.stdout
    );
}

#[test]
fn a_new_repository_passes_and_is_never_overwritten() {
    let project = Project::empty();
    let run = project.run(&["init"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.contains("lostops check"), "{}", run.stdout);
    project.json(0, &["check"]);
    let bare = Project::empty();
    fs::create_dir(bare.path("describers")).expect("an empty folder");
    assert_eq!(bare.run(&["init"]).code, 0);
    let again = project.run(&["init"]);
    assert_eq!(again.code, 1);
    assert!(
        again.stderr.contains("nothing in it is overwritten"),
        "{}",
        again.stderr
    );
}

#[test]
fn every_command_has_a_row_in_the_readme() {
    let help = Project::empty().run(&["--help"]).stdout;
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = list
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help");
    let readme = fs::read_to_string(root().join("README.md")).expect("the page");
    let rows = readme
        .lines()
        .filter(|line| line.starts_with("| `lostops "));
    let rows: Vec<&str> = rows.filter_map(|row| row.split(" | ").next()).collect();
    for name in names {
        let is_it = |row: &&str| row.split(['`', ' ', ',', '|']).any(|word| word == name);
        assert!(rows.iter().any(is_it), "{name} has no row");
    }
    assert!(rows.len() > 15, "{rows:?}");
}
