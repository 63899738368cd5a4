//! What Ansible says on standard error when it tells nothing else: mistakes in the play itself.

use super::tally::place;

/// An error of Ansible's own, and where it is: `ansible/site.yml:4:6`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    pub(crate) message: String,
    pub(crate) place: Option<String>,
}

impl Complaint {
    pub(crate) fn words(&self) -> String {
        match &self.place {
            Some(place) => format!("{place}: {}", self.message),
            None => self.message.clone(),
        }
    }
}

/// The errors; the excerpts below them are left out, for their places are named.
pub(crate) fn complaints(stderr: &str) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> = Vec::new();
    let mut open = false;
    for line in stderr.lines() {
        let said = ["[ERROR]: ", "ERROR! "]
            .iter()
            .find_map(|start| line.strip_prefix(start));
        if let Some(message) = said {
            complaints.push(Complaint {
                message: message.trim().to_owned(),
                place: None,
            });
            open = true;
        } else if let Some(origin) = line.strip_prefix("Origin: ") {
            open = false;
            if let Some(last) = complaints.last_mut() {
                last.place.get_or_insert_with(|| place(origin.trim()));
            }
        } else if line.trim().is_empty() || line.starts_with('[') {
            open = false;
        } else if open && let Some(last) = complaints.last_mut() {
            last.message.push(' ');
            last.message.push_str(line.trim());
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_the_play_has_a_place() {
        let said = "[WARNING]: something\n[ERROR]: couldn't resolve module/action 'nosuch'. This often indicates a misspelling,\nor a missing collection.\nOrigin: /tmp/x/ansible/roles/base/tasks/main.yml:4:6\n\n2   gather_facts: false\n3   tasks:\n4    - nosuch: bar\n       ^ column 6\n\n";
        assert_eq!(
            complaints(said),
            [Complaint {
                message: "couldn't resolve module/action 'nosuch'. This often indicates a misspelling, or a missing collection.".to_owned(),
                place: Some("ansible/roles/base/tasks/main.yml:4:6".to_owned()),
            }]
        );
    }

    #[test]
    fn warnings_are_no_complaints() {
        assert_eq!(
            complaints("[WARNING]: Could not match supplied host pattern, ignoring: x\n"),
            []
        );
    }
}
