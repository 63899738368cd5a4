//! One entry of `ports`: the short form, `127.0.0.1:8080-8081:80-81/udp`, and the long one.

use super::{Reading, Says, short};
use crate::fleet::port::{PortSet, Protocol};
use crate::yaml::tree::{Kind, Node};
use std::net::IpAddr;

const FORM: &str = "write it as `\"8080:80\"`, or `\"127.0.0.1:8080:80\"` for this machine alone";

/// What an entry publishes. `None`: nothing that others reach.
type Published = Result<Option<Says>, String>;

impl Reading<'_> {
    /// One entry of `ports`.
    pub(super) fn port(&mut self, node: &Node) {
        let published = match &node.kind {
            Kind::Text(text) => self.filled(node, text).map(|text| brief(&text)),
            Kind::Integer(number) => self.number(node, *number).map(|text| brief(&text)),
            Kind::Map(_) => self.long(node),
            _ => Some(Err("a port is a text, a number or a mapping".to_owned())),
        };
        match published {
            Some(Ok(Some(says))) => self.say(node.range, says),
            Some(Err(why)) => self.unclear(node.range, why, FORM),
            Some(Ok(None)) | None => {}
        }
    }

    fn long(&mut self, node: &Node) -> Option<Published> {
        let (mut target, mut published, mut address, mut protocol) = (None, None, None, None);
        let before = self.statements.len();
        for (key, value) in self.entries(node, "the port") {
            let place = match key.name.as_str() {
                "target" => &mut target,
                "published" => &mut published,
                "host_ip" => &mut address,
                "protocol" => &mut protocol,
                _ => continue,
            };
            *place = match &value.kind {
                Kind::Null => None,
                Kind::Text(text) => self.filled(value, text),
                Kind::Integer(number) => self.number(value, *number),
                _ => {
                    let why = format!("`{}` is neither a text nor a number", key.name);
                    self.unclear(value.range, why, FORM);
                    None
                }
            };
        }
        // What could not be read is said, and must not pass for what is not there.
        if self.statements.len() > before {
            return None;
        }
        let Some(target) = target else {
            return Some(Err("the port has no `target`".to_owned()));
        };
        let part = |text: Option<String>| text.unwrap_or_default();
        Some(mapping(
            &part(address),
            &part(published),
            &target,
            protocol.as_deref().unwrap_or("tcp"),
        ))
    }
}

/// `[[address:]port:]port[/protocol]`
fn brief(text: &str) -> Published {
    let mut parts = text.rsplitn(3, ':');
    let target = parts.next().unwrap_or_default();
    let published = parts.next().unwrap_or_default();
    let address = parts.next().unwrap_or_default();
    let (target, protocol) = match target.split_once('/') {
        Some((target, "")) => (target, "tcp"),
        Some((target, protocol)) => (target, protocol),
        None => (target, "tcp"),
    };
    let inner = address
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    mapping(inner.unwrap_or(address), published, target, protocol)
        .map_err(|why| format!("`{}` cannot be read as a port: {why}", short(text)))
}

fn mapping(address: &str, published: &str, target: &str, protocol: &str) -> Published {
    let protocol = match protocol.to_ascii_lowercase().as_str() {
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        "sctp" => return Err("no describer can declare `sctp`".to_owned()),
        other => return Err(format!("there is no protocol `{}`", short(other))),
    };
    let is_loopback = match address {
        "" => false,
        text => match text.parse::<IpAddr>() {
            Ok(address) => address.is_loopback(),
            Err(_) => return Err(format!("`{}` is no address", short(text))),
        },
    };
    let (first, last) = range(target)?;
    if is_loopback {
        return Ok(None);
    }
    if published.is_empty() {
        return Ok(Some(Says::PublishesAny(protocol)));
    }
    let (low, high) = range(published)?;
    if first != last && last - first != high - low {
        return Err("the two ranges differ in length".to_owned());
    }
    // Docker takes 0 for any port.
    Ok(Some(if low == 0 {
        Says::PublishesAny(protocol)
    } else {
        Says::Publishes(protocol, PortSet::range(low, high))
    }))
}

/// `80`, `8000-8010`
fn range(text: &str) -> Result<(u16, u16), String> {
    let one = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.ok_or_else(|| format!("`{}` is no port", short(text)))
    };
    let (low, high) = match text.split_once('-') {
        Some((low, high)) => (one(low)?, one(high)?),
        None => (one(text)?, one(text)?),
    };
    if low > high {
        return Err(format!("the range `{text}` ends before it begins"));
    }
    Ok((low, high))
}
