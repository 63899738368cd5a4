//! MySQL as a client meets it that is let in by the network and by nothing else: what it greets with, and whether it insists on TLS.

use super::dial::{From, Stream, dial};
use super::tls::{Certificate, Trust, handshake};
use std::io;
use std::net::SocketAddr;

/// A MySQL server as it was met from one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Database {
    /// The server from which it was asked.
    pub(crate) from: String,
    pub(crate) port: u16,
    /// In words why it was not met.
    pub(crate) met: Result<Conduct, String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conduct {
    /// `8.0.46`, as it says itself.
    pub(crate) version: String,
    pub(crate) offers_tls: bool,
    /// What comes of a login without TLS.
    pub(crate) plain: Plain,
    /// What it shows over TLS; in words why nothing.
    pub(crate) certificate: Option<Result<Certificate, String>>,
}

/// What came of a login without TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plain {
    /// In MySQL's words.
    Refused(String),
    LetIn,
    /// Nothing is proven, and why.
    NotTried(String),
}

/// MySQL's flags of what a client can do, and its code for "connections using insecure transport are prohibited".
const PROTOCOL_41: u32 = 0x200;
const SSL: u32 = 0x800;
const SECURE_CONNECTION: u32 = 0x8000;
const PLUGIN_AUTH: u32 = 0x8_0000;
const INSECURE_TRANSPORT: u16 = 3159;

/// Asks a MySQL server; `name` is what its certificate must name.
///
/// # Errors
/// It is not met, or is no MySQL.
pub(crate) fn ask(
    from: From<'_>,
    to: SocketAddr,
    name: &str,
    trust: &Trust,
) -> Result<Conduct, String> {
    let words = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => "nobody answers, or not as MySQL does".to_owned(),
        _ => error.to_string(),
    };
    let mut stream = dial(from, to).map_err(words)?;
    let greeting = greeting(&mut stream)?;
    let plain = plain_login(&mut stream).map_err(words)?;
    drop(stream);
    let certificate = greeting.offers_tls.then(|| {
        let mut stream = dial(from, to).map_err(words)?;
        self::greeting(&mut stream)?;
        let mut ask = header(PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH | SSL);
        ask.splice(0..0, [32, 0, 0, 1]);
        stream.write_all(&ask).map_err(words)?;
        stream.flush().map_err(words)?;
        let (_, certificate) = handshake(stream, name, trust).map_err(words)?;
        Ok(certificate)
    });
    Ok(Conduct {
        version: greeting.version,
        offers_tls: greeting.offers_tls,
        plain,
        certificate,
    })
}

struct Greeting {
    version: String,
    offers_tls: bool,
}

/// Protocol version 10: version, thread, half a salt, and what the server can do.
fn greeting(stream: &mut Box<dyn Stream>) -> Result<Greeting, String> {
    let packet = packet(stream).map_err(|_| "nobody answers, or not as MySQL does".to_owned())?;
    if let Some((code, words)) = error(&packet) {
        return Err(format!("it turns everybody away: {words} ({code})"));
    }
    let rest = packet
        .strip_prefix(&[10])
        .ok_or("what answers is not MySQL")?;
    let end = rest
        .iter()
        .position(|byte| *byte == 0)
        .ok_or("its greeting breaks off")?;
    // After the version's end: thread (4), salt (8), nothing (1).
    let flags = rest
        .get(end + 14..end + 16)
        .ok_or("its greeting breaks off")?;
    let flags = u32::from(u16::from_le_bytes([flags[0], flags[1]]));
    Ok(Greeting {
        version: String::from_utf8_lossy(&rest[..end]).into_owned(),
        offers_tls: flags & SSL != 0,
    })
}

/// Tries to log in without TLS and without a password, as nobody whom it knows. Most accounts are only told afterwards that they
/// need TLS: then nothing is proven.
fn plain_login(stream: &mut Box<dyn Stream>) -> io::Result<Plain> {
    let mut body = header(PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH);
    body.extend(b"lostops\0");
    body.push(0);
    body.extend(b"caching_sha2_password\0");
    let length = u32::try_from(body.len()).unwrap_or(0).to_le_bytes();
    body.splice(0..0, [length[0], length[1], length[2], 1]);
    stream.write_all(&body)?;
    stream.flush()?;
    let answer = packet(stream)?;
    Ok(match error(&answer) {
        Some((INSECURE_TRANSPORT, words)) => Plain::Refused(words),
        Some((code, words)) => Plain::NotTried(format!("{words} ({code})")),
        None if answer.first() == Some(&0) => Plain::LetIn,
        None => Plain::NotTried("it asks for the password of whom it does not know".to_owned()),
    })
}

/// Flags, the longest packet, the character set, and nothing: what both answers to a greeting begin with.
fn header(flags: u32) -> Vec<u8> {
    let mut bytes = flags.to_le_bytes().to_vec();
    bytes.extend(0x0100_0000_u32.to_le_bytes());
    bytes.push(45);
    bytes.extend([0; 23]);
    bytes
}

/// Three bytes of length, one of order, and the packet.
fn packet(stream: &mut Box<dyn Stream>) -> io::Result<Vec<u8>> {
    let mut head = [0; 4];
    stream.read_exact(&mut head)?;
    // Nothing that we hear here is longer; another protocol may claim anything.
    let length = u32::from_le_bytes([head[0], head[1], head[2], 0]) as usize;
    let mut packet = vec![0; length.min(4096)];
    stream.read_exact(&mut packet)?;
    Ok(packet)
}

/// Code and words of a packet that says no.
fn error(packet: &[u8]) -> Option<(u16, String)> {
    let rest = packet.strip_prefix(&[0xff])?;
    let code = u16::from_le_bytes([*rest.first()?, *rest.get(1)?]);
    let words = String::from_utf8_lossy(rest.get(2..)?).into_owned();
    // `#08S01` before the words.
    let words = match words.strip_prefix('#') {
        Some(state) => state.chars().skip(5).collect(),
        None => words,
    };
    Some((code, words))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    /// A server that has said all this, and takes whatever it is told.
    struct Says(Vec<u8>, usize);

    impl Read for Says {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = (&self.0[self.1..]).read(buffer)?;
            self.1 += read;
            Ok(read)
        }
    }

    impl Write for Says {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn says(packets: &[&[u8]]) -> Box<dyn Stream> {
        let mut all = Vec::new();
        for packet in packets {
            all.extend([u8::try_from(packet.len()).expect("a short one"), 0, 0, 0]);
            all.extend(*packet);
        }
        Box::new(Says(all, 0))
    }

    fn hello(flags: u16) -> Vec<u8> {
        let mut hello = b"\x0a8.0.46\0".to_vec();
        hello.extend([0; 13]);
        hello.extend(flags.to_le_bytes());
        hello.extend([0; 20]);
        hello
    }

    #[test]
    fn a_greeting_tells_the_version_and_whether_tls_is_offered() {
        let with = greeting(&mut says(&[&hello(0xffff)])).expect("MySQL");
        assert_eq!((with.version.as_str(), with.offers_tls), ("8.0.46", true));
        let without = greeting(&mut says(&[&hello(0xf7ff)])).expect("MySQL");
        assert!(!without.offers_tls);
        for strange in [&b""[..], b"\x0a", b"\x0a8.0", b"SSH-2.0"] {
            assert!(greeting(&mut says(&[strange])).is_err(), "{strange:?}");
        }
        assert!(greeting(&mut says(&[])).is_err());
        let away = b"\xff\x6a\x04Host '10.10.0.6' is not allowed to connect";
        let away = greeting(&mut says(&[away])).err().unwrap_or_default();
        assert!(
            away.contains("turns everybody away") && away.contains("(1130)"),
            "{away}"
        );
    }

    #[test]
    fn only_a_refusal_for_want_of_tls_proves_anything_of_nobody() {
        let login = |answer: &[u8]| plain_login(&mut says(&[answer])).expect("an answer");
        let insecure = b"\xff\x57\x0c#HY000Connections using insecure transport are prohibited";
        assert_eq!(
            login(insecure),
            Plain::Refused("Connections using insecure transport are prohibited".to_owned())
        );
        assert!(matches!(
            login(b"\xff\x15\x04#28000Access denied"),
            Plain::NotTried(_)
        ));
        assert!(matches!(
            login(b"\xfecaching_sha2_password\0"),
            Plain::NotTried(_)
        ));
        assert_eq!(login(b"\0\0\0"), Plain::LetIn);
    }
}
