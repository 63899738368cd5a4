//! Secrets for servers that are a rehearsal: invented each time, so that no real one is near code that nobody has reviewed.

use crate::fleet::Fleet;
use crate::fleet::server::Setting;
use std::collections::BTreeMap;

/// Nobody listens there.
const WEBHOOK: &str = "http://127.0.0.1:9/api/webhooks/1/";

/// A value for every secret that the describers name, in the form that its use asks for.
pub(super) fn secrets(fleet: &Fleet) -> anyhow::Result<BTreeMap<String, String>> {
    let mut secrets = BTreeMap::new();
    for name in fleet.secret_names() {
        secrets.insert(name.to_owned(), crate::random::word()?);
    }
    if let Some(webhook) = &fleet.environment.discord_webhook {
        let value = format!("{WEBHOOK}{}", crate::random::word()?);
        secrets.insert(webhook.value.clone(), value);
    }
    let applications = fleet
        .servers
        .iter()
        .filter_map(|server| server.services.laravel.as_ref());
    for (name, setting) in applications.flat_map(|laravel| &laravel.value.environment) {
        if let (true, Setting::Secret(secret)) = (name.value.ends_with("APP_KEY"), &setting.value) {
            secrets.insert(secret.clone(), key()?);
        }
    }
    Ok(secrets)
}

/// A key as Laravel makes one: 32 bytes.
fn key() -> anyhow::Result<String> {
    use base64::Engine as _;
    let mut bytes = crate::random::word()?.into_bytes();
    while bytes.len() < 32 {
        bytes.extend(crate::random::word()?.into_bytes());
    }
    let key = base64::engine::general_purpose::STANDARD.encode(&bytes[..32]);
    Ok(format!("base64:{key}"))
}
