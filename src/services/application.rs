//! The environment of a Laravel application: what its describer says, and what follows from the fleet.

use crate::fleet::Fleet;
use crate::fleet::server::{Server, Setting};
use crate::fleet::service::{Database, Laravel};
use indexmap::IndexMap;

/// Where the authority's certificate is inside the container.
const AUTHORITY: &str = "/etc/lostops/authority.pem";

/// Variables in the order in which they are written; what the describer says goes before what is derived.
pub(crate) fn environment(fleet: &Fleet, laravel: &Laravel) -> IndexMap<String, Setting> {
    let mut all = IndexMap::new();
    let mut plain = |name: &str, value: String| {
        all.insert(name.to_owned(), Setting::Plain(value));
    };
    plain("APP_URL", format!("https://{}", laravel.domain.value));
    plain("LOG_CHANNEL", "stderr".to_owned());
    if let Some((server, database)) = database(fleet, laravel) {
        let port = server.port_for("mysql").unwrap_or(3306);
        plain("DB_CONNECTION", "mysql".to_owned());
        plain("DB_HOST", server.machine.private_ip.value.to_string());
        plain("DB_PORT", port.to_string());
        plain("DB_DATABASE", database.name.value.clone());
        plain("DB_USERNAME", database.user.value.clone());
        plain("MYSQL_ATTR_SSL_CA", AUTHORITY.to_owned());
        let password = Setting::Secret(database.password.value.clone());
        all.insert("DB_PASSWORD".to_owned(), password);
    }
    for (name, setting) in &laravel.environment {
        all.insert(name.value.clone(), setting.value.clone());
    }
    all
}

fn database<'a>(fleet: &'a Fleet, laravel: &Laravel) -> Option<(&'a Server, &'a Database)> {
    let wanted = &laravel.database.as_ref()?.value;
    fleet.servers.iter().find_map(|server| {
        let databases = &server.services.mysql.as_ref()?.value.databases;
        let found = databases.iter().find(|one| one.name.value == *wanted)?;
        Some((server, found))
    })
}
