//! Sweeps: runs.csv over many finished runs, and the sweep's manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::facts::{CRATE_VERSION, RunVerdict, sweep_id};
use super::folder::{Finished, Folder, MANIFEST};
use super::formats::RUNS;
use super::sink::{OutputError, Sink, read};
use super::sometimes::Sometimes;
use super::table::{Key, Table};
use crate::run::MODEL_VERSION;
use crate::run::metrics::{Aggregate, Figure, Label, entry, named};

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

impl SweepRun {
    /// A run that is not done: it has no figures.
    pub fn planned(run: &PlannedRun) -> SweepRun {
        SweepRun {
            run: run.clone(),
            digest: None,
            verdict: RunVerdict::Inconclusive,
            figures: Vec::new(),
            has_page: false,
        }
    }
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
    /// The place of each planned run among those of the whole sweep, of which this may be a part.
    pub places: &'a [usize],
    /// How many runs the whole sweep has.
    pub of: usize,
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
    let done: BTreeSet<&str> = facts.finished.iter().map(|done| done.run.run_id.as_str()).collect();
    let is_missing = |(run, _): &(&PlannedRun, &usize)| !done.contains(run.run_id.as_str());
    let missing = facts.planned.iter().zip(facts.places).filter(is_missing);
    let missing = missing.map(|(run, place)| ManifestRun::new(run, *place, None)).collect();
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
    of: usize,
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
    place: usize,
    params: BTreeMap<&'a str, &'a str>,
    digest: Option<&'a str>,
    verdict: Option<&'static str>,
}

impl<'a> SweepManifest<'a> {
    fn new(facts: &SweepFacts<'a>) -> SweepManifest<'a> {
        let places: BTreeMap<&str, usize> = facts
            .planned
            .iter()
            .zip(facts.places)
            .map(|(run, place)| (run.run_id.as_str(), *place))
            .collect();
        let of_run = |done: &'a SweepRun| {
            let verdict = Some(done.verdict.name());
            let place = places[done.run.run_id.as_str()];
            ManifestRun { verdict, ..ManifestRun::new(&done.run, place, done.digest.as_deref()) }
        };
        SweepManifest {
            schema: 1,
            crate_version: CRATE_VERSION,
            model_version: MODEL_VERSION,
            scenario: facts.scenario,
            overrides: facts.overrides,
            sweep_id: id(facts.planned),
            of: facts.of,
            runs: facts.finished.iter().map(of_run).collect(),
            sometimes: facts.sometimes,
        }
    }
}

impl<'a> ManifestRun<'a> {
    fn new(run: &'a PlannedRun, place: usize, digest: Option<&'a str>) -> ManifestRun<'a> {
        let params = run.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        ManifestRun { run_id: &run.run_id, seed: run.seed, place, params, digest, verdict: None }
    }
}

/// Reads a finished sweep back: the scenario's name, and its runs with their verdicts and figures, those left out that this version does not know.
///
/// # Errors
/// If the folder has no manifest or runs.csv, or they are not as this program writes them.
pub fn read_sweep(sink: &dyn Sink, folder: &Path) -> Result<(String, Vec<SweepRun>), String> {
    let text = |name: &str| {
        let path = folder.join(name);
        let bytes = read(sink, &path).map_err(|error| error.to_string())?;
        bytes.ok_or_else(|| format!("it has no {name}"))
    };
    let manifest: Value =
        serde_json::from_slice(&text(MANIFEST)?).map_err(|error| format!("{MANIFEST}: {error}"))?;
    let name = manifest["scenario"].as_str().ok_or_else(|| format!("{MANIFEST} names no scenario"))?;
    let table = text(RUNS.file)?;
    let mut runs = read_runs(&table).map_err(|error| format!("{}: {error}", RUNS.file))?;
    let listed = manifest["runs"].as_array().map_or(&[][..], Vec::as_slice);
    let verdicts: BTreeMap<&str, RunVerdict> = listed
        .iter()
        .filter_map(|run| Some((run["run_id"].as_str()?, RunVerdict::named(run["verdict"].as_str()?)?)))
        .collect();
    for run in &mut runs {
        run.verdict = verdicts.get(run.run.run_id.as_str()).copied().unwrap_or(run.verdict);
    }
    Ok((name.to_owned(), runs))
}

fn read_runs(table: &[u8]) -> Result<Vec<SweepRun>, String> {
    let mut table = csv::Reader::from_reader(table);
    let header = table.headers().map_err(|error| error.to_string())?.clone();
    let column = |name: &str| {
        header.iter().position(|known| known == name).ok_or_else(|| format!("it has no column `{name}`"))
    };
    let [run_id, seed, metric, aggregate, unit, value] =
        ["run_id", "seed", "metric", "aggregate", "unit", "value"].map(column);
    let (run_id, seed, metric, aggregate, unit, value) = (run_id?, seed?, metric?, aggregate?, unit?, value?);
    let labels = Label::ALL.map(|label| Ok::<_, String>((label, column(label.name())?)));
    let labels = labels.into_iter().collect::<Result<Vec<_>, _>>()?;
    let params: Vec<(usize, &str)> = header
        .iter()
        .enumerate()
        .filter_map(|(place, name)| Some((place, name.strip_prefix("param_")?)))
        .collect();
    let mut runs: Vec<SweepRun> = Vec::new();
    for row in table.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map_or(0, csv::Position::line);
        let number =
            |place: usize| row[place].parse().map_err(|_| format!("line {line} has no number for its seed"));
        if runs.last().is_none_or(|run| run.run.run_id != row[run_id]) {
            let params = params.iter().map(|(place, name)| ((*name).to_owned(), row[*place].to_owned()));
            let run =
                PlannedRun { run_id: row[run_id].to_owned(), seed: number(seed)?, params: params.collect() };
            runs.push(SweepRun::planned(&run));
        }
        let found = named(&row[metric]).zip(Aggregate::named(&row[aggregate]));
        if let Some((entry, aggregate)) =
            found.filter(|(entry, aggregate)| entry.unit_of(*aggregate).name() != &row[unit])
        {
            let (name, here, there) = (entry.name, entry.unit_of(aggregate).name(), &row[unit]);
            return Err(format!(
                "line {line} gives `{name}` in {there}, and this version in {here}: what has different units is not compared"
            ));
        }
        let value = row[value].parse().map_err(|_| format!("line {line} has no number for its value"))?;
        let of = |(label, place): &(Label, usize)| {
            Some((*label, row[*place].to_owned())).filter(|(_, value)| !value.is_empty())
        };
        if let Some((entry, aggregate)) = found {
            let figure = Figure {
                metric: entry.metric,
                labels: labels.iter().filter_map(of).collect(),
                aggregate,
                value,
            };
            runs.last_mut().expect("one is begun").figures.push(figure);
        }
    }
    Ok(runs)
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
