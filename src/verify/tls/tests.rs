//! Certificates good and bad, and old greetings.

use super::*;
use crate::fuzz::fuzz;
use crate::verify::dial::{From, dial};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection};

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

fn authority(name: &str) -> Authority {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no name");
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("a certificate");
    Authority {
        pem: certificate.pem(),
        issuer: Issuer::new(params, key),
    }
}

/// Somebody who shows a certificate of this authority for this name, which ends so many days from now.
fn server(authority: &Authority, name: &str, days: i64) -> SocketAddr {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let day = 86_400;
    let now = Timestamp::now().as_second();
    let at = |seconds: i64| {
        let date = jiff::tz::Offset::UTC
            .to_datetime(Timestamp::from_second(seconds).expect("a time"))
            .date();
        let number = |it: i8| u8::try_from(it).expect("a number");
        rcgen::date_time_ymd(date.year().into(), number(date.month()), number(date.day()))
    };
    params.not_before = at(now - 100 * day);
    params.not_after = at(now + days * day);
    let certificate = params.signed_by(&key, &authority.issuer).expect("signed");
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a certificate");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let connection = ServerConnection::new(Arc::new(config.clone())).expect("a server");
            let mut tls = StreamOwned::new(connection, &mut stream);
            // Whoever only looks goes away.
            let _ = tls.read(&mut [0; 64]);
            let _ = tls.write_all(b"hello");
        }
    });
    address
}

fn shown(to: SocketAddr, name: &str, authority: &Authority) -> Certificate {
    let trust = Trust::new(&authority.pem).expect("an authority");
    let stream = dial(From::Here, to).expect("it answers");
    handshake(stream, name, &trust).expect("TLS").1
}

#[test]
fn a_certificate_is_valid_for_its_name_from_whom_is_trusted_and_as_long_as_it_lasts() {
    let (ours, theirs) = (authority("ours"), authority("theirs"));
    let good = shown(server(&ours, "app.example", 90), "app.example", &ours);
    assert_eq!(
        (good.fault.as_deref(), good.names.as_slice()),
        (None, &["app.example".to_owned()][..])
    );
    assert!(
        (89..=90).contains(&good.days_left(Timestamp::now())),
        "{good:?}"
    );

    let faults = [
        (
            shown(server(&ours, "other.example", 90), "app.example", &ours),
            "not valid for name",
        ),
        (
            shown(server(&theirs, "app.example", 90), "app.example", &ours),
            "UnknownIssuer",
        ),
        (
            shown(server(&ours, "app.example", -3), "app.example", &ours),
            "expired",
        ),
    ];
    for (certificate, words) in faults {
        let fault = certificate.fault.expect("a fault");
        assert!(fault.contains(words), "{fault}");
    }
    // An address is a name, too.
    let address = shown(server(&ours, "10.10.0.5", 90), "10.10.0.5", &ours);
    assert_eq!(address.fault, None);
}

#[test]
fn whoever_answers_a_greeting_of_tls_1_1_speaks_it() {
    struct Says(&'static [u8]);
    impl Read for Says {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0.read(buffer)
        }
    }
    impl Write for Says {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            // A record of its own length, and in it a client hello for TLS 1.1.
            assert_eq!(
                usize::from(u16::from_be_bytes([buffer[3], buffer[4]])) + 5,
                buffer.len()
            );
            assert_eq!((buffer[0], buffer[5], &buffer[9..11]), (22, 1, &[3, 2][..]));
            Ok(buffer.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let speaks = |said| speaks_old(Box::new(Says(said)));
    // As OpenSSL answers it: a hello, an alert, nothing.
    assert!(speaks(&[22, 3, 2, 0, 84, 2, 0, 0, 80]));
    assert!(!speaks(&[21, 3, 2, 0, 2, 2, 80]));
    assert!(!speaks(&[]));
    // And one that speaks 1.2 and better.
    let to = server(&authority("ours"), "app.example", 90);
    assert!(!speaks_old(dial(From::Here, to).expect("it answers")));
}

#[test]
fn no_certificate_panics_or_hangs() {
    fuzz("certificates", 1_500, |input| {
        if let Some(certificate) = read(input, None, None) {
            certificate.days_left(Timestamp::MIN);
            certificate.days_left(Timestamp::MAX);
        }
    });
}
