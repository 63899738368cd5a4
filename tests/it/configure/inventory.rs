//! `lostops inventory`: what Ansible's own commands read.

use super::Servers;
use serde_json::{Value, json};

fn inventory(servers: &Servers, arguments: &[&str]) -> Value {
    let run = servers.run(&[&["inventory"], arguments].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    serde_json::from_str(&run.stdout).expect("JSON")
}

#[test]
fn it_speaks_as_an_inventory_script() {
    let servers = Servers::new();
    let list = inventory(&servers, &["--list"]);
    assert_eq!(
        list["all"]["hosts"],
        json!(["backend", "database", "monitoring"])
    );
    assert_eq!(list["role_database"]["hosts"], json!(["database"]));
    let database = &list["_meta"]["hostvars"]["database"];
    assert_eq!(inventory(&servers, &["--host", "database"]), *database);
    assert_eq!(inventory(&servers, &["--host", "nobody"]), json!({}));
}

#[test]
fn a_public_address_goes_before_the_private_one() {
    let list = inventory(&Servers::new(), &["--list"]);
    let host = |name: &str| list["_meta"]["hostvars"][name]["ansible_host"].clone();
    assert_eq!(host("backend"), "198.51.100.4");
    assert_eq!(host("database"), "10.10.0.5");
}

#[test]
fn a_server_is_told_its_ports_disks_and_services_and_no_secret() {
    let servers = Servers::new();
    let file = inventory(&servers, &[]);
    let database = &file["all"]["hosts"]["database"];
    assert_eq!(
        database["lostops_ports"][1],
        json!({ "protocol": "tcp", "ports": ["3306"], "from": ["10.10.0.4/32"], "for": "mysql" })
    );
    assert_eq!(
        database["lostops_data_disks"],
        json!([{ "name": "mysql", "lun": 0, "size_gb": 32 }])
    );
    assert_eq!(
        database["lostops_services"]["mysql"],
        json!({
            "databases": [{ "name": "lostops", "user": "laravel", "password": "secret:MYSQL_LARAVEL_PASSWORD" }],
            "hosts": ["10.10.0.4"],
            "names": ["IP:10.10.0.5", "DNS:database", "DNS:mysql", "DNS:localhost", "IP:127.0.0.1"],
            "keep_backups": 14,
        })
    );
    let environment =
        &file["all"]["hosts"]["backend"]["lostops_services"]["laravel"]["environment"];
    assert_eq!(environment["DB_HOST"], "10.10.0.5");
    assert_eq!(environment["DB_PASSWORD"], "secret:MYSQL_LARAVEL_PASSWORD");
    assert_eq!(
        database["lostops_projects"]["mysql"]["MYSQL_LISTEN"],
        "10.10.0.5:3306"
    );
    let targets = file["all"]["hosts"]["monitoring"]["lostops_targets"].to_string();
    assert!(
        targets.contains(r#""address":"10.10.0.5:9104""#),
        "{targets}"
    );
    assert_eq!(
        file["all"]["hosts"]["backend"]["lostops_ports"][1]["from"],
        json!(["0.0.0.0/0"])
    );
}

#[test]
fn a_stopped_server_is_not_in_it() {
    let servers = Servers::new();
    servers.project.edit(
        "describers/database.yaml",
        "state: running",
        "state: stopped",
    );
    let list = inventory(&servers, &["--list"]);
    assert_eq!(list["all"]["hosts"], json!(["backend", "monitoring"]));
}

#[test]
fn a_project_of_the_users_own_is_brought_with_its_file_and_without_its_secrets() {
    let servers = Servers::new();
    let text =
        "services:\n  mail:\n    image: mail:1\n    command: [\"--format\", \"{{ .Name }}\"]\n";
    servers.project.write("describers/compose/mail.yaml", text);
    servers.project.edit(
        "describers/backend.yaml",
        "services:\n",
        "services:\n  compose:\n    mail: { file: compose/mail.yaml, environment: { TZ: UTC, TOKEN: secret:MAIL_TOKEN } }\n",
    );
    let file = inventory(&servers, &[]);
    let host = |name: &str| file["all"]["hosts"][name].clone();
    // What looks like a template is none.
    let content = format!("# Written by lostops: compose/mail.yaml of the describers.\n{text}");
    assert_eq!(
        host("backend")["lostops_compose"],
        json!({ "mail": {
            "content": { "__ansible_unsafe": content },
            "environment": { "TZ": "UTC", "TOKEN": "secret:MAIL_TOKEN" },
            "images": {},
        } })
    );
    // Docker is there for it, and the roles know that it is wanted.
    assert_eq!(host("backend")["lostops_projects"]["mail"], json!({}));
    assert_eq!(host("database")["lostops_compose"], json!({}));
}
