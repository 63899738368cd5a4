//! Each event, from the runner's `docker run` to outputs, summary and files.
