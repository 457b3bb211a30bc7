//! All selected runs of one file, and the folder of their sweep.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::arguments::RunArgs;
use super::jobs::Batch;
use super::limits::is_interrupted;
use super::progress::Progress;
use super::reproduce::{self, Reader};
use super::work::{Outcome, Place, Report, is_over, run_job, side_by_side};
use super::{Exit, Failure, Terminal};
use crate::run::outputs::{
    Finished, Folder, Lock, OutputError, PlannedRun, RunVerdict, Sink, Sometimes, SweepFacts, SweepRun,
    finish_sweep, keep_sweep, sweep_folder,
};
use crate::run::parts::sweep_host;
use crate::run::sweep_page::{SweepOrigin, write_sweep};
use crate::systems::Custom;

/// Why something was not done: the user did not want it any more.
pub(super) const INTERRUPTED: &str = "interrupted";
/// Why something was not done: `--fail-fast`.
pub(super) const FAILED_FAST: &str = "stopped after the first failure";

/// What became of the runs of a file.
pub(in crate::cli) struct Done<'a> {
    /// The file.
    pub batch: &'a Batch,
    /// Those that were begun, in order.
    pub reports: Vec<Report>,
    /// The folder of the sweep, if the runs are one and it could be written.
    pub sweep: Option<PathBuf>,
    /// How many were not begun.
    pub skipped: usize,
    /// How many met a mistake of ours.
    pub panicked: usize,
    /// What was to come to pass in at least one of them.
    pub sometimes: Vec<Sometimes>,
    /// What it adds to the exit code.
    pub exit: Exit,
    /// What a person should know of what the runs share.
    pub warnings: Vec<String>,
    /// Why it could not be written.
    pub errors: Vec<String>,
    /// The command for the first run that did not pass, or for all if only all together fail.
    pub reproduce: Option<String>,
}

/// Whether the runs of a file go into a folder of their own each, and not into that of a sweep. A part of a sweep is one
/// even if a single run falls into it.
fn is_single(args: &RunArgs, batch: &Batch) -> bool {
    batch.jobs.len() == 1 && args.partition.is_none()
}

/// Holds that results can be written, before anything is simulated.
///
/// # Errors
/// If they cannot.
pub(in crate::cli) fn check_writable(args: &RunArgs, batch: &Batch, sink: &dyn Sink) -> Result<(), Failure> {
    check_folder(&args.out.join(&batch.name), sink)
}

/// Holds that files can be written in this folder, which is made if it is not there.
///
/// # Errors
/// If they cannot.
pub(in crate::cli) fn check_folder(home: &Path, sink: &dyn Sink) -> Result<(), Failure> {
    let probe = home.join(format!(".probe-{}", std::process::id()));
    let write = || {
        sink.create_folder(home)?;
        sink.create(&probe)?;
        // Once more if need be: it is nobody's.
        sink.remove_file(&probe).or_else(|error| sink.remove_file(&probe).and(Err(error)))
    };
    write().map_err(|error| {
        let message = format!("{}: results cannot be written: {error}", home.display());
        Failure::new(Exit::InputOutput, message).help("nothing was run; --out names another folder")
    })
}

/// Runs all selected runs of a file. `failed` counts the failed ones of all files.
///
/// # Errors
/// If another program is at work on the same sweep, or its folder cannot be made.
pub(in crate::cli) fn run_batch<'a, X: Custom>(
    args: &RunArgs,
    batch: &'a Batch,
    failed: &AtomicUsize,
    sink: &dyn Sink,
    terminal: &Terminal,
) -> Result<Done<'a>, Failure> {
    let is_single = is_single(args, batch);
    let home = args.out.join(&batch.name);
    let sweep = if is_single { None } else { Some(SweepPlace::open(sink, &home, batch)?) };
    let parent = sweep.as_ref().map_or(home, |sweep| sweep.runs.clone());
    let progress = Progress::new(args, terminal, batch.jobs.len(), is_single);
    let body = |index: &usize| {
        let report = run_job::<X>(
            args,
            batch,
            &batch.jobs[*index],
            Place { parent: &parent, is_single, runs: batch.of, sink },
            &progress,
        );
        let has_failed = report.exit() == Exit::Violated;
        failed.fetch_add(usize::from(has_failed), Ordering::Relaxed);
        progress.ran(has_failed);
        report
    };
    let indices: Vec<usize> = (0..batch.jobs.len()).collect();
    let outcomes = side_by_side(&indices, args.jobs.unwrap_or_else(cores), body, || is_over(args, failed));
    progress.end();
    let mut done = Done::of(args, batch, outcomes);
    failed.fetch_add(done.never().count(), Ordering::Relaxed);
    if let Some(place) = sweep {
        let mut warnings = Vec::new();
        match place.close(args, &done, &mut warnings) {
            Ok(folder) => done.moved_to(folder),
            Err(message) => done.failed(&message),
        }
        done.warnings = warnings;
    }
    Ok(done)
}

/// How many runs go side by side, unless the command line says so.
pub(in crate::cli) fn cores() -> usize {
    // Only how many runs go side by side depends on the machine; no result does.
    #[allow(clippy::disallowed_methods)]
    std::thread::available_parallelism().map_or(1, usize::from)
}

impl<'a> Done<'a> {
    /// What the runs came to, before anything that they share is written.
    pub fn of(args: &RunArgs, batch: &'a Batch, outcomes: Vec<Outcome<Report>>) -> Done<'a> {
        let (mut reports, mut skipped, mut panicked) = (Vec::new(), 0, 0);
        let (mut exits, mut internal, mut reproduce) = (Vec::new(), None, None);
        for (job, outcome) in batch.jobs.iter().zip(outcomes) {
            match outcome {
                Outcome::Skipped => {
                    skipped += 1;
                    exits.extend(is_interrupted().then_some(Exit::Interrupted));
                }
                Outcome::Panicked => {
                    panicked += 1;
                    exits.push(Exit::Internal);
                    internal.get_or_insert_with(|| reproduce::of_run(args, batch, job, None, Reader::Here));
                }
                Outcome::Done(report) => {
                    if report.exit() != Exit::Passed {
                        reproduce.get_or_insert_with(|| report.reproduce.clone());
                    }
                    exits.push(report.exit());
                    reports.push(report);
                }
            }
        }
        let mut done = Done {
            batch,
            reports,
            sweep: None,
            skipped,
            panicked,
            sometimes: Vec::new(),
            exit: Exit::of_many(exits),
            warnings: Vec::new(),
            errors: Vec::new(),
            reproduce: internal.or(reproduce),
        };
        let checks = done.reports.iter().flat_map(|report| {
            let is_finished = report.is_finished();
            report.summary.checks.iter().map(move |check| (check, is_finished))
        });
        // What a part of a sweep lacks, another may have.
        let are_all = done.is_whole() && !batch.is_part;
        done.sometimes = Sometimes::over(checks, are_all);
        let exit = Exit::of_many(done.never().map(|_| Exit::Violated).chain([done.exit]));
        if exit != done.exit {
            // No run by itself is to blame.
            done.exit = exit;
            done.reproduce = Some(reproduce::of_sweep(args, batch, Reader::Here));
        }
        done
    }

    /// What all that was asked for comes to.
    pub fn verdict(&self) -> RunVerdict {
        let has = |verdict| self.reports.iter().any(|report| report.verdict() == verdict);
        if has(RunVerdict::Failed) || self.never().next().is_some() {
            RunVerdict::Failed
        } else if has(RunVerdict::Inconclusive) || self.reports.len() < self.batch.jobs.len() {
            RunVerdict::Inconclusive
        } else {
            RunVerdict::Passed
        }
    }

    /// What was to come to pass in some run and did in none.
    pub fn never(&self) -> impl Iterator<Item = &Sometimes> {
        self.sometimes.iter().filter(|one| one.is_never())
    }

    /// Something that the runs share could not be written.
    pub fn failed(&mut self, error: &impl ToString) {
        self.exit = Exit::of_many([self.exit, Exit::InputOutput]);
        self.errors.push(error.to_string());
    }

    /// The sweep has its folder, and the runs are in it.
    fn moved_to(&mut self, sweep: Option<PathBuf>) {
        let Some(sweep) = sweep else { return };
        for folder in self.reports.iter_mut().filter_map(|report| report.folder.as_mut()) {
            let name = folder.file_name().expect("a run's folder has a name").to_owned();
            *folder = sweep.join("runs").join(name);
        }
        self.sweep = Some(sweep);
    }

    /// Whether every run is finished.
    pub fn is_whole(&self) -> bool {
        self.skipped == 0
            && self.reports.iter().filter(|report| report.is_finished()).count() == self.batch.jobs.len()
    }

    /// The word and the sentence for why runs are missing.
    pub fn why_partial(&self) -> (&'static str, String) {
        let (missing, all) = (
            self.batch.jobs.len() - self.reports.iter().filter(|report| report.is_finished()).count(),
            self.batch.jobs.len(),
        );
        let of = format!("{missing} of {all} runs are not finished");
        if is_interrupted() {
            ("interrupt", format!("{INTERRUPTED}: {of}"))
        } else if self.skipped > 0 {
            ("fail-fast", format!("{FAILED_FAST}: {of}"))
        } else {
            ("unfinished", of)
        }
    }
}

/// The folder of a sweep while it runs: `sweep-<id>.partial`, or the finished `sweep-<id>` if that is there, whose runs
/// are then verified.
struct SweepPlace<'a> {
    sink: &'a dyn Sink,
    home: PathBuf,
    name: String,
    planned: Vec<PlannedRun>,
    places: Vec<usize>,
    /// The folder of all run folders.
    runs: PathBuf,
    is_finished: bool,
    _lock: Lock<'a>,
}

impl<'a> SweepPlace<'a> {
    fn open(sink: &'a dyn Sink, home: &Path, batch: &Batch) -> Result<SweepPlace<'a>, Failure> {
        let planned: Vec<PlannedRun> = batch.jobs.iter().map(|job| job.run.clone()).collect();
        let places = batch.jobs.iter().map(|job| job.place).collect();
        let name = sweep_folder(&planned);
        let failure = |error: OutputError| Failure::new(Exit::InputOutput, error.to_string());
        let lock = Lock::take(sink, home, &name).map_err(failure)?;
        let is_finished = home.join(&name).is_dir();
        let folder = if is_finished { home.join(&name) } else { home.join(format!("{name}.partial")) };
        let runs = folder.join("runs");
        sweep_litter(&runs);
        Ok(SweepPlace { sink, home: home.to_owned(), name, planned, places, runs, is_finished, _lock: lock })
    }

    /// Writes what the runs share; the folder gets its name if every run is finished.
    fn close(
        self,
        args: &RunArgs,
        done: &Done<'_>,
        warnings: &mut Vec<String>,
    ) -> Result<Option<PathBuf>, String> {
        let finished: Vec<SweepRun> = done.reports.iter().filter_map(Report::kept).collect();
        let is_whole = done.is_whole();
        if !is_whole && self.is_finished {
            // The sweep was there, whole: there is nothing to add to it.
            return Ok(None);
        }
        let facts = SweepFacts {
            scenario: &done.batch.name,
            overrides: &done.batch.overrides,
            planned: &self.planned,
            finished: &finished,
            places: &self.places,
            of: done.batch.of,
            sometimes: &done.sometimes,
        };
        let (word, sentence) = done.why_partial();
        let why = (!is_whole).then_some((word, sentence.as_str()));
        self.write(args, done, &facts, why, warnings).map_err(|error| error.to_string())?
    }

    fn write(
        &self,
        args: &RunArgs,
        done: &Done<'_>,
        facts: &SweepFacts<'_>,
        why: Option<(&str, &str)>,
        warnings: &mut Vec<String>,
    ) -> Result<Result<Option<PathBuf>, String>, OutputError> {
        let host = sweep_host(&reproduce::of_sweep(&whole_of(args), done.batch, Reader::Anywhere));
        let mut folder = Folder::resume(self.sink, &self.home, &self.name)?;
        let about = SweepOrigin {
            reproduce: reproduce::of_sweep(args, done.batch, Reader::Anywhere),
            scenario: done.batch.document(),
            partial: why.map(|(_, sentence)| sentence.to_owned()),
            never: done.never().map(Sometimes::to_string).collect(),
            charts: args.charts.into(),
        };
        *warnings = write_sweep(&mut folder, facts, &about)?;
        let finished = match why {
            None => finish_sweep(folder, facts, &host)?,
            Some(why) => keep_sweep(folder, facts, why, &host)?,
        };
        Ok(match finished {
            Finished::Written { folder }
            | Finished::Verified { folder, .. }
            | Finished::Partial { folder } => Ok(Some(folder)),
            Finished::Differs { folder, other, files } => Err(format!(
                "{} was there already and differs in {}; this sweep's files are in {}",
                folder.display(),
                files.join(", "),
                other.display()
            )),
        })
    }
}

/// The same for all runs, and not a part of them.
fn whole_of(args: &RunArgs) -> RunArgs {
    let mut whole = args.clone();
    whole.partition = None;
    whole
}

/// Removes what killed programs left half done among the runs of a sweep, whose lock is held: `<id>.<process>-<n>.partial`.
fn sweep_litter(runs: &Path) {
    let Ok(entries) = fs::read_dir(runs) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.strip_suffix(".partial").is_some_and(|name| name.contains('.')) {
            // It is in nobody's way if it stays.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_that_panics_takes_no_other_with_it() {
        let jobs: Vec<u32> = (0..20).collect();
        let outcomes = side_by_side(
            &jobs,
            2,
            |job| {
                assert_ne!(*job, 3, "expected in this test");
                job * 10
            },
            || false,
        );
        for (job, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Outcome::Done(result) => assert_eq!(*result as usize, job * 10),
                Outcome::Panicked => assert_eq!(job, 3),
                Outcome::Skipped => panic!("job {job} was not begun"),
            }
        }
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Panicked)).count(), 1);
    }

    #[test]
    fn what_killed_programs_left_among_runs_goes_and_nothing_else_does() {
        let runs = tempfile::tempdir().expect("a temporary folder");
        for name in ["00000001", "00000002.partial", "00000003.77-0.partial", "00000004.differs"] {
            fs::create_dir(runs.path().join(name)).expect("writable");
        }
        sweep_litter(runs.path());
        let mut left: Vec<String> = fs::read_dir(runs.path())
            .expect("it is there")
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        assert_eq!(left, ["00000001", "00000002.partial", "00000004.differs"]);
    }
}
