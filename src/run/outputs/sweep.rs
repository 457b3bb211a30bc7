//! Sweeps: runs.csv over many finished runs, and the sweep's manifest.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::facts::{CRATE_VERSION, RunFacts, hexadecimal, sweep_id};
use super::folder::{Finished, Folder};
use super::formats::RUNS;
use super::sink::OutputError;
use super::table::{Key, Table};
use crate::run::MODEL_VERSION;
use crate::run::metrics::{Figure, Label, entry};

/// What a sweep keeps of a run.
#[derive(Clone, PartialEq, Debug)]
pub struct SweepRun {
    /// The run's id.
    pub run_id: String,
    /// Its seed.
    pub seed: u64,
    /// The names and values of swept variables: the same names in every run, in the same order.
    pub params: Vec<(String, String)>,
    /// Its digest.
    pub digest: Option<u64>,
    /// Its usual figures.
    pub figures: Vec<Figure>,
}

impl SweepRun {
    /// What a sweep keeps of a run.
    pub fn new(facts: &RunFacts, figures: Vec<Figure>) -> SweepRun {
        let RunFacts { seed, digest, .. } = *facts;
        SweepRun { run_id: facts.run_id(), seed, params: facts.params.clone(), digest, figures }
    }
}

/// A sweep's folder name: `sweep-` and its id.
pub fn sweep_folder(runs: &[SweepRun]) -> String {
    format!("sweep-{}", sweep_id(runs.iter().map(|run| run.run_id.as_str())))
}

/// Writes runs.csv into a sweep's folder; charts and reports may follow, then [`finish_sweep`].
///
/// # Errors
/// If the file system fails.
///
/// # Panics
/// If the runs do not have the same swept variables.
pub fn write_sweep(folder: &mut Folder<'_>, runs: &[SweepRun]) -> Result<(), OutputError> {
    folder.write(RUNS.file, |out| write_runs(out, runs))
}

/// Gives a sweep's folder its manifest and its name.
///
/// # Errors
/// If the file system fails.
pub fn finish_sweep(
    folder: Folder<'_>,
    scenario: &str,
    runs: &[SweepRun],
    host: &Value,
) -> Result<Finished, OutputError> {
    let of_run = |run: &SweepRun| ManifestRun {
        run_id: run.run_id.clone(),
        seed: run.seed,
        params: run.params.iter().cloned().collect(),
        digest: run.digest.map(hexadecimal),
    };
    let manifest = SweepManifest {
        schema: 1,
        crate_version: CRATE_VERSION,
        model_version: MODEL_VERSION,
        scenario,
        sweep_id: sweep_id(runs.iter().map(|run| run.run_id.as_str())),
        runs: runs.iter().map(of_run).collect(),
    };
    folder.finish(&manifest, host)
}

#[derive(Serialize)]
struct SweepManifest<'a> {
    schema: u32,
    crate_version: &'static str,
    model_version: u32,
    scenario: &'a str,
    sweep_id: String,
    runs: Vec<ManifestRun>,
}

#[derive(Serialize)]
struct ManifestRun {
    run_id: String,
    seed: u64,
    params: BTreeMap<String, String>,
    digest: Option<String>,
}

fn write_runs(out: &mut dyn Write, runs: &[SweepRun]) -> io::Result<()> {
    let key = |run: &SweepRun| Key::of_sweep(&run.run_id, run.seed, &run.params);
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
