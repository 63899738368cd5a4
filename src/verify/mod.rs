//! What really runs, measured: nothing here judges, and nothing here changes a server.

pub(crate) mod scan;
