//! An engine that is still busy with what a killed run has asked it for. These need none that is real.

use crate::harness::{Project, Run, finish, root};
use std::io::{Read as _, Write as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex};

/// What an engine was asked, without its version and with the body, in order.
type Asked = Arc<Mutex<Vec<String>>>;

/// An engine that has the image and the networks and nothing else, and can do everything but for what the test says: it is
/// given the question and how many times it was asked before. Its address.
fn engine(
    project: &Project,
    answer: impl Fn(&str, usize) -> Option<(u16, String)> + Send + 'static,
) -> (String, Asked) {
    let socket = project.path("engine.sock");
    let listener = UnixListener::bind(&socket).expect("a socket");
    let asked = Asked::default();
    let told = asked.clone();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let question = question(&mut stream);
            let line = question.lines().next().unwrap_or_default().to_owned();
            let mut told = told.lock().expect("nobody panics");
            let same = |other: &&String| other.lines().next() == Some(&line);
            let before = told.iter().filter(same).count();
            let (status, body) = answer(&line, before).unwrap_or_else(|| usual(&line));
            told.push(question);
            let length = body.len();
            let text = format!(
                "HTTP/1.1 {status} So\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
            let _ = stream.write_all(text.as_bytes());
        }
    });
    (format!("unix://{}", socket.display()), asked)
}

/// Runs `lostops simulator …` with such an engine.
fn simulator(
    project: &Project,
    command: &str,
    answer: impl Fn(&str, usize) -> Option<(u16, String)> + Send + 'static,
) -> (Run, Vec<String>) {
    let (address, asked) = engine(project, answer);
    let mut command = project.command(&["simulator", command]);
    let run = finish(command.env("DOCKER_HOST", address));
    let asked = asked.lock().expect("nobody panics").clone();
    (run, asked)
}

/// `METHOD /path?query`, and the body on the next line.
fn question(stream: &mut UnixStream) -> String {
    let mut text = String::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).unwrap_or(0);
        text.push_str(&String::from_utf8_lossy(&part[..read]));
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert_ne!(read, 0, "half a question: {text}");
            continue;
        };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            let is_it = name.eq_ignore_ascii_case("content-length");
            is_it.then(|| value.parse::<usize>().expect("a length"))
        });
        if read == 0 || body.len() >= length.unwrap_or(0) {
            let mut words = head.split_whitespace();
            let method = words.next().unwrap_or_default();
            let path = words.next().unwrap_or_default();
            let versioned = path.strip_prefix("/v1.").and_then(|path| path.find('/'));
            let path = versioned.map_or(path, |slash| &path[slash + 4..]);
            return format!("{method} {path}\n{body}");
        }
    }
}

fn usual(question: &str) -> (u16, String) {
    let (method, path) = question.split_once(' ').expect("a method");
    let is = |start: &str| path.starts_with(start);
    let network = r#"{"IPAM":{"Config":[{"Subnet":"198.18.4.0/24","Gateway":"198.18.4.1"}]}}"#;
    let volume = r#"{"Name":"x","Driver":"local","Mountpoint":"/x","Labels":{},"Scope":"local","Options":{}}"#;
    let (status, body) = match method {
        "GET" if is("/version") => (200, r#"{"ApiVersion":"1.47","Version":"28.0.0"}"#),
        "GET" if is("/images/") => (200, r#"{"Id":"sha256:1"}"#),
        "GET" if is("/networks/") => (200, network),
        "GET" if is("/volumes") => (200, r#"{"Volumes":[]}"#),
        "GET" if is("/containers/json") || is("/networks") => (200, "[]"),
        "GET" | "DELETE" => (404, r#"{"message":"no such thing"}"#),
        _ if is("/volumes/create") => (201, volume),
        _ if is("/containers/create") => (201, r#"{"Id":"1","Warnings":[]}"#),
        _ => (200, ""),
    };
    (status, body.to_owned())
}

fn message(status: u16, words: &str) -> Option<(u16, String)> {
    Some((status, format!(r#"{{"message":"{words}"}}"#)))
}

/// A machine that has not booted anywhere.
fn machine() -> Project {
    let project = Project::with(&root().join("examples/managed"));
    project.apply(0);
    project
}

/// Of a killed run the engine has at first the name alone, then the whole container, never started.
fn is_made_anew(whose: &'static str, words: &str) {
    let (run, asked) = simulator(&machine(), "up", move |question, before| {
        let is_its = question.contains(&format!("{whose}&"));
        match question.split(['/', ' ']).next() {
            Some("POST") if is_its && question.contains("/containers/create") => match before {
                0..3 => message(409, "The name is already in use"),
                _ => message(500, "no space left on device"),
            },
            Some("DELETE") if question.contains(&format!("{whose}?")) && before == 2 => {
                Some((204, String::new()))
            }
            _ => None,
        }
    });
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    for words in [words, "no space left on device"] {
        assert!(run.stderr.contains(words), "{words}: {}", run.stderr);
    }
    let away = |one: &&String| one.starts_with("DELETE") && one.contains(&format!("{whose}?"));
    assert_eq!(asked.iter().filter(away).count(), 3, "{asked:#?}");
}

#[test]
fn a_network_card_that_the_engine_makes_for_a_killed_run_is_waited_for_and_made_anew() {
    is_made_anew("-web-card", "could not make the network card lostops-");
}

#[test]
fn a_machine_that_the_engine_makes_for_a_killed_run_is_waited_for_and_made_anew() {
    is_made_anew("-web", "could not make the host lostops-");
}

#[test]
fn a_network_card_that_the_engine_still_removes_is_not_taken_for_one() {
    let networks = Mutex::new(Vec::new());
    let (run, asked) = simulator(&machine(), "up", move |question, before| {
        let mut networks = networks.lock().expect("nobody panics");
        if let Some(name) = question.strip_prefix("GET /networks/") {
            networks.push(format!(r#""{name}":{{}}"#));
        }
        let networks = networks.join(",");
        if question.starts_with("GET /containers/") && question.contains("-web-card/") {
            return Some((
                200,
                format!(
                    r#"{{"State":{{"Status":"removing"}},"NetworkSettings":{{"Networks":{{{networks}}}}}}}"#
                ),
            ));
        }
        match question.contains("-web-card") {
            true if question.starts_with("DELETE") && before < 2 => {
                message(409, "removal of container 1 is already in progress")
            }
            true if question.contains("/containers/create") => {
                message(500, "no space left on device")
            }
            _ => None,
        }
    });
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    let words = "could not make the network card lostops-";
    assert!(run.stderr.contains(words), "{}", run.stderr);
    let away = |one: &&String| one.starts_with("DELETE") && one.contains("-web-card?");
    assert_eq!(asked.iter().filter(away).count(), 3, "{asked:#?}");
}

#[test]
fn what_the_engine_removes_already_is_waited_for() {
    let project = Project::with(&root().join("examples/managed"));
    let (run, asked) = simulator(&project, "down", |question, before| {
        if question.starts_with("GET /containers/json") && question.contains("lostops.cloud") {
            let labels = r#"{"lostops.kind":"machine"}"#;
            return Some((200, format!(r#"[{{"Id":"1","Labels":{labels}}}]"#)));
        }
        let is_removal = question.starts_with("DELETE /containers/1?");
        (is_removal && before < 2)
            .then(|| message(409, "removal of container 1 is already in progress"))
            .flatten()
    });
    assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("1 host"), "{}", run.stdout);
    let away = |one: &&String| one.starts_with("DELETE /containers/1?");
    assert_eq!(asked.iter().filter(away).count(), 3, "{asked:#?}");
}

#[test]
fn the_container_in_which_the_image_of_the_hosts_is_made_belongs_to_the_simulation() {
    let project = machine();
    let (run, asked) = simulator(&project, "up", |question, _| match question {
        _ if question.starts_with("GET /images/lostops") => message(404, "no such image"),
        _ if question.starts_with("POST /containers/create") => message(500, "no space left"),
        _ => None,
    });
    assert_eq!(run.code, 1, "{}\n{}", run.stdout, run.stderr);
    let cloud = std::fs::read(project.path(".lostops/staging/simulated/cloud.json"));
    let cloud: serde_json::Value =
        serde_json::from_slice(&cloud.expect("the cloud")).expect("JSON");
    let word = cloud["hosts"].as_str().expect("a word");
    let name = format!("lostops-{word}-image-maker");
    let made = asked
        .iter()
        .position(|one| one.starts_with("POST /containers/create"));
    let made = made.expect("a container is made");
    let label = format!(r#""lostops.cloud":"{word}""#);
    for words in [&format!("?name={name}"), &label] {
        assert!(asked[made].contains(words), "{words} in {}", asked[made]);
    }
    // One that was interrupted has left its own, and after a failure nothing stays.
    let away = |one: &String| one.starts_with(&format!("DELETE /containers/{name}?"));
    assert!(asked[..made].iter().any(away), "{asked:#?}");
    assert!(asked[made..].iter().any(away), "{asked:#?}");
}

#[test]
fn nobody_takes_away_what_somebody_else_is_taking_away() {
    for command in ["up", "down"] {
        let project = machine();
        let file = project.path(".lostops/staging/simulated/hosts/.sweep.lock");
        let free = Arc::new(Mutex::new(Vec::new()));
        let seen = free.clone();
        let (run, _) = simulator(&project, command, move |question, _| {
            let looks = ["GET /containers/json", "GET /volumes"];
            if looks.iter().any(|look| question.starts_with(look)) {
                let lock = std::fs::File::open(&file).ok();
                let is_free = lock.is_none_or(|lock| lock.try_lock().is_ok());
                seen.lock().expect("nobody panics").push(is_free);
            }
            let made = question.starts_with("POST /containers/create");
            made.then(|| message(500, "no space left on device"))
                .flatten()
        });
        let free = free.lock().expect("nobody panics").clone();
        assert!(
            !free.is_empty() && !free.contains(&true),
            "{command}: {free:?} {}",
            run.stderr
        );
    }
}
