//! A connection to a port: straight from this machine, or from a server on which nothing but bash and cat is needed.

use crate::process::{Duplex, refuse_when_cancelled, unless_cancelled};
use crate::ssh::Ssh;
use crate::ssh::target::Target;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// One conversation is over by then.
const LIMIT: Duration = Duration::from_secs(10);
/// Between two looks whether somebody has interrupted us.
const LOOK: Duration = Duration::from_millis(50);

/// Somebody to speak with.
pub(crate) trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

/// From where a connection is made.
#[derive(Debug, Clone, Copy)]
pub(crate) enum From<'a> {
    Here,
    Server(&'a Ssh, &'a Target),
}

/// # Errors
/// Nobody answers there. From a server that shows only when it is read from.
pub(crate) fn dial(from: From<'_>, to: SocketAddr) -> io::Result<Box<dyn Stream>> {
    match from {
        From::Here => {
            let until = Instant::now() + LIMIT;
            let stream = unless_cancelled(move || TcpStream::connect_timeout(&to, LIMIT / 2))
                .map_err(io::Error::other)??;
            Ok(Box::new(Here::new(stream, until)?))
        }
        From::Server(ssh, target) => {
            let seconds = LIMIT.as_secs();
            // What comes back ends it, and nothing of it stays on the server however we end.
            let script = format!(
                "exec bash -c 'exec 3<>/dev/tcp/{}/{} 4<&0 || exit 1; cat <&4 >&3 & writer=$!; timeout {seconds} cat <&3; kill $writer'",
                to.ip(),
                to.port()
            );
            let child = Duplex::start(&ssh.command(target, &script), LIMIT)
                .map_err(|error| io::Error::other(format!("{error:#}")))?;
            Ok(Box::new(child))
        }
    }
}

/// A connection of this machine's own: all of it takes no longer than the limit, however little comes at a time, and ends with
/// an interrupt.
struct Here {
    stream: TcpStream,
    until: Instant,
}

impl Here {
    fn new(stream: TcpStream, until: Instant) -> io::Result<Self> {
        stream.set_read_timeout(Some(LOOK))?;
        stream.set_write_timeout(Some(LOOK))?;
        Ok(Self { stream, until })
    }

    /// Tries it until it is done or the time is over.
    fn done<T>(&mut self, mut act: impl FnMut(&mut TcpStream) -> io::Result<T>) -> io::Result<T> {
        loop {
            refuse_when_cancelled().map_err(io::Error::other)?;
            if Instant::now() >= self.until {
                return Err(io::ErrorKind::TimedOut.into());
            }
            match act(&mut self.stream) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) => {}
                done => return done,
            }
        }
    }
}

impl Read for Here {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.done(|stream| stream.read(buffer))
    }
}

impl Write for Here {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.done(|stream| stream.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, TcpListener};

    /// A connection to somebody who says a byte as often as is listened, for ever.
    fn drips(until: Instant) -> Here {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (mut other, _) = listener.accept().unwrap();
        std::thread::spawn(move || while other.write_all(b"x").is_ok() {});
        Here::new(stream, until).unwrap()
    }

    #[test]
    fn the_time_of_a_conversation_does_not_begin_anew_with_every_byte() {
        let mut byte = [0];
        let mut stream = drips(Instant::now() + LIMIT);
        assert_eq!(stream.read(&mut byte).unwrap(), 1);
        stream.until = Instant::now();
        // There is another one.
        let error = stream.read(&mut byte).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(stream.write(b"x").is_err());
    }
}
