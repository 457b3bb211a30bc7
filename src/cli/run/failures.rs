//! Commands whose every write fails in turn: they end with 74 and name what failed, nothing is there half, and what was
//! there before stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use clap::Parser;
use tempfile::TempDir;

use super::*;
use crate::cli::{Cli, Command};
use crate::run::outputs::failing::{Failing, Step, What, When};
use crate::systems::Never;

/// A store that ends in a blink, and whose trace takes more than one write.
const SMALL: &str = r#"
schema = 1
name = "small"
seed = 3
duration = "200ms"
warmup = "0s"

[system.kv]
type = "raft"
nodes = 3

[workload.clients]
target = "kv"
arrival = "poisson(100/s)"
keys = "uniform(n=10)"

[check.linearizable]
model = "linearizable"
"#;

/// The name by which steps on stdout are known.
const STDOUT: &str = "stdout";

/// What lies below a folder: files and links with what they hold, folders (by names that end with `/`) with nothing.
type Tree = BTreeMap<String, Vec<u8>>;

fn tree(top: &Path) -> Tree {
    let (mut found, mut open) = (Tree::new(), vec![top.to_owned()]);
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("it is there") {
            let path = entry.expect("it can be read").path();
            let mut name =
                path.strip_prefix(top).expect("it lies below").to_string_lossy().replace('\\', "/");
            let bytes = if path.is_symlink() {
                fs::read_link(&path).expect("it is a link").to_string_lossy().into_owned().into_bytes()
            } else if path.is_dir() {
                name.push('/');
                open.push(path);
                Vec::new()
            } else {
                fs::read(&path).expect("it can be read")
            };
            found.insert(name, bytes);
        }
    }
    found
}

/// A file without what may differ between two runs that are the same.
fn comparable(name: &str, bytes: &[u8]) -> Vec<u8> {
    if !name.ends_with("manifest.json") && !name.ends_with("partial.json") {
        return bytes.to_vec();
    }
    // Half a document has none of it.
    let Ok(mut document) = serde_json::from_slice::<Json>(bytes) else { return bytes.to_vec() };
    document.as_object_mut().expect("an object").remove("host");
    document.to_string().into_bytes()
}

/// A part of a tree.
fn below(tree: &Tree, folder: &str) -> Tree {
    let inside = tree.iter().filter_map(|(name, bytes)| Some((name.strip_prefix(folder)?, bytes)));
    inside.map(|(name, bytes)| (name.to_owned(), comparable(name, bytes))).collect()
}

/// The same with the runs of a sweep where they lie once it is finished.
fn as_if_finished(tree: &Tree) -> Tree {
    let place = |name: &str| {
        let parts = name.split('/').map(|part| match part.strip_suffix(".partial") {
            Some(name) if name.starts_with("sweep-") => name.to_owned(),
            Some(_) | None => part.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    };
    tree.iter().map(|(name, bytes)| (place(name), bytes.clone())).collect()
}

/// The folders of finished and of kept results.
fn results(tree: &Tree) -> BTreeSet<&str> {
    let marks = ["manifest.json", "partial.json"];
    tree.keys().filter_map(|name| marks.iter().find_map(|mark| name.strip_suffix(mark))).collect()
}

/// A stream that is kept.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nothing panics while it is held")).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nothing panics while it is held").write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A command, planned once and run many times.
struct Planned {
    args: RunArgs,
    batches: Vec<Batch>,
    /// What lies in the outputs before.
    before: Tree,
    /// What it ends with, and what lies there then, if nothing fails.
    exit: Exit,
    whole: Tree,
    _scenario: TempDir,
}

/// What a command did.
struct Done {
    outputs: TempDir,
    exit: Exit,
    said: String,
    disk: Failing,
}

impl Planned {
    /// `seedbed run small.toml` and so on, where the other one has run before.
    fn new(flags: &str, before: Option<&Planned>) -> Planned {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("small.toml");
        fs::write(&path, SMALL).expect("there is room");
        let usual =
            ["seedbed", "run", path.to_str().expect("it is text"), "--jobs", "1", "--progress", "never"];
        let cli =
            Cli::try_parse_from(usual.into_iter().chain(flags.split_whitespace())).expect("they are flags");
        let Command::Run(args) = cli.command else { panic!("it is a run") };
        let args = args.of("seedbed");
        let kept = Kept::default();
        let mut terminal = Terminal::onto(Box::new(io::sink()), Box::new(kept.clone()));
        let batches = jobs::plan::<Never>(&args, &mut terminal).ok().and_then(Result::ok);
        let batches = batches.unwrap_or_else(|| panic!("{}", kept.text()));
        let before = before.map_or(Tree::new(), |before| before.whole.clone());
        let mut planned =
            Planned { args, batches, before, exit: Exit::Passed, whole: Tree::new(), _scenario: folder };
        let done = planned.run(When::Never, ErrorKind::Other);
        (planned.exit, planned.whole) = (done.exit, tree(done.outputs.path()));
        planned
    }

    fn run(&self, when: When, kind: ErrorKind) -> Done {
        let outputs = tempfile::tempdir().expect("there is room");
        for (name, bytes) in self.before.iter().filter(|(name, _)| *name != "latest") {
            let path = outputs.path().join(name);
            match name.ends_with('/') {
                true => fs::create_dir_all(path).expect("there is room"),
                false => {
                    fs::create_dir_all(path.parent().expect("a file lies in a folder"))
                        .expect("there is room");
                    fs::write(path, bytes).expect("there is room");
                }
            }
        }
        self.run_in(outputs, Failing::new(when, kind))
    }

    fn run_in(&self, outputs: TempDir, disk: Failing) -> Done {
        let (mut args, kept) = (self.args.clone(), Kept::default());
        args.out = outputs.path().to_owned();
        let stdout = disk.file(Path::new(STDOUT), Box::new(io::sink()));
        let mut terminal = Terminal::onto(stdout, Box::new(kept.clone()));
        let (exit, failure) = match args.do_all::<Never>(&self.batches, &disk, &mut terminal) {
            Ok(exit) => (exit, String::new()),
            Err(failure) => (failure.exit, failure.message),
        };
        Done { outputs, exit, said: kept.text() + &failure, disk }
    }

    /// Fails every step in turn.
    fn fail_everywhere(&self, steps_min: usize) {
        let disk = self.run(When::Never, ErrorKind::Other).disk;
        let steps = disk.taken();
        assert!(steps >= steps_min, "only {steps} steps");
        for step in 0..steps {
            for (when, kind) in [
                (When::Once(step), ErrorKind::StorageFull),
                (When::Once(step), ErrorKind::PermissionDenied),
                (When::Once(step), ErrorKind::Interrupted),
                (When::Full(step), ErrorKind::StorageFull),
                (When::Onwards(step), ErrorKind::PermissionDenied),
            ] {
                // A step is failed with every kind of error; every fifth also stays failed.
                if matches!(when, When::Once(_)) || step % 5 == 0 {
                    self.hold(self.run(when, kind), when, kind, step % 5 == 0);
                }
            }
        }
    }

    /// Holds that all is as it should be; `repeats` asks for the same again with a disk that works.
    fn hold(&self, done: Done, when: When, kind: ErrorKind, repeats: bool) {
        let (failed, found) = (done.disk.failed(), tree(done.outputs.path()));
        let about =
            || format!("{when:?} {kind:?} {failed:?}: {:?}\n{}\n{:#?}", done.exit, done.said, found.keys());
        let is_spared = match (when, failed.as_slice()) {
            (_, []) => true,
            (When::Once(_), [step]) => is_spared(step, kind),
            _ => false,
        };
        if is_spared {
            assert!(done.exit == self.exit, "it need not fail: {}", about());
        } else {
            assert!(done.exit == Exit::InputOutput, "it ends with 74: {}", about());
            let names = failed.iter().flat_map(|step| step.paths.iter().map(|path| told(path)));
            assert!(
                names.into_iter().any(|name| done.said.contains(&name)),
                "it names the file: {}",
                about()
            );
        }
        // Whatever has the name of a result is one, whole, or else is as it was before.
        let finished = as_if_finished(&found);
        for result in results(&self.whole) {
            let is_sweep = self.whole.contains_key(&format!("{result}runs/"));
            for found in [&found, &finished].into_iter().take(if is_sweep { 1 } else { 2 }) {
                let found = below(found, result);
                let is_as_before = !is_spared && (found.is_empty() || found == below(&self.before, result));
                assert!(
                    is_as_before || found == below(&self.whole, result),
                    "{result} is half there: {}",
                    about()
                );
            }
        }
        // What was there is there, or something whole in its place.
        if !matches!(when, When::Onwards(_)) {
            for (name, bytes) in self.before.iter().filter(|(name, _)| *name != "latest") {
                let now = found.get(name).map(|bytes| comparable(name, bytes));
                let wanted = [Some(bytes), self.whole.get(name)].map(|b| b.map(|b| comparable(name, b)));
                assert!(wanted.contains(&now), "{name} was there: {}", about());
            }
            let own = format!(".{}", std::process::id());
            for name in found.keys().filter(|name| !self.before.contains_key(*name)) {
                let is_litter = [".tmp", ".probe-", ".lock", &own].iter().any(|litter| name.contains(litter));
                // What cannot be removed stays.
                let path = done.outputs.path().join(name.trim_end_matches('/'));
                let is_stuck = |step: &Step| step.what == What::Remove && path.starts_with(&step.paths[0]);
                assert!(!is_litter || failed.iter().any(is_stuck), "{name} is left: {}", about());
            }
        }
        // A disk that works then makes it as if nothing had been.
        if repeats && matches!(when, When::Once(_)) && kind == ErrorKind::StorageFull {
            let again = self.run_in(done.outputs, Failing::new(When::Never, kind));
            let found = tree(again.outputs.path());
            assert!(again.exit == self.exit, "again after {when:?}: {}", again.said);
            for (name, bytes) in &self.whole {
                let found = found.get(name).map(|found| comparable(name, found));
                assert_eq!(found, Some(comparable(name, bytes)), "{name} again after {when:?} {failed:?}");
            }
        }
    }
}

/// Whether a command does as it should though this step fails, once.
fn is_spared(step: &Step, kind: ErrorKind) -> bool {
    match step.what {
        // It is written again.
        What::Write => kind == ErrorKind::Interrupted,
        // `latest` is a text file then.
        What::Link => kind == ErrorKind::PermissionDenied,
        // A file that stays is no lock any more.
        What::Remove => step.paths[0].extension().is_some_and(|extension| extension == "lock"),
        What::Create
        | What::CreateFolder
        | What::Exists
        | What::Flush
        | What::Lock
        | What::Open
        | What::Rename => false,
    }
}

/// By which name a person is told of a file: that which it was to get.
fn told(path: &Path) -> String {
    let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
    let shown = |path: PathBuf| path.display().to_string();
    match name.as_str() {
        STDOUT => "the result could not be written".to_owned(),
        _ if name.starts_with(".probe-") => shown(path.with_file_name("")).trim_end_matches('/').to_owned(),
        _ if name.starts_with(".latest.") => shown(path.with_file_name("latest")),
        _ => shown(path.with_file_name(name.strip_suffix(".tmp").unwrap_or(&name))),
    }
}

#[test]
fn a_run_with_trace_and_charts_is_there_whole_or_not_at_all_whichever_write_fails() {
    let other = Planned::new("--seed 4 --trace full", None);
    Planned::new("--trace full", Some(&other)).fail_everywhere(100);
}

#[test]
fn a_run_that_was_there_stays_whichever_step_fails_while_it_is_done_again() {
    let first = Planned::new("--charts none", None);
    Planned::new("--charts none", Some(&first)).fail_everywhere(50);
}

#[test]
fn a_partial_run_takes_the_place_of_another_whole_or_not_at_all() {
    let first = Planned::new("--max-events 100 --charts none", None);
    assert!(results(&first.whole).iter().any(|name| name.ends_with(".partial/")), "it is partial");
    Planned::new("--max-events 200 --charts none", Some(&first)).fail_everywhere(50);
}

#[test]
fn a_sweep_is_there_whole_or_partial_whichever_write_fails() {
    Planned::new("--seeds 1..2 --charts none", None).fail_everywhere(100);
}

#[test]
fn whoever_stops_reading_stdout_gets_the_results_all_the_same() {
    let planned = Planned::new("--charts none", None);
    let steps = planned.run(When::Never, ErrorKind::Other).disk.taken();
    let mut stopped = 0;
    for step in 0..steps {
        let done = planned.run(When::Once(step), ErrorKind::BrokenPipe);
        if done.disk.failed().iter().any(|step| step.paths == [Path::new(STDOUT)]) {
            stopped += 1;
            assert_eq!((done.exit, done.said.as_str()), (Exit::Passed, ""));
            assert_eq!(results(&tree(done.outputs.path())), results(&planned.whole));
        }
    }
    assert!(stopped >= 2, "{stopped} steps write to stdout");
}
