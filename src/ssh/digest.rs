//! The fingerprint of a host key, as OpenSSH writes it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use ring::digest::SHA256;

/// `SHA256:…` of a public key's line, as `ssh-keygen -l` prints it. `None` when it is no such line.
pub(crate) fn of_key(line: &str) -> Option<String> {
    let body = line.split_whitespace().nth(1)?;
    let bytes = STANDARD.decode(body).ok()?;
    let digest = ring::digest::digest(&SHA256, &bytes);
    Some(format!(
        "SHA256:{}",
        STANDARD_NO_PAD.encode(digest.as_ref())
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_the_fingerprint_that_openssh_prints() {
        let line =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIPuIfWh+V2mMHtmBmZSUBhk4zOuB3jglinxzUlXM+L x";
        assert_eq!(
            of_key(line).as_deref(),
            Some("SHA256:5Q+JkB7nUbchY+bot3NRPUSC9Qe96p2Hgx1THvyMnfk")
        );
        assert_eq!(of_key("ssh-ed25519"), None);
        assert_eq!(of_key("ssh-ed25519 not=base64="), None);
    }
}
