//! What lostops meets on GitHub.

mod fake;
