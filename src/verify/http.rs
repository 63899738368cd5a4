//! One question over HTTP/1.1, and the head of the answer; and whether HTTP/2 is spoken without TLS.

use std::io::{self, Read, Write};

/// A head longer than this is none.
const HEAD: usize = 64 * 1024;
/// So much of a body is looked at.
const BODY: usize = 1024 * 1024;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Asks for a path of a host.
///
/// # Errors
/// What answers is no HTTP, or nobody does.
pub(crate) fn get(
    stream: &mut (impl Read + Write),
    host: &str,
    path: &str,
) -> io::Result<Response> {
    // In one piece: whoever answers the first bytes and hangs up resets the connection under the others, and the answer with it.
    let question = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: lostops\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(question.as_bytes())?;
    stream.flush()?;
    let mut said = Vec::new();
    let (status, headers, begin) = loop {
        let mut some = [0; 4096];
        let read = stream.read(&mut some)?;
        said.extend(&some[..read]);
        if let Some(head) = head(&said)? {
            break head;
        }
        if read == 0 || said.len() > HEAD {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "what answers is not HTTP",
            ));
        }
    };
    let mut body = said.split_off(begin);
    // Who closes without a word has said all of it, too.
    let _ = stream.take(BODY as u64).read_to_end(&mut body);
    let chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value.contains("chunked"));
    if chunked {
        body = whole(&body);
    }
    Ok(Response {
        status,
        headers,
        body,
    })
}

/// Whether whoever answers speaks HTTP/2 in clear to a client that knows so before (RFC 9113, sections 3.3 and 3.4): its first
/// frame is then SETTINGS, of stream 0.
pub(crate) fn speaks_h2c(stream: &mut (impl Read + Write)) -> bool {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const SETTINGS: [u8; 9] = [0, 0, 0, 4, 0, 0, 0, 0, 0];
    let mut frame = [0; 9];
    let asked = stream
        .write_all(&[PREFACE, &SETTINGS].concat())
        .and_then(|()| stream.flush());
    asked.and_then(|()| stream.read_exact(&mut frame)).is_ok() && frame[3..] == SETTINGS[3..]
}

type Head = (u16, Vec<(String, String)>, usize);

/// `None`: there is more to come.
fn head(said: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(said) {
        Ok(httparse::Status::Complete(begin)) => {
            let headers = response.headers.iter().map(|header| {
                (
                    header.name.to_lowercase(),
                    String::from_utf8_lossy(header.value).into_owned(),
                )
            });
            Ok(Some((
                response.code.unwrap_or_default(),
                headers.collect(),
                begin,
            )))
        }
        Ok(httparse::Status::Partial) => Ok(None),
        Err(error) => Err(io::Error::new(io::ErrorKind::InvalidData, error)),
    }
}

/// The chunks of a body, together.
fn whole(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Ok(httparse::Status::Complete((at, size))) = httparse::parse_chunk_size(body) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some(chunk) = body.get(at..at.saturating_add(size)).filter(|_| size > 0) else {
            break;
        };
        whole.extend(chunk);
        body = body.get(at + size + 2..).unwrap_or_default();
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::fuzz;
    use std::io::Cursor;

    struct Says<'a>(Cursor<&'a [u8]>);
    impl Read for Says<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl Write for Says<'_> {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_answer_panics_or_hangs() {
        fuzz("http", 600, |input| {
            let _ = speaks_h2c(&mut Says(Cursor::new(input)));
            if let Ok(response) = get(&mut Says(Cursor::new(input)), "web", "/") {
                assert!(response.body.len() <= input.len());
                response.header("location");
            }
        });
    }

    #[test]
    fn http_2_in_clear_is_known_by_its_first_frame() {
        let h2c = |said| speaks_h2c(&mut Says(Cursor::new(said)));
        assert!(h2c(b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64"));
        assert!(!h2c(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        assert!(!h2c(b"\0\0\x06\x04\0\0\0\0\x01"));
        assert!(!h2c(b"\0\0"));
    }
}
