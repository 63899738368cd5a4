//! Issues.

use super::super::facts::Facts;
use super::super::state::Issue;
use super::comments::refused;
use super::{Host, Said, error};
use serde_json::{Value, json};

impl Host<'_> {
    /// As they were asked for: of this state, those that were touched last first; pull requests are among them.
    pub(super) fn list_issues(&self) -> Said {
        let asked = |name: &str| {
            let pairs = self.request.query.split('&');
            let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let state = asked("state").unwrap_or("open");
        let mut issues: Vec<&Issue> = self
            .state
            .issues
            .values()
            .filter(|issue| state == "all" || (state == "open") == issue.open)
            .collect();
        if asked("sort") == Some("updated") {
            issues.sort_by_key(|issue| std::cmp::Reverse(issue.touched));
        }
        let pulls = self.state.pulls.values().map(|pull| {
            let mut shown = Facts::get().example("issue");
            shown["number"] = json!(pull.number);
            shown["pull_request"] = json!({ "url": self.url, "html_url": self.url, "diff_url": self.url, "patch_url": self.url });
            shown
        });
        let issues = issues.into_iter().map(|issue| self.shown_issue(issue));
        (200, pulls.chain(issues).collect())
    }

    pub(super) fn open_issue(&mut self) -> Said {
        let body = &self.request.body;
        let text = body["body"].as_str().unwrap_or_default().to_owned();
        let title = body["title"].as_str().unwrap_or_default().to_owned();
        if let Some(refusal) = refused(&text) {
            return refusal;
        }
        let author = self.state.login.clone();
        let issue = self.state.issue(&author, &title, &text);
        (201, self.shown_issue(&issue))
    }

    pub(super) fn edit_issue(&mut self) -> Said {
        let number = self.id("issue_number");
        let touched = self.state.touch();
        let body = self.request.body.clone();
        if let Some(refusal) = body["body"].as_str().and_then(refused) {
            return refusal;
        }
        let Some(issue) = self.state.issues.get_mut(&number) else {
            return error(404, "Not Found");
        };
        if let Some(title) = body["title"].as_str() {
            title.clone_into(&mut issue.title);
        }
        if let Some(text) = body["body"].as_str() {
            text.clone_into(&mut issue.body);
        }
        if let Some(state) = body["state"].as_str() {
            issue.open = state == "open";
        }
        issue.touched = touched;
        let issue = issue.clone();
        (200, self.shown_issue(&issue))
    }

    pub(super) fn shown_issue(&self, issue: &Issue) -> Value {
        let mut shown = Facts::get().example("issue");
        let address = format!(
            "https://github.example/{}/issues/{}",
            self.state.repository, issue.number
        );
        shown["number"] = json!(issue.number);
        shown["html_url"] = json!(address);
        shown["title"] = json!(issue.title);
        shown["body"] = json!(issue.body);
        shown["state"] = json!(if issue.open { "open" } else { "closed" });
        shown["user"] = Facts::get().example("simple-user");
        shown["user"]["login"] = json!(issue.author);
        shown
    }
}
