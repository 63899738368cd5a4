//! The simulation's own certificate authority: what the environment's is on the real cloud.

use anyhow::Context as _;
use camino::Utf8Path;
use fs_err as fs;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256,
};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};

/// A certificate and its private key, as PEM.
#[derive(Clone)]
pub(crate) struct Authority {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").finish_non_exhaustive()
    }
}

/// Makes it the first time. The folder is the simulation's own; its lock must be held.
pub(crate) fn authority(room: &Utf8Path, environment: &str) -> anyhow::Result<Authority> {
    let folder = room.join("authority");
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if !certificate.exists() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("could not make the folder {folder}"))?;
        let made = make(environment).context("could not make the simulation's authority")?;
        // The certificate comes last: with it the pair is whole.
        let _ = fs::remove_file(&key);
        let mut options = std::fs::OpenOptions::new();
        let mut file = options
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&key)
            .with_context(|| format!("could not write {key}"))?;
        file.write_all(made.key.as_bytes())?;
        let fresh = folder.join("certificate.new");
        fs::write(&fresh, made.certificate)?;
        fs::rename(&fresh, &certificate)?;
    }
    Ok(Authority {
        certificate: fs::read_to_string(&certificate)?,
        key: fs::read_to_string(&key)?,
    })
}

fn make(environment: &str) -> Result<Authority, rcgen::Error> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut wanted = CertificateParams::default();
    let name = format!("simulated {environment} (lostops)");
    wanted.distinguished_name.push(DnType::CommonName, name);
    wanted.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    wanted.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(Authority {
        certificate: wanted.self_signed(&key)?.pem(),
        key: key.serialize_pem(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn it_is_made_once_and_its_key_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let room = Utf8Path::from_path(folder.path()).unwrap();
        let first = authority(room, "production").unwrap();
        let second = authority(room, "production").unwrap();
        assert_eq!(first.certificate, second.certificate);
        assert!(first.key.contains("PRIVATE KEY"), "a key");
        let mode = fs::metadata(room.join("authority/key.pem"))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
