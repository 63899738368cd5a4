//! lostops: the servers in the repository are the servers that run.
mod describer;
mod finding;
mod fleet;
mod source;

fn main() {}
