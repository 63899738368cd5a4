//! What a database server does: whom it lets in, and what it keeps.

use super::Hosts;

impl Hosts {
    /// What MySQL answers to root.
    fn sql(&self, query: &str) -> String {
        let mysql = "docker exec --interactive mysql mysql --defaults-extra-file=/run/secrets/root.cnf --batch --skip-column-names lostops";
        self.on("database", &format!("{mysql} <<'E'\n{query}\nE"))
    }

    /// A login of the application with its own password: `in`, or why not. `options` are PDO's.
    fn login(&self, options: &str) -> String {
        let script = format!(
            "try {{ new PDO(\"mysql:host=10.10.0.5;dbname=lostops\", getenv(\"DB_USERNAME\"), getenv(\"DB_PASSWORD\"), [{options}]); echo \"in\"; }} \
             catch (PDOException $error) {{ echo $error->getMessage(); }}"
        );
        self.on("backend", &format!("docker exec laravel php -r '{script}'"))
    }
}

pub(super) fn mysql_is_for_the_backend_alone_and_over_tls_alone(hosts: &Hosts) {
    let mysql = ["10.10.0.5/3306".to_owned()];
    assert_eq!(hosts.reached("backend", &mysql), mysql);
    assert_eq!(hosts.reached("monitoring", &mysql), Vec::<String>::new());

    // The right password over TLS is let in; without TLS, or by a server that another authority vouches for, it is not.
    let authority = "PDO::MYSQL_ATTR_SSL_CA => \"/etc/lostops/authority.pem\"";
    assert_eq!(hosts.login(authority), "in");
    let plain = hosts.login("");
    assert!(plain.contains("SQLSTATE"), "{plain}");
    let other = hosts.login("PDO::MYSQL_ATTR_SSL_CA => \"/etc/ssl/certs/ca-certificates.crt\"");
    assert!(other.contains("SQLSTATE"), "{other}");

    let accounts = "SELECT CONCAT(user, '@', host, ' ', ssl_type) FROM mysql.user \
        WHERE user IN ('laravel', 'exporter', 'root') ORDER BY user";
    assert_eq!(
        hosts.sql(accounts),
        "exporter@localhost \nlaravel@10.10.0.4 ANY\nroot@localhost \n"
    );
}

/// With everything opened in the portal, only what the describer declares.
pub(super) fn what_docker_publishes_does_not_get_past_the_firewall(hosts: &Hosts) {
    let network = [
        "open",
        "database",
        "*",
        "--from",
        "10.10.0.0/24",
        "--rule",
        "hole",
    ];
    hosts.simulator(&network);
    hosts.publish("database", &[8082]);
    let published = ["10.10.0.5/8081", "10.10.0.5/8082"].map(str::to_owned);
    assert_eq!(hosts.reached("database", &published), published);
    assert_eq!(hosts.reached("monitoring", &published), published[..1]);
    assert_eq!(hosts.reached("backend", &published), Vec::<String>::new());
    let remove = "docker rm --force $(docker ps --quiet --filter ancestor=test)";
    hosts.on("database", remove);
    hosts.simulator(&["close", "database", "hole"]);
}

pub(super) fn what_was_lost_is_in_the_backup(hosts: &Hosts) {
    hosts.on("database", "/usr/local/lib/lostops/backup");
    hosts.sql("DROP TABLE visits");
    let newest = "$(ls /srv/mysql/backup/lostops/*.sql.gz | tail -n 1)";
    let restore = format!("/usr/local/lib/lostops/restore {newest}");
    hosts.on("database", &restore);
    assert_eq!(hosts.sql("SELECT COUNT(*) FROM visits"), "1\n");
}
