//! Terraform's addresses and references, taken apart: `module.a["x y"].azurerm_subnet.b[0].id`.

/// One name, and the key in brackets behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: String,
    /// A literal key or index; the text of anything else in brackets.
    pub(super) key: Option<String>,
}

/// Splits at the dots that are not inside brackets.
pub(super) fn parts(address: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = address;
    while !rest.is_empty() {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        let mut key = None;
        while rest.starts_with('[') {
            let (text, after) = bracket(rest);
            key.get_or_insert(text);
            rest = after;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        parts.push(Part { name, key });
    }
    parts
}

/// The key in the bracket that begins here, and what follows the bracket.
fn bracket(text: &str) -> (String, &str) {
    let inside = &text[1..];
    if !inside.starts_with('"') {
        return match inside.split_once(']') {
            Some((key, rest)) => (key.to_owned(), rest),
            None => (inside.to_owned(), ""),
        };
    }
    let mut escaped = false;
    for (at, character) in inside.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                let quoted = &inside[..=at];
                let key = serde_json::from_str(quoted)
                    .unwrap_or_else(|_| quoted.trim_matches('"').to_owned());
                let rest = &inside[at + 1..];
                return (key, rest.strip_prefix(']').unwrap_or(rest));
            }
            _ => {}
        }
    }
    (inside.to_owned(), "")
}

/// The module's part of an address, `""` for the root module. The rest is that of the resource.
pub(super) fn split_module(address: &str) -> (&str, &str) {
    let mut at = 0;
    while address[at..].starts_with("module.") {
        let name = at + "module.".len();
        let Some(length) = end_of_part(&address[name..]) else {
            break;
        };
        at = name + length + 1;
        if at >= address.len() {
            return (address, "");
        }
    }
    (address[..at].trim_end_matches('.'), &address[at..])
}

/// The module that calls this one, and the call's name and key.
pub(super) fn parent(module: &str) -> Option<(&str, Part)> {
    let mut start = 0;
    loop {
        let name = start + module.get(start..)?.strip_prefix("module.").map(|_| 7)?;
        let length = end_of_part(&module[name..]).unwrap_or(module.len() - name);
        let next = name + length + 1;
        if next >= module.len() {
            let part = parts(&module[name..]).into_iter().next()?;
            return Some((module[..start].trim_end_matches('.'), part));
        }
        start = next;
    }
}

/// Up to the next dot outside brackets.
fn end_of_part(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' if !quoted => depth += 1,
            b']' if !quoted => depth = depth.saturating_sub(1),
            b'.' if !quoted && depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, key: Option<&str>) -> Part {
        Part {
            name: name.to_owned(),
            key: key.map(str::to_owned),
        }
    }

    #[test]
    fn keys_may_hold_dots_quotes_and_brackets() {
        assert_eq!(
            parts(r#"module.a["x.y \"z\" ]"].t.n[0].id"#),
            [
                part("module", None),
                part("a", Some(r#"x.y "z" ]"#)),
                part("t", None),
                part("n", Some("0")),
                part("id", None)
            ]
        );
    }

    #[test]
    fn the_module_is_told_from_the_resource() {
        let address = r#"module.server["North.Europe"].module.net.azurerm_subnet.this["a"]"#;
        let (module, rest) = split_module(address);
        assert_eq!(module, r#"module.server["North.Europe"].module.net"#);
        assert_eq!(rest, r#"azurerm_subnet.this["a"]"#);
        let (outer, call) = parent(module).unwrap();
        assert_eq!(outer, r#"module.server["North.Europe"]"#);
        assert_eq!(call, part("net", None));
        let (root, call) = parent(outer).unwrap();
        assert_eq!((root, call), ("", part("server", Some("North.Europe"))));
        assert_eq!(parent(""), None);
        assert_eq!(split_module("azurerm_subnet.a").0, "");
    }
}
