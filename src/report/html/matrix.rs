//! The matrix as a picture: rows from where, columns to which port of which server.

use super::escape;
use crate::fleet::port::Protocol;
use crate::verify::reach::{Column, Matrix, Verdict};
use std::io;

const LEFT: usize = 150;
const TOP: usize = 172;
const WIDE: usize = 34;
const HIGH: usize = 32;
/// Between the ports of one server and those of the next.
const GAP: usize = 18;
/// Columns of one picture; more go into another below.
const COLUMNS: usize = 24;

pub(super) fn draw(matrix: &Matrix, out: &mut dyn io::Write) -> io::Result<()> {
    for columns in matrix.columns.chunks(COLUMNS) {
        picture(matrix, columns, out)?;
    }
    writeln!(
        out,
        "<div class=\"legend dim\">{}</div>",
        [
            (Verdict::Open, "open, as declared"),
            (Verdict::Closed, "closed, as declared"),
            (Verdict::Extra, "open, not declared"),
            (Verdict::Missing, "declared, closed"),
            (Verdict::Unknown, "not known"),
        ]
        .map(|(verdict, words)| format!(
            "<span><svg width=\"20\" height=\"20\" viewBox=\"0 0 20 20\">{}</svg>{words}</span>",
            mark(verdict, 10, 10)
        ))
        .join("")
    )
}

fn picture(matrix: &Matrix, columns: &[Column], out: &mut dyn io::Write) -> io::Result<()> {
    // Where each column's middle is.
    let mut at = Vec::with_capacity(columns.len());
    let mut x = LEFT;
    for (number, column) in columns.iter().enumerate() {
        if number > 0 && columns[number - 1].server != column.server {
            x += GAP;
        }
        at.push(x + WIDE / 2);
        x += WIDE;
    }
    let width = x + 70;
    let height = TOP + matrix.vantages.len() * HIGH + 8;
    writeln!(
        out,
        "<div class=\"scroll\"><svg class=\"matrix\" width=\"{width}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\
         <title>Who reaches which port of whom</title>"
    )?;
    for (number, vantage) in matrix.vantages.iter().enumerate() {
        let top = TOP + number * HIGH;
        if number % 2 == 0 {
            writeln!(
                out,
                "<rect class=\"stripe\" x=\"0\" y=\"{top}\" width=\"{x}\" height=\"{HIGH}\"/>"
            )?;
        }
        let name = if vantage.is_here {
            format!("here ({})", vantage.name)
        } else {
            vantage.name.clone()
        };
        let address = vantage.address.map(|it| it.to_string()).unwrap_or_default();
        writeln!(
            out,
            "<text x=\"8\" y=\"{}\"><title>{}</title>from {}</text>",
            top + HIGH / 2 + 5,
            escape(&address),
            escape(&name)
        )?;
    }
    let mut last = "";
    for (column, x) in columns.iter().zip(&at) {
        if column.server != last {
            last = &column.server;
            writeln!(
                out,
                "<text class=\"name\" x=\"{}\" y=\"16\">{}</text>",
                x - WIDE / 2,
                escape(last)
            )?;
        }
        head(column, *x, out)?;
        for number in 0..matrix.vantages.len() {
            cell(matrix, column, number, *x, out)?;
        }
    }
    writeln!(out, "</svg></div>")
}

fn head(column: &Column, x: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let protocol = match column.protocol {
        Protocol::Tcp => "",
        Protocol::Udp => "/udp",
    };
    writeln!(
        out,
        "<text transform=\"translate({} {}) rotate(-60)\">{}{protocol} <tspan class=\"dim\">{}</tspan><title>{}</title></text>",
        x + 4,
        TOP - 8,
        column.port,
        escape(&column.purpose),
        escape(&column.listener)
    )
}

fn cell(
    matrix: &Matrix,
    column: &Column,
    number: usize,
    x: usize,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let (Some(verdict), Some(cell)) = (column.verdict(number), column.cells[number]) else {
        return Ok(());
    };
    let y = TOP + number * HIGH + HIGH / 2;
    let declared = if cell.declared {
        "declared"
    } else {
        "not declared"
    };
    writeln!(
        out,
        "<g>{}<title>{} to {}:{}: {declared}, measured {}</title></g>",
        mark(verdict, x, y),
        escape(&matrix.vantages[number].name),
        escape(&column.server),
        column.port,
        cell.met.word()
    )
}

fn mark(verdict: Verdict, x: usize, y: usize) -> String {
    match verdict {
        Verdict::Open => format!("<circle class=\"open\" cx=\"{x}\" cy=\"{y}\" r=\"8\"/>"),
        Verdict::Closed => format!("<circle class=\"closed\" cx=\"{x}\" cy=\"{y}\" r=\"3\"/>"),
        Verdict::Extra => format!(
            "<path class=\"extra\" d=\"M{x} {}l10 18h-20z\"/>",
            y.saturating_sub(10)
        ),
        Verdict::Missing => format!("<circle class=\"missing\" cx=\"{x}\" cy=\"{y}\" r=\"7\"/>"),
        Verdict::Unknown => format!(
            "<text class=\"unknown\" x=\"{x}\" y=\"{}\" text-anchor=\"middle\">?</text>",
            y + 5
        ),
    }
}
