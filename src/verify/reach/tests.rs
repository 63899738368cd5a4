//! What the matrix means.
