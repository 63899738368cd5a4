//! Any other backend by a file: Terraform's own over HTTP, against a server that takes nothing but what is documented.

use super::{answer, providers};
use crate::harness::Project;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const PASSWORD: &str = "correct horse battery";

/// What it holds, and what has come.
#[derive(Default)]
struct Kept {
    state: Option<Vec<u8>>,
    lock: Option<Value>,
    requests: Vec<String>,
    violations: Vec<String>,
}

/// It ends with the process of the test.
struct Server {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let kept = Arc::new(Mutex::new(Kept::default()));
        let own = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let _ = serve(&stream, &own);
            }
        });
        Self { address, kept }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let violations = self.kept().violations.clone();
        assert!(
            std::thread::panicking() || violations.is_empty(),
            "{violations:?}"
        );
    }
}

/// One request to a connection.
fn serve(stream: &TcpStream, kept: &Mutex<Kept>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        head.push(line.trim_end().to_owned());
    }
    let header = |name: &str| {
        let mut fields = head.iter().filter_map(|line| line.split_once(": "));
        fields.find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    };
    let length = header("content-length").and_then(|length| length.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let request = head.first().map(String::as_str).unwrap_or_default();
    let user = format!("Basic {}", STANDARD.encode(format!("fleet:{PASSWORD}")));
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, body) = if header("authorization") == Some(user.as_str()) {
        reply(&mut kept, request, body)
    } else {
        (401, Vec::new())
    };
    kept.requests.push(format!("{request} {status}"));
    let head = format!(
        "HTTP/1.1 {status} \r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

fn reply(kept: &mut Kept, request: &str, body: Vec<u8>) -> (u16, Vec<u8>) {
    let id = |lock: &Value| lock["ID"].as_str().unwrap_or_default().to_owned();
    let held = kept.lock.as_ref().map(id);
    let mut parts = request.split(' ');
    let (method, target) = (parts.next(), parts.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match (method, path) {
        (Some("GET"), "/state") => match &kept.state {
            Some(state) => (200, state.clone()),
            None => (404, Vec::new()),
        },
        (Some("POST"), "/state") if held.as_ref().is_some_and(|id| query == format!("ID={id}")) => {
            kept.state = Some(body);
            (200, Vec::new())
        }
        (Some("LOCK"), "/lock") => match &kept.lock {
            Some(lock) => (423, lock.to_string().into_bytes()),
            None => {
                kept.lock = serde_json::from_slice(&body).ok();
                (200, Vec::new())
            }
        },
        // To break a lock Terraform names none.
        (Some("UNLOCK"), "/lock") => {
            let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
            if body.is_empty() || held == Some(id(&asked)) {
                kept.lock = None;
                (200, Vec::new())
            } else {
                (409, Vec::new())
            }
        }
        (Some("DELETE"), "/state") => {
            kept.state = None;
            (200, Vec::new())
        }
        _ => {
            kept.violations.push(request.to_owned());
            (400, Vec::new())
        }
    }
}

struct Team {
    project: Project,
    server: Server,
}

impl Team {
    fn new() -> Self {
        let project = Project::with(&crate::harness::root().join("examples/managed"));
        let server = Server::start();
        project.edit(
            "describers/environment.yaml",
            "backend: local",
            "backend: { file: state.json }",
        );
        let base = format!("http://{}", server.address);
        let backend = json!({ "http": {
            "address": format!("{base}/state"),
            "lock_address": format!("{base}/lock"),
            "unlock_address": format!("{base}/lock"),
            "retry_max": 0,
        } });
        let file = project.path("describers/state.json");
        std::fs::write(file, backend.to_string()).expect("the file");
        providers(&project);
        Self { project, server }
    }

    fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let mut command = self
            .project
            .command(&[arguments, &["--format", "json"]].concat());
        command
            .env("ARM_USE_CLI", "true")
            .env("ARM_SUBSCRIPTION_ID", crate::fake_azure::SUBSCRIPTION)
            .env("TF_HTTP_USERNAME", "fleet")
            .env("TF_HTTP_PASSWORD", PASSWORD)
            .env(
                "TF_CLI_CONFIG_FILE",
                self.project.path("providers/terraform.rc"),
            );
        answer(code, &mut command)
    }

    fn apply(&self, code: i32) -> Value {
        self.json(
            code,
            &["apply", "--only", "terraform", "--lock-timeout", "0s"],
        )
    }
}

#[test]
fn the_state_lies_where_the_file_says_and_nowhere_else() {
    let team = Team::new();
    assert_eq!(team.apply(0)["applied"], true);
    {
        let kept = team.server.kept();
        let state = String::from_utf8(kept.state.clone().expect("a state")).expect("text");
        assert!(state.contains("azurerm_linux_virtual_machine"));
        assert!(kept.lock.is_none(), "the lock is released");
        let locks = kept.requests.iter().any(|one| one.starts_with("LOCK "));
        assert!(locks, "{:?}", kept.requests);
    }
    let folder = team.project.path(".lostops/staging/azure");
    for entry in std::fs::read_dir(&folder).expect("the folder") {
        let name = entry.expect("an entry").file_name();
        assert!(!name.to_string_lossy().contains("tfstate"), "{name:?}");
    }
    let planned = team.json(0, &["plan"]);
    assert_eq!(planned["totals"]["add"], 0, "{planned:#}");
}

#[test]
fn a_lock_that_is_held_is_told_and_broken_by_its_exact_id() {
    let team = Team::new();
    let id = "8d0e3c9c-7b1f-1c2f-52f5-6ab4a3a0f3b1";
    team.server.kept().lock = Some(json!({ "ID": id, "Operation": "OperationTypeApply" }));

    let refused = team.apply(1);
    let failure = &refused["failure"];
    assert_eq!(failure["reason"], "state-locked", "{refused:#}");
    assert!(failure["message"].to_string().contains(id), "{refused:#}");
    assert!(team.server.kept().state.is_none());

    let wrong = team.json(1, &["unlock", "0a1b2c3d-0000-4000-8000-000000000000"]);
    assert_eq!(wrong["failure"]["reason"], "state-locked", "{wrong:#}");
    assert!(team.server.kept().lock.is_some(), "nothing was broken");
    team.json(0, &["unlock", id]);
    assert!(team.server.kept().lock.is_none());
    assert_eq!(team.apply(0)["applied"], true);
}

#[test]
fn a_runner_keeps_it_and_a_wrong_password_is_never_said() {
    let team = Team::new();
    let mut command = team.project.command(&["apply", "--only", "terraform"]);
    command
        .env("GITHUB_ACTIONS", "true")
        .env("ARM_USE_CLI", "true")
        .env("ARM_SUBSCRIPTION_ID", crate::fake_azure::SUBSCRIPTION)
        .env("TF_HTTP_USERNAME", "fleet")
        .env("TF_HTTP_PASSWORD", "swordfish of the fleet");
    let run = crate::harness::finish(&mut command);
    let said = format!("{}{}", run.stdout, run.stderr);
    assert_eq!(run.code, 1, "{said}");
    assert!(!said.contains("state-not-kept"), "{said}");
    assert!(!said.contains("swordfish"), "{said}");
    let kept = team.server.kept();
    assert!(
        kept.requests.iter().any(|one| one.ends_with(" 401")),
        "{:?} {said}",
        kept.requests
    );
}
