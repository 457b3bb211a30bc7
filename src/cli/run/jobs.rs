//! What is to run: every file loaded, every sweep expanded, every run checked before any starts.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::run::prepare::{Prepared, prepare};
use crate::scenario::plan::SEED_MAX;
use crate::scenario::{LoadOptions, Loaded, Scenario, Sweep, load, render};
use crate::sim::Limits;
use crate::spec::{Decode, Decoder, Diagnostics, Node, Sources};
use crate::systems::Custom;

use super::Exit;
use super::arguments::RunArgs;

/// One run of one file.
pub(super) struct Job {
    pub file: usize,
    pub document: Node,
    pub params: Vec<(String, String)>,
    pub seed: u64,
}

/// A file and what its runs share.
pub(super) struct Batch {
    pub path: PathBuf,
    pub name: String,
    pub sources: Sources,
    pub root: Option<PathBuf>,
}

/// Loads every file and checks every run before any starts. `None` once the mistakes have been printed.
pub(super) fn plan_jobs<X: Custom>(args: &RunArgs) -> Option<(Vec<Batch>, Vec<Job>)> {
    let mut batches = Vec::new();
    let mut jobs = Vec::new();
    let mut all = true;
    for (file, path) in args.files.iter().enumerate() {
        let options = LoadOptions { root: args.root.clone(), set: args.set.clone() };
        let mut loaded = load(path, &options);
        let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
        let of_file = jobs_of_file::<X>(args, file, path, &loaded, &mut diagnostics);
        eprint!("{}", render(&loaded.sources, &diagnostics, std::io::stderr().is_terminal()));
        match of_file {
            Some((name, of_file)) if !diagnostics.has_errors() => {
                jobs.extend(of_file);
                batches.push(Batch { path: path.clone(), name, sources: loaded.sources, root: loaded.root });
            }
            Some(_) | None => all = false,
        }
    }
    all.then_some((batches, jobs))
}

fn jobs_of_file<X: Custom>(
    args: &RunArgs,
    file: usize,
    path: &Path,
    loaded: &Loaded,
    diagnostics: &mut Diagnostics,
) -> Option<(String, Vec<Job>)> {
    let document = loaded.document.as_ref()?;
    let sweep = Sweep::new(document, diagnostics)?;
    if args.seeds.is_some() && sweep.repeat > 1 {
        eprintln!("error: {}: --seeds and [sweep] repeat both say which seeds to run", path.display());
        eprintln!("       write --set sweep.repeat=1 beside --seeds");
        return None;
    }
    let stem = path.file_stem().map_or("scenario".to_owned(), |stem| stem.to_string_lossy().into_owned());
    let files = loaded.files();
    let mut jobs = Vec::new();
    let mut name = stem.clone();
    for point in sweep.points() {
        let params: Vec<(String, String)> =
            point.parameters.iter().map(|one| (one.name.clone(), one.written.clone())).collect();
        let wanted = |only: &String| params.iter().any(|(name, value)| *only == format!("{name}={value}"));
        if !args.only.iter().all(wanted) {
            continue;
        }
        let scenario = Scenario::decode(&point.document, &mut Decoder::new(diagnostics, &files))?;
        let first = args.seed.or(args.seeds.map(|(first, _)| first)).unwrap_or(scenario.seed);
        let last = args.seeds.map_or(first.saturating_add(u64::from(sweep.repeat) - 1), |(_, last)| last);
        if last > SEED_MAX {
            eprintln!("error: seeds are whole numbers from 0 to {SEED_MAX}");
            return None;
        }
        let prepared = prepare::<X>(&stem, &scenario, first, limits(args), diagnostics, &files)?;
        name = prepared.name;
        for seed in first..=last {
            jobs.push(Job { file, document: point.document.clone(), params: params.clone(), seed });
        }
    }
    Some((name, jobs))
}

fn limits(args: &RunArgs) -> Limits {
    let usual = Limits::default();
    Limits { events: args.max_events.unwrap_or(usual.events), ..usual }
}

/// Decodes and plans one run: worlds are built in the thread that runs them.
pub(super) fn prepare_job<X: Custom>(args: &RunArgs, batch: &Batch, job: &Job) -> Prepared<X> {
    let files = crate::scenario::source::ScenarioFiles::new(&batch.sources, batch.root.clone());
    let mut diagnostics = Diagnostics::default();
    let scenario = Scenario::decode(&job.document, &mut Decoder::new(&mut diagnostics, &files));
    let scenario = scenario.expect("it was decoded before the runs began");
    let prepared = prepare(&batch.name, &scenario, job.seed, limits(args), &mut diagnostics, &files);
    prepared.expect("it was planned before the runs began")
}

pub(super) fn list_jobs(batches: &[Batch], jobs: &[Job]) -> Exit {
    let mut out = std::io::stdout().lock();
    for job in jobs {
        let params: Vec<String> = job.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let line = format!("{}  seed {}  {}", batches[job.file].name, job.seed, params.join(" "));
        if writeln!(out, "{}", line.trim_end()).is_err() {
            return Exit::Passed; // Nobody reads on.
        }
    }
    Exit::Passed
}
