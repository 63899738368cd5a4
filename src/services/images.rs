//! Which container image a service gets: the describer's, else the pinned one; in a rehearsal perhaps another in its place.

use std::collections::BTreeMap;

/// The pinned images, `name: image` on each line.
const PINNED: &str = include_str!("../../ansible/images.yml");

/// Images by the names of services.
#[derive(Debug, Clone)]
pub(crate) struct Images {
    pinned: BTreeMap<&'static str, &'static str>,
    /// What is used in the place of an image.
    instead: BTreeMap<String, String>,
}

impl Images {
    /// `instead` is for the simulated cloud: an image, and what is used in its place.
    pub(crate) fn new(instead: BTreeMap<String, String>) -> Self {
        let lines = PINNED.lines().filter_map(|line| line.split_once(": "));
        let lines = lines.filter(|(name, _)| !name.starts_with('#'));
        Self {
            pinned: lines.map(|(name, image)| (name, image.trim())).collect(),
            instead,
        }
    }

    /// The image of a service; `described` is what its describer names.
    pub(crate) fn of(&self, service: &str, described: Option<&str>) -> String {
        let pinned = || self.pinned.get(service).copied();
        let image = described.or_else(pinned).unwrap_or_default();
        self.in_place_of(image).to_owned()
    }

    /// What is used where that image is named.
    pub(crate) fn in_place_of<'a>(&'a self, image: &'a str) -> &'a str {
        self.instead.get(image).map_or(image, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_a_pinned_image_with_a_version() {
        let images = Images::new(BTreeMap::new());
        let services = [
            "traefik",
            "socket_proxy",
            "cadvisor",
            "mysql",
            "mysqld_exporter",
            "prometheus",
            "grafana",
        ];
        assert_eq!(images.pinned.len(), services.len());
        for service in services {
            let image = images.of(service, None);
            let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
            assert!(
                tag.contains(|c: char| c.is_ascii_digit()),
                "{service}: {image}"
            );
        }
    }

    #[test]
    fn the_pinned_mysql_is_of_the_line_that_describers_are_told_of() {
        let images = Images::new(BTreeMap::new());
        assert!(images.of("mysql", None).starts_with("mysql:8.0."));
    }

    #[test]
    fn a_rehearsal_replaces_what_is_described_and_what_is_pinned() {
        let instead = [("mysql:9.7".to_owned(), "stand-in/mysql:9.7".to_owned())];
        let images = Images::new(instead.into());
        assert_eq!(images.of("mysql", Some("mysql:9.7")), "stand-in/mysql:9.7");
        assert_eq!(images.of("mysql", Some("mysql:8.4.9")), "mysql:8.4.9");
    }
}
