//! Where the names of web applications lead whoever asks for them.

use crate::process::unless_cancelled;
use std::collections::BTreeSet;
use std::net::{IpAddr, ToSocketAddrs as _};

/// A name of a web application, and what the resolver of this machine says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) name: String,
    /// Of IPv4 and of IPv6; in words why there are none.
    pub(crate) leads_to: Result<BTreeSet<IpAddr>, String>,
}

/// Asks the resolver of this machine, and waits as long as that does.
pub(crate) fn look_up(name: &str) -> Name {
    let asked = name.to_owned();
    let found = unless_cancelled(move || (asked.as_str(), 443).to_socket_addrs());
    let leads_to = match found {
        Ok(Ok(all)) => Ok(all.map(|one| one.ip().to_canonical()).collect()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(cancelled) => Err(cancelled.to_string()),
    };
    Name {
        name: name.to_owned(),
        leads_to,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_addresses_or_it_is_said_why_not() {
        let here = look_up("localhost").leads_to.expect("addresses");
        assert!(here.iter().all(IpAddr::is_loopback) && !here.is_empty());
        // RFC 2606: nobody has it.
        assert!(look_up("app.invalid").leads_to.is_err());
    }
}
