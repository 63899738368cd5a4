//! What security groups have kept out, as `nft -j list set inet azure dropped` tells.

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::Value as Json;
use std::net::Ipv4Addr;

/// Packets of one kind from one address that were dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::simulator) struct Dropped {
    pub(in crate::simulator) source: Ipv4Addr,
    /// `tcp`, or the number of a protocol without a name.
    pub(in crate::simulator) protocol: String,
    /// 0 where the protocol has none.
    pub(in crate::simulator) port: u16,
    pub(in crate::simulator) packets: u64,
    /// How long ago the last of them came.
    pub(in crate::simulator) seconds_ago: u64,
}

#[derive(Deserialize)]
struct Document {
    nftables: Vec<Json>,
}

#[derive(Deserialize)]
struct Set {
    timeout: u64,
    #[serde(default)]
    elem: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    elem: Element,
}

#[derive(Deserialize)]
struct Element {
    val: Value,
    expires: u64,
    counter: Counter,
}

#[derive(Deserialize)]
struct Value {
    concat: (Ipv4Addr, Json, u16),
}

#[derive(Deserialize)]
struct Counter {
    packets: u64,
}

/// Reads the set; the latest first.
pub(in crate::simulator) fn dropped(json: &str) -> anyhow::Result<Vec<Dropped>> {
    let what = "could not read what was dropped";
    let document: Document = serde_json::from_str(json).context(what)?;
    let set = document
        .nftables
        .into_iter()
        .find_map(|mut item| item.get_mut("set").map(Json::take))
        .with_context(|| format!("{what}: nft told of no set"))?;
    let set: Set = serde_json::from_value(set).context(what)?;
    let mut all: Vec<Dropped> = set
        .elem
        .into_iter()
        .map(|entry| {
            let (source, protocol, port) = entry.elem.val.concat;
            Dropped {
                source,
                protocol: match protocol {
                    Json::String(name) => name,
                    number => number.to_string(),
                },
                port,
                packets: entry.elem.counter.packets,
                seconds_ago: set.timeout.saturating_sub(entry.elem.expires),
            }
        })
        .collect();
    all.sort_by(|a, b| {
        let key = |one: &Dropped| (one.seconds_ago, one.source, one.protocol.clone(), one.port);
        key(a).cmp(&key(b))
    });
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As nft 1.0.6 answers.
    const ANSWER: &str = r#"{"nftables": [{"metainfo": {"version": "1.0.6", "json_schema_version": 1}}, {"set": {
        "family": "inet", "name": "dropped", "table": "azure", "type": ["ipv4_addr", "inet_proto", "inet_service"],
        "handle": 1, "size": 65535, "flags": ["timeout"], "timeout": 3600, "elem": [
        {"elem": {"val": {"concat": ["127.0.0.1", 253, 0]}, "expires": 3590, "counter": {"packets": 1, "bytes": 28}}},
        {"elem": {"val": {"concat": ["203.0.113.7", "tcp", 22]}, "expires": 3598, "counter": {"packets": 2, "bytes": 120}}}
        ], "stmt": [{"counter": null}]}}]}"#;

    #[test]
    fn what_was_dropped_is_read_latest_first() {
        let read = dropped(ANSWER).unwrap();
        let shown: Vec<String> = read
            .iter()
            .map(|one| {
                let Dropped {
                    source,
                    protocol,
                    port,
                    packets,
                    seconds_ago,
                } = one;
                format!("{source} {protocol} {port}: {packets}, {seconds_ago} s ago")
            })
            .collect();
        assert_eq!(
            shown,
            [
                "203.0.113.7 tcp 22: 2, 2 s ago",
                "127.0.0.1 253 0: 1, 10 s ago"
            ]
        );
    }

    #[test]
    fn a_set_that_nothing_was_put_into_is_empty() {
        let start = ANSWER.find(", \"elem\"").unwrap();
        let empty = format!("{}}}}}]}}", &ANSWER[..start]);
        assert_eq!(dropped(&empty).unwrap(), []);
    }

    #[test]
    fn an_answer_of_another_form_is_an_error() {
        for text in [
            "",
            "{}",
            r#"{"nftables":[]}"#,
            r#"{"nftables":[{"set":{}}]}"#,
        ] {
            let error = dropped(text).unwrap_err().to_string();
            assert!(
                error.starts_with("could not read what was dropped"),
                "{error}"
            );
        }
    }
}
