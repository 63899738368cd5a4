//! Web applications as a browser meets them: what port 80 answers, and how 443 encrypts.

use super::dial::{From, dial};
use super::http::{Response, get, speaks_h2c};
use super::tls::{Certificate, Trust, handshake, speaks_old};
use std::net::{IpAddr, SocketAddr};

/// One name, or the bare address, of one server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Web {
    /// `None`: whoever asks the address without a name.
    pub(crate) name: Option<String>,
    pub(crate) address: IpAddr,
    /// What port 80 answers, by path.
    pub(crate) plain: Vec<(String, Plain)>,
    /// What port 443 answers; in words why not.
    pub(crate) tls: Option<Result<Tls, String>>,
    /// Ports beside 80 and 443 that answer in HTTP, and what: `404`, `HTTP/2`.
    pub(crate) elsewhere: Vec<(u16, String)>,
}

/// An answer without encryption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plain {
    /// Nobody answers.
    Closed,
    /// What answers is not HTTP.
    Other,
    /// For good and to the same place, encrypted.
    Redirect,
    /// To another place, or not for good: where, and why that will not do.
    Elsewhere {
        status: u16,
        to: String,
        why: &'static str,
    },
    /// It serves something.
    Serves(u16),
    /// It refuses, or fails.
    Refuses(u16),
}

/// An answer with encryption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tls {
    pub(crate) certificate: Certificate,
    /// TLS 1.1 is spoken, too.
    pub(crate) speaks_old: bool,
    /// `max-age=31536000`; only where something is answered.
    pub(crate) hsts: Option<String>,
    pub(crate) status: Option<u16>,
    /// It sends whoever comes back to HTTP.
    pub(crate) back: Option<String>,
}

/// Asks a web application by its name; over HTTPS at the path that says whether it is well, which counts as nobody's visit.
pub(crate) fn ask(address: IpAddr, name: &str, health: &str, trust: &Trust) -> Web {
    Web {
        name: Some(name.to_owned()),
        address,
        // A front door that redirects `/` alone is none.
        plain: ["/", "/lostops/verify"]
            .map(|path| (path.to_owned(), plain(address, name, path)))
            .into(),
        tls: Some(tls(address, name, health, trust)),
        elsewhere: Vec::new(),
    }
}

/// Asks an address without a name: these ports of it are open, 80 perhaps among them, and each is asked whether it speaks HTTP.
pub(crate) fn ask_bare(address: IpAddr, open: &[u16]) -> Web {
    let host = address.to_string();
    let speaks = |port: &u16| {
        let ask = || dial(From::Here, SocketAddr::new(address, *port)).ok();
        let answer = match get(&mut ask()?, &host, "/") {
            Ok(response) => response.status.to_string(),
            Err(_) if speaks_h2c(&mut ask()?) => "HTTP/2".to_owned(),
            Err(_) => return None,
        };
        Some((*port, answer))
    };
    Web {
        name: None,
        address,
        plain: open
            .iter()
            .filter(|port| **port == 80)
            .map(|_| ("/".to_owned(), plain(address, &host, "/")))
            .collect(),
        tls: None,
        elsewhere: open
            .iter()
            .filter(|port| **port != 80)
            .filter_map(speaks)
            .collect(),
    }
}

fn plain(address: IpAddr, host: &str, path: &str) -> Plain {
    let Ok(mut stream) = dial(From::Here, SocketAddr::new(address, 80)) else {
        return Plain::Closed;
    };
    match get(&mut stream, host, path) {
        Ok(response) => judged(&response, host),
        Err(_) => Plain::Other,
    }
}

/// What an answer on port 80 is.
fn judged(response: &Response, host: &str) -> Plain {
    let status = response.status;
    match status {
        301 | 302 | 303 | 307 | 308 => {
            let to = response.header("location").unwrap_or_default();
            let elsewhere = |why| Plain::Elsewhere {
                status,
                to: to.to_owned(),
                why,
            };
            match target(to) {
                None => elsewhere("it leads to no HTTPS address"),
                Some((_, port)) if port != 443 => elsewhere("it leads to another port than 443"),
                Some((name, _)) if !name.eq_ignore_ascii_case(host) => {
                    elsewhere("it leads to another host")
                }
                Some(_) if matches!(status, 301 | 308) => Plain::Redirect,
                Some(_) => elsewhere("it is not permanent (301 or 308)"),
            }
        }
        200..400 => Plain::Serves(status),
        _ => Plain::Refuses(status),
    }
}

/// Host and port of an `https://` address.
fn target(location: &str) -> Option<(String, u16)> {
    let uri: ::http::Uri = location.trim().parse().ok()?;
    let is_https = uri.scheme() == Some(&::http::uri::Scheme::HTTPS);
    let host = uri.host().filter(|_| is_https)?;
    Some((host.to_owned(), uri.port_u16().unwrap_or(443)))
}

fn tls(address: IpAddr, name: &str, health: &str, trust: &Trust) -> Result<Tls, String> {
    let to = SocketAddr::new(address, 443);
    let stream = dial(From::Here, to).map_err(|error| format!("nobody answers: {error}"))?;
    let (mut stream, certificate) =
        handshake(stream, name, trust).map_err(|error| format!("no TLS handshake: {error}"))?;
    let response = get(&mut stream, name, health).ok();
    let answered = response.as_ref();
    let location = answered.and_then(|response| response.header("location"));
    Ok(Tls {
        certificate,
        speaks_old: dial(From::Here, to).is_ok_and(speaks_old),
        hsts: answered
            .and_then(|response| response.header("strict-transport-security"))
            .map(str::to_owned),
        status: answered.map(|response| response.status),
        back: location
            .filter(|to| to.to_lowercase().starts_with("http:"))
            .map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};

    /// What a server that says this means.
    fn means(said: &'static str) -> Plain {
        struct Says(&'static [u8]);
        impl Read for Says {
            fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
                self.0.read(buffer)
            }
        }
        impl Write for Says {
            fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
                Ok(buffer.len())
            }
            fn flush(&mut self) -> std::io::Result<()> {
                Ok(())
            }
        }
        get(&mut Says(said.as_bytes()), "app.example", "/")
            .map_or(Plain::Other, |response| judged(&response, "app.example"))
    }

    #[test]
    fn only_a_permanent_redirect_to_the_same_host_will_do() {
        for good in [
            "HTTP/1.1 301 Moved\r\nLocation: https://app.example/\r\n\r\n",
            "HTTP/1.1 308 Moved\r\nlocation: HTTPS://APP.example:443/x\r\n\r\n",
        ] {
            assert_eq!(means(good), Plain::Redirect, "{good}");
        }
        for bad in [
            "HTTP/1.1 302 Found\r\nLocation: https://app.example/\r\n\r\n",
            "HTTP/1.1 307 Found\r\nLocation: https://app.example/\r\n\r\n",
            "HTTP/1.1 301 Moved\r\nLocation: http://app.example/\r\n\r\n",
            "HTTP/1.1 301 Moved\r\nLocation: //app.example/\r\n\r\n",
            "HTTP/1.1 301 Moved\r\nLocation: /login\r\n\r\n",
            "HTTP/1.1 301 Moved\r\nLocation: https://other.example/\r\n\r\n",
            "HTTP/1.1 301 Moved\r\nLocation: https://app.example:8443/\r\n\r\n",
            "HTTP/1.1 301 Moved\r\n\r\n",
        ] {
            assert!(matches!(means(bad), Plain::Elsewhere { .. }), "{bad}");
        }
    }

    /// Listens on loopback of IPv6, and says this to everybody.
    fn says(words: &'static [u8]) -> u16 {
        let listener = std::net::TcpListener::bind("[::1]:0").expect("a listener");
        let port = listener.local_addr().expect("an address").port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.expect("a stream");
                let _ = stream.read(&mut [0; 1024]);
                let _ = stream.write_all(words);
            }
        });
        port
    }

    #[test]
    fn whoever_speaks_http_at_another_port_is_found_over_ipv6_and_in_http_2_too() {
        let one = says(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        let two = says(b"\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64");
        let none = says(b"SSH-2.0-OpenSSH_9.6\r\n");
        let web = ask_bare(std::net::Ipv6Addr::LOCALHOST.into(), &[one, two, none]);
        let found = [(one, "404".to_owned()), (two, "HTTP/2".to_owned())];
        assert_eq!(web.elsewhere, found);
    }

    #[test]
    fn content_is_content_whatever_it_says_of_going_on() {
        let refresh =
            "HTTP/1.1 200 OK\r\n\r\n<meta http-equiv=refresh content='0;url=https://app.example/'>";
        assert_eq!(means(refresh), Plain::Serves(200));
        assert_eq!(means("HTTP/1.1 404 Not Found\r\n\r\n"), Plain::Refuses(404));
        assert_eq!(
            means("HTTP/1.1 421 Misdirected\r\n\r\n"),
            Plain::Refuses(421)
        );
        assert_eq!(means("SSH-2.0-OpenSSH_9.6\r\n"), Plain::Other);
    }
}
