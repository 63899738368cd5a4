//! A TLS handshake that goes through whatever the certificate is, and says what is wrong with it.

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    StreamOwned,
};

use super::dial::Stream;

/// Whom a certificate is expected to come from.
#[derive(Debug, Clone)]
pub(crate) struct Trust(Arc<WebPkiServerVerifier>);

impl Trust {
    /// The authorities of a PEM text; an empty one means those that this machine trusts.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn new(pem: &str) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        if pem.is_empty() {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        } else {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                roots.add(certificate?)?;
            }
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider);
        Ok(Self(verifier.build()?))
    }
}

/// What a handshake has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// What is wrong with it; `None`: it is valid for the name, and its chain leads to an authority that is trusted.
    pub(crate) fault: Option<String>,
    pub(crate) ends: Timestamp,
    /// Whom it names: `app.lostops.example`, `10.10.0.5`.
    pub(crate) names: Vec<String>,
    /// `CN=lostops production`
    pub(crate) issuer: String,
    /// `TLSv1_3`
    pub(crate) version: String,
}

impl Certificate {
    /// Whole days until it ends; less than nought when it has.
    pub(crate) fn days_left(&self, now: Timestamp) -> i64 {
        (self.ends.as_second() - now.as_second()).div_euclid(86_400)
    }
}

/// A stream that speaks TLS over another.
pub(crate) type Encrypted = StreamOwned<ClientConnection, Box<dyn Stream>>;

/// Speaks TLS over a stream.
///
/// # Errors
/// The other side does not, or not TLS 1.2 or better.
pub(crate) fn handshake(
    stream: Box<dyn Stream>,
    name: &str,
    trust: &Trust,
) -> io::Result<(Encrypted, Certificate)> {
    let name = match name.parse::<IpAddr>() {
        Ok(address) => ServerName::from(address),
        Err(_) => ServerName::try_from(name.to_owned()).map_err(io::Error::other)?,
    };
    let witness = Arc::new(Witness {
        judge: Arc::clone(&trust.0),
        seen: Mutex::default(),
    });
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&witness) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let connection = ClientConnection::new(Arc::new(config), name).map_err(io::Error::other)?;
    let mut stream = StreamOwned::new(connection, stream);
    while stream.conn.is_handshaking() {
        stream.conn.complete_io(&mut stream.sock)?;
    }
    let version = stream.conn.protocol_version();
    let seen = witness.seen.lock().unwrap_or_else(PoisonError::into_inner);
    let (der, fault) = seen
        .as_ref()
        .ok_or_else(|| io::Error::other("it shows no certificate"))?;
    let certificate = read(der, fault.clone(), version.map(|it| format!("{it:?}")))
        .ok_or_else(|| io::Error::other("its certificate cannot be read"))?;
    drop(seen);
    Ok((stream, certificate))
}

fn read(der: &[u8], fault: Option<String>, version: Option<String>) -> Option<Certificate> {
    use x509_parser::extensions::GeneralName;
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let names = certificate.subject_alternative_name().ok().flatten();
    let names = names
        .into_iter()
        .flat_map(|names| &names.value.general_names);
    Some(Certificate {
        fault,
        ends: Timestamp::from_second(certificate.validity().not_after.timestamp()).ok()?,
        names: names
            .filter_map(|name| match name {
                GeneralName::DNSName(name) => Some((*name).to_owned()),
                GeneralName::IPAddress(bytes) => match bytes.len() {
                    4 => Some(IpAddr::from(<[u8; 4]>::try_from(*bytes).ok()?).to_string()),
                    16 => Some(IpAddr::from(<[u8; 16]>::try_from(*bytes).ok()?).to_string()),
                    _ => None,
                },
                _ => None,
            })
            .collect(),
        issuer: certificate.issuer().to_string(),
        version: version.unwrap_or_default(),
    })
}

/// Lets every certificate pass, and remembers what the judge says: a report is to tell of a bad one, not to end at it.
#[derive(Debug)]
struct Witness {
    judge: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<(Vec<u8>, Option<String>)>>,
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self
            .judge
            .verify_server_cert(certificate, between, name, stapled, now);
        let fault = verdict.err().map(|error| error.to_string());
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((certificate.to_vec(), fault));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.judge
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

/// Whether the other side would speak TLS 1.1, which nobody should any longer: a greeting that offers no better.
pub(crate) fn speaks_old(mut stream: Box<dyn Stream>) -> bool {
    // Record: handshake, TLS 1.0; message: client hello, TLS 1.1, thirty-two bytes, no session, ciphers of that time (ECDHE and
    // RSA with AES-CBC), no compression; extensions: curves P-256 and X25519, and uncompressed points.
    let ciphers: [u16; 6] = [0xc009, 0xc00a, 0xc013, 0xc014, 0x002f, 0x0035];
    let mut hello = vec![3, 2];
    hello.extend([0x5a; 32]);
    hello.push(0);
    hello.extend([0, 12]);
    hello.extend(ciphers.iter().flat_map(|cipher| cipher.to_be_bytes()));
    hello.extend([1, 0]);
    let extensions = [0, 10, 0, 6, 0, 4, 0, 23, 0, 29, 0, 11, 0, 2, 1, 0];
    hello.extend([0, 16]);
    hello.extend(extensions);
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes();
    let mut message = vec![1, 0];
    message.extend(length(&hello));
    message.extend(hello);
    let mut record = vec![22, 3, 1];
    record.extend(length(&message));
    record.extend(message);
    let mut answer = [0; 6];
    // A server hello, and no alert.
    stream.write_all(&record).is_ok()
        && stream.flush().is_ok()
        && stream.read_exact(&mut answer).is_ok()
        && answer[0] == 22
        && answer[5] == 2
}
