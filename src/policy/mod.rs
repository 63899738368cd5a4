//! The policy: rules, each metadata and a pure function over facts.

pub(crate) mod exposure;
mod in_use;
mod measured;
mod nature;
pub(crate) mod own;
mod phrase;
mod publish;

use crate::ansible::outcome::Configured;
use crate::compose::Project;
use crate::finding::{Finding, Meta};
use crate::fleet::Fleet;
use crate::fleet::sources::Directory;
use crate::terraform::plan::{Plan, Problem};
use crate::terraform::subject::Subject;
use crate::verify::outcome::Measured;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// What the rules judge. Without a fleet nothing is declared and nothing permitted.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) fleet: Option<&'a Fleet>,
    /// `None` when only the describers are judged.
    pub(crate) plan: Option<&'a Plan>,
    pub(crate) subjects: &'a [Subject],
    /// What sources are called.
    pub(crate) directory: &'a Directory,
    pub(crate) today: Date,
    /// What Ansible did; `None` before it has run.
    pub(crate) configured: Option<&'a Configured>,
    /// What was measured; `None` before anything was.
    pub(crate) measured: Option<&'a Measured>,
    /// The Compose projects of every server, with what each publishes.
    pub(crate) projects: &'a [Project<'a>],
    /// What rules of the user's own say; asked when first wanted.
    own: OnceLock<own::Answers>,
    /// Where machines of a described server stand in `subjects`: a plan of somebody else's may have several of one name.
    by_name: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Facts<'a> {
    pub(crate) fn new(
        fleet: Option<&'a Fleet>,
        plan: Option<&'a Plan>,
        subjects: &'a [Subject],
        directory: &'a Directory,
        today: Date,
    ) -> Self {
        let mut by_name: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, subject) in subjects.iter().enumerate() {
            if subject.described {
                by_name.entry(&subject.name).or_default().push(at);
            }
        }
        Self {
            fleet,
            plan,
            subjects,
            directory,
            today,
            configured: None,
            measured: None,
            projects: &[],
            own: OnceLock::new(),
            by_name,
        }
    }

    /// The same under another policy.
    fn of<'b>(&'b self, fleet: &'b Fleet) -> Facts<'b> {
        Facts {
            fleet: Some(fleet),
            own: OnceLock::new(),
            by_name: self.by_name.clone(),
            ..*self
        }
    }

    /// What is wrong in the plan by itself.
    fn problems(&self) -> &'a [Problem] {
        self.plan
            .map(|plan| plan.problems.as_slice())
            .unwrap_or_default()
    }

    /// A described server as the plan leaves it: every machine that goes by its name.
    pub(crate) fn subjects_of(
        &self,
        server: &str,
    ) -> impl Iterator<Item = &'a Subject> + use<'_, 'a> {
        let at = self.by_name.get(server).into_iter().flatten();
        at.map(move |at| &self.subjects[*at])
    }
}

/// One rule.
pub(crate) struct Rule {
    pub(crate) meta: &'static Meta,
    check: fn(&Facts<'_>) -> Vec<Finding>,
}

/// Writes the `mod` lines and the list, so that a rule cannot be written and forgotten.
macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// Every rule, by code.
        pub(crate) static RULES: &[Rule] = &[$(Rule { meta: &$name::META, check: $name::check }),*];
    };
}

rules! {
    port_not_declared,
    port_not_provable,
    port_not_permitted,
    database_reachable,
    security_rule_unsound,
    group_detached,
    change_not_visible,
    database_service_public,
    published_port_not_declared,
    host_network,
    published_port_not_provable,
    container_commands_server,
    group_taken_away,
    machine_created,
    machine_destroyed,
    machine_replaced,
    machine_resized,
    disk_changed,
    power_changed,
    machine_forgotten,
    nature_not_provable,
    grant_expired,
    waiver_expired,
    grant_unused,
    waiver_unused,
    interface_replaced,
    data_disk_moved,
    public_address_lost,
    public_address_twice,
    package_not_permitted,
    package_added_beyond_role,
    package_removed,
    socket_not_declared,
    port_reached,
    database_reached,
    port_not_reached,
    not_measured,
    package_not_known,
    program_not_packaged,
    login_not_described,
    container_not_described,
    service_unwell,
    reboot_pending,
    http_not_redirected,
    certificate_not_valid,
    certificate_ends_soon,
    encryption_weak,
    http_elsewhere,
    database_without_tls,
    version_differs,
    power_differs,
    name_leads_elsewhere,
    not_idempotent,
    own_rule_denies,
    own_rule_warns,
    own_rule_not_answered,
}

/// Judges by every rule.
pub(crate) fn judge(facts: &Facts<'_>) -> Vec<Finding> {
    RULES.iter().flat_map(|rule| (rule.check)(facts)).collect()
}

/// Judges what Ansible did: by the rules that look at it alone, for the others have been heard.
pub(crate) fn judge_operation(facts: &Facts<'_>) -> Vec<Finding> {
    let of_packages = [&package_added_beyond_role::META, &package_removed::META];
    let rules = RULES
        .iter()
        .filter(|rule| rule.meta.code.starts_with("LO6") || of_packages.contains(&rule.meta));
    rules.flat_map(|rule| (rule.check)(facts)).collect()
}

/// Whether it is about what becomes of a machine and a grant may permit, and not about the grant itself.
pub(crate) fn is_of_nature(meta: &Meta) -> bool {
    let exceptions = [
        &grant_expired::META,
        &waiver_expired::META,
        &grant_unused::META,
        &waiver_unused::META,
        &interface_replaced::META,
        &data_disk_moved::META,
        &public_address_lost::META,
        &public_address_twice::META,
    ];
    meta.code.starts_with("LO3") && !exceptions.contains(&meta)
}

/// Judges what was measured: by the rules that look at it alone.
pub(crate) fn judge_measured(facts: &Facts<'_>) -> Vec<Finding> {
    let rules = RULES
        .iter()
        .filter(|rule| rule.meta.code.starts_with("LO5") || rule.meta == &waiver_unused::META);
    rules.flat_map(|rule| (rule.check)(facts)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_code_and_a_name_of_its_own_in_order() {
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.meta.code).collect();
        assert!(codes.is_sorted(), "{codes:?}");
        let mut unique: Vec<&str> = codes.iter().chain(&names()).copied().collect();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!(unique.len(), RULES.len() * 2);
    }

    fn names() -> Vec<&'static str> {
        RULES.iter().map(|rule| rule.meta.name).collect()
    }

    #[test]
    fn every_rule_says_what_why_and_how() {
        for Rule { meta, .. } in RULES {
            assert!(
                !meta.summary.is_empty() && !meta.summary.ends_with('.'),
                "{}: {}",
                meta.code,
                meta.summary
            );
            assert!(meta.why.len() > 40 && meta.fix.len() > 20, "{}", meta.code);
        }
    }
}
