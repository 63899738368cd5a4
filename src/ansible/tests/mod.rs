//! Tests of what is too long to be tested beside itself.

mod event;
mod tally;
