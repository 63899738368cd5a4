//! Names and labels: by them whatever a simulation makes on an engine is found again, and never another's.

use bollard::models::{ContainerSummary, Network, Volume};
use std::collections::BTreeMap;

/// The cloud whose thing it is: a word nobody else has.
pub(super) const CLOUD: &str = "lostops.cloud";
/// Which machine and folder it was made from: what is left of a cloud whose folder is gone is found by it.
pub(super) const PLACE: &str = "lostops.place";
/// `machine`, `card`, `network`, `system-disk`, `disk`, `images`, `image`, `helper`
pub(super) const KIND: &str = "lostops.kind";
/// What the thing is called in the cloud.
pub(super) const NAME: &str = "lostops.name";
/// Of a machine: which one of that name it is.
pub(super) const SERIAL: &str = "lostops.serial";

/// A simulation on an engine.
#[derive(Debug, Clone)]
pub(super) struct Simulation {
    /// Eight characters.
    pub(super) word: String,
    pub(super) place: String,
}

impl Simulation {
    pub(super) fn machine(&self, name: &str) -> String {
        format!("lostops-{}-{}", self.word, safe(name))
    }

    pub(super) fn card(&self, name: &str) -> String {
        format!("lostops-{}-{}-card", self.word, safe(name))
    }

    pub(super) fn network(&self, name: &str) -> String {
        format!("lostops-{}-net-{}", self.word, safe(name))
    }

    /// The side from which people and the internet come.
    pub(super) fn internet(&self) -> String {
        format!("lostops-{}-internet", self.word)
    }

    pub(super) fn volume(&self, machine: &str, what: &str) -> String {
        format!("lostops-{}-{}-{what}", self.word, safe(machine))
    }

    pub(super) fn disk(&self, disk: &str) -> String {
        format!("lostops-{}-disk-{}", self.word, safe(disk))
    }

    /// The volume of the images that hosts are handed.
    pub(super) fn images(&self) -> String {
        format!("lostops-{}-images", self.word)
    }

    /// The container in which the image of the hosts is made.
    pub(super) fn image_maker(&self) -> String {
        format!("lostops-{}-image-maker", self.word)
    }

    /// The file that is a data disk's content.
    pub(super) fn disk_file(&self, disk: &str) -> String {
        format!("{}.img", self.disk(disk))
    }

    pub(super) fn labels(&self, kind: &str, name: &str) -> BTreeMap<String, String> {
        [
            (CLOUD, self.word.as_str()),
            (PLACE, self.place.as_str()),
            (KIND, kind),
            (NAME, name),
        ]
        .map(|(label, value)| (label.to_owned(), value.to_owned()))
        .into()
    }
}

/// A name as Docker takes it. Azure's may not hold more, but for brackets.
fn safe(name: &str) -> String {
    name.to_lowercase()
        .chars()
        .map(|letter| match letter {
            'a'..='z' | '0'..='9' | '-' | '_' | '.' => letter,
            _ => '_',
        })
        .collect()
}

/// Anything that has labels.
pub(super) trait Labelled {
    fn label(&self, name: &str) -> Option<&str>;
}

impl Labelled for ContainerSummary {
    fn label(&self, name: &str) -> Option<&str> {
        self.labels.as_ref()?.get(name).map(String::as_str)
    }
}

impl Labelled for Network {
    fn label(&self, name: &str) -> Option<&str> {
        self.labels.as_ref()?.get(name).map(String::as_str)
    }
}

impl Labelled for Volume {
    fn label(&self, name: &str) -> Option<&str> {
        self.labels.get(name).map(String::as_str)
    }
}
