//! Managed databases of the cloud: no security group protects them, their own settings do.

use super::json::Json;

/// Words for what is public about it; `None` for what is no managed database.
pub(super) fn words(kind: &str, values: &Json<'_>) -> Option<Vec<String>> {
    let server = matches!(
        kind,
        "azurerm_mysql_flexible_server"
            | "azurerm_mysql_server"
            | "azurerm_mariadb_server"
            | "azurerm_mssql_server"
            | "azurerm_postgresql_flexible_server"
            | "azurerm_postgresql_server"
            | "azurerm_cosmosdb_account"
            | "azurerm_redis_cache"
    );
    if server {
        let public = values.get("public_network_access_enabled").bool() == Some(true)
            || values.get("public_network_access").text() == Some("Enabled");
        return Some(
            public
                .then(|| "it is reachable from public networks".to_owned())
                .into_iter()
                .collect(),
        );
    }
    let rule = kind.ends_with("_firewall_rule")
        && ["mysql", "mariadb", "mssql", "postgresql", "redis", "sql"]
            .iter()
            .any(|one| kind.contains(one));
    if !rule {
        return None;
    }
    let end = |one: &str, other: &str| {
        values
            .get(one)
            .string()
            .or_else(|| values.get(other).string())
            .unwrap_or_else(|| "?".to_owned())
    };
    let (start, end) = (
        end("start_ip_address", "start_ip"),
        end("end_ip_address", "end_ip"),
    );
    Some(vec![if start == "0.0.0.0" && end == "0.0.0.0" {
        "it lets in every machine of every tenant in Azure".to_owned()
    } else {
        format!("it lets in {start} to {end}")
    }])
}
