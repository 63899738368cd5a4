//! Connections tried from a server, with nothing but bash: one script over SSH tries them all.

use super::Met;
use crate::ssh::Ssh;
use crate::ssh::target::Target;
use crate::ssh::trouble::{Trouble, of_ssh};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// What came of each address and port.
pub(crate) type Tried = BTreeMap<SocketAddr, (Met, Duration)>;

/// Seconds that one attempt may take. Servers of a fleet lie beside each other: who has not answered by then is not let in, and
/// is asked once more.
const PATIENCE: u32 = 2;
/// At once, from one server.
const AT_ONCE: usize = 64;

/// Tries every one of these from a server.
///
/// # Errors
/// It does not let us in, or does not answer in time.
pub(crate) fn attempt(
    ssh: &Ssh,
    from: &Target,
    to: &[SocketAddr],
    word: &str,
) -> Result<Tried, Trouble> {
    let rounds = u32::try_from(to.len().div_ceil(AT_ONCE)).unwrap_or(u32::MAX);
    let limit = Duration::from_secs(u64::from(rounds.saturating_mul(2 * PATIENCE)) + 30);
    let ended = ssh
        .command(from, "exec bash -s")
        .input(script(to, word))
        .output_within(limit)
        .map_err(|error| Trouble::Inability(format!("{error:#}")))?
        .ok_or(Trouble::Silent)?;
    let said = String::from_utf8_lossy(&ended.stdout);
    let tried = read(&said, word);
    if tried.len() == to.len() {
        return Ok(tried);
    }
    Err(if ended.code == Some(255) {
        of_ssh(&ended.stderr, from)
    } else {
        Trouble::Other(format!(
            "{} of {} connections were tried from it ({})",
            tried.len(),
            to.len(),
            ended.words()
        ))
    })
}

/// Numbers and a word of ours: nothing in it is anybody else's.
fn script(to: &[SocketAddr], word: &str) -> String {
    let mut script = format!(
        r#"export LC_ALL=C
try() {{
  local began=$EPOCHREALTIME said= code=124 time
  for time in 1 2; do
    began=$EPOCHREALTIME
    said=$(timeout {PATIENCE} bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1)
    code=$?
    [ $code = 124 ] || break
  done
  case $code:$said in
    0:*) said=open ;;
    # Neither `timeout` nor another bash could be started.
    12[567]:*) said=unknown ;;
    *refused*) said=refused ;;
    124:* | *"timed out"*) said=silent ;;
    # Whoever hangs up has taken the connection.
    *"reset by peer"* | *"Broken pipe"*) said=open ;;
    *unreachable* | *"No route to host"* | *"Host is down"* | *"Protocol not available"* | *"not permitted"* | *"Permission denied"*) said=unreachable ;;
    # It has no address of that family.
    *"Cannot assign requested address"* | *"Address family not supported"*) said=unreachable ;;
    *) said=unknown ;;
  esac
  local now=$EPOCHREALTIME
  printf '{word} %s %s %s %s\n' "$1" "$2" "$said" "$((${{now/[.,]/}} - ${{began/[.,]/}}))"
}}
"#
    );
    for (number, to) in to.iter().enumerate() {
        if number > 0 && number % AT_ONCE == 0 {
            script.push_str("wait\n");
        }
        // Writing into a text does not fail.
        let _ = writeln!(script, "try {} {} </dev/null &", to.ip(), to.port());
    }
    script.push_str("wait\n");
    script
}

fn read(said: &str, word: &str) -> Tried {
    let line = |line: &str| {
        let mut words = line.strip_prefix(word)?.split_whitespace();
        let address: IpAddr = words.next()?.parse().ok()?;
        let port = words.next()?.parse().ok()?;
        let met = match words.next()? {
            "open" => Met::Open,
            "refused" => Met::Refused,
            "silent" => Met::Silent,
            "unreachable" => Met::Unreachable,
            _ => Met::Unknown,
        };
        let took = Duration::from_micros(words.next()?.parse().unwrap_or(0));
        Some((SocketAddr::new(address, port), (met, took)))
    };
    said.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Invocation;
    use std::net::{Ipv4Addr, TcpListener};

    /// What a server on which these programs come first says of it.
    fn met(to: SocketAddr, programs: &str) -> Met {
        let ended = Invocation::new("/bin/bash")
            .arguments(["-s"])
            .environment([("PATH".to_owned(), format!("{programs}:/usr/bin:/bin"))].into())
            .input(script(&[to], "w"))
            .output()
            .unwrap();
        read(&String::from_utf8_lossy(&ended.stdout), "w")[&to].0
    }

    #[test]
    fn only_an_answer_and_its_absence_mean_anything() {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().to_str().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let open = listener.local_addr().unwrap();
        assert_eq!(met(open, programs), Met::Open);
        let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let refused = nobody.local_addr().unwrap();
        drop(nobody);
        assert_eq!(met(refused, programs), Met::Refused);
        // Nobody can be connected with all of a network.
        let all = SocketAddr::from(([224, 0, 0, 1], 80));
        assert_eq!(met(all, programs), Met::Unreachable);

        for (failure, means) in [
            (
                "echo 'timeout: failed to run command' >&2; exit 126",
                Met::Unknown,
            ),
            (
                "echo 'timeout: fork system call failed: Resource temporarily unavailable' >&2; exit 125",
                Met::Unknown,
            ),
            (
                "echo 'bash: fork: Cannot allocate memory' >&2; exit 1",
                Met::Unknown,
            ),
            (
                "echo 'bash: connect: Connection reset by peer' >&2; exit 1",
                Met::Open,
            ),
            ("exit 124", Met::Silent),
        ] {
            let program = folder.path().join("timeout");
            fs_err::write(&program, format!("#!/bin/sh\n{failure}\n")).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs_err::set_permissions(&program, mode).unwrap();
            assert_eq!(met(open, programs), means, "{failure}");
        }
    }
}
