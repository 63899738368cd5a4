//! What a UDP port answers to an empty datagram: seldom anything, and silence proves nothing.

use super::outcome::Udp;
use crate::process::refuse_when_cancelled;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(1);

/// # Errors
/// This machine has no way to the address, or it was interrupted.
pub(crate) fn ask(address: IpAddr, port: u16) -> io::Result<Udp> {
    refuse_when_cancelled().map_err(io::Error::other)?;
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind(SocketAddr::new(any, 0))?;
    socket.connect(SocketAddr::new(address, port))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    // Twice, for a refusal may be lost or come to the first question only after the second.
    for _ in 0..2 {
        if let Err(error) = socket.send(&[]) {
            return closed(error);
        }
        match socket.recv(&mut [0; 1]) {
            Ok(_) => return Ok(Udp::Open),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                ) => {}
            Err(error) => return closed(error),
        }
    }
    Ok(Udp::OpenOrFiltered)
}

fn closed(error: io::Error) -> io::Result<Udp> {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Ok(Udp::Closed),
        io::ErrorKind::HostUnreachable | io::ErrorKind::PermissionDenied => Ok(Udp::OpenOrFiltered),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_nobody_has_is_closed_and_a_silent_one_may_be_either() {
        let silent = UdpSocket::bind("127.0.0.1:0").expect("a socket");
        let port = silent.local_addr().expect("an address").port();
        let here = IpAddr::from([127, 0, 0, 1]);
        assert_eq!(ask(here, port).expect("a way"), Udp::OpenOrFiltered);
        drop(silent);
        assert_eq!(ask(here, port).expect("a way"), Udp::Closed);
    }
}
