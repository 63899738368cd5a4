//! What GitHub does with a request, and says to it.

use super::facts::{Facts, Operation};
use super::state::{Comment, Issue, Pull, Request, Sarif, State};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::Read as _;

/// The longest body of a comment, in characters.
const LONGEST: usize = 65_536;
/// The largest SARIF file, compressed.
const LARGEST: usize = 10 << 20;

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

/// A status and what is said with it.
type Said = (u16, Value);

fn error(status: u16, message: &str) -> Said {
    (
        status,
        json!({ "message": message, "documentation_url": "https://docs.github.com/rest", "status": status.to_string() }),
    )
}

fn invalid(field: &str, message: &str) -> Said {
    let (status, mut body) = error(422, "Validation Failed");
    body["errors"] = json!([{ "resource": "IssueComment", "code": "custom", "field": field, "message": message }]);
    (status, body)
}

/// Carries a request out.
pub(super) fn work(
    state: &mut State,
    parts: &http::request::Parts,
    request: &Request,
    url: &str,
) -> Answer {
    let token = parts
        .headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let known = token == Some(&format!("Bearer {}", state.token));
    let mut links = None;
    let (status, body) = if !known {
        error(401, "Bad credentials")
    } else if request.route == super::route::GRAPHQL {
        graphql(state, request)
    } else {
        match Facts::get().operation(parts.method.as_str(), &request.path) {
            None => {
                state
                    .violations
                    .push(format!("GitHub does not document {}", request.route));
                error(404, "Not Found")
            }
            Some(operation) => {
                let problems = operation.request_problems(&request.query, &request.body);
                let said = if problems.is_empty() {
                    let mut github = Host {
                        state,
                        url,
                        operation: &operation,
                        request,
                    };
                    let said = github.answer();
                    links = github.links(&said.1);
                    page(request, said)
                } else {
                    let violations = problems
                        .iter()
                        .map(|what| format!("{}: {what}", request.route));
                    state.violations.extend(violations);
                    error(422, "Invalid request")
                };
                let own = operation.answer_problems(said.0, &said.1);
                let own = own
                    .into_iter()
                    .map(|what| format!("the fake answers {} with {what}", request.route));
                state.violations.extend(own);
                said
            }
        }
    };
    let mut headers = vec![
        (
            "content-type".to_owned(),
            "application/json; charset=utf-8".to_owned(),
        ),
        ("x-ratelimit-limit".to_owned(), "1000".to_owned()),
        ("x-ratelimit-remaining".to_owned(), "999".to_owned()),
    ];
    headers.extend(links.map(|links| ("link".to_owned(), links)));
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    Answer {
        status,
        headers,
        body,
    }
}

/// Who is asking is all that is asked here.
fn graphql(state: &mut State, request: &Request) -> Said {
    let query = request.body["query"].as_str().unwrap_or_default();
    let words: Vec<&str> = query.split_whitespace().collect();
    if words != ["query", "{", "viewer", "{", "login", "}", "}"] {
        state.violations.push(format!(
            "GraphQL: {query:?} is not a query that the fake knows"
        ));
        return (200, json!({ "errors": [{ "message": "Parse error" }] }));
    }
    (
        200,
        json!({ "data": { "viewer": { "login": state.viewer } } }),
    )
}

fn number(request: &Request, name: &str) -> Option<usize> {
    let pairs = request
        .query
        .split('&')
        .filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| value.parse().ok())
}

/// The part of a list that was asked for.
fn page(request: &Request, (status, body): Said) -> Said {
    let Value::Array(all) = body else {
        return (status, body);
    };
    let size = number(request, "per_page").unwrap_or(30);
    let page = number(request, "page").unwrap_or(1);
    let part = all.into_iter().skip(size * (page - 1)).take(size).collect();
    (status, Value::Array(part))
}

struct Host<'h> {
    state: &'h mut State,
    url: &'h str,
    operation: &'h Operation,
    request: &'h Request,
}

impl Host<'_> {
    fn parameter(&self, name: &str) -> &str {
        &self.operation.parameters[name]
    }

    fn id(&self, name: &str) -> u64 {
        self.parameter(name)
            .parse()
            .expect("the description has it as a number")
    }

    fn answer(&mut self) -> Said {
        let repository = format!("{}/{}", self.parameter("owner"), self.parameter("repo"));
        if !repository.eq_ignore_ascii_case(&self.state.repository) {
            return error(404, "Not Found");
        }
        let writes = !self.request.route.starts_with("GET ");
        if writes && self.state.read_only {
            return error(403, "Resource not accessible by integration");
        }
        let (method, path) = self.operation.route.split_once(' ').expect("a route");
        match (method, path.trim_start_matches("/repos/{owner}/{repo}")) {
            ("GET", "/issues/{issue_number}/comments") => self.list_comments(),
            ("POST", "/issues/{issue_number}/comments") => self.create_comment(),
            ("PATCH", "/issues/comments/{comment_id}") => self.edit_comment(),
            ("GET", "/issues/comments/{comment_id}") => {
                let comment = self.state.comments.get(&self.id("comment_id"));
                comment.map_or_else(
                    || error(404, "Not Found"),
                    |comment| (200, self.shown(comment)),
                )
            }
            ("DELETE", "/issues/comments/{comment_id}") => {
                let id = self.id("comment_id");
                match self.state.comments.remove(&id) {
                    Some(_) => (204, Value::Null),
                    None => error(404, "Not Found"),
                }
            }
            ("GET", "/contents/{path}") => self.contents(),
            ("GET", "/issues") => self.list_issues(),
            ("POST", "/issues") => self.open_issue(),
            ("PATCH", "/issues/{issue_number}") => self.edit_issue(),
            ("GET", "/commits/{commit_sha}/pulls") => {
                let sha = self.parameter("commit_sha");
                let pulls = self.state.pulls.values().filter(|pull| pull.holds(sha));
                (200, pulls.map(|pull| self.shown_pull(pull)).collect())
            }
            ("POST", "/code-scanning/sarifs") => self.upload(),
            _ => {
                self.state
                    .violations
                    .push(format!("the fake cannot do {} yet", self.request.route));
                error(404, "Not Found")
            }
        }
    }

    fn list_comments(&self) -> Said {
        let pull = self.id("issue_number");
        if !self.state.pulls.contains_key(&pull) {
            return error(404, "Not Found");
        }
        let comments = self
            .state
            .comments
            .values()
            .filter(|comment| comment.pull == pull);
        (200, comments.map(|comment| self.shown(comment)).collect())
    }

    fn create_comment(&mut self) -> Said {
        let pull = self.id("issue_number");
        if !self.state.pulls.contains_key(&pull) {
            return error(404, "Not Found");
        }
        let body = self.request.body["body"].as_str().unwrap_or_default();
        if let Some(refusal) = refused(body) {
            return refusal;
        }
        let author = self.state.login.clone();
        let comment = self.state.comment(pull, &author, body);
        (201, self.shown(&comment))
    }

    fn edit_comment(&mut self) -> Said {
        let id = self.id("comment_id");
        let login = self.state.login.clone();
        let body = self.request.body["body"].as_str().unwrap_or_default();
        let Some(comment) = self.state.comments.get_mut(&id) else {
            return error(404, "Not Found");
        };
        // The token of a job may edit its own comments only.
        if comment.author.as_ref() != Some(&login) {
            return error(403, "Resource not accessible by integration");
        }
        if let Some(refusal) = refused(body) {
            return refusal;
        }
        body.clone_into(&mut comment.body);
        comment.edits += 1;
        let comment = comment.clone();
        (200, self.shown(&comment))
    }

    /// A file, or what a folder holds itself.
    fn contents(&self) -> Said {
        let path = &self.parameter("path").replace("%20", " ");
        let pairs = self.request.query.split('&');
        let mut pairs = pairs.filter_map(|pair| pair.split_once('='));
        let commit = pairs.find(|(key, _)| *key == "ref").map(|(_, value)| value);
        let commit = commit.unwrap_or("main").to_owned();
        let shown = |kind: &str, path: &str| {
            let mut shown = Facts::get().example("content-file");
            shown["type"] = json!(kind);
            shown["path"] = json!(path);
            shown["name"] = json!(path.rsplit('/').next());
            shown
        };
        if let Some(bytes) = self.state.files.get(&(commit.clone(), path.clone())) {
            let mut file = shown("file", path);
            file["encoding"] = json!("base64");
            let text = STANDARD.encode(bytes);
            let lines: Vec<&str> = text
                .as_bytes()
                .chunks(60)
                .filter_map(|it| std::str::from_utf8(it).ok())
                .collect();
            file["content"] = json!(lines.join("\n") + "\n");
            return (200, file);
        }
        let mut entries = std::collections::BTreeMap::new();
        let begin = format!("{path}/");
        for (at, name) in self.state.files.keys() {
            if let (true, Some(rest)) = (*at == commit, name.strip_prefix(&begin)) {
                let (child, kind) = match rest.split_once('/') {
                    Some((folder, _)) => (folder, "dir"),
                    None => (rest, "file"),
                };
                let mut entry = shown(kind, &format!("{begin}{child}"));
                let fields = entry.as_object_mut().expect("an object");
                fields.remove("content");
                fields.remove("encoding");
                entries.insert(child.to_owned(), entry);
            }
        }
        if entries.is_empty() {
            return error(404, "Not Found");
        }
        (200, entries.into_values().collect())
    }

    /// As they were asked for: of this state, those that were touched last first; pull requests are among them.
    fn list_issues(&self) -> Said {
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

    fn open_issue(&mut self) -> Said {
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

    fn edit_issue(&mut self) -> Said {
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

    fn shown_issue(&self, issue: &Issue) -> Value {
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

    fn upload(&mut self) -> Said {
        let body = &self.request.body;
        let packed = STANDARD.decode(body["sarif"].as_str().unwrap_or_default());
        let Ok(packed) = packed else {
            return error(400, "sarif is not Base64");
        };
        if packed.len() > LARGEST {
            return (413, Value::Null);
        }
        let mut text = String::new();
        let unpacked = flate2::read::GzDecoder::new(&*packed).read_to_string(&mut text);
        let document: Option<Value> = unpacked.ok().and_then(|_| serde_json::from_str(&text).ok());
        let Some(document) = document.filter(|document| document["version"] == "2.1.0") else {
            self.state
                .violations
                .push("what was uploaded is not gzipped SARIF 2.1.0".to_owned());
            return error(400, "sarif is not gzipped SARIF");
        };
        let id = format!("47177e22-5596-11eb-80a1-{:012}", self.state.sarifs.len());
        self.state.sarifs.push(Sarif {
            commit_sha: body["commit_sha"].as_str().unwrap_or_default().to_owned(),
            git_ref: body["ref"].as_str().unwrap_or_default().to_owned(),
            document,
        });
        (
            202,
            json!({ "id": id, "url": format!("{}/code-scanning/sarifs/{id}", self.url) }),
        )
    }

    fn shown(&self, comment: &Comment) -> Value {
        let mut shown = Facts::get().example("issue-comment");
        let Comment { id, pull, .. } = comment;
        let repository = &self.state.repository;
        shown["id"] = json!(id);
        shown["body"] = json!(comment.body);
        shown["url"] = json!(format!(
            "{}/repos/{repository}/issues/comments/{id}",
            self.url
        ));
        shown["html_url"] = json!(format!(
            "https://github.example/{repository}/pull/{pull}#issuecomment-{id}"
        ));
        if let Some(author) = &comment.author {
            shown["user"] = Facts::get().example("simple-user");
            shown["user"]["login"] = json!(author);
            let kind = if author.ends_with("[bot]") {
                "Bot"
            } else {
                "User"
            };
            shown["user"]["type"] = json!(kind);
        }
        shown
    }

    fn shown_pull(&self, pull: &Pull) -> Value {
        let mut shown = Facts::get().example("pull-request-simple");
        let url = format!(
            "https://github.example/{}/pull/{}",
            self.state.repository, pull.number
        );
        shown["number"] = json!(pull.number);
        shown["html_url"] = json!(url);
        shown["state"] = json!(if pull.merged_at.is_some() {
            "closed"
        } else {
            "open"
        });
        shown["merged_at"] = json!(pull.merged_at);
        shown["merge_commit_sha"] = json!(pull.merge_commit_sha);
        shown["head"]["sha"] = json!(pull.head_sha);
        shown["base"]["ref"] = json!(pull.base);
        shown
    }

    /// `next` and `last`, on our own host, as far as there are any.
    fn links(&self, all: &Value) -> Option<String> {
        let size = number(self.request, "per_page").unwrap_or(30);
        let page = number(self.request, "page").unwrap_or(1);
        let pages = all.as_array()?.len().div_ceil(size);
        (page < pages).then(|| {
            let link = |page: usize, what: &str| {
                format!(
                    "<{}{}?per_page={size}&page={page}>; rel=\"{what}\"",
                    self.url, self.request.path
                )
            };
            format!("{}, {}", link(page + 1, "next"), link(pages, "last"))
        })
    }
}

fn refused(body: &str) -> Option<Said> {
    if body.trim().is_empty() {
        return Some(invalid("body", "body can't be blank"));
    }
    let long = body.chars().count() > LONGEST;
    long.then(|| invalid("body", "body is too long (maximum is 65536 characters)"))
}
