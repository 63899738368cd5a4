//! A thousand servers.
