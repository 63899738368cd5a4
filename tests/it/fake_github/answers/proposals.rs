//! Branches, files written on them, and requests to take them over.

use super::super::facts::Facts;
use super::super::state::Pull;
use super::files::digest;
use super::{Host, Said, error};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

impl Host<'_> {
    fn given(&self, name: &str) -> String {
        let value = self.request.body[name].as_str();
        value.unwrap_or_default().to_owned()
    }

    /// From a commit that there is, under a name that there is not.
    pub(super) fn create_branch(&mut self) -> Said {
        let (name, sha) = (self.given("ref"), self.given("sha"));
        let Some(branch) = name.strip_prefix("refs/heads/") else {
            return error(422, "Reference name must start with 'refs/heads/'");
        };
        let of = |at: &str, state: &super::State| {
            let files = state.files.iter().filter(|((commit, _), _)| commit == at);
            let files = files.map(|((_, path), bytes)| (path.clone(), bytes.clone()));
            files.collect::<Vec<_>>()
        };
        if !of(branch, self.state).is_empty() {
            return error(422, "Reference already exists");
        }
        let files = of(&sha, self.state);
        if files.is_empty() {
            return error(422, "Object does not exist");
        }
        for (path, bytes) in files {
            self.state.files.insert((branch.to_owned(), path), bytes);
        }
        let mut shown = Facts::get().example("git-ref");
        shown["ref"] = json!(name);
        shown["object"]["sha"] = json!(sha);
        (201, shown)
    }

    /// Over the file that the writer has seen, and no other.
    pub(super) fn write_file(&mut self) -> Said {
        let path = self.parameter("path").to_owned();
        let key = (self.given("branch"), path);
        let Some(known) = self.state.files.get(&key) else {
            return error(404, "Not Found");
        };
        if digest(known) != self.given("sha") {
            return error(409, "does not match");
        }
        let Ok(bytes) = STANDARD.decode(self.given("content")) else {
            return error(422, "content is not valid Base64");
        };
        self.state.files.insert(key, bytes);
        (200, json!({ "content": Value::Null, "commit": {} }))
    }

    pub(super) fn open_request(&mut self) -> Said {
        let head = self.given("head");
        if !self.state.files.keys().any(|(commit, _)| *commit == head) {
            return error(422, "Validation Failed");
        }
        let last = self
            .state
            .issues
            .keys()
            .chain(self.state.pulls.keys())
            .max();
        let mut pull = Pull::open(last.copied().unwrap_or(0) + 1);
        pull.base = self.given("base");
        let shown = self.shown_pull(&pull);
        self.state.pulls.insert(pull.number, pull);
        (201, shown)
    }
}
