//! What every shipped scenario must do: load without a word, run, and run again to the same digest, in debug and in
//! release. The committed digests are those of the first sweep point, cut at [`EVENTS`] events; `SEEDBED_BLESS=1`
//! rewrites them.

mod bite;
mod options;
mod pictures;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use seedbed::run::execute::{Executed, execute};
use seedbed::run::prepare::{Prepared, prepare};
use seedbed::run::product::charts;
use seedbed::scenario::{LoadOptions, Scenario, Sweep, check, load, load_text, render};
use seedbed::sim::{Limit, Limits, Stop};
use seedbed::spec::{Decode, Decoder};

/// Events after which a run is cut for its digest.
pub const EVENTS: u64 = 200_000;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Every shipped scenario, as a path from the project's root, sorted.
pub fn shipped() -> Vec<PathBuf> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                collect(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "toml") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    collect(&root().join("scenarios"), &mut found);
    found.sort();
    found.iter().map(|path| path.strip_prefix(root()).expect("it is below the root").to_path_buf()).collect()
}

/// The run of a scenario's first sweep point under its own seed.
pub fn first_run(path: &Path, limits: Limits) -> Prepared {
    first_run_with(path, limits, &[])
}

/// That run with some values set otherwise, as by `--set`.
pub fn first_run_with(path: &Path, limits: Limits, set: &[&str]) -> Prepared {
    let set = set.iter().map(|one| (*one).to_owned()).collect();
    let mut loaded = load(&root().join(path), &LoadOptions { set, ..LoadOptions::default() });
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let files = loaded.files();
    let prepared = loaded.document.as_ref().and_then(|document| {
        let point = Sweep::new(document, &mut diagnostics)?.point(0);
        let scenario = Scenario::decode(&point.document, &mut Decoder::new(&mut diagnostics, &files))?;
        prepare("scenario", &scenario, scenario.seed, limits, &mut diagnostics, &files)
    });
    let said = render(&loaded.sources, &diagnostics, false);
    assert!(said.is_empty(), "{}:\n{said}", path.display());
    prepared.expect("what says nothing is planned")
}

/// What is said of a scenario that is not in a file, and whether it could run.
pub struct Said {
    pub is_valid: bool,
    pub messages: String,
}

/// Checks a text as `seedbed check` does a file.
pub fn check_text(name: &str, text: &str) -> Said {
    let mut loaded = load_text(name, text, &LoadOptions::default());
    let checked = check(&mut loaded, |scenario, diagnostics, files| {
        let world: Option<Prepared> =
            prepare("scenario", scenario, scenario.seed, Limits::default(), diagnostics, files);
        world.map(|prepared| prepared.world)
    });
    Said { is_valid: checked.is_some(), messages: render(&loaded.sources, &loaded.diagnostics, false) }
}

pub fn run(prepared: Prepared) -> Executed {
    execute(prepared, &AtomicBool::new(false), &mut |_| {})
}

#[test]
fn digests_of_every_shipped_scenario_are_those_committed() {
    let limits = Limits { events: EVENTS, ..Limits::default() };
    let mut found = String::new();
    for path in shipped() {
        let executed = run(first_run(&path, limits));
        assert!(matches!(executed.stop, Some(Stop::End | Stop::Limit(Limit::Events))), "{}", path.display());
        let again = run(first_run(&path, limits));
        assert_eq!((executed.digest, executed.events), (again.digest, again.events), "{}", path.display());
        assert_eq!(executed.checkpoints, again.checkpoints, "{}", path.display());
        let name = path.to_string_lossy().replace('\\', "/");
        writeln!(found, "{name} {} {:016x}", executed.events, executed.digest)
            .expect("a string takes any text");
    }
    let golden = root().join("tests/golden/digests.txt");
    if std::env::var_os("SEEDBED_BLESS").is_some() {
        std::fs::write(&golden, &found).expect("the golden file can be written");
    }
    let committed = std::fs::read_to_string(&golden).expect("the golden file is there");
    let only_in = |here: &str, there: &str, sign: char| -> String {
        let there: BTreeSet<&str> = there.lines().collect();
        here.lines().filter(|line| !there.contains(line)).map(|line| format!("{sign} {line}\n")).collect()
    };
    let moved = only_in(&committed, &found, '-') + &only_in(&found, &committed, '+');
    assert!(found == committed, "results changed for the same seed: see CONTRIBUTING.md\n{moved}");
}

#[test]
fn every_shipped_scenario_passes() {
    for path in shipped() {
        let executed = run(first_run(&path, Limits::default()));
        let unexpected: Vec<_> = executed.verdicts.iter().filter(|verdict| !verdict.as_expected).collect();
        assert!(unexpected.is_empty(), "{}: {unexpected:#?}", path.display());
        assert_eq!(executed.stop, Some(Stop::End), "{}", path.display());
        assert!(executed.warnings.is_empty(), "{}: {:?}", path.display(), executed.warnings);
        pictures::assert_legible(&path, &charts(&executed, ""));
    }
}
