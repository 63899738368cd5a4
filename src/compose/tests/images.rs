//! Which images run.

use super::super::{File, Value};

fn images(text: &str) -> Vec<(String, String)> {
    let known = |name: &str| match name {
        "VERSION" => Some(Value::Text("2".to_owned())),
        "TOKEN" => Some(Value::Secret),
        _ => None,
    };
    File::new(text).images(&known)
}

#[test]
fn each_service_has_its_image_with_variables_filled_in() {
    let text = "services:\n  web: { image: \"web:${VERSION}\" }\n  mail: { image: mail }\n";
    let named = [("web", "web:2"), ("mail", "mail")];
    assert_eq!(
        images(text),
        named.map(|(service, image)| (service.to_owned(), image.to_owned()))
    );
}

#[test]
fn what_is_not_known_is_not_guessed_at() {
    for service in [
        "{ build: . }",
        "{ image: \"a:${TOKEN}\" }",
        "{ image: 1 }",
        "",
        "web",
    ] {
        let text = format!("services:\n  web: {service}\n");
        assert_eq!(images(&text), [], "{service}");
    }
    for text in [
        "",
        "services:",
        "services: []",
        "- a",
        "a: [",
        "volumes: {}",
    ] {
        assert_eq!(images(text), [], "{text}");
    }
}
