//! Words that nobody can guess.

use std::io::Read as _;

/// 128 random bits in hexadecimal.
pub(crate) fn word() -> std::io::Result<String> {
    let mut bytes = [0; 16];
    fs_err::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
