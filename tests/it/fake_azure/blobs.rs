//! Blobs with their metadata and leases, as the Blob service documents what Terraform's backend asks of it.

use super::server::{Answer, Asked};
use super::{ACCOUNT, State, login};
use std::collections::BTreeMap;

/// Container, then blob.
#[derive(Debug, Default)]
pub(crate) struct Blobs {
    containers: BTreeMap<String, BTreeMap<String, Blob>>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Blob {
    pub(crate) content: Vec<u8>,
    /// Headers `x-ms-meta-…`.
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) lease: Option<String>,
}

impl Blobs {
    pub(crate) fn create(&mut self, container: &str) {
        self.containers.entry(container.to_owned()).or_default();
    }

    pub(crate) fn remove(&mut self, container: &str) {
        self.containers.remove(container);
    }

    pub(crate) fn blob(&mut self, name: &str) -> Option<&mut Blob> {
        self.containers.get_mut("tfstate")?.get_mut(name)
    }
}

pub(super) fn answer(state: &mut State, asked: &Asked) -> Answer {
    if asked.host != format!("{ACCOUNT}.blob.core.windows.net") {
        state.violation(format!("another account: {}", asked.host));
    }
    if asked.header("x-ms-version").is_empty() {
        state.violation(format!("{} {}: no version", asked.method, asked.path));
    }
    if state.forbidden || !login::may_store(asked) {
        return error(403, "AuthorizationPermissionMismatch");
    }
    let mut parts = asked.path.trim_start_matches('/').splitn(2, '/');
    let (container, name) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let comp = asked.parameter("comp").unwrap_or_default();
    let Some(blobs) = state.blobs.containers.get_mut(container) else {
        return error(404, "ContainerNotFound");
    };
    let lease = asked.header("x-ms-lease-id");
    let held = blobs.get(name).cloned();
    let action = asked.header("x-ms-lease-action");
    match (&*asked.method, &*comp, held) {
        ("GET", "list", _) => list(blobs.keys()),
        ("PUT", "", held) => {
            if let Some(refused) = guarded(held.as_ref(), &lease) {
                return refused;
            }
            if asked.header("x-ms-blob-type") != "BlockBlob" {
                state.violation("a blob that is no block blob".to_owned());
            }
            let blob = Blob {
                content: asked.body.clone(),
                metadata: asked.metadata(),
                lease: held.and_then(|held| held.lease),
            };
            let blobs = state.blobs.containers.get_mut(container);
            blobs.expect("just seen").insert(name.to_owned(), blob);
            Answer::empty(201)
        }
        (_, _, None) => error(404, "BlobNotFound"),
        ("HEAD" | "GET", "" | "metadata", Some(blob)) => {
            if !lease.is_empty() && blob.lease.as_deref() != Some(&lease) {
                return error(412, "LeaseNotPresentWithBlobOperation");
            }
            read(&blob, asked.method == "GET")
        }
        ("PUT", "metadata", Some(held)) => {
            if let Some(refused) = guarded(Some(&held), &lease) {
                return refused;
            }
            let blob = blobs.get_mut(name).expect("just seen");
            blob.metadata = asked.metadata();
            Answer::empty(200)
        }
        ("PUT", "lease", Some(held)) => {
            let blob = blobs.get_mut(name).expect("just seen");
            match (&*action, held.lease) {
                ("acquire", Some(other)) if other != asked.header("x-ms-proposed-lease-id") => {
                    error(409, "LeaseAlreadyPresent")
                }
                ("acquire", _) => {
                    if asked.header("x-ms-lease-duration") != "-1" {
                        state.violation("a lease that ends by itself".to_owned());
                        return error(400, "InvalidHeaderValue");
                    }
                    let id = asked.header("x-ms-proposed-lease-id");
                    blob.lease = Some(id.clone());
                    Answer::empty(201).with("x-ms-lease-id", &id)
                }
                ("release", Some(held)) if held == lease => {
                    blob.lease = None;
                    Answer::empty(200)
                }
                ("break", Some(_)) => {
                    blob.lease = None;
                    Answer::empty(202).with("x-ms-lease-time", "0")
                }
                _ => error(409, "LeaseIdMismatchWithLeaseOperation"),
            }
        }
        ("DELETE", "", Some(held)) => {
            if let Some(refused) = guarded(Some(&held), &lease) {
                return refused;
            }
            blobs.remove(name);
            Answer::empty(202)
        }
        _ => {
            let what = format!(
                "not documented: {} {} comp={comp}",
                asked.method, asked.path
            );
            state.violation(what);
            error(400, "InvalidUri")
        }
    }
}

/// A leased blob is written by who holds the lease, and by nobody else.
fn guarded(held: Option<&Blob>, lease: &str) -> Option<Answer> {
    match (held.and_then(|blob| blob.lease.as_deref()), lease) {
        (Some(_), "") => Some(error(412, "LeaseIdMissing")),
        (Some(held), given) if held != given => {
            Some(error(412, "LeaseIdMismatchWithBlobOperation"))
        }
        (None, given) if !given.is_empty() => Some(error(412, "LeaseNotPresentWithBlobOperation")),
        _ => None,
    }
}

fn read(blob: &Blob, with_content: bool) -> Answer {
    let mut answer = Answer {
        status: 200,
        headers: Vec::new(),
        body: if with_content {
            blob.content.clone()
        } else {
            Vec::new()
        },
    };
    for (name, value) in &blob.metadata {
        answer = answer.with(name, value);
    }
    let state = if blob.lease.is_some() {
        "leased"
    } else {
        "available"
    };
    answer
        .with("x-ms-blob-type", "BlockBlob")
        .with("x-ms-lease-state", state)
        .with(
            "x-ms-lease-status",
            if blob.lease.is_some() {
                "locked"
            } else {
                "unlocked"
            },
        )
        .with("content-type", "application/json")
        .with("etag", "\"0x8D0000000000000\"")
        .with("last-modified", "Mon, 02 Nov 2026 10:00:00 GMT")
}

fn list<'a>(names: impl Iterator<Item = &'a String>) -> Answer {
    let blobs: Vec<String> = names
        .map(|name| format!("<Blob><Name>{name}</Name><Properties/></Blob>"))
        .collect();
    let blobs = blobs.concat();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults><Blobs>{blobs}</Blobs><NextMarker/></EnumerationResults>"
    );
    Answer {
        status: 200,
        headers: Vec::new(),
        body: text.into_bytes(),
    }
    .with("content-type", "application/xml")
}

fn error(status: u16, code: &str) -> Answer {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{code}</Message></Error>"
    );
    Answer {
        status,
        headers: Vec::new(),
        body: text.into_bytes(),
    }
    .with("content-type", "application/xml")
    .with("x-ms-error-code", code)
}
