//! One run: simulated, judged, written; and many of them side by side.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::Exit;
use super::arguments::{RunArgs, Trace};
use super::jobs::{Batch, Job};
use super::limits::{INTERRUPTED, Watcher, is_interrupted};
use super::progress::Progress;
use super::reproduce::{self, Reader};
use crate::cli::doing;
use crate::run::Cut;
use crate::run::drawing::Charts;
use crate::run::execute::execute;
use crate::run::outputs::{
    FileDigest, Finished, HISTORY, PlannedRun, REPORT, RunVerdict, Sink, Stored, Summary, SweepRun, TRACE,
    stored,
};
use crate::run::product::{self, Origin, Product, Wanted, WantedTrace};
use crate::sim::Stop;
use crate::systems::Custom;

/// What is told of a run whose trace the user interrupted.
pub(super) const LACKS_TRACE: &str = "interrupted: trace.jsonl is not written";

/// What became of a run.
pub(in crate::cli) struct Report {
    /// Which.
    pub run: PlannedRun,
    /// What came of it.
    pub summary: Summary,
    /// What cut it short, if anything did.
    pub cut: Option<Cut>,
    /// Its folder, if it could be written.
    pub folder: Option<PathBuf>,
    /// Whether the folder has a page.
    pub has_page: bool,
    /// Whether the user interrupted it before its trace was written.
    pub lacks_trace: bool,
    /// What it took; nothing for a run that an earlier attempt had finished.
    pub took: Option<Took>,
    /// If the folder was there already, with the same bytes.
    pub verified: Option<Verified>,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// Why its folder could not be written.
    pub error: Option<String>,
    /// The command that does it again.
    pub reproduce: String,
}

/// What a folder that was there already has now.
pub(in crate::cli) struct Verified {
    /// The files that it lacked.
    pub added: Vec<String>,
    /// Whether it has a page that names another command.
    pub keeps_page: bool,
}

/// What a run took of the machine.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Took {
    /// Seconds of wall-clock time, judging included.
    pub wall_s: f64,
    /// The most memory in use at once.
    pub memory_bytes: u64,
}

/// What became of a job.
pub(in crate::cli) enum Outcome<R> {
    /// It was not begun.
    Skipped,
    /// It met a mistake of ours, which has been said.
    Panicked,
    /// It came to this.
    Done(R),
}

impl Report {
    /// What the run adds to the exit code.
    pub fn exit(&self) -> Exit {
        match (self.cut, &self.error, self.verdict()) {
            // Nothing was kept.
            (_, Some(_), _) => Exit::InputOutput,
            (Some(Cut::Interrupt), None, _) => Exit::Interrupted,
            (_, None, _) if self.lacks_trace => Exit::Interrupted,
            (_, None, RunVerdict::Passed) => Exit::Passed,
            (_, None, RunVerdict::Failed) => Exit::Violated,
            (_, None, RunVerdict::Inconclusive) => Exit::Inconclusive,
        }
    }

    /// What the run came to.
    pub fn verdict(&self) -> RunVerdict {
        self.summary.run_verdict()
    }

    /// Whether nothing cut it short and its folder is there.
    pub fn is_finished(&self) -> bool {
        self.cut.is_none() && self.error.is_none()
    }

    /// What a sweep keeps of it, if it is finished.
    pub fn kept(&self) -> Option<SweepRun> {
        self.is_finished().then(|| SweepRun {
            run: self.run.clone(),
            digest: self.summary.digest.clone(),
            verdict: self.verdict(),
            figures: self.summary.figures(),
            has_page: self.has_page,
        })
    }
}

/// Does every job in its place, `workers` at once, until `is_over` says so. A job that panics takes no other with it.
pub(super) fn side_by_side<J: Sync, R: Send>(
    jobs: &[J],
    workers: usize,
    body: impl Fn(&J) -> R + Sync,
    is_over: impl Fn() -> bool + Sync,
) -> Vec<Outcome<R>> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<Mutex<Outcome<R>>> = jobs.iter().map(|_| Mutex::new(Outcome::Skipped)).collect();
    std::thread::scope(|scope| {
        for _ in 0..workers.min(jobs.len()) {
            scope.spawn(|| {
                while !is_over() {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(job) = jobs.get(index) else { break };
                    let outcome = match catch_unwind(AssertUnwindSafe(|| body(job))) {
                        Ok(result) => Outcome::Done(result),
                        Err(_) => Outcome::Panicked,
                    };
                    *outcomes[index].lock().expect("nothing panics while it is held") = outcome;
                }
            });
        }
    });
    let inner = |outcome: Mutex<Outcome<R>>| outcome.into_inner().expect("nothing panics while it is held");
    outcomes.into_iter().map(inner).collect()
}

/// Where the folders of a batch's runs go.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The folder of all run folders.
    pub parent: &'a Path,
    /// Whether the run stands alone: then it has all its files.
    pub is_single: bool,
    /// How many runs there are.
    pub runs: usize,
    /// Where files go.
    pub sink: &'a dyn Sink,
}

/// Runs of a sweep beyond which only those that did not pass have charts and a page: half a megabyte each.
const PAGES_MAX: usize = 50;

/// The charts of a run with this verdict; with any it has a page.
fn charts(args: &RunArgs, place: Place<'_>, verdict: RunVerdict) -> Charts {
    match place.runs <= PAGES_MAX || verdict != RunVerdict::Passed {
        true => args.charts.into(),
        false => Charts::None,
    }
}

/// Runs one run and writes its folder, unless an earlier attempt did.
pub(super) fn run_job<X: Custom>(
    args: &RunArgs,
    batch: &Batch,
    job: &Job,
    place: Place<'_>,
    progress: &Progress,
) -> Report {
    let mut warnings = Vec::new();
    if args.resume {
        match finished_before(args, batch, job, place) {
            Ok(Ok(report)) => return report,
            Ok(Err(warning)) => warnings.extend(warning),
            Err(error) => warnings.push(format!("what may be there cannot be read: {error}")),
        }
    }
    let reproduce = reproduce::of_run(args, batch, job, None, Reader::Here);
    let _doing = doing(reproduce);
    let watcher = Watcher::start(args);
    let executed = execute(batch.prepare::<X>(args, job), &watcher.stop, &mut |at| {
        progress.simulated(at, watcher.seconds());
        watcher.look();
    });
    let cut = match executed.stop {
        None => watcher.cut(),
        Some(Stop::Limit(limit)) => args.limit(limit).map(|_| Cut::Limit(limit)),
        Some(Stop::End) => None,
    };
    let took = Took { wall_s: watcher.seconds(), memory_bytes: watcher.memory_bytes() };
    let origin = Origin {
        resolved: batch.resolved(job),
        overrides: batch.overrides_of(job),
        params: job.run.params.clone(),
        reproduce: reproduce::of_run(args, batch, job, cut, Reader::Anywhere),
        cut,
        host: host(took, executed.events),
    };
    let usual = product::usual(&executed);
    let facts = executed.facts(&origin);
    let charts = charts(args, place, facts.verdict());
    let traced = args.trace(place.is_single);
    let trace = WantedTrace { events_max: args.max_trace_events, interrupt: &INTERRUPTED };
    let wanted = Wanted {
        parent: place.parent,
        charts,
        per_request: traced != Trace::None,
        trace: (traced == Trace::Full).then_some(trace),
    };
    let written = product::write(&executed, &facts, &origin, &usual, wanted, place.sink);
    warnings.extend(executed.warnings.iter().cloned());
    if let (Some(cut), None) = (cut, executed.stop) {
        let (now, end) = (executed.recording.end(), executed.prepared.world.setup.duration);
        warnings.push(format!("cut short at {now} of {end}: {cut}"));
    }
    let lacks_trace = written.as_ref().is_ok_and(|product| product.lacks_trace);
    warnings.extend(written.iter().flat_map(|product| product.warnings.iter().cloned()));
    if lacks_trace {
        warnings.push(LACKS_TRACE.to_owned());
    } else if traced == Trace::Full {
        warnings.extend(trace.warning(executed.events));
    }
    let mut verified = None;
    let (folder, error) = match written.map(|Product { finished, .. }| finished) {
        Ok(Finished::Written { folder } | Finished::Partial { folder }) => (Some(folder), None),
        Ok(Finished::Verified { folder, added, keeps_page }) => {
            verified = Some(Verified { added, keeps_page });
            (Some(folder), None)
        }
        Ok(Finished::Differs { folder, other, files }) => {
            let message = format!(
                "{} was there already and differs in {}; this run's files are in {}",
                folder.display(),
                files.join(", "),
                other.display()
            );
            (Some(folder), Some(message))
        }
        Err(error) => (None, Some(error.to_string())),
    };
    Report {
        run: job.run.clone(),
        summary: Summary::new(&facts, &executed.recording, &usual),
        cut,
        reproduce: reproduce::of_ended(args, batch, job, cut, folder.as_deref()),
        folder,
        has_page: charts != Charts::None,
        lacks_trace,
        took: Some(took),
        verified,
        warnings,
        error,
    }
}

/// The run as an earlier attempt finished it; or else why it cannot be kept, if something is there.
fn finished_before(
    args: &RunArgs,
    batch: &Batch,
    job: &Job,
    place: Place<'_>,
) -> Result<Result<Report, Option<String>>, crate::run::outputs::OutputError> {
    let folder = place.parent.join(&job.run.run_id);
    Ok(match stored(place.sink, &folder)? {
        Stored::Nothing => Err(None),
        Stored::Damaged { file } => {
            Err(Some(format!("{} is damaged ({file}): the run is done again", folder.display())))
        }
        // What the folder lacks of what is asked for, doing the run again adds.
        Stored::Whole { summary, files } if lacks(args, place, summary.run_verdict(), &files) => Err(None),
        Stored::Whole { summary, files } => Ok(Report {
            run: job.run.clone(),
            summary: *summary,
            cut: None,
            reproduce: reproduce::of_ended(args, batch, job, None, Some(&folder)),
            folder: Some(folder),
            has_page: files.contains_key(REPORT),
            lacks_trace: false,
            took: None,
            verified: None,
            warnings: Vec::new(),
            error: None,
        }),
    })
}

/// Whether a run's folder lacks files that are asked for.
fn lacks(
    args: &RunArgs,
    place: Place<'_>,
    verdict: RunVerdict,
    files: &BTreeMap<String, FileDigest>,
) -> bool {
    let charts = charts(args, place, verdict);
    let page = (charts != Charts::None).then_some(REPORT);
    // All pictures of a run are written together.
    let has = |extension: &str| files.keys().any(|file| file.ends_with(extension));
    let lacks_pictures = charts == Charts::Png && has(".svg") && !has(".png");
    let traced: &[&str] = match args.trace(place.is_single) {
        Trace::None => &[],
        Trace::Ops => &[HISTORY],
        Trace::Full => &[HISTORY, TRACE],
    };
    lacks_pictures || page.iter().chain(traced).any(|file| !files.contains_key(*file))
}

/// Facts of the machine for manifests; never digested.
fn host(took: Took, events: u64) -> serde_json::Value {
    serde_json::json!({
        "wall_s": took.wall_s,
        "events_per_s": (events as f64 / took.wall_s.max(1e-9)).round(),
        "memory_bytes": took.memory_bytes,
        "os": std::env::consts::OS,
        "architecture": std::env::consts::ARCH,
    })
}

impl Report {
    /// The run as a JSON document.
    pub fn json(&self) -> serde_json::Value {
        let mut json = serde_json::to_value(&self.summary).expect("it is plain data");
        let params = self.run.params.iter().map(|(name, value)| (name.clone(), value.clone().into()));
        json["params"] = serde_json::Value::Object(params.collect());
        json["output"] = self.folder.as_ref().map(|folder| folder.display().to_string()).into();
        json["reproduce"] = self.reproduce.clone().into();
        json["host"] = self.took.map(|took| host(took, self.summary.events)).into();
        json
    }

    /// The page to open, or the folder without one.
    pub fn to_open(&self) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        Some(if self.has_page { folder.join(REPORT) } else { folder.clone() })
    }
}

/// Whether nothing more is to be begun.
pub(super) fn is_over(args: &RunArgs, failed: &AtomicUsize) -> bool {
    is_interrupted() || (args.fail_fast && failed.load(Ordering::Relaxed) > 0)
}
