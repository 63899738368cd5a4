//! Compose files that somebody hostile has written.

use crate::compose::tests::said;
use crate::compose::{File, Value};
use crate::fuzz::{fuzz, kept};

#[test]
fn no_compose_file_panics_or_hangs() {
    fuzz("compose", 600, |input| {
        let Ok(text) = std::str::from_utf8(input) else {
            return;
        };
        let known = |name: &str| match name {
            "PORT" => Some(Value::Text("${PORT}".to_owned())),
            "MODE" => Some(Value::Secret),
            _ => None,
        };
        for statement in File::new(text).says(&known) {
            let range = statement.range.start..statement.range.end;
            assert!(text.get(range).is_some(), "{statement:?}");
        }
    });
}

#[test]
fn a_bomb_of_one_long_text_cannot_be_followed() {
    let text = String::from_utf8(kept("compose", "text-bomb.yaml")).unwrap();
    let said = said(&text);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].contains("aliases expand without measure"),
        "{said:?}"
    );
}
