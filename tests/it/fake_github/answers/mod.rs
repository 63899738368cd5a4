//! What GitHub does with a request, and says to it.

mod comments;
mod files;
mod issues;
mod proposals;

use super::facts::{Facts, Operation};
use super::state::{Pull, Request, State};
use serde_json::{Value, json};

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

/// Who is asking, and who edited a comment last: all that is asked here.
fn graphql(state: &mut State, request: &Request) -> Said {
    let query = request.body["query"].as_str().unwrap_or_default();
    let words: Vec<&str> = query.split_whitespace().collect();
    if let [
        "query",
        "{",
        "node(id:",
        id,
        "{",
        "...",
        "on",
        "IssueComment",
        "{",
        "lastEditedAt",
        "editor",
        "{",
        "login",
        "}",
        "}",
        "}",
        "}",
    ] = words[..]
    {
        return (200, node(state, id.trim_matches(['"', ')'])));
    }
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

/// When a comment was edited last, and by whom; of what is not there, or not for this token, an error with status 200.
fn node(state: &State, id: &str) -> Value {
    let number = id.strip_prefix("IC_").and_then(|id| id.parse().ok());
    let Some(comment) = number.and_then(|number: u64| state.comments.get(&number)) else {
        let message = format!("Could not resolve to a node with the global id of '{id}'.");
        let errors = json!([{ "type": "NOT_FOUND", "path": ["node"], "message": message }]);
        return json!({ "data": { "node": null }, "errors": errors });
    };
    let editor = comment.editor.as_ref();
    let edited = editor.is_some() || comment.edits > 0;
    json!({ "data": { "node": {
        "lastEditedAt": edited.then_some("2099-01-31T00:00:00Z"),
        "editor": editor.map(|login| json!({ "login": login })),
    } } })
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
    if request.route == super::route::CONTENTS {
        return (status, Value::Array(all));
    }
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
            ("PUT", "/contents/{path}") => self.write_file(),
            ("POST", "/git/refs") => self.create_branch(),
            ("POST", "/pulls") => self.open_request(),
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
        if self.request.route == super::route::CONTENTS {
            return None;
        }
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
