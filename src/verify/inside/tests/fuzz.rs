//! Answers of a server that lies.

use super::super::sockets::{of_kernel, of_ss};
use super::{Answers, read};
use crate::fuzz::fuzz;
use std::collections::BTreeMap;

#[test]
fn nothing_that_a_server_says_panics_or_hangs() {
    let users = BTreeMap::from([(0, "root".to_owned()), (1000, "lostops".to_owned())]);
    fuzz("ss", 600, move |input| {
        let said = String::from_utf8_lossy(input);
        let lines = said.lines().count();
        assert!(of_ss(&said, &users).len() <= lines);
        assert!(of_kernel(&said, &users).len() <= lines);
        let inside = read(&Answers::of(&said, "w"));
        assert!(inside.sockets.len() <= 2 * lines);
    });
}
