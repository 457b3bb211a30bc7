//! `seedbed run --trace`: which files there are, and that how much is written changes nothing in any of them.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::*;

/// A store that loses its leader, for about 12,000 events.
pub(super) const SMALL: &str = r#"
schema = 1
name = "small"
seed = 3
duration = "6s"
[system.kv]
type = "raft"
nodes = 3
[workload.clients]
target = "kv"
arrival = "poisson(150/s)"
[fault.crash]
at = "3s"
do = "crash"
target = "leader(kv)"
for = "1s"
"#;

/// A folder with [`SMALL`] and a sweep of it.
pub(super) fn folder() -> Folder {
    let sweep = SMALL.replace("nodes = 3", "nodes = \"${n}\"") + "[sweep]\nvars.n = [1, 3]\n";
    Folder::new(&[("small.toml", SMALL), ("sweep.toml", &sweep.replace("\"small\"", "\"swept\""))])
}

/// The only folder in a folder.
pub(super) fn only(folder: &Path) -> PathBuf {
    let mut entries = std::fs::read_dir(folder).expect("it is there");
    let first = entries.next().expect("it holds something").expect("readable").path();
    assert!(entries.next().is_none(), "{} holds more than {}", folder.display(), first.display());
    first
}

/// Every file below, and of manifests what may not differ between equal runs.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else if name == "manifest.json" {
            let mut manifest = manifest(folder);
            for field in ["host", "files"] {
                manifest.as_object_mut().expect("an object").remove(field);
            }
            found.insert(name, manifest.to_string().into_bytes());
        } else {
            found.insert(name, std::fs::read(&path).expect("readable"));
        }
    }
    found
}

/// The manifest of a run's folder.
pub(super) fn manifest(folder: &Path) -> Value {
    let text = std::fs::read(folder.join("manifest.json")).expect("it is written");
    serde_json::from_slice(&text).expect("it is JSON")
}

#[test]
fn how_much_is_written_changes_no_byte_of_any_other_file() {
    let folder = folder();
    let mut all = BTreeMap::new();
    for (out, arguments) in [
        ("none", &["--trace", "none"][..]),
        ("default", &[]),
        ("ops", &["--trace", "ops"]),
        ("full", &["--trace", "full"]),
        ("full-again", &["--trace", "full"]),
    ] {
        let arguments = [&["run", "small.toml", "-o", out][..], arguments].concat();
        folder.run(&arguments).exits(0);
        all.insert(out, files(&only(&folder.path(out).join("small"))));
    }
    let names = |out: &str| all[out].keys().map(String::as_str).collect::<Vec<_>>();
    let more = |than: &str, out: &str| {
        let known = names(than);
        names(out).into_iter().filter(|name| !known.contains(name)).collect::<Vec<_>>()
    };
    assert!(all["none"].len() > 10, "{:?}", names("none"));
    assert_eq!(more("none", "ops"), ["history.jsonl", "requests.csv"]);
    assert_eq!(more("ops", "full"), ["trace.jsonl"]);
    assert_eq!(all["default"], all["ops"]);
    assert_eq!(all["full"], all["full-again"]);
    for (out, files) in &all {
        for (name, bytes) in files {
            assert!(*bytes == all["full"][name], "{name} of {out} differs");
        }
    }
}

#[test]
fn a_rerun_adds_the_trace_to_a_finished_folder_and_one_without_leaves_it() {
    let folder = folder();
    let out = folder.path("outputs/small");
    folder.run(&["run", "small.toml", "--trace", "none"]).exits(0);
    let before = files(&only(&out));
    let done = folder.run(&["run", "small.toml", "--trace", "full"]).exits(0);
    let said = "the same byte for byte; new in it: history.jsonl, requests.csv, trace.jsonl\n";
    assert!(done.stderr.contains(said), "{}", done.stderr);
    let after = files(&only(&out));
    assert!(before.iter().all(|(name, bytes)| after[name] == *bytes), "what was there is untouched");
    let listed = manifest(&only(&out))["files"].as_object().expect("an object").clone();
    assert_eq!(listed.len() + 1, after.len(), "the manifest lists every other file");
    let hash = blake3::hash(&after["trace.jsonl"]).to_hex();
    assert_eq!(listed["trace.jsonl"]["blake3"], hash.as_str());

    let done = folder.run(&["run", "small.toml", "--trace", "none"]).exits(0);
    assert!(done.stderr.contains("the same byte for byte\n"), "{}", done.stderr);
    assert_eq!(files(&only(&out)), after);
    assert!(manifest(&only(&out))["files"]["trace.jsonl"].is_object());
}

#[test]
fn a_trace_that_differs_is_kept_apart() {
    let folder = folder();
    folder.run(&["run", "small.toml", "--trace", "full"]).exits(0);
    let run = only(&folder.path("outputs/small"));
    std::fs::write(run.join("trace.jsonl"), "tampered\n").expect("writable");
    let done = folder.run(&["run", "small.toml", "--trace", "full"]);
    assert_ne!(done.code, 0);
    assert!(done.stderr.contains("was there already and differs in trace.jsonl;"), "{}", done.stderr);
    assert_eq!(std::fs::read_to_string(run.join("trace.jsonl")).expect("still there"), "tampered\n");
}

#[test]
fn a_sweep_writes_operations_and_events_only_when_asked() {
    let folder = folder();
    for (out, arguments, more) in [
        ("default", &[][..], &[][..]),
        ("ops", &["--trace", "ops"], &["history.jsonl", "requests.csv"]),
        ("full", &["--trace", "full"], &["history.jsonl", "requests.csv", "trace.jsonl"]),
    ] {
        folder.run(&[&["run", "sweep.toml", "-j1", "-o", out][..], arguments].concat()).exits(0);
        let runs = only(&folder.path(out).join("swept")).join("runs");
        let runs: Vec<PathBuf> =
            std::fs::read_dir(runs).expect("it is there").map(|run| run.expect("readable").path()).collect();
        assert_eq!(runs.len(), 2);
        for run in runs {
            let names = files(&run).into_keys();
            let found: Vec<String> =
                names.filter(|name| name.ends_with(".jsonl") || name == "requests.csv").collect();
            assert_eq!(found, more, "{out}");
        }
    }
}

#[test]
fn a_trace_ends_at_its_cap_and_says_so() {
    let folder = folder();
    let full =
        folder.run(&["run", "small.toml", "-o", "full", "--trace", "full", "--format", "json"]).exits(0);
    let events = full.json()["events"].as_u64().expect("a number");
    assert!(!full.stderr.contains("max-trace-events"), "{}", full.stderr);
    let whole =
        std::fs::read_to_string(only(&folder.path("full/small")).join("trace.jsonl")).expect("written");
    assert_eq!(whole.lines().count() as u64, events + 1);
    let end = format!("{{\"end\":\"complete\",\"events\":{events},\"of\":{events}}}\n");
    assert!(whole.ends_with(&end), "{}", whole.lines().last().unwrap_or(""));

    for (cap, is_capped) in [(1_000, true), (events - 1, true), (events, false)] {
        let (out, cap_text) = (format!("cap-{cap}"), cap.to_string());
        let run = ["run", "small.toml", "-o", &out, "--trace", "full", "--max-trace-events", &cap_text];
        let done = folder.run(&run).exits(0);
        assert_eq!(done.stderr.contains("`max-trace-events` was reached"), is_capped, "{}", done.stderr);
        let folder = only(&folder.path(&out).join("small"));
        let trace = std::fs::read_to_string(folder.join("trace.jsonl")).expect("it is written");
        let lines = |text: &str| text.lines().take(cap as usize).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(lines(&trace), lines(&whole));
        let end = if is_capped { "max-trace-events" } else { "complete" };
        let end = format!("{{\"end\":\"{end}\",\"events\":{cap},\"of\":{events}}}");
        assert_eq!(trace.lines().skip(cap as usize).collect::<Vec<_>>(), [end]);
        assert_eq!(manifest(&folder)["digest"], full.json()["digest"]);
    }
    let none = ["run", "small.toml", "--trace", "full", "--max-trace-events", "0"];
    assert!(folder.run(&none).exits(2).stderr.contains("--max-trace-events"));
}
