//! Whatever is written: no crash, and every place is one of the text.

use crate::compose::{File, Value};
use proptest::prelude::*;

const FILE: &str = "x-base: &base { ports: [\"80:80\"] }\nservices:\n  web:\n    <<: *base\n    network_mode: ${MODE:-bridge}\n    ports:\n      - \"${PORT:-8080}:80/udp\"\n      - { target: 80, published: \"9090-9091\", host_ip: 127.0.0.1 }\n    extends: { service: db }\nnetworks:\n  open: { external: true, name: host }\n";

fn survives(text: &str) {
    let known = |name: &str| match name {
        "PORT" => Some(Value::Text("${PORT}".to_owned())),
        "MODE" => Some(Value::Secret),
        _ => None,
    };
    for statement in File::new(text).says(&known) {
        assert!(
            text.get(statement.range.start..statement.range.end)
                .is_some(),
            "{statement:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}(\n\\PC{0,40}){0,6}") {
        survives(&text);
    }

    #[test]
    fn any_port_is_survived(entry in "[-0-9:./$\\{\\}\\[\\]a-z+?é ]{0,24}") {
        survives(&format!("services: {{ a: {{ ports: ['{entry}'] }} }}"));
    }

    #[test]
    fn any_change_of_a_file_is_survived(at in 0usize..600, length in 0usize..40, new in "[-?:,\\[\\]{}#&*!|>'\"%$<a-z0-9é \n\t]{0,12}") {
        let mut text = FILE.to_owned();
        let start = at % text.len();
        let end = (start + length).min(text.len());
        text.replace_range(start..end, &new);
        survives(&text);
    }
}
