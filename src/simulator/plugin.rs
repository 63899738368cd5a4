//! The process that Terraform starts: the handshake of its plugins, TLS, and one call after another.

use super::Provider;
use super::grpc::{self, Reply};
use super::provider::Server;
use super::session::Settings;
use anyhow::{Context as _, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use camino::Utf8PathBuf;
use h2::server::SendResponse;
use http::Request;
use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::rc::Rc;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// The longest folder that leaves room for the socket's name within the 107 bytes of an address.
const ROOM: usize = 60;

/// The file that is the cloud.
pub(crate) const CLOUD: &str = "LOSTOPS_SIMULATED_CLOUD";

/// What the process is told by its environment.
#[derive(Debug)]
struct Surroundings {
    cookie: Option<String>,
    socket_folder: Option<String>,
    /// Terraform switches TLS off by not sending a certificate of its own.
    is_encrypted: bool,
    settings: Settings,
}

#[expect(
    clippy::disallowed_methods,
    reason = "Terraform starts this process and tells it everything through its environment, read here once"
)]
fn surroundings() -> Surroundings {
    let read = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Surroundings {
        cookie: read(COOKIE.0),
        socket_folder: read("PLUGIN_UNIX_SOCKET_DIR").or_else(|| read("TMPDIR")),
        is_encrypted: read("PLUGIN_CLIENT_CERT").is_some(),
        settings: Settings {
            cloud: read(CLOUD).map(Utf8PathBuf::from),
            subscription: read("ARM_SUBSCRIPTION_ID"),
            engine: read(super::hosts::ENGINE),
        },
    }
}

/// Serves Terraform until it says that it is done.
pub(super) fn serve(provider: Provider) -> anyhow::Result<()> {
    let surroundings = surroundings();
    if surroundings.cookie.as_deref() != Some(COOKIE.1) {
        bail!(
            "could not start the simulated {} provider: Terraform starts it, it is not meant to be run by hand",
            provider.word()
        );
    }
    // Without a process Terraform says so at once; a task that is gone would leave it waiting.
    std::panic::set_hook(Box::new(|panic| {
        let _ = writeln!(std::io::stderr(), "the simulated provider failed: {panic}");
        std::process::abort();
    }));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("could not start the simulated provider")?;
    // What still waits when Terraform is done is dropped with the runtime.
    runtime.block_on(tokio::task::LocalSet::new().run_until(listen(provider, surroundings)))
}

async fn listen(provider: Provider, surroundings: Surroundings) -> anyhow::Result<()> {
    // Ctrl-C reaches the whole process group. Terraform says when to stop; the signal is not for us.
    let mut interrupts = signal(SignalKind::interrupt()).context("could not watch for signals")?;
    let room = Room::new(surroundings.socket_folder.as_deref().unwrap_or("/tmp"))?;
    let socket = room.0.join("provider.sock");
    let listener =
        UnixListener::bind(&socket).with_context(|| format!("could not listen on {socket}"))?;
    let (certificate, tls) = if surroundings.is_encrypted {
        let (certificate, tls) = certificate()?;
        (certificate, Some(tls))
    } else {
        (String::new(), None)
    };
    let version = provider.protocol();
    writeln!(
        std::io::stdout(),
        "1|{version}|unix|{socket}|grpc|{certificate}"
    )
    .context("could not greet Terraform")?;
    std::io::stdout()
        .flush()
        .context("could not greet Terraform")?;
    let server = Rc::new(Server::new(provider, surroundings.settings)?);
    let (done, mut finished) = tokio::sync::mpsc::channel::<()>(1);
    loop {
        tokio::select! {
            _ = interrupts.recv() => {}
            _ = finished.recv() => break,
            connection = listener.accept() => {
                let (stream, _) = connection.context("could not accept Terraform's connection")?;
                let (server, done, tls) = (server.clone(), done.clone(), tls.clone());
                tokio::task::spawn_local(async move {
                    let result = match tls {
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => talk(stream, server).await,
                            Err(error) => Err(error.into()),
                        },
                        None => talk(stream, server).await,
                    };
                    if let Err(error) = result {
                        tracing::debug!("the connection ended: {error:#}");
                    }
                    // Terraform has one connection; without it there is nobody to serve, even
                    // when it was killed and could not say so.
                    let _ = done.send(()).await;
                });
            }
        }
    }
    Ok(())
}

/// A folder that only its owner can enter, for the socket. It goes when the provider does.
struct Room(Utf8PathBuf);

impl Room {
    fn new(parent: &str) -> anyhow::Result<Self> {
        // A socket's path must be short, which the usual folder is.
        let parent = if parent.len() > ROOM { "/tmp" } else { parent };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = now.map_or(0, |now| now.subsec_nanos());
        let room = Utf8PathBuf::from(parent).join(format!("lostops-{}-{now}", std::process::id()));
        std::fs::DirBuilder::new()
            .mode(0o700)
            .create(&room)
            .with_context(|| format!("could not make the folder {room}"))?;
        Ok(Self(room))
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        // Only tidiness: the folder above is temporary too.
        let _ = fs_err::remove_dir_all(&self.0);
    }
}

/// A certificate for this process's life, which the greeting hands over.
fn certificate() -> anyhow::Result<(String, TlsAcceptor)> {
    let pair = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()])
        .context("could not make a certificate")?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(pair.signing_key.serialize_der()));
    let der = pair.cert.der().clone();
    let greeting = STANDARD_NO_PAD.encode(&der);
    let ring = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .context("could not set up TLS")?
        .with_no_client_auth()
        .with_single_cert(vec![der], key)
        .context("could not set up TLS")?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok((greeting, TlsAcceptor::from(Arc::new(config))))
}

async fn talk<S>(stream: S, server: Rc<Server>) -> anyhow::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut connection = h2::server::handshake(stream)
        .await
        .context("could not speak HTTP/2")?;
    while let Some(request) = connection.accept().await {
        let (request, respond) = request.context("could not accept a call")?;
        let server = server.clone();
        tokio::task::spawn_local(async move {
            if let Err(error) = answer(request, respond, &server).await {
                tracing::debug!("a call ended: {error:#}");
            }
        });
    }
    Ok(())
}

async fn answer(
    request: Request<h2::RecvStream>,
    respond: SendResponse<Bytes>,
    server: &Server,
) -> anyhow::Result<()> {
    let path = request.uri().path().to_owned();
    let Some((service, method)) = path.trim_start_matches('/').split_once('/') else {
        return grpc::send(respond, Reply::Unimplemented).await;
    };
    match (service, method) {
        ("plugin.GRPCStdio" | "plugin.GRPCBroker", _) => grpc::hold(respond).await,
        // Terraform closes the connection next, and that is the end.
        ("plugin.GRPCController", "Shutdown") => {
            grpc::send(respond, Reply::Message(Vec::new())).await
        }
        ("tfplugin5.Provider" | "tfplugin6.Provider", method) => {
            let body = grpc::receive(request.into_body()).await?;
            let reply = server.call(method, &body).await;
            grpc::send(respond, reply).await
        }
        _ => grpc::send(respond, Reply::Unimplemented).await,
    }
}
