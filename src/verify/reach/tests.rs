//! What the matrix means.

use super::{Cell, Column, Matrix, Met, Verdict};
use crate::fleet::port::Protocol;
use std::time::Duration;

fn column(listener: &str, cells: &[(bool, Met)]) -> Column {
    Column {
        server: "database".to_owned(),
        protocol: Protocol::Tcp,
        port: 3306,
        purpose: String::new(),
        listener: listener.to_owned(),
        cells: cells
            .iter()
            .map(|(declared, met)| {
                Some(Cell {
                    declared: *declared,
                    met: *met,
                    at: None,
                    took: Duration::ZERO,
                })
            })
            .collect(),
    }
}

fn verdicts(column: &Column) -> Vec<Verdict> {
    (0..column.cells.len())
        .filter_map(|at| column.verdict(at))
        .collect()
}

#[test]
fn silence_means_closed_where_somebody_else_gets_in() {
    let mysql = column(
        "",
        &[(true, Met::Open), (false, Met::Silent), (false, Met::Open)],
    );
    assert_eq!(
        verdicts(&mysql),
        [Verdict::Open, Verdict::Closed, Verdict::Extra]
    );
}

#[test]
fn silence_means_nothing_where_nobody_gets_in() {
    let dead = column("", &[(true, Met::Silent), (false, Met::Silent)]);
    assert_eq!(verdicts(&dead), [Verdict::Missing, Verdict::Unknown]);
    // The server itself says that somebody listens: then it is the way that is closed.
    let guarded = column("python3", &[(false, Met::Silent)]);
    assert_eq!(verdicts(&guarded), [Verdict::Closed]);
}

#[test]
fn a_refusal_is_an_answer_and_a_question_that_was_not_put_is_none() {
    let refused = column(
        "",
        &[
            (false, Met::Refused),
            (true, Met::Refused),
            (true, Met::Unknown),
        ],
    );
    assert_eq!(
        verdicts(&refused),
        [Verdict::Closed, Verdict::Missing, Verdict::Unknown]
    );
}

#[test]
fn verdicts_are_counted_without_a_server_s_own_view() {
    let mut own = column("mysqld", &[(true, Met::Open), (false, Met::Silent)]);
    own.cells.push(None);
    let matrix = Matrix {
        vantages: Vec::new(),
        columns: vec![own],
    };
    assert_eq!(
        (matrix.count(Verdict::Open), matrix.count(Verdict::Closed)),
        (1, 1)
    );
}
