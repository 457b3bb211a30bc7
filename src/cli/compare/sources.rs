//! What is compared: the runs of files and folders, and which of them are of which variant.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::super::{Exit, Failure};
use crate::compare::{Settings, Subject, SubjectError, VariantRun, batches};
use crate::run::outputs::{Disk, PlannedRun, SweepRun, read_sweep};
use crate::run::sweep_figures::number;
use crate::scenario::sweep::{Comparison, Intervals, Scaling};
use crate::statistics::Method;

/// Runs of one file or folder.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The scenario's name.
    pub(super) name: String,
    /// Its runs, or their batches.
    pub(super) runs: Vec<SweepRun>,
    /// Where each run lies, by its id.
    pub(super) folders: BTreeMap<String, PathBuf>,
}

impl Source {
    /// These runs with their folders, or their batches.
    pub(super) fn of(
        name: String,
        runs: Vec<(SweepRun, PathBuf)>,
        comparison: &Comparison,
    ) -> Result<Source, Failure> {
        let folders = runs.iter().map(|(run, folder)| (run.run.run_id.clone(), folder.clone())).collect();
        Ok(Source { name, runs: cut(runs.into_iter(), comparison)?, folders })
    }
}

/// Adds the runs of the same scenarios with other seeds.
pub(super) fn join(sources: &mut Vec<Source>, more: Vec<Source>) {
    if sources.is_empty() {
        *sources = more;
        return;
    }
    sources.iter_mut().zip(more).for_each(|(source, more)| {
        source.runs.extend(more.runs);
        source.folders.extend(more.folders);
    });
}

/// How the runs are compared.
pub(super) fn settings(comparison: &Comparison) -> Settings {
    let method = match comparison.intervals {
        Intervals::Student => Method::Student,
        Intervals::OrderStatistics => Method::Median,
        Intervals::Bootstrap => Method::Bootstrap,
    };
    Settings { confidence: comparison.confidence, method, batches: comparison.batches }
}

/// Which runs are of which variant.
pub(super) fn subject(sources: &[Source], comparison: &Comparison) -> Result<Subject, SubjectError> {
    let baseline = comparison.baseline.as_deref();
    if let [source] = sources {
        return match comparison.by.as_deref().or_else(|| usual(&source.runs, comparison.scaling)) {
            Some(by) => Subject::of_sweep(&source.runs, by, baseline, comparison.antithetic.as_deref()),
            None => Err(SubjectError::OneVariant(format!("scenario={}", source.name))),
        };
    }
    let runs = sources.iter().flat_map(|source| {
        source.runs.iter().map(|run| VariantRun {
            variant: source.name.clone(),
            circumstances: circumstances(run, comparison),
            run: run.clone(),
        })
    });
    Subject::of("scenario", runs, baseline, each(comparison))
}

/// The variable that tells variants apart if none is named, as in a scenario: the first whose values are no numbers, or else the first; under
/// scaling the first whose values are numbers.
fn usual(runs: &[SweepRun], scaling: Scaling) -> Option<&str> {
    let names =
        || runs.first().into_iter().flat_map(|run| run.run.params.iter().map(|(name, _)| name.as_str()));
    let is_of_numbers = |place: usize| {
        runs.iter().all(|run| run.run.params.get(place).is_some_and(|(_, value)| number(value).is_some()))
    };
    let wants_numbers = scaling != Scaling::None;
    let found = names().enumerate().find(|(place, _)| is_of_numbers(*place) == wants_numbers);
    found.map(|(_, name)| name).or(names().next())
}

/// What else varies, for a run that is no variant by a variable.
pub(super) fn circumstances(run: &SweepRun, comparison: &Comparison) -> Vec<(String, String)> {
    let params = run.run.params.iter();
    params.filter(|(name, _)| comparison.antithetic.as_ref() != Some(name)).cloned().collect()
}

/// How many runs with one seed are taken together.
pub(super) fn each(comparison: &Comparison) -> usize {
    if comparison.antithetic.is_some() { 2 } else { 1 }
}

/// A run that is not done, or its batches.
pub(super) fn planned(run: &PlannedRun, comparison: &Comparison) -> Vec<SweepRun> {
    match comparison.batches {
        None => vec![SweepRun::planned(run)],
        Some(batches) => batches::planned(run, batches),
    }
}

/// Runs with their folders, or their batches.
fn cut(
    runs: impl Iterator<Item = (SweepRun, PathBuf)>,
    comparison: &Comparison,
) -> Result<Vec<SweepRun>, Failure> {
    let Some(batches) = comparison.batches else { return Ok(runs.map(|(run, _)| run).collect()) };
    let mut all = Vec::new();
    for (run, folder) in runs {
        all.extend(batches::split(&folder, &run, batches).map_err(|error| {
            let failure = Failure::new(Exit::Invalid, format!("a run cannot be cut into batches: {error}"));
            failure.help("its folder needs requests.csv, with every operation: `run --trace ops` writes it")
        })?);
    }
    Ok(all)
}

/// The runs of a finished sweep.
pub(super) fn stored(folder: &Path, comparison: &Comparison) -> Result<Source, Failure> {
    let read = read_sweep(&Disk, folder);
    let (name, runs) = read.map_err(|error| {
        let failure =
            Failure::new(Exit::Invalid, format!("{} is no finished sweep: {error}", folder.display()));
        failure.help("name a folder outputs/<scenario>/sweep-<id>, which `run` makes, or a scenario file")
    })?;
    let of_run = |run: SweepRun| {
        let of = folder.join("runs").join(&run.run.run_id);
        (run, of)
    };
    Source::of(name, runs.into_iter().map(of_run).collect(), comparison)
}
