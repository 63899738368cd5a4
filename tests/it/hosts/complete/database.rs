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
    let page = include_str!("../../../../docs/database.md");
    assert!(page.contains("/usr/local/lib/lostops/restore /srv/mysql/backup/lostops/"));
    hosts.on("database", &restore);
    assert_eq!(hosts.sql("SELECT COUNT(*) FROM visits"), "1\n");
}

pub(super) fn root_gets_a_new_password_where_it_was_lost(hosts: &Hosts) {
    hosts.on("database", "rm /srv/mysql/secrets/root.cnf");
    hosts.on("database", "/usr/local/lib/lostops/root-password");
    assert_eq!(hosts.sql("SELECT 1"), "1\n");
}

pub(super) fn a_certificate_that_ends_soon_is_renewed_and_taken_without_a_restart(hosts: &Hosts) {
    let reload = "docker exec mysql mysql --defaults-extra-file=/run/secrets/root.cnf --execute 'ALTER INSTANCE RELOAD TLS'";
    let short = "set -e; cd /var/lib/lostops/certificates/mysql; authority=/etc/lostops/authority; \
        openssl req -new -key key.pem -subj /CN=short | openssl x509 -req -CA $authority/certificate.pem -CAkey $authority/key.pem \
        -days 20 -set_serial 7 -extfile <(echo subjectAltName=IP:10.10.0.5) -out cert.pem 2>/dev/null";
    hosts.on("database", &format!("{short}; {reload}"));
    let soon = "SELECT TIMESTAMPDIFF(DAY, NOW(), STR_TO_DATE(VARIABLE_VALUE, '%b %e %H:%i:%s %Y GMT')) < 30 \
        FROM performance_schema.global_status WHERE VARIABLE_NAME = 'Ssl_server_not_after'";
    assert_eq!(hosts.sql(soon), "1\n");
    let started = "docker inspect --format '{{.State.StartedAt}}' mysql";
    let before = hosts.on("database", started);
    hosts.on("database", "systemctl start lostops-certificates");
    assert_eq!(hosts.sql(soon), "0\n");
    assert_eq!(hosts.on("database", started), before);
}
