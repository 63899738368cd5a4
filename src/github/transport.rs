//! octocrab over our own connections: proxies, a private authority and limits of time are ours, the token is its.

use super::access::{Access, Address, setup};
use super::error::GitHubError;
use super::proxy::Route;
use http::header::{ACCEPT, PROXY_AUTHORIZATION, USER_AGENT};
use http::{HeaderName, HeaderValue};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use octocrab::service::middleware::base_uri::BaseUriLayer;
use octocrab::service::middleware::extra_headers::ExtraHeadersLayer;
use octocrab::{AuthState, OctoBody, Octocrab, OctocrabBuilder};
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// To find the host and open the connection.
const CONNECT: Duration = Duration::from_secs(10);
/// GitHub closes idle connections after about a minute; one that may be closed already is not used.
const IDLE: Duration = Duration::from_secs(20);

/// One pool of connections, for both addresses.
pub(super) struct Transport {
    client: Client<HttpsConnector<Route>, OctoBody>,
    route: Route,
}

impl Transport {
    pub(super) fn new(access: &Access, encrypted: bool) -> Result<Self, GitHubError> {
        let mut direct = HttpConnector::new();
        direct.enforce_http(false);
        direct.set_nodelay(true);
        direct.set_connect_timeout(Some(CONNECT));
        let route = Route::new(&access.proxies, direct)?;
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(access, encrypted)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(route.clone());
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self { client, route })
    }

    /// octocrab for one address. Inside a runtime: it starts a task.
    pub(super) fn octocrab(&self, address: &Address, token: &str) -> Octocrab {
        let agent = concat!("lostops/", env!("CARGO_PKG_VERSION"));
        let mut headers: Vec<(HeaderName, HeaderValue)> = vec![
            (USER_AGENT, HeaderValue::from_static(agent)),
            (
                ACCEPT,
                HeaderValue::from_static("application/vnd.github+json"),
            ),
        ];
        if let Some(value) = self.route.forwarding_header(&address.origin) {
            headers.push((PROXY_AUTHORIZATION, value));
        }
        let built = OctocrabBuilder::new_empty()
            .with_service(self.client.clone())
            .with_layer(&BaseUriLayer::new(address.origin.clone()))
            .with_layer(&ExtraHeadersLayer::new(Arc::new(headers)))
            .with_auth(AuthState::AccessToken {
                token: token.to_owned().into(),
            })
            .build();
        match built {
            Ok(octocrab) => octocrab,
            Err(never) => match never {},
        }
    }
}

fn tls(access: &Access, encrypted: bool) -> Result<ClientConfig, GitHubError> {
    let mut roots = RootCertStore::empty();
    // Reading the system's takes a few milliseconds, which plain HTTP need not pay.
    if encrypted {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if let Some(file) = &access.ca_bundle {
        let text = fs_err::read(file).map_err(|error| {
            setup(
                error.to_string(),
                "`ca-bundle` is a path in the workspace: check the repository out before",
            )
        })?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let certificates = certificates.unwrap_or_default();
        let given = certificates.len();
        let (added, _) = roots.add_parsable_certificates(certificates);
        if added == 0 || added < given {
            return Err(setup(
                format!("{file} holds {added} certificates that can be read, of {given}"),
                "give `ca-bundle` a PEM file: -----BEGIN CERTIFICATE-----",
            ));
        }
    }
    if encrypted && roots.is_empty() {
        return Err(setup(
            "the system trusts no authority".to_owned(),
            "install ca-certificates, or give the input `ca-bundle`",
        ));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(error.to_string(), "this build of lostops is broken"))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
