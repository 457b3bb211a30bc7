//! The loader against any input: no panic, none over a second or a gigabyte, every message at a place in the text.
//!
//! `SEEDBED_FUZZ=1000000 cargo test --release --test it fuzz -- --nocapture` tries so many inputs; they are numbered, and
//! `SEEDBED_FUZZ_FROM` says where to start and `SEEDBED_FUZZ_THREADS` how many go side by side. What fails is made
//! smaller and written to `target/fuzz`; once mended, it belongs into `tests/fuzz`, where every input that ever failed is.

mod heavy;
mod input;
mod judge;
mod mutate;
mod ways;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use input::Input;
use judge::judge;
use mutate::Maker;

/// Inputs of a test that nobody asked for more of.
const INPUTS: u64 = 2_000;
/// Failures of one kind that are kept; more are counted.
const KEPT_MAX: usize = 3;
/// Longest that an input is made smaller.
const SHRINKING_SECONDS_MAX: u64 = 20;

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Shipped scenarios and templates.
fn scenarios() -> Vec<String> {
    let templates = ["raft", "service", "service-over-raft"];
    let templates = templates.map(|name| PathBuf::from(format!("src/cli/templates/{name}.toml")));
    let paths = crate::scenarios::shipped().into_iter().chain(templates);
    paths.map(|path| std::fs::read_to_string(project().join(path)).expect("it is text")).collect()
}

/// What many inputs came to.
#[derive(Default)]
struct Tried {
    inputs: u64,
    valid: u64,
    errors: u64,
    /// Most seconds, and of which input.
    slowest: (f64, u64),
    /// Most bytes, and of which input.
    largest: (u64, u64),
    /// By kind: how many, and the first few.
    wrong: BTreeMap<String, (u64, Vec<u64>)>,
}

/// The kind of a failure: a panic by its place, others by their first word.
fn kind(wrong: &str) -> String {
    let words = if wrong.starts_with("panic") { 2 } else { 1 };
    wrong.split(' ').take(words).collect::<Vec<_>>().join(" ")
}

fn try_all(maker: &Maker, numbers: std::ops::Range<u64>, threads: u32) -> Tried {
    let (next, tried) = (AtomicU64::new(numbers.start), Mutex::new(Tried::default()));
    let work = || {
        let folder = tempfile::tempdir().expect("a temporary folder");
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return;
            }
            let judged = judge(&maker.input(number), folder.path());
            let mut tried = tried.lock().expect("nothing panics while it is held");
            tried.inputs += 1;
            tried.valid += u64::from(judged.valid);
            tried.errors += judged.errors as u64;
            if judged.seconds > tried.slowest.0 {
                tried.slowest = (judged.seconds, number);
            }
            if judged.bytes > tried.largest.0 {
                tried.largest = (judged.bytes, number);
            }
            if let Some(wrong) = judged.wrong {
                let (count, first) = tried.wrong.entry(kind(&wrong)).or_default();
                *count += 1;
                if first.len() < KEPT_MAX {
                    eprintln!("input {number}: {wrong}");
                    first.push(number);
                }
            }
            if tried.inputs.is_multiple_of(50_000) {
                eprintln!("{}", said(&tried));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    tried.into_inner().expect("no thread panicked")
}

fn said(tried: &Tried) -> String {
    format!(
        "{} inputs, {} valid, {} errors; slowest {:.3} s (input {}), largest {} bytes (input {}); wrong: {:?}",
        tried.inputs,
        tried.valid,
        tried.errors,
        tried.slowest.0,
        tried.slowest.1,
        tried.largest.0,
        tried.largest.1,
        tried.wrong
    )
}

/// The input with as few lines, then characters, as still fail in the same way.
fn smaller(input: Input, folder: &Path) -> Input {
    let fails_as = |input: &Input| judge(input, folder).wrong.map(|wrong| kind(&wrong));
    let wanted = fails_as(&input);
    let mut best = input;
    #[allow(clippy::disallowed_types, reason = "what is slow takes long to make smaller")]
    let started = std::time::Instant::now();
    for separator in ["\n", ""] {
        let mut size = best.text.len();
        while size > 0 {
            let parts: Vec<String> = match separator {
                "" => best.text.chars().map(String::from).collect(),
                _ => best.text.split_inclusive(separator).map(str::to_owned).collect(),
            };
            size = size.min(parts.len());
            let mut at = 0;
            let mut shrunk = false;
            while at < parts.len() && started.elapsed().as_secs() < SHRINKING_SECONDS_MAX {
                let kept = parts[..at].iter().chain(parts.iter().skip(at + size)).cloned().collect();
                let candidate = Input { text: kept, ..best.clone() };
                if candidate.text.len() < best.text.len() && fails_as(&candidate) == wanted {
                    best = candidate;
                    shrunk = true;
                    break;
                }
                at += size;
            }
            if !shrunk {
                size /= 2;
            }
        }
    }
    best
}

fn asked(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {value}")))
}

#[test]
fn fuzzed_inputs_are_refused_or_planned_within_limits() {
    let maker = Maker::new(scenarios());
    let from = asked("SEEDBED_FUZZ_FROM").unwrap_or(0);
    let count = asked("SEEDBED_FUZZ").unwrap_or(INPUTS);
    let threads = asked("SEEDBED_FUZZ_THREADS").unwrap_or(1) as u32;
    let tried = try_all(&maker, from..from + count, threads);
    println!("{}", said(&tried));
    // What is nearly never valid tests the first error only, and what is always valid none.
    let is_mixed = tried.valid * 50 > tried.inputs && tried.errors * 2 > tried.inputs;
    assert!(is_mixed || tried.inputs < INPUTS, "{}", said(&tried));
    if tried.wrong.is_empty() {
        return;
    }
    let target = project().join("target/fuzz");
    std::fs::create_dir_all(&target).expect("writable");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for number in tried.wrong.values().flat_map(|(_, first)| first) {
        let input = smaller(maker.input(*number), folder.path());
        std::fs::write(target.join(format!("{number}.txt")), input.kept()).expect("writable");
    }
    panic!("{}\nkept in {}", said(&tried), target.display());
}

#[test]
fn every_input_that_ever_failed_is_handled() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut count = 0;
    for entry in std::fs::read_dir(project().join("tests/fuzz")).expect("the folder is there") {
        let path = entry.expect("readable").path();
        let kept = std::fs::read_to_string(&path).expect("it is text");
        let input = Input::of_text(&kept).expect("what is kept is an input");
        let judged = judge(&input, folder.path());
        assert_eq!(judged.wrong, None, "{}", path.display());
        count += 1;
    }
    assert!(count > 0, "the folder holds inputs");
}
