//! Capsules: a failure in one file, to keep or to send: the least scenario that fails, the one that was hunted, the seed, what
//! struck, the verdict and the digests that a replay is held to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::kernel::digest::CHECKPOINT_INTERVAL;
use crate::run::outputs::{CAPSULE, RunVerdict, SCHEMA, hexadecimal};
use crate::run::prepare::{Prepared, prepare};
use crate::run::repro::{Recorded, ReproError, is_run};
use crate::run::{MODEL_VERSION, execute::Executed};
use crate::scenario::{LoadOptions, Scenario, Sweep, load_text, render};
use crate::sim::Limits;
use crate::spec::{Code, DataFile, DataFiles, Decode, Decoder, Problem, SourceId};
use crate::systems::Custom;

use super::heard::Heard;
use super::shrink::Size;
use super::subject::Violation;

/// A failure in one file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Capsule {
    /// The version of the format.
    pub schema: u32,
    /// What the file is: `capsule`.
    pub what: String,
    /// The version of the program that made it.
    pub crate_version: String,
    /// The version of the model that made it.
    pub model_version: u64,
    /// The name of the scenario that was hunted.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The check that fails, in both runs.
    pub check: FailedCheck,
    /// The least scenario that fails.
    pub shrunk: StoredRun,
    /// The scenario that was hunted.
    pub original: StoredRun,
    /// What shrinking took and gained.
    pub shrinking: Shrinking,
    /// The data files that the scenarios name.
    pub inputs: Vec<Input>,
}

/// The check that fails.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FailedCheck {
    /// Its name in the scenario.
    pub name: String,
    /// What it is: `linearizable`, an invariant's name, or a metric's.
    pub kind: String,
    /// What it is about: a system, or the labels of a metric.
    pub about: String,
}

/// One of a capsule's runs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StoredRun {
    /// Its verdict.
    pub verdict: String,
    /// When the check failed, if that is of a moment.
    pub failed_at_ns: Option<u64>,
    /// What was found, in words.
    pub message: String,
    /// Events handled.
    pub events: u64,
    /// The digest over all of them.
    pub digest: String,
    /// Events between two checkpoints.
    pub checkpoint_interval: u64,
    /// The digest at every checkpoint.
    pub checkpoints: Vec<String>,
    /// What struck.
    pub strikes: Vec<StoredStrike>,
    /// The scenario, line by line.
    pub toml: Vec<String>,
}

/// What struck.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StoredStrike {
    /// The fault's name in the scenario.
    pub fault: String,
    /// Its kind.
    pub kind: String,
    /// When it struck.
    pub start_ns: u64,
    /// When it was due to end, if that is known.
    pub end_ns: Option<u64>,
    /// Whom it struck, in words.
    pub resolved: String,
}

/// What shrinking took and gained.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Shrinking {
    /// How many runs it took.
    pub runs: u64,
    /// Whether the runs or the time were used up before nothing was left to gain.
    pub is_cut: bool,
    /// Whether each strike that is left is forced, at its moment and on its nodes.
    pub is_forced: bool,
    /// Before.
    pub before: StoredSize,
    /// After.
    pub after: StoredSize,
}

/// How large a failing run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StoredSize {
    /// Strikes of its faults.
    pub strikes: u64,
    /// Operations that its clients invoked.
    pub operations: u64,
    /// Nodes, those that hold clients not counted.
    pub nodes: u64,
    /// Simulated time.
    pub duration_ns: u64,
}

/// A data file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Input {
    /// Its path as the scenario writes it.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// Which readings of the path it answers, counted from 0.
    pub readings: Vec<u32>,
}

impl From<Size> for StoredSize {
    fn from(size: Size) -> StoredSize {
        StoredSize {
            strikes: size.strikes as u64,
            operations: size.operations as u64,
            nodes: size.nodes as u64,
            duration_ns: size.duration.0,
        }
    }
}

impl From<DataFile> for Input {
    fn from(file: DataFile) -> Input {
        Input { path: file.path, text: file.text, readings: file.readings }
    }
}

impl StoredRun {
    /// A run that is over, of the scenario that was read from `toml`.
    pub fn of<X: Custom>(executed: &Executed<X>, violation: &Violation, toml: &str) -> StoredRun {
        let heard = Heard::of(&executed.prepared);
        let strike = |strike: &super::heard::Struck| StoredStrike {
            fault: executed.prepared.world.setup.faults[strike.planned].name.clone(),
            kind: strike.kind.to_owned(),
            start_ns: strike.start.0,
            end_ns: strike.end.map(|end| end.0),
            resolved: strike.resolved.clone(),
        };
        let stop = executed.stop.expect("a run that is kept is over");
        let rows: Vec<_> = executed.verdicts.iter().map(|verdict| verdict.row()).collect();
        StoredRun {
            verdict: RunVerdict::of(&rows, stop.into()).name().to_owned(),
            failed_at_ns: violation.at.map(|at| at.0),
            message: violation.message.clone(),
            events: executed.events,
            digest: hexadecimal(executed.digest),
            checkpoint_interval: CHECKPOINT_INTERVAL,
            checkpoints: executed.checkpoints.iter().map(|digest| hexadecimal(*digest)).collect(),
            strikes: heard.strikes.iter().map(strike).collect(),
            toml: toml.lines().map(str::to_owned).collect(),
        }
    }

    /// The scenario.
    pub fn scenario(&self) -> String {
        self.toml.iter().map(|line| format!("{line}\n")).collect()
    }
}

impl Capsule {
    /// The capsule that a path means: the file, or one in that folder; `None` if it means something else.
    ///
    /// # Errors
    /// If it is a capsule and cannot be read.
    pub fn find(named: &Path) -> Result<Option<(PathBuf, Capsule)>, ReproError> {
        let path = if named.is_dir() { named.join(CAPSULE) } else { named.to_owned() };
        let Ok(text) = std::fs::read(&path) else { return Ok(None) };
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let is_called_so = path.file_name().is_some_and(|name| name == CAPSULE);
        let malformed = |problem: String| ReproError::Capsule { path: path.clone(), problem };
        let value: serde_json::Value = match serde_json::from_slice(&text) {
            Ok(value) => value,
            // A run has files of its own that are called so.
            Err(error) if is_called_so || (is_json && !path.parent().is_some_and(is_run)) => {
                return Err(malformed(error.to_string()));
            }
            Err(_) => return Ok(None),
        };
        if !is_json || value.get("what").and_then(serde_json::Value::as_str) != Some("capsule") {
            return if is_called_so {
                Err(malformed("it does not say that it is one".to_owned()))
            } else {
                Ok(None)
            };
        }
        let schema = value.get("schema").and_then(serde_json::Value::as_u64);
        if schema != Some(u64::from(SCHEMA)) {
            return Err(malformed(format!("its schema is not {SCHEMA}, which this version reads")));
        }
        let capsule = serde_json::from_value(value).map_err(|error| malformed(error.to_string()))?;
        Ok(Some((path, capsule)))
    }

    /// As a file's text.
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("it is plain data");
        format!("{text}\n")
    }

    /// The header of every capsule of this version.
    pub fn header() -> (u32, String, String, u64) {
        (SCHEMA, "capsule".to_owned(), env!("CARGO_PKG_VERSION").to_owned(), u64::from(MODEL_VERSION))
    }

    /// Plans one of its runs.
    ///
    /// # Errors
    /// Every mistake in the scenario, as a person reads them.
    pub fn prepare<X: Custom>(&self, run: &StoredRun) -> Result<Prepared<X>, String> {
        prepare_text(&run.scenario(), &self.inputs)
    }

    /// What a replay of one of its runs is held to; `path` is where the capsule lies.
    ///
    /// # Errors
    /// If a digest is none.
    pub fn recorded(&self, run: &StoredRun, path: &Path) -> Result<Recorded, ReproError> {
        let malformed = |problem: String| ReproError::Capsule { path: path.to_owned(), problem };
        if run.checkpoint_interval != CHECKPOINT_INTERVAL {
            return Err(malformed(format!("it has checkpoints every {} events", run.checkpoint_interval)));
        }
        let parse = |digits: &String| {
            u64::from_str_radix(digits, 16).map_err(|_| malformed(format!("`{digits}` is no digest")))
        };
        Ok(Recorded::of_capsule(
            path,
            (self.scenario.clone(), self.seed),
            (run.events, parse(&run.digest)?),
            run.checkpoints.iter().map(parse).collect::<Result<_, _>>()?,
            (self.crate_version.clone(), self.model_version),
        ))
    }
}

/// Plans the run of a scenario's text under its own seed.
///
/// # Errors
/// Every mistake in it, as a person reads them.
pub(super) fn prepare_text<X: Custom>(text: &str, inputs: &[Input]) -> Result<Prepared<X>, String> {
    let mut loaded = load_text("the scenario", text, &LoadOptions::default());
    let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
    let files = Kept { inputs, turns: RefCell::default() };
    let prepared = loaded.document.as_ref().and_then(|document| {
        let point = Sweep::new(document, &mut diagnostics)?.point(0);
        let scenario = Scenario::decode(&point.document, &mut Decoder::new(&mut diagnostics, &files))?;
        prepare("scenario", &scenario, scenario.seed, Limits::default(), &mut diagnostics, &files)
    });
    prepared.ok_or_else(|| render(&loaded.sources, &diagnostics, false))
}

/// The data files of a capsule, by the paths that its scenarios write and the turn in which they are read.
struct Kept<'a> {
    inputs: &'a [Input],
    /// How often each path was read.
    turns: RefCell<BTreeMap<String, u32>>,
}

impl DataFiles for Kept<'_> {
    fn read(&self, _: SourceId, path: &str) -> Result<String, Problem> {
        let mut turns = self.turns.borrow_mut();
        let turn = turns.entry(path.to_owned()).or_default();
        let of_path = || self.inputs.iter().filter(|input| input.path == path);
        let meant = of_path().find(|input| of_path().count() == 1 || input.readings.contains(turn));
        *turn += 1;
        let missing = || Problem::new(Code::Unreadable, 0..path.len(), "is no file that the capsule has");
        meant.map(|input| input.text.clone()).ok_or_else(missing)
    }

    fn taken(&self) -> Vec<DataFile> {
        let file = |input: &Input| DataFile {
            path: input.path.clone(),
            text: input.text.clone(),
            readings: input.readings.clone(),
        };
        self.inputs.iter().map(file).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::outputs::CAPSULE_FIELDS;

    #[test]
    fn every_field_of_a_capsule_is_documented_in_its_order() {
        let run = StoredRun {
            verdict: "failed".to_owned(),
            failed_at_ns: None,
            message: String::new(),
            events: 0,
            digest: String::new(),
            checkpoint_interval: 1,
            checkpoints: Vec::new(),
            strikes: Vec::new(),
            toml: vec!["schema = 1".to_owned()],
        };
        let size = StoredSize { strikes: 0, operations: 0, nodes: 0, duration_ns: 0 };
        let (schema, what, crate_version, model_version) = Capsule::header();
        let none = String::new;
        let capsule = Capsule {
            schema,
            what,
            crate_version,
            model_version,
            scenario: none(),
            seed: 1,
            check: FailedCheck { name: none(), kind: none(), about: none() },
            shrunk: run.clone(),
            original: run,
            shrinking: Shrinking { runs: 0, is_cut: false, is_forced: true, before: size, after: size },
            inputs: Vec::new(),
        };
        let text = capsule.json();
        let places = CAPSULE_FIELDS.iter().map(|field| text.find(&format!("\n  \"{}\":", field.name)));
        let places: Vec<usize> = places.map(|place| place.expect("the field is there")).collect();
        assert!(places.is_sorted(), "{text}");
        assert_eq!(text.matches("\n  \"").count(), CAPSULE_FIELDS.len(), "{text}");
        assert_eq!(serde_json::from_str::<Capsule>(&text).expect("it reads back"), capsule);
    }
}
