//! gRPC over HTTP/2: one message in, one message out, the status in the trailers.

use anyhow::{Context as _, bail};
use bytes::{BufMut as _, Bytes, BytesMut};
use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use http::{HeaderMap, HeaderValue, Response};
use std::future::poll_fn;

/// One message is never longer: Terraform's own limit.
const LIMIT: usize = 256 << 20;

/// How a call ended.
#[derive(Debug)]
pub(super) enum Reply {
    Message(Vec<u8>),
    /// No such call.
    Unimplemented,
    Failed(String),
}

/// The one message of a request.
pub(super) async fn receive(mut body: RecvStream) -> anyhow::Result<Bytes> {
    let mut all = BytesMut::new();
    while let Some(chunk) = body.data().await {
        let chunk = chunk.context("could not receive a request")?;
        body.flow_control()
            .release_capacity(chunk.len())
            .context("could not receive a request")?;
        all.extend_from_slice(&chunk);
        if all.len() > LIMIT {
            bail!("could not receive a request: it is too long");
        }
    }
    // A byte that says whether it is compressed, four of the length, and the message.
    if all.len() < 5 || all[0] != 0 {
        bail!("could not receive a request: it is no gRPC message");
    }
    Ok(all.freeze().slice(5..))
}

pub(super) async fn send(mut respond: SendResponse<Bytes>, reply: Reply) -> anyhow::Result<()> {
    let mut stream = respond
        .send_response(head()?, false)
        .context("could not answer")?;
    let (status, words) = match reply {
        Reply::Message(message) => {
            let mut frame = BytesMut::with_capacity(message.len() + 5);
            frame.put_u8(0);
            frame.put_u32(u32::try_from(message.len()).context("could not answer: too long")?);
            frame.extend_from_slice(&message);
            send_all(&mut stream, frame.freeze()).await?;
            ("0", String::new())
        }
        Reply::Unimplemented => ("12", "unknown method".to_owned()),
        Reply::Failed(words) => ("13", words),
    };
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(status));
    if !words.is_empty() {
        let words = HeaderValue::from_str(&escape(&words)).context("could not answer")?;
        trailers.insert("grpc-message", words);
    }
    stream.send_trailers(trailers).context("could not answer")
}

/// Answers a stream that never says anything and never ends.
pub(super) async fn hold(mut respond: SendResponse<Bytes>) -> anyhow::Result<()> {
    let mut stream = respond
        .send_response(head()?, false)
        .context("could not answer")?;
    poll_fn(|context| stream.poll_reset(context))
        .await
        .context("could not wait")?;
    Ok(())
}

fn head() -> anyhow::Result<Response<()>> {
    Response::builder()
        .header("content-type", "application/grpc")
        .body(())
        .context("could not answer")
}

/// Sends no more at once than the other side has room for.
async fn send_all(stream: &mut SendStream<Bytes>, mut rest: Bytes) -> anyhow::Result<()> {
    while !rest.is_empty() {
        stream.reserve_capacity(rest.len());
        let room = poll_fn(|context| stream.poll_capacity(context))
            .await
            .context("could not answer: the stream is closed")?
            .context("could not answer")?;
        let part = rest.split_to(room.min(rest.len()));
        if !part.is_empty() {
            stream.send_data(part, false).context("could not answer")?;
        }
    }
    Ok(())
}

/// Percent-encoding, as gRPC wants it for a status message.
fn escape(words: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in words.bytes() {
        if (b' '..=b'~').contains(&byte) && byte != b'%' {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
