//! Reviewed is applied: what a plan would do is recorded for the comment, and an apply does only what a record covers.

use super::ask::Ask;
use super::configure;
use super::plan::Made;
use super::prepare::Ready;
use crate::fleet::Fleet;
use crate::fleet::words::{count, or_list};
use crate::reason::Reason;
use crate::report::{Failure, Report};
use crate::review::{Binding, Item, Key, Record, Verdict, Versions, compare, items};

/// What a plan is to be held against, or recorded for.
#[derive(Debug, Clone)]
pub(super) struct Review {
    pub(super) binding: Binding,
    pub(super) key: Option<Key>,
    /// `None`: the plan is to be recorded.
    pub(super) record: Option<Record>,
    /// The most characters of a record.
    pub(super) room: usize,
}

/// More differences than these are counted.
const SHOWN: usize = 12;

impl Review {
    /// The record of a plan that is shown for review.
    pub(super) fn record(
        &self,
        fleet: &Fleet,
        ask: &Ask<'_>,
        ready: &Ready,
        made: &Made,
        report: &Report,
    ) -> Result<Record, Failure> {
        let (items, versions) = self.things(fleet, ask, ready, made, report)?;
        Ok(Record::within(
            self.room,
            &self.binding,
            self.key.as_ref(),
            versions,
            &items,
        ))
    }

    /// Lets an apply go on where its plan is covered by the record, and says how.
    pub(super) fn covers(
        &self,
        fleet: &Fleet,
        ask: &Ask<'_>,
        ready: &Ready,
        made: &Made,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let Some(record) = &self.record else {
            return Ok(());
        };
        let (items, versions) = self.things(fleet, ask, ready, made, report)?;
        self.compared(record, &versions, &items, report)
    }

    /// The same where only the servers are initialised, and Terraform has no part in it.
    pub(super) fn covers_servers(
        &self,
        fleet: &Fleet,
        ask: &Ask<'_>,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let Some(record) = &self.record else {
            return Ok(());
        };
        let versions = Versions {
            lostops: env!("CARGO_PKG_VERSION").to_owned(),
            ..record.versions.clone()
        };
        let items = configure::reviewable(fleet, ask);
        self.compared(record, &versions, &items, report)
    }

    fn compared(
        &self,
        record: &Record,
        versions: &Versions,
        items: &[Item],
        report: &mut Report,
    ) -> Result<(), Failure> {
        let key = self.key.as_ref();
        let pull = self.binding.pull;
        match compare(record, &self.binding, key, versions, items) {
            Verdict::Equal => report
                .notes
                .push(format!("the plan is the one that was reviewed in #{pull}")),
            Verdict::Remainder { done } => report.notes.push(format!(
                "the plan is what is left of the one that was reviewed in #{pull}: {} of {} are done already, or no longer called for",
                done,
                count(record.count, "thing")
            )),
            Verdict::More(words) => return Err(self.changed(words)),
        }
        if !record.keyed {
            report.notes.push(
                "values that Terraform calls sensitive were not compared: that takes a `plan-key`"
                    .to_owned(),
            );
        }
        Ok(())
    }

    fn changed(&self, mut words: Vec<String>) -> Failure {
        let more = words.len().saturating_sub(SHOWN);
        words.truncate(SHOWN);
        if more > 0 {
            words.push(format!("and {more} more"));
        }
        Failure {
            reason: Reason::PlanChanged,
            message: format!(
                "nothing was touched; what is not in the plan that was reviewed in #{}: {}",
                self.binding.pull,
                words.join("; ")
            ),
            help: "somebody changed the cloud since, or a later commit changes more: see the plan below, and let a new pull request be reviewed; or dispatch `apply`, which is judged by the policy alone"
                .to_owned(),
        }
    }

    fn things(
        &self,
        fleet: &Fleet,
        ask: &Ask<'_>,
        ready: &Ready,
        made: &Made,
        report: &Report,
    ) -> Result<(Vec<Item>, Versions), Failure> {
        let failed = |message: String| Failure {
            reason: Reason::PlanUnreadable,
            message,
            help: String::new(),
        };
        let mut all = items(made.json(), self.key.is_some())
            .map_err(|error| failed(format!("could not read the plan: {error}")))?;
        for sheet in &report.servers {
            let opens = sheet.planned.iter().map(|exposure| {
                let line = &exposure.line;
                let (ports, protocol) = (line.ports(), line.protocol.word());
                format!("opens {ports}/{protocol} from {}", or_list(&line.from))
            });
            // Several ports in one sentence say less of the difference than a sentence for each.
            let said = sheet
                .sentences
                .iter()
                .filter(|words| !words.starts_with("opens "));
            let all_said = said.cloned().chain(opens);
            all.extend(all_said.map(|words| Item::sentence(&sheet.name, &words)));
        }
        all.extend(configure::reviewable(fleet, ask));
        let versions = Versions {
            lostops: env!("CARGO_PKG_VERSION").to_owned(),
            terraform: ready.terraform.kind.versioned(&ready.terraform.version),
            providers: ready.workspace.providers(),
        };
        Ok((all, versions))
    }
}
