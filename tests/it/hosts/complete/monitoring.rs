//! What a monitoring server does: Prometheus asks everybody, Grafana shows it and tells Discord.

use super::Hosts;
use crate::harness::root;
use serde_json::Value;
use std::collections::BTreeSet;

const GRAFANA: &str = "https://grafana.lostops.example";
const PASSWORD: &str = "grafana's password of the tests";

impl Hosts {
    /// What Prometheus answers on this path of its API.
    fn prometheus(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        let fields = fields.iter().map(|(name, value)| {
            let value = value.replace('\'', r"'\''");
            format!(" --data-urlencode '{name}={value}'")
        });
        let fields: String = fields.collect();
        let script = format!("curl --silent --get{fields} http://127.0.0.1:9090/api/v1/{path}");
        let answer: Value =
            serde_json::from_str(&self.on("monitoring", &script)).expect("Prometheus answers JSON");
        assert_eq!(answer["status"], "success", "{path} {fields}: {answer:#}");
        answer["data"].clone()
    }

    /// What Grafana answers: the status code, and the body.
    fn grafana(&self, password: Option<&str>, more: &[&str], path: &str) -> (String, String) {
        let address = self.address("monitoring");
        let login = password.map(|password| format!("admin:{password}"));
        let url = format!("{GRAFANA}{path}");
        let mut arguments = vec!["--write-out", "\n%{http_code}"];
        if let Some(login) = &login {
            arguments.extend(["--user", login]);
        }
        arguments.extend(more);
        arguments.push(&url);
        let run = self.browse(&address, &arguments);
        let (body, code) = run.stdout.rsplit_once('\n').unwrap_or_default();
        (code.to_owned(), body.to_owned())
    }
}

pub(super) fn discord_listens(hosts: &Hosts) {
    let program = std::fs::read_to_string(root().join("tests/it/hosts/complete/discord.py"));
    let program = program.expect("the stand-in for Discord");
    hosts.on(
        "monitoring",
        &format!(
            "cat >/run/discord.py <<'E'\n{program}E\n\
             cat >/etc/systemd/system/discord.service <<'E'\n[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestart=always\n\
             ExecStart=python3 /run/discord.py 10.10.0.6 9999\nStandardOutput=append:/run/discord\nE\n\
             systemctl daemon-reload; systemctl start discord"
        ),
    );
}

pub(super) fn every_exporter_of_every_server_is_asked(hosts: &Hosts) {
    let wanted = [
        "backend cadvisor",
        "backend node",
        "backend traefik",
        "database cadvisor",
        "database mysqld",
        "database node",
        "monitoring cadvisor",
        "monitoring grafana",
        "monitoring node",
        "monitoring prometheus",
        "monitoring traefik",
    ];
    hosts.until(120, |hosts| {
        let targets = hosts.prometheus("targets", &[]);
        let targets = targets["activeTargets"].as_array().expect("targets");
        let up = targets.iter().filter(|target| target["health"] == "up");
        let label = |target: &Value, name: &str| target["labels"][name].as_str().map(str::to_owned);
        let up: BTreeSet<String> = up
            .filter_map(|target| {
                Some(format!(
                    "{} {}",
                    label(target, "server")?,
                    label(target, "job")?
                ))
            })
            .collect();
        if up.iter().eq(wanted.iter()) {
            Ok(())
        } else {
            Err(format!("{up:?}"))
        }
    });
    // The port answers, and so does what stands behind it.
    hosts.until(60, |hosts| {
        let mysql = hosts.prometheus("query", &[("query", "mysql_up == 1")]);
        let found = mysql["result"].as_array().map_or(0, Vec::len);
        if found == 1 {
            Ok(())
        } else {
            Err(mysql.to_string())
        }
    });
}

pub(super) fn grafana_is_closed_to_strangers_and_complete_to_its_admin(hosts: &Hosts) {
    assert_eq!(hosts.grafana(None, &[], "/api/health").0, "200");
    assert_eq!(hosts.grafana(None, &[], "/").0, "302");
    assert_eq!(hosts.grafana(None, &[], "/api/search").0, "401");
    assert_eq!(
        hosts
            .grafana(None, &["--request", "POST"], "/api/user/signup")
            .0,
        "401"
    );
    assert_eq!(hosts.grafana(None, &[], "/metrics").0, "404");
    assert_eq!(hosts.grafana(Some("admin"), &[], "/api/search").0, "401");
    grafana_lets_in(hosts, PASSWORD);

    let ask = |path| {
        let (code, body) = hosts.grafana(Some(PASSWORD), &[], path);
        assert_eq!(code, "200", "{path}: {body}");
        serde_json::from_str::<Value>(&body).expect("JSON")
    };
    let boards = ask("/api/search");
    let boards = boards.as_array().expect("a list").iter();
    let boards: BTreeSet<&str> = boards.filter_map(|board| board["uid"].as_str()).collect();
    assert!(
        boards.is_superset(&BTreeSet::from([
            "fleet",
            "server",
            "mysql",
            "web",
            "prometheus"
        ])),
        "{boards:?}"
    );
    assert_eq!(
        ask("/api/datasources/uid/prometheus/health")["status"],
        "OK"
    );
    let points = ask("/api/v1/provisioning/contact-points");
    assert_eq!(points[0]["type"], "discord", "{points:#}");
    let rules = ask("/api/v1/provisioning/alert-rules");
    let rules = rules.as_array().expect("a list").iter();
    let titles: BTreeSet<&str> = rules.filter_map(|rule| rule["title"].as_str()).collect();
    for title in [
        "ServerDown",
        "DiskFullWithinADay",
        "MysqlDown",
        "CertificateEnds",
        "PrometheusSilent",
    ] {
        assert!(titles.contains(title), "{titles:?}");
    }
}

pub(super) fn grafana_lets_in(hosts: &Hosts, password: &str) {
    assert_eq!(hosts.grafana(Some(password), &[], "/api/search").0, "200");
}

/// Every query of every dashboard, with its variables as a person finds them, has something to show.
pub(super) fn no_panel_of_a_dashboard_is_empty(hosts: &Hosts) {
    let folder = root().join("ansible/roles/monitoring/files/grafana/dashboards");
    let mut queries = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("the dashboards") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a dashboard");
        let board: Value = serde_json::from_str(&text).expect("JSON");
        let server = match path.file_stem().and_then(std::ffi::OsStr::to_str) {
            Some("mysql") => "database",
            _ => "monitoring",
        };
        for panel in panels(&board) {
            for target in panel["targets"].as_array().unwrap_or(&Vec::new()) {
                let expression = target["expr"].as_str().expect("a query");
                let expression = expression
                    .replace("${server:regex}", server)
                    .replace("$server", server)
                    .replace("$__rate_interval", "1m")
                    .replace("$__interval", "30s")
                    .replace("$__range", "5m");
                queries.insert((
                    board["uid"].to_string(),
                    panel["title"].to_string(),
                    expression,
                ));
            }
        }
    }
    assert!(queries.len() > 50, "{queries:?}");
    // Rates need two rounds, rules that rest on them one more.
    hosts.until(180, |hosts| {
        let empty: Vec<_> = queries
            .iter()
            .filter(|(_, _, query)| {
                let found = hosts.prometheus("query", &[("query", query)]);
                found["result"].as_array().is_some_and(Vec::is_empty)
            })
            .collect();
        if empty.is_empty() {
            Ok(())
        } else {
            Err(format!("{empty:#?}"))
        }
    });
}

fn panels(board: &Value) -> Vec<&Value> {
    let own = board["panels"].as_array().expect("panels").iter();
    own.flat_map(|panel| {
        let inner = panel["panels"].as_array().into_iter().flatten();
        std::iter::once(panel).chain(inner)
    })
    .collect()
}

pub(super) fn an_alert_reaches_discord_in_words_that_a_person_understands(hosts: &Hosts) {
    let message = hosts.until(300, |hosts| {
        let said = hosts.on("monitoring", "cat /run/discord");
        let mut messages = said
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let found = messages.find(|message| message.to_string().contains("MySQL on database"));
        found.ok_or(said)
    });
    let title = message["embeds"][0]["title"].as_str().unwrap_or_default();
    assert_eq!(title, "🔴 MySQL on database does not answer", "{message:#}");
    let content = message["content"].as_str().unwrap_or_default();
    for part in [
        "Since ",
        " UTC",
        "docker ps --all",
        "https://grafana.lostops.example/d/mysql",
    ] {
        assert!(content.contains(part), "{part}: {message:#}");
    }
    assert!(
        !content.contains("{{") && !content.contains("[no value]"),
        "{message:#}"
    );
}
