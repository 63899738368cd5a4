//! Hostile input for whatever reads what others wrote: a kept corpus, changed in many ways, and a watch over who reads it.
//! Unit tests and the tests through the program share it.

#![allow(
    dead_code,
    clippy::print_stderr,
    reason = "two programs have it as a part, each needs a part of it, and who waits for a long run is told how it went"
)]

mod change;
mod json;
mod watch;
mod words;

use camino::{Utf8Path, Utf8PathBuf};
use change::{Change, Ways};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use std::rc::Rc;
use std::time::{Duration, Instant, SystemTime};

/// Each kind for so many seconds, with seeds of its own, instead of the usual cases. `make fuzz` sets it.
const SECONDS: &str = "LOSTOPS_FUZZ_SECONDS";
/// So that two runs of the usual tests try the same.
const SEED: u64 = 0x0001_0570_0005;
/// As large as an input may become; larger ones are for `make fuzz`.
const USUAL_SIZE: usize = 1 << 16;
const LARGE_SIZE: usize = 1 << 20;

/// A kept input.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// The kept inputs of a kind, by name.
pub(crate) fn corpus(kind: &str) -> Vec<Kept> {
    let folder = root().join("tests/corpus").join(kind);
    let mut kept: Vec<Kept> = folder
        .read_dir_utf8()
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| {
            let entry = entry.expect("an entry");
            Kept {
                name: entry.file_name().to_owned(),
                bytes: fs_err::read(entry.path()).expect("a kept input"),
            }
        })
        .collect();
    kept.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(!kept.is_empty(), "{folder} holds nothing");
    kept
}

/// One kept input.
pub(crate) fn kept(kind: &str, name: &str) -> Vec<u8> {
    let found = corpus(kind).into_iter().find(|kept| kept.name == name);
    found.unwrap_or_else(|| panic!("no {kind}/{name}")).bytes
}

fn root() -> &'static Utf8Path {
    Utf8Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Has each kept input of a kind read, and then as many changed ones. `read` may do with it whatever it likes but panic, hang or
/// fall over; what it does so with is made as small as can be, and written where the message says.
pub(crate) fn fuzz(kind: &'static str, cases: u32, read: impl Fn(&[u8]) + Send + 'static) {
    let seeds = corpus(kind);
    let mut watched = watch::Watched::new(kind, read);
    for kept in &seeds {
        if let Err(why) = watched.read(&kept.bytes) {
            panic!("tests/corpus/{kind}/{}: {why}", kept.name);
        }
    }
    let seeds: Rc<Vec<Vec<u8>>> = Rc::new(seeds.into_iter().map(|kept| kept.bytes).collect());
    let Some(time) = time() else {
        some(&seeds, &mut watched, cases, SEED, USUAL_SIZE);
        return;
    };
    let end = Instant::now() + time;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let mut seed = now.unwrap_or_default().as_secs();
    let mut tried = 0;
    while Instant::now() < end {
        let size = if seed.is_multiple_of(4) {
            LARGE_SIZE
        } else {
            USUAL_SIZE
        };
        some(&seeds, &mut watched, cases.min(256), seed, size);
        tried += cases.min(256);
        seed += 1;
    }
    let (slowest, size) = watched.slowest();
    eprintln!("{kind}: {tried} inputs; the slowest of {size} bytes took {slowest:.2?}");
}

/// Set for a long run.
fn time() -> Option<Duration> {
    #[expect(clippy::disallowed_methods, reason = "tests have no context")]
    let seconds = std::env::var(SECONDS).ok()?;
    Some(Duration::from_secs(
        seconds.parse().expect("a number of seconds"),
    ))
}

fn some(
    seeds: &Rc<Vec<Vec<u8>>>,
    watched: &mut watch::Watched,
    cases: u32,
    seed: u64,
    largest: usize,
) {
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let kind = watched.kind;
    let watched = std::cell::RefCell::new(watched);
    let ended = TestRunner::new(config).run(&inputs(Rc::clone(seeds), largest), |input| {
        let read = watched.borrow_mut().read(&input);
        read.map_err(TestCaseError::fail)
    });
    match ended {
        Ok(()) => {}
        Err(TestError::Fail(why, input)) => {
            let path = write(kind, &input);
            panic!(
                "{why}\nThe input is {path}: mend what reads it, keep it in tests/corpus/{kind} and give it a test by name.\n{}",
                String::from_utf8_lossy(&input[..input.len().min(2_000)])
            );
        }
        Err(TestError::Abort(why)) => panic!("{kind}: {why}"),
    }
}

/// Keeps an input for whoever has to look at it.
pub(crate) fn write(kind: &str, input: &[u8]) -> Utf8PathBuf {
    let path = folder().join(format!("{kind}-{:08x}", hash(input)));
    write_to(&path, input);
    path
}

fn write_to(path: &Utf8Path, input: &[u8]) {
    fs_err::write(path, input).expect("target/ can be written to");
}

fn folder() -> Utf8PathBuf {
    let folder = root().join("target/fuzz");
    fs_err::create_dir_all(&folder).expect("target/ can be written to");
    folder
}

fn hash(bytes: &[u8]) -> u32 {
    // FNV-1a.
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

/// A kept input with some changes.
fn inputs(seeds: Rc<Vec<Vec<u8>>>, largest: usize) -> impl Strategy<Value = Vec<u8>> {
    let ways = Ways::of(&seeds);
    let change = (select(ways), any::<[u32; 4]>()).prop_map(|(way, at)| Change { way, at });
    let changes = proptest::collection::vec(change, 1..7);
    (any::<Index>(), changes).prop_map(move |(first, changes)| {
        let mut input = first.get(&seeds).clone();
        for change in &changes {
            change.make(&mut input, &seeds);
            input.truncate(largest);
        }
        input
    })
}

/// As many changed inputs of a kind, the same ones each time.
pub(crate) fn changed(kind: &str, count: usize) -> Vec<Vec<u8>> {
    let seeds: Vec<Vec<u8>> = corpus(kind).into_iter().map(|kept| kept.bytes).collect();
    let strategy = inputs(Rc::new(seeds), LARGE_SIZE);
    let config = Config {
        rng_seed: RngSeed::Fixed(SEED),
        ..Config::default()
    };
    let mut runner = TestRunner::new(config);
    (0..count)
        .map(|_| {
            let tree = strategy.new_tree(&mut runner).expect("an input");
            proptest::strategy::ValueTree::current(&tree)
        })
        .collect()
}
