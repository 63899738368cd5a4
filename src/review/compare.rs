//! Whether what would be done now was reviewed.

use super::binding::{Binding, Key};
use super::items::Item;
use super::record::{Record, Versions, whole};
use std::collections::BTreeSet;

/// What comes of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All of it, and nothing else.
    Equal,
    /// A part: so many things were reviewed and are done, or no longer called for.
    Remainder { done: usize },
    /// Something was not reviewed: sentences, else what it is.
    More(Vec<String>),
}

/// Compares what a plan would do with a record that is trusted.
pub(crate) fn compare(
    record: &Record,
    binding: &Binding,
    key: Option<&Key>,
    versions: &Versions,
    items: &[Item],
) -> Verdict {
    let others = differing(&record.versions, versions);
    if !others.is_empty() {
        return Verdict::More(others);
    }
    let (sentences, things): (Vec<&Item>, Vec<&Item>) =
        items.iter().partition(|item| item.is_sentence);
    let digest = |item: &Item| binding.digest(key, &item.text());
    if whole(binding, key, things.iter().map(|item| digest(item))) == record.whole {
        return Verdict::Equal;
    }
    let was_shown = |item: &&&Item| {
        let mut same = record.things.iter().filter(|thing| thing.what == item.what);
        same.any(|thing| {
            let now = binding.digest(key, &item.text_before(&thing.unknown));
            thing.digest == now || thing.left.as_ref() == Some(&now)
        })
    };
    let more: Vec<&Item> = things
        .iter()
        .filter(|item| !was_shown(item))
        .copied()
        .collect();
    if more.is_empty() && (record.is_itemised() || things.is_empty()) {
        // Not the same to the last byte: what was not known then may be known now.
        return match record.count.saturating_sub(things.len()) {
            0 => Verdict::Equal,
            done => Verdict::Remainder { done },
        };
    }
    let was_said = |item: &&Item| record.sentences.contains(&digest(item));
    let said: Vec<&Item> = sentences
        .into_iter()
        .filter(|item| !was_said(item))
        .collect();
    Verdict::More(words(&more, &said))
}

/// What was not reviewed: in sentences where there are some, and whatever none of them is about.
fn words(more: &[&Item], sentences: &[&Item]) -> Vec<String> {
    let told: BTreeSet<&str> = sentences
        .iter()
        .filter_map(|item| item.what.split_once(": "))
        .map(|(server, _)| server)
        .collect();
    let is_told = |what: &str| {
        let key = what.rsplit_once("[\"").map(|(_, key)| key);
        let server = key.and_then(|key| key.split(['"', '/']).next());
        server.is_some_and(|server| told.contains(server))
    };
    let said = sentences.iter().map(|item| item.what.clone());
    let others = more.iter().filter(|item| !is_told(&item.what));
    said.chain(others.map(|item| format!("{} would be changed otherwise", item.what)))
        .collect()
}

fn differing(reviewed: &Versions, now: &Versions) -> Vec<String> {
    let mut words = Vec::new();
    let lostops = |versions: &Versions| format!("lostops {}", versions.lostops);
    // A record names OpenTofu; a number alone is Terraform's.
    let terraform = |versions: &Versions| match versions.terraform.strip_prefix("tofu ") {
        Some(version) => format!("OpenTofu {version}"),
        None => format!("Terraform {}", versions.terraform),
    };
    for program in [&lostops as &dyn Fn(&Versions) -> String, &terraform] {
        let (now, reviewed) = (program(now), program(reviewed));
        if reviewed != now {
            words.push(format!(
                "{now} plans now, and {reviewed} planned what was reviewed"
            ));
        }
    }
    if reviewed.providers != now.providers {
        words.push(format!(
            "the providers are {} now, and were {}",
            now.providers.join(", "),
            reviewed.providers.join(", ")
        ));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::review::record::Distrust;
    use serde_json::json;

    fn binding() -> Binding {
        Binding {
            repository: "octo/fleet".to_owned(),
            describers: "describers".to_owned(),
            environment: "production".to_owned(),
            pull: 7,
            head: "a".repeat(40),
            base: "b".repeat(40),
            branch: "main".to_owned(),
        }
    }

    fn versions() -> Versions {
        Versions {
            lostops: "1.0.0".to_owned(),
            terraform: "1.11.4".to_owned(),
            providers: vec!["azurerm 4.81.0".to_owned()],
        }
    }

    fn thing(address: &str, port: u16) -> Item {
        let plan = json!({ "resource_changes": [{ "address": address,
            "change": { "actions": ["update"], "after": { "port": port } } }] });
        let items = crate::review::items(plan.to_string().as_bytes(), true);
        items.expect("a plan").remove(0)
    }

    const GROUP: &str = "azurerm_network_security_group.this[\"database\"]";

    fn met(reviewed: &[Item], now: &[Item]) -> Verdict {
        let record = Record::new(&binding(), None, versions(), reviewed);
        compare(&record, &binding(), None, &versions(), now)
    }

    #[test]
    fn the_same_is_equal_in_any_order_and_a_part_of_it_is_a_remainder() {
        let (one, two) = (thing("a.one", 1), thing("a.two", 2));
        let both = [one.clone(), two.clone()];
        assert_eq!(met(&both, &[two.clone(), one]), Verdict::Equal);
        assert_eq!(met(&both, &[two]), Verdict::Remainder { done: 1 });
        assert_eq!(met(&both, &[]), Verdict::Remainder { done: 2 });
        assert_eq!(met(&[], &[]), Verdict::Equal);
    }

    #[test]
    fn more_is_told_in_sentences_and_else_by_address() {
        let reviewed = [
            thing(GROUP, 80),
            Item::sentence("database", "opens 80/tcp from internet"),
        ];
        let now = [
            thing(GROUP, 22),
            thing("azurerm_subnet.servers", 1),
            Item::sentence("database", "opens 22/tcp from internet"),
        ];
        assert_eq!(
            met(&reviewed, &now),
            Verdict::More(vec![
                "database: opens 22/tcp from internet".to_owned(),
                "azurerm_subnet.servers would be changed otherwise".to_owned(),
            ])
        );
    }

    #[test]
    fn another_version_may_plan_otherwise() {
        let record = Record::new(&binding(), None, versions(), &[]);
        let mut newer = versions();
        newer.terraform = "1.12.0".to_owned();
        let met = compare(&record, &binding(), None, &newer, &[]);
        let Verdict::More(words) = met else {
            panic!("{met:?}")
        };
        assert!(words[0].contains("Terraform 1.12.0") && words[0].contains("1.11.4"));
    }

    #[test]
    fn too_many_things_are_compared_as_a_whole() {
        let many: Vec<Item> = (0..2000).map(|n| thing(&format!("a.b{n}"), 1)).collect();
        let record = Record::new(&binding(), None, versions(), &many);
        assert!(record.text().len() < 1000);
        assert_eq!(met(&many, &many), Verdict::Equal);
        assert!(matches!(met(&many, &many[1..]), Verdict::More(_)));
        // Whoever has nothing to do needs nobody's leave.
        assert_eq!(met(&many, &[]), Verdict::Remainder { done: 2000 });
    }

    #[test]
    fn a_record_comes_back_from_a_comment_and_is_trusted_only_as_it_was_written() {
        let key = Some(Key::new("a key that is long enough"));
        let one = [thing("a.one", 1)];
        for key in [None, key.as_ref()] {
            let record = Record::new(&binding(), key, versions(), &one);
            let comment = format!(
                "<!-- lostops -->\n{}\nmore\n{}",
                record.text(),
                "<!-- lostops-reviewed x -->"
            );
            let read = Record::find(&comment).expect("one").expect("readable");
            assert_eq!(read, record);
            assert_eq!(read.trust(&binding(), key), Ok(()));
            // Of another pull request, another commit, or with one more thing.
            let mut elsewhere = binding();
            elsewhere.pull = 8;
            assert_eq!(read.trust(&elsewhere, key), Err(Distrust::Altered));
            let mut later = binding();
            later.head = "c".repeat(40);
            assert_eq!(read.trust(&later, key), Err(Distrust::Altered));
            let mut forged = read.clone();
            forged.count = 2;
            assert_eq!(forged.trust(&binding(), key), Err(Distrust::Altered));
        }
        let open = Record::new(&binding(), None, versions(), &one);
        assert_eq!(
            open.trust(&binding(), key.as_ref()),
            Err(Distrust::NotKeyed)
        );
        let sealed = Record::new(&binding(), key.as_ref(), versions(), &one);
        assert_eq!(sealed.trust(&binding(), None), Err(Distrust::KeyMissing));
        let other = Some(Key::new("another key, as long as the first"));
        assert_eq!(
            sealed.trust(&binding(), other.as_ref()),
            Err(Distrust::Altered)
        );
        assert_eq!(Record::find("nothing"), None);
        let below = format!("<!-- lostops -->\n### Plan\n{}", open.text());
        assert_eq!(Record::find(&below), None);
        let broken = Record::find("<!-- lostops -->\n<!-- lostops-reviewed !!! -->");
        assert_eq!(broken, Some(Err(Distrust::Unreadable)));
    }
}
