//! `seedbed merge`: parts that make a whole, and what does not.

use std::collections::BTreeMap;
use std::fs;

use super::*;

const SWEEP: &str = r#"
schema = 1
name = "pool"
duration = "2s"

[system.api]
type = "service"
nodes = 2
cores = 1
work = "exp(10ms)"

[workload.users]
target = "api"
arrival = "poisson(${rate})"

[check.busy]
metric = "utilisation"
assert = "mean < 60%"

[check.once]
sometimes = "crashed(api)"

[fault.crash]
at = "1s"
do = "crash"
target = "api.1"
for = "100ms"

[sweep]
repeat = 6
vars.rate = ["50/s", "100/s", "150/s"]

[compare]
by = "rate"
"#;

/// Every file below a folder, without what a manifest says of the machine.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("it is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let mut bytes = fs::read(&path).expect("readable");
            if path.ends_with("manifest.json") {
                let mut manifest: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
                manifest["host"] = serde_json::Value::Null;
                bytes = manifest.to_string().into_bytes();
            }
            all.insert(path.strip_prefix(folder).expect("it is below").display().to_string(), bytes);
        }
    }
    all
}

/// The folder of the one sweep in `outputs`.
fn sweep_in(outputs: &Path) -> PathBuf {
    let entries = fs::read_dir(outputs.join("pool")).expect("it is there");
    let mut sweeps = entries.map(|entry| entry.expect("readable").path());
    sweeps.find(|path| path.join("runs").is_dir()).expect("there is a sweep")
}

/// The parts of the sweep, each in its own folder of results.
fn parts(folder: &Folder, flags: &[&str]) -> Vec<String> {
    (1..=3)
        .map(|part| {
            let (out, of) = (format!("part-{part}"), format!("hash:{part}/3"));
            let arguments = [&["run", "pool.toml", "--partition", &of, "-o", &out][..], flags].concat();
            let done = folder.run(&arguments);
            assert!(done.code < 2, "{}", done.stderr);
            sweep_in(&folder.0.path().join(out)).display().to_string()
        })
        .collect()
}

#[test]
fn merged_parts_are_the_whole_byte_for_byte() {
    let folder = Folder::new(&[("pool.toml", SWEEP)]);
    let parts = parts(&folder, &[]);
    let whole = folder.run(&["run", "pool.toml", "-o", "whole"]).exits(1);
    assert!(whole.stdout.contains("18 runs: 12 passed, 6 failed"), "{}", whole.stdout);
    let list: Vec<&str> = parts.iter().map(String::as_str).rev().collect();
    let merged = folder.run(&[&["merge", "-o", "merged"][..], &list].concat()).exits(1);
    assert!(merged.stdout.contains("18 runs of 3 parts: 12 passed, 6 failed"), "{}", merged.stdout);
    let (whole, merged) =
        (sweep_in(&folder.0.path().join("whole")), sweep_in(&folder.0.path().join("merged")));
    assert_eq!(whole.file_name(), merged.file_name());
    let (whole, merged) = (files(&whole), files(&merged));
    assert!(whole.contains_key("report.html") && whole.contains_key("runs.csv") && whole.len() > 18 * 8);
    assert_eq!(whole.keys().collect::<Vec<_>>(), merged.keys().collect::<Vec<_>>());
    for (name, bytes) in whole {
        assert!(bytes == merged[&name], "{name} differs");
    }
    // Once more, and what has been damaged since is mended.
    let sweep = sweep_in(&folder.0.path().join("merged"));
    let run = fs::read_dir(sweep.join("runs"))
        .expect("it is there")
        .next()
        .expect("a run")
        .expect("readable")
        .path();
    let kept = fs::read(run.join("checks.csv")).expect("it is there");
    fs::write(run.join("checks.csv"), "tampered").expect("writable");
    folder.run(&[&["merge", "-o", "merged"][..], &list].concat()).exits(1);
    assert!(fs::read(run.join("checks.csv")).expect("it is there") == kept);
    // And it can be compared.
    let sweep = sweep_in(&folder.0.path().join("merged")).display().to_string();
    let compared = folder.run(&["compare", &sweep, "--by", "rate", "--metric", "throughput"]).exits(1);
    assert!(compared.stderr.contains("6 runs of 18 did not pass"), "{}", compared.stderr);
    assert!(compared.stdout.contains("150/s"), "{}", compared.stdout);
}

#[test]
fn what_is_no_whole_is_refused_and_nothing_is_written() {
    let folder = Folder::new(&[("pool.toml", SWEEP)]);
    let all = parts(&folder, &["--charts", "none"]);
    let refused = |list: &[&str], says: &str| {
        let done = folder.run(&[&["merge", "-o", "merged"][..], list].concat()).exits(2);
        assert!(done.stderr.contains(says), "{}", done.stderr);
        assert!(!folder.0.path().join("merged").exists());
    };
    refused(&[&all[0], &all[2]], "of 18 runs are in none of the parts");
    refused(&[&all[0], "part-1"], "is no finished part of a sweep");
    let other =
        folder.run(&["run", "pool.toml", "--set", "duration=1s", "--partition", "hash:2/3", "-o", "other"]);
    assert!(other.code < 2, "{}", other.stderr);
    let other = sweep_in(&folder.0.path().join("other")).display().to_string();
    refused(&[&all[0], &other, &all[2]], "are parts of different sweeps");
    refused(&[&all[0], &all[1], &all[1], &all[2]], "name each part once");
    let manifest = Path::new(&all[0]).join("manifest.json");
    let own = fs::read_to_string(&manifest).expect("it is there");
    for part in &all {
        let path = Path::new(part).join("manifest.json");
        let text = fs::read_to_string(&path).expect("it is there");
        fs::write(path, text.replace("\"model_version\": 1", "\"model_version\": 0")).expect("writable");
    }
    refused(&[&all[0], &all[1], &all[2]], "model 0, and this is another");
    for part in &all {
        let path = Path::new(part).join("manifest.json");
        let text = fs::read_to_string(&path).expect("it is there");
        fs::write(path, text.replace("\"model_version\": 0", "\"model_version\": 1")).expect("writable");
    }
    assert_eq!(fs::read_to_string(&manifest).expect("it is there"), own);
    // A run that has been changed since is not taken for one.
    let run = fs::read_dir(Path::new(&all[1]).join("runs"))
        .expect("it is there")
        .next()
        .expect("a run")
        .expect("readable");
    fs::write(run.path().join("summary.json"), "{}").expect("writable");
    let done = folder.run(&["merge", "-o", "merged", &all[0], &all[1], &all[2]]).exits(74);
    assert!(done.stderr.contains("is damaged (summary.json)"), "{}", done.stderr);
}
