//! Sweeps: runs.csv over many finished runs, and the sweep's manifest.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::facts::{CRATE_VERSION, RunVerdict, sweep_id};
use super::folder::{Finished, Folder};
use super::formats::RUNS;
use super::sink::OutputError;
use super::sometimes::Sometimes;
use super::table::{Key, Table};
use crate::run::MODEL_VERSION;
use crate::run::metrics::{Figure, Label, entry};

/// A run that a sweep is to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedRun {
    /// The run's id.
    pub run_id: String,
    /// Its seed.
    pub seed: u64,
    /// The names and values of swept variables: the same names in every run, in the same order.
    pub params: Vec<(String, String)>,
}

/// What a sweep keeps of a run that it did.
#[derive(Clone, PartialEq, Debug)]
pub struct SweepRun {
    /// Which.
    pub run: PlannedRun,
    /// Its digest, as 16 hexadecimal digits.
    pub digest: Option<String>,
    /// What it came to.
    pub verdict: RunVerdict,
    /// Its usual figures.
    pub figures: Vec<Figure>,
    /// Whether it has a page and charts of its own.
    pub has_page: bool,
}

/// What a sweep is.
#[derive(Clone, Copy, Debug)]
pub struct SweepFacts<'a> {
    /// The scenario's name.
    pub scenario: &'a str,
    /// What the command line set in it.
    pub overrides: &'a [String],
    /// The runs that it is to do, in order.
    pub planned: &'a [PlannedRun],
    /// Those that are finished, in that order.
    pub finished: &'a [SweepRun],
    /// What is to come to pass in at least one of them.
    pub sometimes: &'a [Sometimes],
}

/// A sweep's folder name: `sweep-` and its id.
pub fn sweep_folder(planned: &[PlannedRun]) -> String {
    format!("sweep-{}", id(planned))
}

fn id(planned: &[PlannedRun]) -> String {
    sweep_id(planned.iter().map(|run| run.run_id.as_str()))
}

/// Writes runs.csv into a sweep's folder; charts and reports may follow, then [`finish_sweep`] or [`keep_sweep`].
///
/// # Errors
/// If the file system fails.
///
/// # Panics
/// If the runs do not have the same swept variables.
pub fn write_sweep(folder: &mut Folder<'_>, runs: &[SweepRun]) -> Result<(), OutputError> {
    folder.write(RUNS.file, |out| write_runs(out, runs))
}

/// Gives the folder of a sweep whose every run is finished its manifest and its name.
///
/// # Errors
/// If the file system fails.
///
/// # Panics
/// If a run is missing.
pub fn finish_sweep(
    folder: Folder<'_>,
    facts: &SweepFacts<'_>,
    host: &Value,
) -> Result<Finished, OutputError> {
    assert_eq!(facts.planned.len(), facts.finished.len(), "a sweep is finished when every run is");
    folder.finish(&SweepManifest::new(facts), host)
}

/// Keeps the folder of a sweep that lacks runs as a partial one. `stopped` is a word and a sentence that say why.
///
/// # Errors
/// If the file system fails.
pub fn keep_sweep(
    folder: Folder<'_>,
    facts: &SweepFacts<'_>,
    (stopped, reason): (&str, &str),
    host: &Value,
) -> Result<Finished, OutputError> {
    let is_missing = |run: &&PlannedRun| !facts.finished.iter().any(|done| done.run == **run);
    let missing = facts.planned.iter().filter(is_missing).map(|run| ManifestRun::new(run, None)).collect();
    folder.keep(&SweepPartial { manifest: SweepManifest::new(facts), stopped, reason, missing }, host)
}

#[derive(Serialize)]
struct SweepManifest<'a> {
    schema: u32,
    crate_version: &'static str,
    model_version: u32,
    scenario: &'a str,
    overrides: &'a [String],
    sweep_id: String,
    runs: Vec<ManifestRun<'a>>,
    sometimes: &'a [Sometimes],
}

#[derive(Serialize)]
struct SweepPartial<'a> {
    #[serde(flatten)]
    manifest: SweepManifest<'a>,
    stopped: &'a str,
    reason: &'a str,
    missing: Vec<ManifestRun<'a>>,
}

#[derive(Serialize)]
struct ManifestRun<'a> {
    run_id: &'a str,
    seed: u64,
    params: BTreeMap<&'a str, &'a str>,
    digest: Option<&'a str>,
}

impl<'a> SweepManifest<'a> {
    fn new(facts: &SweepFacts<'a>) -> SweepManifest<'a> {
        let of_run = |done: &'a SweepRun| ManifestRun::new(&done.run, done.digest.as_deref());
        SweepManifest {
            schema: 1,
            crate_version: CRATE_VERSION,
            model_version: MODEL_VERSION,
            scenario: facts.scenario,
            overrides: facts.overrides,
            sweep_id: id(facts.planned),
            runs: facts.finished.iter().map(of_run).collect(),
            sometimes: facts.sometimes,
        }
    }
}

impl<'a> ManifestRun<'a> {
    fn new(run: &'a PlannedRun, digest: Option<&'a str>) -> ManifestRun<'a> {
        let params = run.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        ManifestRun { run_id: &run.run_id, seed: run.seed, params, digest }
    }
}

fn write_runs(out: &mut dyn Write, runs: &[SweepRun]) -> io::Result<()> {
    let key = |run: &SweepRun| Key::of_sweep(&run.run.run_id, run.run.seed, &run.run.params);
    let Some(first) = runs.first() else { return Table::new(out, &Key::of_sweep("", 0, &[]), &RUNS)?.end() };
    let mut table = Table::new(out, &key(first), &RUNS)?;
    for run in runs {
        let key = key(run);
        for figure in &run.figures {
            let metric = entry(figure.metric);
            let mut row = table.row(&key)?.text(metric.name)?;
            for label in Label::ALL {
                row = row.text(figure.labels.get(&label).map_or("", String::as_str))?;
            }
            let unit = metric.unit_of(figure.aggregate);
            row.text(figure.aggregate.name())?.text(unit.name())?.float(figure.value)?.end()?;
        }
    }
    table.end()
}
