//! What differs between clouds for the services of a server: images, and who signs certificates.

use super::images::Images;
use crate::fleet::environment::Environment;
use std::collections::BTreeMap;

/// Holds the key of the simulation's own authority; no describer can name it.
pub(crate) const SIMULATED_KEY: &str = "LOSTOPS_AUTHORITY_KEY";

#[derive(Debug, Clone)]
pub(crate) struct Supply {
    pub(crate) images: Images,
    /// The certificates of the environment's own authority, as PEM; empty: it has none.
    pub(crate) authority: String,
    /// The variable that holds the authority's private key.
    pub(crate) authority_key: String,
    /// Let's Encrypt signs the certificates of web applications, and writes to this address.
    pub(crate) acme_email: Option<String>,
}

impl Supply {
    pub(crate) fn real(environment: &Environment) -> Self {
        let authority = environment.authority.as_ref();
        Self {
            images: Images::new(BTreeMap::new()),
            authority: authority.map_or_else(String::new, |one| one.certificate.clone()),
            authority_key: authority.map_or_else(String::new, |one| one.key.value.clone()),
            acme_email: environment.acme_email.clone(),
        }
    }

    /// Let's Encrypt reaches no simulated machine: the simulation's own authority signs, whose certificate this is.
    pub(crate) fn simulated(environment: &Environment, certificate: String) -> Self {
        Self {
            images: Images::new(environment.rehearsal_images.clone()),
            authority: certificate,
            authority_key: SIMULATED_KEY.to_owned(),
            acme_email: None,
        }
    }
}
