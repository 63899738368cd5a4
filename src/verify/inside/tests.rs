//! What real servers have said, read.
