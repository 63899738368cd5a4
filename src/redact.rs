//! What must never be said: secrets, found by value in whatever form they come, and replaced before any sink.

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// Shorter values are not secrets: hiding `1` would blank every number.
const SHORTEST: usize = 4;
/// Lines of a key shorter than this are left alone: `---` or `==` occur everywhere.
const SHORTEST_LINE: usize = 8;
/// What stands in a secret's place.
const HIDDEN: &str = "***";

/// Replaces known secrets.
#[derive(Debug, Default, Clone)]
pub(crate) struct Redactor {
    values: Option<AhoCorasick>,
}

impl Redactor {
    /// Of these secrets, in every form: raw, as JSON and URLs write it, in base64 (wherever it begins in a longer
    /// text), and each line of one that has several.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let mut forms: Vec<String> = secrets.into_iter().flat_map(forms).collect();
        forms.sort_unstable();
        forms.dedup();
        if forms.is_empty() {
            return Self::default();
        }
        let values = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&forms);
        Self {
            // Only more than 2^31 secrets make this fail.
            values: values.ok(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_none()
    }

    pub(crate) fn text(&self, text: &str) -> String {
        match &self.values {
            Some(values) if values.is_match(text) => {
                let mut clean = String::with_capacity(text.len());
                values.replace_all_with(text, &mut clean, |_, _, clean| {
                    clean.push_str(HIDDEN);
                    true
                });
                clean
            }
            _ => text.to_owned(),
        }
    }

    pub(crate) fn finds(&self, text: &str) -> bool {
        self.values
            .as_ref()
            .is_some_and(|values| values.is_match(text))
    }

    /// A JSON document, which stays one: only its texts are looked at, as whoever reads it will see them.
    pub(crate) fn document(&self, text: &str) -> String {
        if !self.finds(text) {
            return text.to_owned();
        }
        let Ok(mut document) = serde_json::from_str(text) else {
            return self.text(text);
        };
        self.texts(&mut document);
        format!("{document:#}\n")
    }

    fn texts(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.clean(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.texts(item)),
            Value::Object(entries) => entries.values_mut().for_each(|entry| self.texts(entry)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// In place; costs nothing where nothing is secret.
    pub(crate) fn clean(&self, text: &mut String) {
        if self.finds(text) {
            *text = self.text(text);
        }
    }
}

/// Every form in which a secret may turn up; also what a runner is told to mask.
pub(crate) fn forms(secret: &str) -> Vec<String> {
    let secret = secret.trim();
    if secret.len() < SHORTEST {
        return Vec::new();
    }
    let mut forms = vec![secret.to_owned()];
    let lines: Vec<&str> = secret.lines().map(str::trim).collect();
    if lines.len() > 1 {
        let long = lines.into_iter().filter(|line| line.len() >= SHORTEST_LINE);
        forms.extend(long.map(str::to_owned));
    }
    if is_identifier(secret) {
        // The case of their letters means nothing, and Azure's answers have either.
        forms.extend([secret.to_ascii_lowercase(), secret.to_ascii_uppercase()]);
    }
    let json = Value::from(secret).to_string();
    let json = &json[1..json.len() - 1];
    forms.push(json.to_owned());
    forms.push(json_of_go(json));
    forms.extend(url_encoded(secret));
    for shift in 0..3 {
        forms.extend(base64_inside(secret, shift));
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// `0b1f6471-1bf0-4dda-aec3-cb9272f09590`: a subscription, a tenant.
fn is_identifier(secret: &str) -> bool {
    secret.len() == 36
        && secret
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// The characters that are sure when the secret begins `shift` bytes into a group of three.
fn base64_inside(secret: &str, shift: usize) -> Vec<String> {
    let mut bytes = vec![0; shift];
    bytes.extend_from_slice(secret.as_bytes());
    // The first characters carry bits of what stands before, the last of what comes after.
    let first = (shift * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    let encoded = [
        STANDARD_NO_PAD.encode(&bytes),
        URL_SAFE_NO_PAD.encode(&bytes),
    ];
    encoded
        .into_iter()
        .filter_map(|text| text.get(first..last).map(str::to_owned))
        .filter(|text| text.len() >= SHORTEST_LINE)
        .collect()
}

/// As Terraform and its providers write JSON: safe inside HTML.
fn json_of_go(json: &str) -> String {
    json.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
}

/// Twice: with the digits in capitals, as most write them, and in small letters.
fn url_encoded(secret: &str) -> [String; 2] {
    use std::fmt::Write as _;
    let mut forms = [String::new(), String::new()];
    for byte in secret.bytes() {
        let [upper, lower] = &mut forms;
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                upper.push(char::from(byte));
                lower.push(char::from(byte));
            }
            byte => {
                let _ = write!(upper, "%{byte:02X}");
                let _ = write!(lower, "%{byte:02x}");
            }
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "pa ss/w\"ord+with\\everything";

    fn hidden(text: &str) -> bool {
        let clean = Redactor::new([SECRET]).text(text);
        clean.contains(HIDDEN) && !clean.contains(text)
    }

    #[test]
    fn a_secret_is_hidden_raw_in_json_and_in_a_url() {
        assert!(hidden(SECRET));
        assert!(hidden(&serde_json::json!({ "a": SECRET }).to_string()));
        assert!(hidden(
            "https://x/?q=pa%20ss%2Fw%22ord%2Bwith%5Ceverything&b"
        ));
        assert!(hidden(
            "https://x/?q=pa%20ss%2fw%22ord%2bwith%5ceverything&b"
        ));
    }

    #[test]
    fn a_secret_is_hidden_in_json_that_is_safe_inside_html() {
        let clean = Redactor::new(["a<b>&c\"d"]).text(r#"{"x":"a\u003cb\u003e\u0026c\"d"}"#);
        assert_eq!(clean, r#"{"x":"***"}"#);
    }

    #[test]
    fn a_document_stays_json_whatever_a_secret_looks_like() {
        let text = r#"{"number":12345678,"findings":["line\nsecret-of-mine","x \" 12345678"]}"#;
        let secrets = ["nsecret-of-mine", "12345678", "findings", "\\\" 12345678"];
        let clean = Redactor::new(secrets).document(text);
        let clean: Value = serde_json::from_str(&clean).unwrap();
        assert_eq!(
            clean,
            serde_json::json!({ "number": 12_345_678, "findings": ["line\nsecret-of-mine", "x \" ***"] })
        );
    }

    #[test]
    fn a_secret_is_hidden_in_base64_wherever_it_begins() {
        for before in ["", "u", "us", "user:"] {
            let encoded = STANDARD_NO_PAD.encode(format!("{before}{SECRET}:tail"));
            assert!(hidden(&encoded), "after {before:?}: {encoded}");
        }
    }

    #[test]
    fn each_line_of_a_key_is_hidden() {
        let key = "-----BEGIN KEY-----\nb3BlbnNzaC1rZXk\nAAAAB3NzaC1\n-----END KEY-----\n";
        let clean =
            Redactor::new([key]).text("one line: AAAAB3NzaC1, and the other b3BlbnNzaC1rZXk");
        assert_eq!(clean, "one line: ***, and the other ***");
    }

    #[test]
    fn an_identifier_is_hidden_however_its_letters_are_written() {
        let clean = Redactor::new(["0b1f6471-1BF0-4dda-aec3-cb9272f09590"]).text(
            "0B1F6471-1BF0-4DDA-AEC3-CB9272F09590 0b1f6471-1bf0-4dda-aec3-cb9272f09590 0b1f6471-1BF0-4dda-aec3-cb9272f09590",
        );
        assert_eq!(clean, "*** *** ***");
    }

    #[test]
    fn a_short_value_blanks_nothing() {
        assert!(Redactor::new(["1", "", "yes"]).is_empty());
    }
}
