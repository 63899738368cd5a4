//! What the three servers do: the whole of the repository's own describers, with the real images where they can be pulled
//! and stand-ins where they cannot.

use super::Hosts;
use super::initialise::{ends, findings, of};
use crate::harness::{Project, Run, finish, root};
use std::process::Command;
use std::time::{Duration, Instant};

const SERVERS: [&str; 3] = ["backend", "database", "monitoring"];

impl Hosts {
    /// The three servers with everything that their describers name; scripts/stand-ins has said which images there are.
    fn complete() -> Self {
        let map = std::fs::read_to_string(root().join(".tools/stand-ins.yaml"))
            .expect("scripts/stand-ins has made the images: make hosts-test");
        let hosts = Self::of(Project::lostops());
        let file = "describers/environment.yaml";
        let text = std::fs::read_to_string(hosts.project.path(file)).expect("the environment");
        hosts.project.write(file, format!("{text}\n{map}"));
        hosts
    }

    /// A request as a browser makes it, to the name and over HTTPS unless said otherwise.
    fn browse(&self, address: &str, more: &[&str]) -> Run {
        let authority = ".lostops/production/simulated/authority/certificate.pem";
        let url = more.last().expect("an address");
        let (scheme, rest) = url.split_once("://").expect("an address");
        let name = rest.split('/').next().unwrap_or_default();
        let port = if scheme == "https" { 443 } else { 80 };
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--show-error", "--max-time", "20", "--cacert"])
            .arg(self.project.path(authority))
            .args(["--connect-to", &format!("{name}:{port}:{address}:{port}")])
            .args(more);
        finish(&mut command)
    }

    /// Restarts hosts from inside, all at once, and waits until systemd says how each has come back.
    fn restart(&self, servers: &[&str]) -> Vec<String> {
        let started = |server: &str| self.inspect(server, "{{.State.StartedAt}}");
        let before: Vec<String> = servers.iter().map(|server| started(server)).collect();
        for server in servers {
            self.on(server, "systemctl reboot");
        }
        let deadline = Instant::now() + Duration::from_mins(3);
        let wait = "systemctl is-system-running --wait; systemctl --failed --no-legend; true";
        let back = |(server, before): (&&str, &String)| loop {
            assert!(Instant::now() < deadline, "{server} does not come back");
            if started(server) != *before {
                let run = self.run(&["simulator", "shell", server, "--", "bash", "-c", wait]);
                if run.code == 0 && !run.stdout.contains("offline") {
                    return run.stdout;
                }
            }
            std::thread::sleep(Duration::from_millis(200));
        };
        servers.iter().zip(&before).map(back).collect()
    }

    /// What MySQL answers to root.
    fn sql(&self, query: &str) -> String {
        let mysql = "docker exec --interactive mysql mysql --defaults-extra-file=/run/secrets/root.cnf --batch --skip-column-names lostops";
        self.on("database", &format!("{mysql} <<'E'\n{query}\nE"))
    }
}

#[test]
#[ignore = "boots hosts: make hosts-test"]
fn the_three_servers_do_their_work_and_come_back_after_a_restart() {
    let hosts = Hosts::complete();
    let first = hosts.json(0, &["apply"]);
    assert_eq!(ends(&first, &SERVERS), ["changed"; 3], "{first:#}");

    // Everything that the roles do is done: a second run finds nothing, a check of it neither.
    let check = hosts.json(0, &["configure", "--all", "--check"]);
    assert_eq!(ends(&check, &SERVERS), ["ok"; 3], "{check:#}");
    let all = hosts.json(0, &["configure", "--all"]);
    assert_eq!(ends(&all, &SERVERS), ["ok"; 3], "{all:#}");
    assert_eq!(findings(&all), ["LO117"]);

    // The front door: HTTPS alone, and behind it the application, which reads MySQL over TLS.
    let backend = hosts.address("backend");
    let plain = hosts.browse(&backend, &["--include", "http://app.lostops.example/a?b"]);
    assert!(plain.stdout.starts_with("HTTP/1.1 301 "), "{plain:?}");
    assert!(
        plain
            .stdout
            .contains("Location: https://app.lostops.example/a?b"),
        "{plain:?}"
    );
    let page = hosts.browse(&backend, &["--include", "https://app.lostops.example/"]);
    assert!(
        page.stdout
            .contains("Strict-Transport-Security: max-age=31536000"),
        "{page:?}"
    );
    assert!(page.stdout.contains("MySQL over TLS: TLS_AES"), "{page:?}");
    let old = hosts.browse(
        &backend,
        &["--tls-max", "1.1", "https://app.lostops.example/"],
    );
    assert_ne!(old.code, 0, "{old:?}");
    assert_eq!(
        hosts.on(
            "backend",
            "docker inspect --format '{{json .Mounts}}' traefik | grep -c docker.sock || true"
        ),
        "0\n"
    );

    // MySQL is for the backend alone, and for it over TLS alone.
    let mysql = ["10.10.0.5/3306".to_owned()];
    assert_eq!(hosts.reached("backend", &mysql), mysql);
    assert_eq!(hosts.reached("monitoring", &mysql), Vec::<String>::new());
    let login = |options: &str| {
        let script = format!(
            "docker run --rm --network lostops --volume /etc/lostops/authority:/ca:ro --entrypoint php $(docker inspect --format '{{{{.Image}}}}' laravel) -r '\
             $it = mysqli_init(); mysqli_report(MYSQLI_REPORT_OFF); {options} echo @$it->real_connect(\"10.10.0.5\", \"laravel\", getenv(\"P\"), \"lostops\", 3306, null, $f) ? \"in\" : $it->connect_error;'"
        );
        hosts.on("backend", &script)
    };
    let refused = login("$f = 0;");
    assert!(
        refused.contains("secure transport")
            || refused.contains("Access denied")
            || refused.contains("caching_sha2"),
        "{refused}"
    );
    assert_eq!(
        hosts.sql("SELECT CONCAT(user, '@', host, ' ', ssl_type) FROM mysql.user WHERE user IN ('laravel', 'exporter', 'root')"),
        "laravel@10.10.0.4 ANY\nexporter@localhost \nroot@localhost \n"
    );

    // Nor does what Docker publishes get past the firewall, with everything opened in the portal.
    hosts.simulator(&[
        "open",
        "database",
        "*",
        "--from",
        "10.10.0.0/24",
        "--rule",
        "hole",
    ]);
    hosts.publish("database", &[8082]);
    let published = ["10.10.0.5/8081", "10.10.0.5/8082"].map(str::to_owned);
    assert_eq!(hosts.reached("database", &published), published);
    assert_eq!(hosts.reached("monitoring", &published), published[..1]);
    assert_eq!(hosts.reached("backend", &published), Vec::<String>::new());
    hosts.on(
        "database",
        "docker rm --force $(docker ps --quiet --filter ancestor=test)",
    );
    hosts.simulator(&["close", "database", "hole"]);

    // What was lost is in the backup of last night.
    hosts.on("database", "/usr/local/lib/lostops/backup");
    hosts.sql("DROP TABLE visits");
    let copies = "$(ls /srv/mysql/backup/lostops/*.sql.gz | tail -n 1)";
    hosts.on(
        "database",
        &format!("/usr/local/lib/lostops/restore {copies}"),
    );
    assert_eq!(hosts.sql("SELECT COUNT(*) FROM visits"), "1\n");

    // All of them restart at once: what was there is there, and runs.
    assert_eq!(hosts.restart(&SERVERS), ["running\n"; 3]);
    let backend = hosts.address("backend");
    let page = hosts.browse(&backend, &["https://app.lostops.example/"]);
    assert!(page.stdout.contains("Visit 2"), "{page:?}");
    let settled = hosts.json(0, &["configure", "--all"]);
    assert_eq!(ends(&settled, &SERVERS), ["ok"; 3], "{settled:#}");

    // A secret that was rotated is a reason, and is taken.
    let rotated = hosts
        .command(&["configure", "--cloud", "simulated", "--format", "json"])
        .env("MYSQL_LARAVEL_PASSWORD", "another one")
        .output()
        .expect("it runs");
    let rotated: serde_json::Value = serde_json::from_slice(&rotated.stdout).expect("JSON");
    assert_eq!(
        of(&rotated, "database")["why"],
        "a secret has changed",
        "{rotated:#}"
    );
    assert_eq!(
        ends(&rotated, &SERVERS),
        ["changed", "changed", "unchanged"],
        "{rotated:#}"
    );
    let page = hosts.browse(&backend, &["https://app.lostops.example/"]);
    assert!(page.stdout.contains("Visit 3"), "{page:?}");
}
