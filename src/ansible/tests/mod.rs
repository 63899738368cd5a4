//! Tests of what is too long to be tested beside itself.

mod apt;
mod event;
mod fuzz;
mod tally;
