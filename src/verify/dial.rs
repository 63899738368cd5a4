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
            let stream = unless_cancelled(move || TcpStream::connect_timeout(&to, LIMIT / 2))
                .map_err(io::Error::other)??;
            stream.set_read_timeout(Some(LOOK))?;
            stream.set_write_timeout(Some(LIMIT))?;
            Ok(Box::new(Here(stream)))
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

/// A connection of this machine's own: a read takes no longer than the limit, and ends with an interrupt.
struct Here(TcpStream);

impl Read for Here {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let until = Instant::now() + LIMIT;
        loop {
            refuse_when_cancelled().map_err(io::Error::other)?;
            match self.0.read(buffer) {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) && Instant::now() < until => {}
                done => return done,
            }
        }
    }
}

impl Write for Here {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
