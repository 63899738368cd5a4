//! One question: does a TCP port answer?

use nix::errno::Errno;
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// What a port has answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// It took the connection.
    Open,
    /// It refused the connection.
    Closed,
    /// Something on the way said that nobody gets there.
    Forbidden,
    /// Nothing, for as long as was waited.
    Silent,
    /// The connection was one with itself: on the own machine the system may choose as its source the very port that is asked.
    /// That nobody listens there is likely, and asked again.
    Own,
}

/// A question that was put.
#[derive(Debug)]
pub(super) enum Asked {
    Answered(Answer),
    /// The answer is on its way.
    Waiting(Waiting),
}

#[derive(Debug)]
pub(super) struct Waiting {
    socket: Socket,
    since: Instant,
}

/// Asks, with a socket that was refused before or a new one, and takes the answer if it is there at once, as that of a machine
/// that is near. An error is this machine's: it has no more sockets, or no way to the address.
pub(super) fn ask(spare: &mut Option<Socket>, to: SocketAddr) -> io::Result<Asked> {
    let socket = match spare.take() {
        Some(socket) => socket,
        None => Socket::new(
            Domain::for_address(to),
            Type::STREAM.nonblocking(),
            Some(Protocol::TCP),
        )?,
    };
    let since = Instant::now();
    let to = SockAddr::from(to);
    let mut said = socket.connect(&to);
    // At once, it is this machine that has no way there; later it is somebody on the way, and of this port alone.
    if is(&said, Errno::ENETUNREACH) {
        return said.map(|()| Asked::Answered(Answer::Forbidden));
    }
    if is(&said, Errno::EINPROGRESS) {
        // Asked a second time, the system says what has come of it.
        said = socket.connect(&to);
    }
    match said {
        Ok(()) => Ok(Asked::Answered(connected(&socket))),
        Err(_) if is(&said, Errno::EISCONN) => Ok(Asked::Answered(connected(&socket))),
        Err(_) if is(&said, Errno::EALREADY) || is(&said, Errno::EINPROGRESS) => {
            Ok(Asked::Waiting(Waiting { socket, since }))
        }
        Err(error) => {
            let answer = of_error(error)?;
            // Linux lets a socket that was refused ask again, which spares half of the work.
            if answer == Answer::Closed && cfg!(target_os = "linux") {
                *spare = Some(socket);
            }
            Ok(Asked::Answered(answer))
        }
    }
}

fn is(said: &io::Result<()>, errno: Errno) -> bool {
    said.as_ref()
        .is_err_and(|error| error.raw_os_error() == Some(errno as i32))
}

impl Waiting {
    /// The answer, and how long it took.
    pub(super) async fn answer(self, patience: Duration) -> io::Result<(Answer, Duration)> {
        let socket = TcpStream::from_std(self.socket.into())?;
        let is_there = tokio::time::timeout(patience, socket.writable()).await;
        if let Ok(ready) = is_there {
            ready?;
        }
        let took = self.since.elapsed();
        let socket = Socket::from(socket.into_std()?);
        // On a busy machine an answer may lie there although its time is up.
        let answer = match socket.take_error()? {
            Some(error) => of_error(error)?,
            None if socket.peer_addr().is_ok() => connected(&socket),
            None => Answer::Silent,
        };
        Ok((answer, took))
    }
}

fn connected(socket: &Socket) -> Answer {
    let own = socket.local_addr().ok().and_then(|own| own.as_socket());
    let peer = socket.peer_addr().ok().and_then(|peer| peer.as_socket());
    if own == peer {
        return Answer::Own;
    }
    // It is ended by a reset: nothing of it stays behind, here or there.
    let _ = socket.set_linger(Some(Duration::ZERO));
    Answer::Open
}

/// What an error says of the port; another one is this machine's own.
fn of_error(error: io::Error) -> io::Result<Answer> {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ECONNREFUSED) => Ok(Answer::Closed),
        // Whoever hangs up has taken the connection before: until then it is a refusal.
        Some(Errno::ECONNRESET | Errno::EPIPE) => Ok(Answer::Open),
        Some(
            Errno::ENETUNREACH
            | Errno::EHOSTUNREACH
            | Errno::EACCES
            | Errno::EPERM
            | Errno::ENOPROTOOPT,
        ) => Ok(Answer::Forbidden),
        Some(Errno::ETIMEDOUT) => Ok(Answer::Silent),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Shutdown, TcpListener};

    /// The answer of a port that takes a connection and hangs up, after it has said that it will say no more.
    fn hangs_up(says_so: bool) -> Answer {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP)).unwrap();
        socket
            .connect(&SockAddr::from(listener.local_addr().unwrap()))
            .unwrap();
        socket.set_nonblocking(true).unwrap();
        let (other, _) = listener.accept().unwrap();
        if says_so {
            other.shutdown(Shutdown::Write).unwrap();
        }
        let other = Socket::from(other);
        other.set_linger(Some(Duration::ZERO)).unwrap();
        drop(other);
        while socket.peer_addr().is_ok() {
            std::thread::yield_now();
        }
        let waiting = Waiting {
            socket,
            since: Instant::now(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let answered = runtime.block_on(waiting.answer(Duration::from_mins(1)));
        answered.unwrap().0
    }

    #[test]
    fn a_port_that_hangs_up_at_once_is_open_all_the_same() {
        assert_eq!(hangs_up(false), Answer::Open);
        assert_eq!(hangs_up(true), Answer::Open);
    }
}
