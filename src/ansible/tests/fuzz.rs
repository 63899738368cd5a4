//! Lines that no callback plug-in has written: modules return whatever they like.

use crate::ansible::event::parse;
use crate::ansible::tally::Tally;
use crate::fuzz::fuzz;

#[test]
fn no_line_of_a_play_panics_or_hangs() {
    fuzz("ansible", 400, |input| {
        let said = String::from_utf8_lossy(input);
        let mut tally = Tally::default();
        for event in said.lines().filter_map(parse) {
            tally.note(event);
        }
        for whole in [true, false] {
            tally.server("web", "it is new", whole);
            tally.server("db", "it is new", whole);
        }
    });
}
