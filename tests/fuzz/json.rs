//! Changes of the tree that a JSON text is, or that a line of it is.

use serde_json::{Map, Value, json};

/// Whether it is JSON, or begins with a line of it.
pub(super) fn is(text: &[u8]) -> bool {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    is_tree(text) || is_tree(first)
}

fn is_tree(text: &[u8]) -> bool {
    serde_json::from_slice::<Value>(text).is_ok_and(|value| value.is_object() || value.is_array())
}

/// Changes one node of the whole text, or of one of its lines.
pub(super) fn change(input: &mut Vec<u8>, at: [u32; 4], seeds: &[Vec<u8>]) {
    let [a, b, c, d] = at.map(|number| number as usize);
    let mut other = || {
        let seed = seeds[d % seeds.len()].as_slice();
        let lines = seed.split(|byte| *byte == b'\n');
        let mut trees = [seed].into_iter().chain(lines).filter_map(tree);
        trees
            .next()
            .map(|tree| nodes(&tree)[c % nodes(&tree).len()].clone())
            .unwrap_or_default()
    };
    if let Some(mut whole) = tree(input) {
        turn(&mut whole, a, b, &mut other);
        *input = whole.to_string().into_bytes();
        return;
    }
    let mut lines: Vec<Vec<u8>> = input
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::to_vec)
        .collect();
    let count = lines.len();
    let chosen = (0..count)
        .map(|skip| (c + skip) % count)
        .find_map(|at| Some((at, tree(&lines[at])?)));
    if let Some((at, mut line)) = chosen {
        turn(&mut line, a, b, &mut other);
        lines[at] = line.to_string().into_bytes();
        *input = lines.join(&b'\n');
    }
}

fn tree(text: &[u8]) -> Option<Value> {
    serde_json::from_slice(text).ok()
}

fn nodes(tree: &Value) -> Vec<&Value> {
    let mut all = vec![tree];
    let mut at = 0;
    while let Some(node) = all.get(at).copied() {
        match node {
            Value::Array(items) => all.extend(items),
            Value::Object(members) => all.extend(members.values()),
            _ => {}
        }
        at += 1;
    }
    all
}

fn turn(tree: &mut Value, which: usize, how: usize, other: &mut dyn FnMut() -> Value) {
    let which = which % nodes(tree).len();
    let mut left = which;
    if let Some(node) = find(tree, &mut left) {
        let old = std::mem::take(node);
        *node = turned(old, which, how, other);
    }
}

fn find<'v>(node: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(node);
    }
    *left -= 1;
    match node {
        Value::Array(items) => items.iter_mut().find_map(|item| find(item, left)),
        Value::Object(members) => members.values_mut().find_map(|value| find(value, left)),
        _ => None,
    }
}

fn turned(old: Value, which: usize, how: usize, other: &mut dyn FnMut() -> Value) -> Value {
    match how % 28 {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(i64::MIN),
        5 => json!(1e308),
        6 => json!(65_536),
        7 => json!(""),
        8 => json!("*"),
        9 => json!([]),
        10 => json!({}),
        11 => json!([old]),
        12 => json!({ "a": old }),
        13 => json!(old.to_string()),
        14 => json!(false),
        15 => (0..90).fold(old, |inner, _| json!([inner])),
        16 => Value::Array(vec![old; 2]),
        17 => Value::Array(vec![old.clone(); copies(&old)]),
        18 => json!("x".repeat(40_000)),
        19 => json!([null, [], {}, "", 0, "*"]),
        20..=23 => other(),
        _ => within(old, which, how, other),
    }
}

/// Very many, but of what is large only two.
fn copies(value: &Value) -> usize {
    (50_000 / (1 + value.to_string().len())).clamp(2, 400)
}

/// A change of what a list or an object holds.
fn within(old: Value, which: usize, how: usize, other: &mut dyn FnMut() -> Value) -> Value {
    match old {
        Value::Array(mut items) if !items.is_empty() => {
            let at = which % items.len();
            match how % 4 {
                0 => drop(items.remove(at)),
                1 => items.extend(vec![items[at].clone(); copies(&items[at])]),
                2 => items.reverse(),
                _ => items.push(other()),
            }
            Value::Array(items)
        }
        Value::Object(members) if !members.is_empty() => {
            let at = which % members.len();
            let mut all: Vec<(String, Value)> = members.into_iter().collect();
            match how % 4 {
                0 => drop(all.remove(at)),
                1 => all[at].0.push_str("_x"),
                2 => {
                    let times = copies(&all[at].1);
                    let value = all[at].1.clone();
                    all.extend((0..times).map(|number| (number.to_string(), value.clone())));
                }
                _ => all.push((all[at].0.clone(), other())),
            }
            object(all)
        }
        Value::String(text) => match how % 3 {
            0 => json!(text.to_uppercase()),
            1 => json!(format!("{text}{text}")),
            _ => json!(text.chars().rev().collect::<String>()),
        },
        Value::Number(number) => json!(number.to_string()),
        old => old,
    }
}

fn object(members: Vec<(String, Value)>) -> Value {
    Value::Object(members.into_iter().collect::<Map<_, _>>())
}
