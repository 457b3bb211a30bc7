//! What a run is told to its files beside its recording.

use std::fmt::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kernel::Time;
use crate::run::MODEL_VERSION;
use crate::run::Stopped;
use crate::run::metrics::Verdict;
use crate::spec::DataFile;

/// The version that made a file.
/// The version of the program that makes the outputs.
pub(in crate::run) const CRATE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is known of a run beside what was recorded.
#[derive(Clone, Debug)]
pub struct RunFacts {
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The resolved scenario, as TOML.
    pub resolved: String,
    /// What the command line set in it, `name=value` each.
    pub overrides: Vec<String>,
    /// The names and values of swept variables, in the order of the scenario.
    pub params: Vec<(String, String)>,
    /// The digest over the events handled.
    pub digest: u64,
    /// The digest after every [`crate::kernel::digest::CHECKPOINT_INTERVAL`] events.
    pub checkpoints: Vec<u64>,
    /// Events handled.
    pub events: u64,
    /// When its end was due.
    pub duration: Time,
    /// Why it stopped.
    pub stop: Stopped,
    /// The faults of the scenario, in order.
    pub planned: Vec<PlannedFault>,
    /// The data files that the scenario names.
    pub inputs: Vec<StoredInput>,
    /// What became of the checks, in the order of the scenario.
    pub checks: Vec<CheckRow>,
    /// Facts of the machine and wall-clock times; they are written and never digested.
    pub host: Value,
}

/// A data file as a run's folder keeps it: without it the run could not be done again.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StoredInput {
    /// Its path as the scenario writes it.
    pub path: String,
    /// Its name in the run's folder.
    pub file: String,
    /// The BLAKE3 hash of what it holds, in hexadecimal.
    pub blake3: String,
    /// Which readings of the path it answers, counted from 0, where another file has the same path; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<u32>,
}

impl StoredInput {
    /// How a run keeps the data files of its scenario.
    pub fn of(files: &[DataFile]) -> Vec<StoredInput> {
        let stored = |(position, file): (usize, &DataFile)| {
            let name = Path::new(&file.path).file_name().unwrap_or_default().to_string_lossy();
            let blake3 = blake3::hash(file.text.as_bytes()).to_hex().to_string();
            let is_shared = files.iter().filter(|other| other.path == file.path).count() > 1;
            StoredInput {
                path: file.path.clone(),
                file: format!("inputs/{}-{name}", position + 1),
                blake3,
                readings: if is_shared { file.readings.clone() } else { Vec::new() },
            }
        };
        files.iter().enumerate().map(stored).collect()
    }
}

/// A fault of the scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedFault {
    /// Its name.
    pub name: String,
    /// The word of `do`.
    pub kind: String,
    /// Its target as the scenario says it.
    pub intent: String,
}

/// What became of a check.
#[derive(Clone, PartialEq, Debug)]
pub struct CheckRow {
    /// Its name.
    pub name: String,
    /// An invariant, a model, or `metric`.
    pub kind: String,
    /// The system or workload that it is about; empty if it is about all.
    pub target: String,
    /// Whether it is a known bug kept as a test, which passes when the violation shows.
    pub expect_violated: bool,
    /// What became of it.
    pub verdict: Verdict,
    /// What was to hold, in words.
    pub expected: String,
    /// The figure found, if it is a figure, in `unit`.
    pub actual: Option<f64>,
    /// The unit of the figure; empty if there is none.
    pub unit: String,
    /// When it was first violated, if that is known.
    pub at: Option<Time>,
    /// What was found, in words.
    pub message: String,
}

impl CheckRow {
    /// `violated` for a known bug, else `held`.
    pub fn expect(&self) -> &'static str {
        match self.expect_violated {
            true => Verdict::Violated.name(),
            false => Verdict::Held.name(),
        }
    }
}

/// What a run comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunVerdict {
    /// Every check that applies came out as expected.
    Passed,
    /// Some check did not.
    Failed,
    /// None failed, but some could not be told.
    Inconclusive,
}

impl RunVerdict {
    /// Every verdict.
    pub const ALL: [RunVerdict; 3] = [RunVerdict::Passed, RunVerdict::Failed, RunVerdict::Inconclusive];

    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            RunVerdict::Passed => "passed",
            RunVerdict::Failed => "failed",
            RunVerdict::Inconclusive => "inconclusive",
        }
    }

    /// The verdict of that name.
    pub fn named(word: &str) -> Option<RunVerdict> {
        RunVerdict::ALL.into_iter().find(|verdict| verdict.name() == word)
    }

    /// What a run with these checks comes to. A run that was cut short or stopped at a limit cannot pass: what did
    /// not show may have been to come.
    pub fn of(checks: &[CheckRow], stop: Stopped) -> RunVerdict {
        let cut_short = !stop.is_end();
        let failed =
            |check: &CheckRow| is_failure(check.verdict, check.expect_violated, check.actual, cut_short);
        if checks.iter().any(failed) {
            RunVerdict::Failed
        } else if cut_short || checks.iter().any(|check| check.verdict == Verdict::Inconclusive) {
            RunVerdict::Inconclusive
        } else {
            RunVerdict::Passed
        }
    }
}

/// Whether a check fails its run, by what was found, whether a violation is expected, the figure if it has one, and whether
/// the run was cut short.
pub(super) fn is_failure(
    found: Verdict,
    expect_violated: bool,
    figure: Option<f64>,
    cut_short: bool,
) -> bool {
    let is_other = match found {
        Verdict::Held => expect_violated,
        Verdict::Violated => !expect_violated,
        Verdict::Inconclusive | Verdict::NotApplicable | Verdict::NotSeen => false,
    };
    // What was expected to be violated and held so far might still have been; and a figure may still move.
    let is_open = found == Verdict::Held || figure.is_some();
    is_other && !(cut_short && is_open)
}

impl RunFacts {
    /// The run's id: same input, same id.
    pub fn run_id(&self) -> String {
        run_id(&self.resolved, self.seed, &self.inputs)
    }

    /// The digest as a result that others can be held to: `None` for a run that was cut short where another machine would
    /// not cut it.
    pub fn result_digest(&self) -> Option<u64> {
        self.stop.is_deterministic().then_some(self.digest)
    }

    /// What the run comes to.
    pub fn verdict(&self) -> RunVerdict {
        RunVerdict::of(&self.checks, self.stop)
    }
}

/// The id of a run of a resolved scenario: the first 8 hexadecimal digits of a hash over it, the seed, the versions of
/// crate and model, and the data files that it names.
pub fn run_id(resolved: &str, seed: u64, inputs: &[StoredInput]) -> String {
    let (seed, model) = (seed.to_string(), MODEL_VERSION.to_string());
    let mut parts = vec![resolved, &seed, CRATE_VERSION, &model];
    parts.extend(inputs.iter().flat_map(|input| [input.path.as_str(), input.blake3.as_str()]));
    // Of two files with one path it matters which is meant where.
    let shared = inputs.iter().filter(|input| !input.readings.is_empty());
    let readings: Vec<String> = shared.map(|input| format!("{:?}", input.readings)).collect();
    parts.extend(readings.iter().map(String::as_str));
    id_of(&parts)
}

/// The id of a sweep: a hash over the ids of its runs, in order.
pub fn sweep_id<'a>(runs: impl IntoIterator<Item = &'a str>) -> String {
    id_of(&runs.into_iter().collect::<Vec<&str>>())
}

fn id_of(parts: &[&str]) -> String {
    let mut hash = blake3::Hasher::new();
    for part in parts {
        // Lengths first, so that no two lists of parts run together.
        hash.update(&(part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_hex()[..8].to_owned()
}

/// A digest as 16 hexadecimal digits.
pub fn hexadecimal(digest: u64) -> String {
    let mut text = String::with_capacity(16);
    write!(text, "{digest:016x}").expect("a string takes any text");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::Cut;
    use crate::sim::Limit;

    #[test]
    fn an_id_depends_on_scenario_and_seed_and_on_where_one_ends() {
        let file = |text: &str, readings: &[u32]| {
            let (path, text) = ("x".to_owned(), text.to_owned());
            DataFile { path, text, readings: readings.to_vec() }
        };
        let data = |text: &str| StoredInput::of(&[file(text, &[0])]);
        let shared = |one: &[u32], other: &[u32]| StoredInput::of(&[file("1ms", one), file("2ms", other)]);
        let run_id = |resolved, seed| super::run_id(resolved, seed, &[]);
        let with = |text| super::run_id("a", 1, &data(text));
        let own = [run_id("a", 1), run_id("a", 2), run_id("b", 1), run_id("a1", 1), run_id("a", 11)];
        let of_two = [shared(&[0, 1], &[2]), shared(&[0], &[1, 2])];
        let of_two = of_two.map(|inputs| super::run_id("a", 1, &inputs));
        let ids: Vec<String> = own.into_iter().chain([with("1ms"), with("2ms")]).chain(of_two).collect();
        for (n, id) in ids.iter().enumerate() {
            assert_eq!(id.len(), 8);
            assert!(id.bytes().all(|digit| digit.is_ascii_hexdigit()));
            assert_eq!(ids.iter().position(|other| other == id), Some(n), "ids are distinct");
        }
        assert_ne!(sweep_id(["ab", "c"]), sweep_id(["a", "bc"]));
        assert_eq!(run_id("a", 1), run_id("a", 1));
        // How often a file was read is of no importance as long as its path names no other.
        assert_eq!(data("1ms"), StoredInput::of(&[file("1ms", &[0, 1])]));
    }

    #[test]
    fn a_run_passes_when_every_check_came_out_as_expected() {
        let check = |verdict, expect_violated| CheckRow {
            name: String::new(),
            kind: String::new(),
            target: String::new(),
            expect_violated,
            verdict,
            expected: String::new(),
            actual: None,
            unit: String::new(),
            at: None,
            message: String::new(),
        };
        let (held, violated) = (check(Verdict::Held, false), check(Verdict::Violated, false));
        let (inconclusive, idle) =
            (check(Verdict::Inconclusive, false), check(Verdict::NotApplicable, false));
        let (bug, bug_gone) = (check(Verdict::Violated, true), check(Verdict::Held, true));
        let figure = CheckRow { actual: Some(1.0), ..check(Verdict::Violated, false) };
        let of = |checks: &[&CheckRow], stop| {
            RunVerdict::of(&checks.iter().map(|&check| check.clone()).collect::<Vec<_>>(), stop)
        };
        assert_eq!(of(&[&held, &bug, &idle], Stopped::End), RunVerdict::Passed);
        assert_eq!(of(&[&held, &inconclusive, &violated], Stopped::End), RunVerdict::Failed);
        assert_eq!(of(&[&held, &inconclusive], Stopped::End), RunVerdict::Inconclusive);
        assert_eq!(of(&[&held, &bug_gone], Stopped::End), RunVerdict::Failed);
        assert_eq!(of(&[&figure], Stopped::End), RunVerdict::Failed);
        for short in [Stopped::Limit(Limit::Events), Stopped::Cut(Cut::WallLimit)] {
            assert_eq!(of(&[&held], short), RunVerdict::Inconclusive);
            assert_eq!(of(&[&bug_gone], short), RunVerdict::Inconclusive);
            assert_eq!(of(&[&figure], short), RunVerdict::Inconclusive);
            assert_eq!(of(&[&violated], short), RunVerdict::Failed);
        }
    }
}
