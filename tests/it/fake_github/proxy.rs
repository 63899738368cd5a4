//! A proxy as companies have them: tunnels what is encrypted, forwards what is not, and remembers what it was asked.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) struct FakeProxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl FakeProxy {
    /// Ends with the test program: each connection is a thread that waits for one of its ends.
    pub(crate) fn start() -> Self {
        Self::new(None)
    }

    /// Answers everything with this status and lets nothing through.
    pub(crate) fn refusing(status: &'static str) -> Self {
        Self::new(Some(status))
    }

    fn new(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                std::thread::spawn(move || pass(client, &log, refusal));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The first head of each connection: the line of the request and its headers.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().expect("no test died in here").clone()
    }
}

fn pass(client: TcpStream, log: &Mutex<Vec<String>>, refusal: Option<&str>) -> Option<()> {
    let mut reader = BufReader::new(client.try_clone().ok()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    log.lock().ok()?.push(head.clone());
    if let Some(status) = refusal {
        let mut client = client;
        return write!(client, "HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").ok();
    }
    let mut words = head.split_whitespace();
    let (method, target) = (words.next()?, words.next()?);
    let tunnel = method == "CONNECT";
    let host = if tunnel {
        target
    } else {
        target.strip_prefix("http://")?.split('/').next()?
    };
    let mut server = TcpStream::connect(host).ok()?;
    let mut back = client;
    if tunnel {
        back.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")
            .ok()?;
    } else {
        server.write_all(head.as_bytes()).ok()?;
    }
    let mut forth = server.try_clone().ok()?;
    std::thread::spawn(move || copy(&mut reader, &mut forth));
    copy(&mut server, &mut back)
}

fn copy(from: &mut impl std::io::Read, to: &mut TcpStream) -> Option<()> {
    let mut buffer = [0; 16 << 10];
    loop {
        let read = from.read(&mut buffer).unwrap_or(0);
        if read == 0 || to.write_all(&buffer[..read]).is_err() {
            return to.shutdown(Shutdown::Both).ok();
        }
    }
}
