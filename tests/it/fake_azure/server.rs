//! The way in: a proxy that leads Azure's names, behind TLS, to what answers for them; and HTTP.

use super::{State, blobs, login};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

#[derive(Clone)]
pub(super) struct Server {
    pub(super) state: Arc<Mutex<State>>,
    pub(super) tls: TlsAcceptor,
}

/// A request, read whole.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) host: String,
    pub(super) path: String,
    query: String,
    headers: BTreeMap<String, String>,
    pub(super) body: Vec<u8>,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub(super) fn json(status: u16, value: &Value) -> Self {
        let answer = Self {
            body: value.to_string().into_bytes(),
            ..Self::empty(status)
        };
        answer.with("content-type", "application/json")
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> String {
        self.headers.get(name).cloned().unwrap_or_default()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        let found = pairs(&self.query).into_iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value)
    }

    pub(super) fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body))
    }

    pub(super) fn metadata(&self) -> BTreeMap<String, String> {
        let own = self.headers.iter();
        own.filter(|(name, _)| name.starts_with("x-ms-meta-"))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

impl State {
    pub(super) fn violation(&mut self, what: String) {
        self.violations.push(what);
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        let action = asked.header("x-ms-lease-action");
        let what = format!("{} {}?{} {action}", asked.method, asked.path, asked.query);
        let refused = self
            .refuse
            .iter_mut()
            .find(|(begin, left)| *left > 0 && what.starts_with(begin));
        let answer = match refused {
            Some((_, left)) => {
                *left -= 1;
                Answer::empty(403).with("x-ms-error-code", "AuthorizationFailure")
            }
            None if asked.host.ends_with(".blob.core.windows.net") => blobs::answer(self, asked),
            None if asked.host.ends_with(".actions.githubusercontent.com") => {
                login::identity(self, asked)
            }
            None if asked.path.ends_with("/oauth2/v2.0/token") => login::access(self, asked),
            None => {
                self.violation(format!("nobody asks {} for {}", asked.host, asked.path));
                Answer::empty(404)
            }
        };
        self.requests
            .push(format!("{} {}", what.trim_end(), answer.status));
        answer
    }
}

impl Server {
    pub(super) fn run(self, listener: std::net::TcpListener, stopped: oneshot::Receiver<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            let accepting = async {
                loop {
                    let (socket, _) = listener.accept().await.expect("a connection");
                    tokio::spawn(self.clone().tunnel(socket));
                }
            };
            tokio::select! {
                () = accepting => {}
                _ = stopped => {}
            }
        });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What comes through a tunnel to one of our names is answered here; there is no way to any other.
    async fn tunnel(self, socket: TcpStream) -> Option<()> {
        let mut client = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if client.read_line(&mut head).await.ok()? == 0 {
                return None;
            }
        }
        let host = head.strip_prefix("CONNECT ")?.split(':').next()?.to_owned();
        let is_ours = super::NAMES
            .iter()
            .any(|name| match name.strip_prefix('*') {
                Some(ending) => host.ends_with(ending),
                None => host == *name,
            });
        if !is_ours {
            self.state().violation(format!("a tunnel to {host}"));
            let refusal = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
            return client.write_all(refusal).await.ok();
        }
        let open = b"HTTP/1.1 200 Connection established\r\n\r\n";
        client.write_all(open).await.ok()?;
        let stream = self.tls.accept(client).await.ok()?;
        let service = service_fn(|request| self.serve(&host, request));
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        connection.await.ok()
    }

    async fn serve(
        &self,
        host: &str,
        request: http::Request<Incoming>,
    ) -> Result<http::Response<Full<Bytes>>, Infallible> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes().to_vec());
        let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let asked = Asked {
            method: parts.method.to_string(),
            host: host.to_owned(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts
                .headers
                .iter()
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: body.unwrap_or_default(),
        };
        let answer = self.state().answer(&asked);
        let mut response = http::Response::builder().status(answer.status);
        for (name, value) in answer.headers {
            response = response.header(name, value);
        }
        Ok(response
            .body(Full::new(answer.body.into()))
            .expect("an answer"))
    }
}

/// Of a query or a form.
fn pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| percent(&text.replace('+', " "));
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decoded(key), decoded(value)))
        .collect()
}

fn percent(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits: Vec<u8> = rest.by_ref().take(2).collect();
            let digits = String::from_utf8_lossy(&digits).into_owned();
            bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
