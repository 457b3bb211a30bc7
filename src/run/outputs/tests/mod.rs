//! The files of the shared small run, held to goldens, and folders under failing disks.
//!
//! `SEEDBED_BLESS=1 cargo test --lib run::outputs` writes the goldens and docs/file-formats.md anew.

mod failures;
mod folders;
mod goldens;

use std::fs;
use std::path::Path;

use serde_json::json;

use super::*;
use crate::kernel::Time;
use crate::run::OPERATIONS_MAX;
use crate::run::Stopped;
use crate::run::metrics::{Verdict, figures};
use crate::run::recording::Recording;
use crate::run::testing::{ms, recorder};

fn recording() -> Recording {
    recorder(OPERATIONS_MAX).finish(ms(10_000))
}

fn facts() -> RunFacts {
    let fault = |name: &str, kind: &str, intent: &str| PlannedFault {
        name: name.to_owned(),
        kind: kind.to_owned(),
        intent: intent.to_owned(),
    };
    let check = |name: &str, kind: &str, verdict, expected: &str| CheckRow {
        name: name.to_owned(),
        kind: kind.to_owned(),
        target: "kv".to_owned(),
        expect_violated: false,
        verdict,
        expected: expected.to_owned(),
        actual: None,
        unit: String::new(),
        at: None,
        message: String::new(),
    };
    RunFacts {
        scenario: "small".to_owned(),
        seed: 7,
        resolved: "schema = 1\nname = \"small\"\n".to_owned(),
        overrides: vec!["system.kv.disk.fsync=1ms".to_owned()],
        params: vec![("load".to_owned(), "0.5".to_owned())],
        digest: 0x0123_4567_89AB_CDEF,
        checkpoints: vec![1, 2],
        events: 9_000,
        duration: ms(10_000),
        stop: Stopped::End,
        planned: vec![
            fault("leader-crash", "crash", "leader(kv)"),
            fault("cut-off, later", "partition", "region:us-east-1 | rest"),
        ],
        inputs: Vec::new(),
        checks: vec![
            CheckRow {
                actual: Some(30e6),
                unit: "ns".to_owned(),
                ..check("write-latency", "metric", Verdict::Held, "p99 < 600ms")
            },
            CheckRow {
                at: Some(Time(6_550_000_000)),
                message: "key k17: read returned 41 after 42 was acknowledged".to_owned(),
                expect_violated: true,
                ..check("linearizable", "linearizable", Verdict::Violated, "a legal order of all operations")
            },
        ],
        host: json!({ "os": "linux", "wall_s": 0.3 }),
    }
}

/// Makes the small run's folder below `outputs`, on `sink`.
fn make(sink: &dyn Sink, outputs: &Path, facts: &RunFacts) -> Result<Finished, OutputError> {
    let recording = recording();
    let id = facts.run_id();
    let mut folder = Folder::begin(sink, &outputs.join("small"), &id)?;
    write_run(&mut folder, facts, &recording, &figures(&recording), true)?;
    let finished = finish_run(folder, facts, &recording)?;
    point_latest(sink, outputs, &Path::new("small").join(id))?;
    Ok(finished)
}

/// The names and contents of all files below `folder`, in order.
fn files_below(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else if path.is_file() {
                let name =
                    path.strip_prefix(folder).expect("it was found below").to_string_lossy().into_owned();
                found.push((name, fs::read(&path).expect("it can be read")));
            }
        }
    }
    found.sort();
    found
}
