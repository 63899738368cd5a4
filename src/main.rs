//! lostops: the servers in the repository are the servers that run.
mod finding;
mod fleet;
mod source;
mod terraform;

fn main() {}
