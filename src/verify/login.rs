//! A login with the account of the application itself, made in its own container: nobody else has the password.

use super::database::Plain;
use crate::ssh::Ssh;
use crate::ssh::target::Target;
use std::time::Duration;

const SCRIPT: &str = include_str!("login.php");
const LIMIT: Duration = Duration::from_secs(20);

/// What came of a login without TLS. That it was refused proves something only where the same account gets in with TLS.
pub(crate) fn attempt(ssh: &Ssh, from: &Target) -> Plain {
    let ended = ssh
        .command(from, "exec sudo -n docker exec --interactive laravel php")
        .input(SCRIPT)
        .output_within(LIMIT);
    let ended = match ended {
        Ok(Some(ended)) => ended,
        Ok(None) => return Plain::NotTried("the application does not answer in time".to_owned()),
        Err(error) => return Plain::NotTried(format!("{error:#}")),
    };
    read(&String::from_utf8_lossy(&ended.stdout)).unwrap_or_else(|| {
        let said = ended
            .stderr
            .lines()
            .last()
            .unwrap_or_default()
            .trim()
            .to_owned();
        Plain::NotTried(format!("the application's PHP does not run: {said}"))
    })
}

/// `plain out SQLSTATE[HY000] …` and `tls in`
fn read(said: &str) -> Option<Plain> {
    let line = |how: &str| {
        let mut lines = said.lines();
        lines.find_map(|line| line.strip_prefix(how)?.strip_prefix(' '))
    };
    Some(match (line("plain")?, line("tls")?) {
        ("in", _) => Plain::LetIn,
        (plain, "in") => Plain::Refused(words(plain)),
        (_, tls) => Plain::NotTried(format!(
            "the application's account does not get in over TLS either: {}",
            words(tls)
        )),
    })
}

fn words(said: &str) -> String {
    said.strip_prefix("out ").unwrap_or(said).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_without_tls_counts_only_beside_a_login_with_it() {
        assert_eq!(
            read("plain out Access denied\ntls in\n"),
            Some(Plain::Refused("Access denied".to_owned()))
        );
        assert_eq!(read("plain in\ntls in\n"), Some(Plain::LetIn));
        assert!(matches!(
            read("plain out Access denied\ntls out Access denied\n"),
            Some(Plain::NotTried(_))
        ));
        assert_eq!(read("sh: php: not found"), None);
    }
}
