//! Rules of the user's own: files of Rego beside the policy, asked of what is written and planned.

mod input;

use super::Facts;
use crate::finding::{Finding, Meta};
use crate::rego::{self, File, Kind, Rule, Said, Trouble};
use crate::source::Span;

use input::Input;

/// JSON Schema of what rules see as `input`: file name and content.
pub(crate) fn schema() -> (&'static str, serde_json::Value) {
    let title = "What a rule in Rego sees as input of lostops";
    ("input.schema.json", crate::schema::of::<Input>(title))
}

/// What the rules have said, or why that is not known.
pub(super) type Answers = Result<Vec<(Rule, Vec<Said>)>, Trouble>;

impl Facts<'_> {
    /// Asked once, however many rules of ours look at it.
    fn answers(&self) -> &Answers {
        self.own.get_or_init(|| {
            let files = self.files();
            if files.is_empty() {
                return Ok(Vec::new());
            }
            let rules = rego::rules(&files)?;
            let document = serde_json::to_string(&Input::of(self)).map_err(|error| Trouble {
                at: None,
                message: format!("what rules are asked of could not be written: {error}"),
            })?;
            let said = rego::ask(&files, &rules, &document)?;
            Ok(rules.into_iter().zip(said).collect())
        })
    }

    fn files(&self) -> Vec<File> {
        let files = self.fleet.iter().flat_map(|fleet| &fleet.policy.rules);
        let file = |rule: &crate::fleet::policy::RuleFile| File {
            path: rule.path.clone(),
            text: rule.text.clone(),
        };
        files.map(file).collect()
    }

    /// A place in a file of rules, by the file's number.
    fn in_rules(&self, file: usize, start: usize, end: usize) -> Option<Span> {
        let rules = &self.fleet?.policy.rules;
        Some(rules.get(file)?.file.span(start, end))
    }

    /// A finding for each thing that rules of this kind say.
    pub(super) fn said_by(&self, kind: Kind, meta: &'static Meta) -> Vec<Finding> {
        let answers = self.answers().iter().flatten();
        let answers = answers.filter(|(rule, _)| rule.kind == kind);
        answers
            .flat_map(|(rule, said)| said.iter().map(move |said| (rule, said)))
            .map(|(rule, said)| {
                let message = said.message.trim();
                let message = match &said.server {
                    Some(server) if !message.contains(server) => format!("`{server}`: {message}"),
                    _ => message.to_owned(),
                };
                let mut finding = Finding::new(meta, message)
                    .help("change what it is against, or have the policy's owners change the rule")
                    .evidence(format!("the rule `{}`", rule.name()));
                if let Some(name) = &said.server {
                    finding = match self.server(name) {
                        Some(server) => finding.on(server),
                        None => finding.server(name),
                    };
                }
                match self.in_rules(rule.file, rule.range.start, rule.range.end) {
                    Some(span) => finding.related(span, "this rule"),
                    None => finding,
                }
            })
            .collect()
    }

    /// Why no rule has been heard.
    pub(super) fn unheard(&self, meta: &'static Meta) -> Vec<Finding> {
        let Err(trouble) = self.answers() else {
            return Vec::new();
        };
        let finding = Finding::new(meta, format!("no rule was heard: {}", trouble.message))
            .help("mend the rule: until it can be answered, nothing is known to be permitted");
        let at = trouble.at;
        let span = at.and_then(|(file, start)| self.in_rules(file, start, start + 1));
        vec![match span {
            Some(span) => finding.at(span, "here"),
            None => finding,
        }]
    }
}
