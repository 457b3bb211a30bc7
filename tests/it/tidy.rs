//! The shape of the source tree, held by a test: arrows between layers point one way, exceptions to the lints of
//! determinism are listed here, and nothing half-done is left in the code.

use std::fs;
use std::path::{Path, PathBuf};

/// Each layer with the layers that it may use. `kernel <- spec <- net ...` reads "kernel is used by spec".
const MAY_USE: [(&str, &[&str]); 24] = [
    ("kernel", &[]),
    ("statistics", &["kernel"]),
    ("spec", &["kernel"]),
    ("clocks", &["kernel"]),
    ("net", &["kernel"]),
    ("storage", &["kernel"]),
    ("processors", &["kernel"]),
    ("faults", &["kernel", "spec", "net", "clocks", "storage"]),
    ("sim", &["kernel", "net", "storage", "clocks", "processors", "faults"]),
    ("model", &["kernel"]),
    ("consensus", &["kernel", "model"]),
    ("services", &["kernel", "model"]),
    ("workloads", &["kernel", "model", "services"]),
    ("checks", &["kernel", "model"]),
    // The composition root knows processes and how to build them, and of the world only what a plan speaks of.
    (
        "systems",
        &[
            "kernel",
            "spec",
            "model",
            "consensus",
            "services",
            "workloads",
            "net",
            "processors",
            "faults",
            "sim",
        ],
    ),
    (
        "scenario",
        &[
            "kernel",
            "statistics",
            "spec",
            "model",
            "consensus",
            "services",
            "workloads",
            "checks",
            "systems",
            "net",
            "storage",
            "clocks",
            "processors",
            "faults",
            "sim",
        ],
    ),
    (
        "run",
        &[
            "kernel",
            "statistics",
            "spec",
            "model",
            "workloads",
            "services",
            "consensus",
            "checks",
            "systems",
            "scenario",
            "net",
            "storage",
            "clocks",
            "processors",
            "faults",
            "sim",
            "report",
        ],
    ),
    ("compare", &["kernel", "statistics", "spec", "scenario", "run", "report"]),
    ("hunt", &["kernel", "spec", "model", "workloads", "faults", "sim", "systems", "scenario", "run"]),
    (
        "validate",
        &["kernel", "spec", "statistics", "model", "net", "sim", "systems", "scenario", "run", "report"],
    ),
    // The drawing layer draws from plain structs of its own.
    ("report", &["kernel"]),
    (
        "cli",
        &[
            "kernel",
            "spec",
            "model",
            "workloads",
            "services",
            "consensus",
            "checks",
            "systems",
            "scenario",
            "net",
            "faults",
            "sim",
            "run",
            "compare",
            "statistics",
            "hunt",
            "validate",
            "report",
            "storage",
            "processors",
        ],
    ),
    ("lib", &[]),
    ("main", &[]),
];

/// Every exception to the lints that keep runs deterministic: file, and why it is harmless.
const EXCEPTIONS: [(&str, &str); 2] = [
    ("cli/run/batch.rs", "how many runs go side by side enters no result"),
    ("cli/run/limits.rs", "how long a run took is for people, and for a limit whose runs have no digest"),
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every source file of the library, relative to `src`, with its text.
fn library() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    let relative = |path: &PathBuf| {
        let inside = path.strip_prefix(&root).expect("it was found below src");
        inside.to_string_lossy().replace('\\', "/")
    };
    found.iter().map(|path| (relative(path), fs::read_to_string(path).expect("it is text"))).collect()
}

fn layer(file: &str) -> &str {
    file.split('/').next().expect("a path has a first part").trim_end_matches(".rs")
}

/// The layers that a file names, `use crate::x` and `crate::x::y` alike.
fn named_layers(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().expect("split gives one")
        })
        .filter(|name| MAY_USE.iter().any(|(layer, _)| layer == name))
}

#[test]
fn arrows_between_layers_point_one_way() {
    let mut wrong = Vec::new();
    for (file, text) in library() {
        let own = layer(&file);
        let Some((_, allowed)) = MAY_USE.iter().find(|(layer, _)| *layer == own) else {
            panic!("src/{file} belongs to no layer: add it to the table");
        };
        for named in named_layers(&text) {
            if named != own && !allowed.contains(&named) {
                wrong.push(format!("src/{file} uses {named}"));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "arrows that point the wrong way:\n{}", wrong.join("\n"));
}

#[test]
fn every_exception_to_the_lints_of_determinism_is_listed() {
    let allows = |text: &str| text.contains("allow(clippy::disallowed");
    let found: Vec<String> =
        library().into_iter().filter(|(_, text)| allows(text)).map(|(file, _)| file).collect();
    let listed: Vec<&str> = EXCEPTIONS.iter().map(|(file, _)| *file).collect();
    assert_eq!(found, listed);
}

#[test]
fn nothing_is_left_half_done() {
    let marks = ["TODO", "FIXME", "XXX", "todo!(", "unimplemented!(", "#[ignore"];
    for (file, text) in library() {
        for mark in marks {
            assert!(!text.contains(mark), "src/{file} holds a {mark}");
        }
    }
}
