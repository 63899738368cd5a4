//! What a mistyped name was probably meant to be, and values short enough to quote.

/// A quoted value must not flood the message.
pub(super) fn short(text: &str) -> String {
    if text.chars().count() <= 60 && !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    let start: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(57)
        .collect();
    format!("{start}…")
}

/// Names among which the nearest is looked for: each of very many wrong names is compared with each of them.
const MANY: usize = 1000;

/// The name that was probably meant.
pub(super) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    if name.len() > 64 {
        return None;
    }
    let limit = 1 + name.chars().count() / 4;
    let name = name.to_lowercase().replace('-', "_");
    known
        .take(MANY)
        .map(|other| {
            (
                strsim::damerau_levenshtein(&name, &other.to_lowercase().replace('-', "_")),
                other,
            )
        })
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, other)| other)
}
