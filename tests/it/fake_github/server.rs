//! HTTP: one connection after the other, and the faults that happen on the way.

use super::answers::{self, Answer};
use super::facts::Facts;
use super::fault::{Effect, Scripted};
use super::state::{Request, State};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

#[derive(Clone)]
pub(super) struct Server {
    pub(super) state: Arc<Mutex<State>>,
    /// Of the API, for links.
    pub(super) url: String,
    pub(super) prefix: &'static str,
    pub(super) tls: Option<TlsAcceptor>,
}

/// What goes out, after a fault had its way.
struct Sent {
    answer: Answer,
    cut: bool,
    hangs: bool,
    delay: Duration,
}

/// Ends the connection without an answer.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cut on purpose")
    }
}

impl std::error::Error for Cut {}

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
                    // Else each answer waits for an acknowledgement.
                    socket.set_nodelay(true).expect("a socket");
                    let server = self.clone();
                    tokio::spawn(async move {
                        match &server.tls {
                            None => server.serve(TokioIo::new(socket)).await,
                            // A client that does not trust us ends the handshake.
                            Some(acceptor) => {
                                if let Ok(socket) = acceptor.accept(socket).await {
                                    server.serve(TokioIo::new(socket)).await;
                                }
                            }
                        }
                    });
                }
            };
            tokio::select! {
                () = accepting => {}
                _ = stopped => {}
            }
        });
    }

    async fn serve<T>(&self, socket: T)
    where
        T: hyper::rt::Read + hyper::rt::Write + Unpin,
    {
        let service = service_fn(|request| self.answer(request));
        // Cutting a connection is an error here.
        let _ = hyper::server::conn::http1::Builder::new()
            .serve_connection(socket, service)
            .await;
    }

    async fn answer(&self, request: http::Request<Incoming>) -> Result<Response<Payload>, Cut> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map_err(|_| Cut)?.to_bytes();
        let sent = self.decide(&parts, &body).ok_or(Cut)?;
        if sent.hangs {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(sent.delay).await;
        let mut response = Response::new(Payload {
            length: sent.answer.body.len() as u64,
            rest: Some(Bytes::from(sent.answer.body)),
            cut: sent.cut,
            flushed: false,
        });
        *response.status_mut() = StatusCode::from_u16(sent.answer.status).expect("a status");
        for (name, value) in sent.answer.headers {
            let name: http::HeaderName = name.parse().expect("a header");
            response
                .headers_mut()
                .append(name, value.parse().expect("a value"));
        }
        Ok(response)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The path as the description has it, and the operation's name.
    fn route(&self, parts: &http::request::Parts) -> (String, String) {
        let path = parts.uri.path();
        let graphql = format!(
            "{}/graphql",
            self.prefix.strip_suffix("/v3").unwrap_or(self.prefix)
        );
        let inside = if path == graphql {
            "/graphql"
        } else {
            let inside = path.strip_prefix(self.prefix);
            // Not where GitHub has it, so it leads nowhere.
            inside
                .filter(|inside| *inside != "/graphql")
                .unwrap_or("/?")
        };
        let route = match Facts::get().operation(parts.method.as_str(), inside) {
            Some(operation) => operation.route,
            None if path == graphql => format!("{} /graphql", parts.method),
            None => format!("{} {path}", parts.method),
        };
        (inside.to_owned(), route)
    }

    /// `None`: the connection is cut.
    fn decide(&self, parts: &http::request::Parts, bytes: &Bytes) -> Option<Sent> {
        let (path, route) = self.route(parts);
        let query = parts.uri.query().unwrap_or_default().to_owned();
        let body = if bytes.is_empty() {
            Some(Value::Null)
        } else {
            serde_json::from_slice(bytes).ok()
        };
        let request = Request {
            route: route.clone(),
            path,
            query,
            body: body.clone().unwrap_or_default(),
            status: None,
        };
        let mut state = self.state();
        let mut problems = header_problems(&parts.headers, bytes);
        if body.is_none() {
            problems.push("the body is not JSON".to_owned());
        }
        state
            .violations
            .extend(problems.into_iter().map(|what| format!("{route}: {what}")));
        let index = state.requests.len();
        state.requests.push(request.clone());

        let position = state
            .faults
            .iter()
            .position(|fault| fault.route == route && fault.times > 0);
        let mut fault = position.map(|position| {
            let mut fault = state.faults.remove(position);
            fault.times -= 1;
            (position, fault)
        });
        let sent = match fault.as_mut().map(|(_, fault)| &mut fault.effect) {
            Some(Effect::Answer(answer)) => Some(Sent::of(scripted(answer))),
            Some(Effect::CutBefore) => None,
            Some(Effect::Hang) => Some(Sent {
                hangs: true,
                ..Sent::of(scripted(&Scripted::default()))
            }),
            Some(Effect::CutAfter) => {
                answers::work(&mut state, parts, &request, &self.url);
                None
            }
            other => {
                let answer = answers::work(&mut state, parts, &request, &self.url);
                let mut sent = Sent::of(answer);
                match other {
                    Some(Effect::Garble) => sent.answer.body.truncate(9),
                    Some(Effect::CutWithin) => sent.cut = true,
                    Some(Effect::Delay(time)) => sent.delay = *time,
                    Some(Effect::Then(act)) => act(&mut state),
                    _ => {}
                }
                Some(sent)
            }
        };
        if let Some((position, fault)) = fault {
            state.faults.insert(position, fault);
        }
        let answered = sent.as_ref().filter(|sent| !sent.hangs);
        state.requests[index].status = answered.map(|sent| sent.answer.status);
        sent
    }
}

impl Sent {
    fn of(answer: Answer) -> Self {
        Self {
            answer,
            cut: false,
            hangs: false,
            delay: Duration::ZERO,
        }
    }
}

fn scripted(script: &Scripted) -> Answer {
    Answer {
        status: script.status,
        headers: script.headers.clone(),
        body: script.body.clone(),
    }
}

/// What GitHub asks of every request.
fn header_problems(headers: &HeaderMap, body: &Bytes) -> Vec<String> {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("")
    };
    let mut problems = Vec::new();
    let mut need = |holds: bool, what: String| {
        if !holds {
            problems.push(what);
        }
    };
    need(
        text("authorization").starts_with("Bearer "),
        "there is no token".to_owned(),
    );
    need(
        !text("user-agent").is_empty(),
        "there is no User-Agent".to_owned(),
    );
    need(
        text("accept") == "application/vnd.github+json",
        format!("Accept is {:?}", text("accept")),
    );
    need(
        text("x-github-api-version") == "2022-11-28",
        format!("X-GitHub-Api-Version is {:?}", text("x-github-api-version")),
    );
    need(
        body.is_empty() || text("content-type") == "application/json",
        format!("Content-Type is {:?}", text("content-type")),
    );
    problems
}

/// A body that may end before it is whole.
struct Payload {
    /// As announced.
    length: u64,
    rest: Option<Bytes>,
    cut: bool,
    flushed: bool,
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        let cut = self.cut;
        Poll::Ready(match self.rest.take() {
            Some(bytes) if cut => Some(Ok(Frame::data(bytes.slice(..bytes.len() / 2)))),
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            None if cut && !self.flushed => {
                // What was given goes out before the end does.
                self.flushed = true;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            None if cut => Some(Err(Cut)),
            None => None,
        })
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
