//! YAML as people write it becomes a tree with the right places.

use crate::yaml::parse;
use crate::yaml::tree::{Key, Kind, Node};

fn entries(text: &str) -> Vec<(Key, Node)> {
    match parse(text).unwrap().kind {
        Kind::Map(entries) => entries,
        other => panic!("{other:?} is no mapping"),
    }
}

#[test]
fn places_are_bytes_even_behind_accents() {
    let text = "é: ñ\nports: [22, x]\n";
    let entries = entries(text);
    let Kind::List(items) = &entries[1].1.kind else {
        panic!("a list")
    };
    assert_eq!(&text[items[1].range.start..items[1].range.end], "x");
    assert_eq!(
        &text[entries[1].0.range.start..entries[1].0.range.end],
        "ports"
    );
}

#[test]
fn an_alias_has_its_own_place_and_the_text_of_what_it_stands_for() {
    let text = "a: &x 1.10\nb: *x\n";
    let alias = &entries(text)[1].1;
    assert_eq!(&text[alias.range.start..alias.range.end], "*x");
    assert_eq!(&text[alias.text.start..alias.text.end], "1.10");
}

#[test]
fn a_key_that_stands_twice_is_kept_twice() {
    assert_eq!(entries("a: 1\na: 2\n").len(), 2);
}

#[test]
fn merged_keys_yield_to_those_of_the_mapping_itself() {
    let entries = entries("a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  k: 3\n");
    let Kind::Map(merged) = &entries[1].1.kind else {
        panic!("a mapping")
    };
    let shown: Vec<String> = merged
        .iter()
        .map(|(key, value)| format!("{} {:?}", key.name, value.kind))
        .collect();
    assert_eq!(shown, ["k Integer(3)", "l Integer(2)"]);
}

#[test]
fn a_tab_is_refused_where_it_stands() {
    let refusal = parse("vm:\n\tsize: é\n").unwrap_err();
    assert_eq!(
        (refusal.range.start, refusal.message.as_str()),
        (4, "a tab indents this line")
    );
}

#[test]
fn a_tag_is_refused() {
    assert_eq!(
        parse("a: !secret x\n").unwrap_err().message,
        "the tag `!secret` means nothing here"
    );
}
