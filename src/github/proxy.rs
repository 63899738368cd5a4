//! The way to a host: straight, through a tunnel, or by a proxy that forwards.

use super::access::{Proxies, setup, without_user};
use super::error::GitHubError;
use http::{HeaderValue, Uri};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::net::TcpStream;
use tower_service::Service;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Connects as the proxies say.
#[derive(Clone)]
pub(super) struct Route {
    matcher: Arc<Matcher>,
    direct: HttpConnector,
}

impl Route {
    pub(super) fn new(proxies: &Proxies, direct: HttpConnector) -> Result<Self, GitHubError> {
        for (variable, value) in [
            ("HTTP_PROXY", &proxies.http),
            ("HTTPS_PROXY", &proxies.https),
        ] {
            let scheme = value.split_once("://").map_or("http", |(scheme, _)| scheme);
            if !value.is_empty() && scheme != "http" {
                return Err(setup(
                    format!(
                        "{variable} is {:?}, and lostops speaks plain HTTP to proxies",
                        without_user(value)
                    ),
                    &format!(
                        "give {variable} as http://HOST:PORT; what goes through it stays encrypted"
                    ),
                ));
            }
        }
        let matcher = Matcher::builder()
            .http(proxies.http.clone())
            .https(proxies.https.clone())
            .no(proxies.no.clone())
            .build();
        Ok(Self {
            matcher: Arc::new(matcher),
            direct,
        })
    }

    /// What a proxy that forwards wants to see in every request to this address.
    pub(super) fn forwarding_header(&self, origin: &Uri) -> Option<HeaderValue> {
        if origin.scheme_str() != Some("http") {
            return None;
        }
        let proxy = self.matcher.intercept(origin)?;
        let mut value = proxy.basic_auth()?.clone();
        value.set_sensitive(true);
        Some(value)
    }
}

impl Service<Uri> for Route {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Service::poll_ready(&mut self.direct, cx).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let mut direct = self.direct.clone();
        let proxy = self.matcher.intercept(&target);
        Box::pin(async move {
            let (socket, forwarded) = match proxy {
                None => (direct.call(target).await?, false),
                Some(proxy) if target.scheme_str() == Some("http") => {
                    (direct.call(proxy.uri().clone()).await?, true)
                }
                Some(proxy) => {
                    let mut tunnel = Tunnel::new(proxy.uri().clone(), direct);
                    if let Some(user) = proxy.basic_auth() {
                        tunnel = tunnel.with_auth(user.clone());
                    }
                    (tunnel.call(target).await?, false)
                }
            };
            Ok(Stream { socket, forwarded })
        })
    }
}

/// A connection that knows whether a proxy forwards it, which is asked with whole addresses.
pub(super) struct Stream {
    socket: TokioIo<TcpStream>,
    forwarded: bool,
}

impl Connection for Stream {
    fn connected(&self) -> Connected {
        self.socket.connected().proxy(self.forwarded)
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
