//! Runs go side by side, each in one thread.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::execute::execute;
use crate::run::outputs::{Disk, Finished, RunVerdict, Summary, SweepRun};
use crate::run::page::grouped;
use crate::run::product::{self, Origin, Wanted, WantedTrace};
use crate::scenario::resolved;
use crate::systems::Custom;

use super::Exit;
use super::arguments::{Charts, RunArgs, Trace, When};
use super::jobs::{Batch, Job, prepare_job};
use super::print::{print_reports, summary_lines};
use super::reproduce::reproduce;
use super::sweep::write_sweep_folder;

/// What a run left.
pub(super) struct Report {
    pub name: String,
    pub folder: Option<PathBuf>,
    pub kept: SweepRun,
    pub verdict: RunVerdict,
    pub lines: Vec<String>,
    pub warnings: Vec<String>,
    pub json: serde_json::Value,
    pub reproduce: String,
    pub error: Option<String>,
}

/// Runs all runs of one file.
pub(super) fn run_batch<X: Custom>(
    args: &RunArgs,
    batch: &Batch,
    jobs: &[&Job],
    interrupt: &AtomicBool,
) -> Exit {
    let is_single = jobs.len() == 1;
    let home = args.out.join(&batch.name);
    let parent = if is_single { home.clone() } else { home.join("sweep.running") };
    let bar = progress_bar(args, jobs.len());
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let reports: Vec<Mutex<Option<Report>>> = jobs.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..workers(args).min(jobs.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= jobs.len()
                        || interrupt.load(Ordering::Relaxed)
                        || stop.load(Ordering::Relaxed)
                    {
                        break;
                    }
                    let report = run_job::<X>(args, batch, jobs[index], &parent, is_single, interrupt, &bar);
                    if let Some(report) = &report {
                        if args.fail_fast && report.verdict == RunVerdict::Failed {
                            stop.store(true, Ordering::Relaxed);
                        }
                        if !is_single {
                            bar.inc(1);
                        }
                    }
                    *reports[index].lock().expect("no worker panics with a report in hand") = report;
                }
            });
        }
    });
    bar.finish_and_clear();
    let reports: Vec<Report> = reports
        .into_iter()
        .filter_map(|report| report.into_inner().expect("no worker panics with a report in hand"))
        .collect();
    let mut exits: Vec<Exit> = reports.iter().map(exit_of).collect();
    if interrupt.load(Ordering::Relaxed) {
        eprintln!("interrupted: {} of {} runs finished", reports.len(), jobs.len());
        exits.push(Exit::Interrupted);
    }
    let written = if is_single { Ok(None) } else { write_sweep_folder(batch, &home, &parent, &reports) };
    let sweep = match written {
        Ok(sweep) => sweep,
        Err(message) => {
            eprintln!("error: {message}");
            exits.push(Exit::InputOutput);
            None
        }
    };
    if let Some(folder) = sweep.as_ref().or(reports.first().and_then(|report| report.folder.as_ref()))
        && let Err(error) = product::latest(&Disk, &args.out, folder)
    {
        eprintln!("warning: {error}");
    }
    print_reports(args, batch, &reports, sweep.as_deref());
    Exit::of_many(exits)
}

pub(super) fn exit_of(report: &Report) -> Exit {
    match (&report.error, report.verdict) {
        (Some(_), _) => Exit::InputOutput,
        (None, RunVerdict::Passed) => Exit::Passed,
        (None, RunVerdict::Failed) => Exit::Violated,
        (None, RunVerdict::Inconclusive) => Exit::Inconclusive,
    }
}

fn workers(args: &RunArgs) -> usize {
    // Only how many runs go side by side depends on the machine; no result does.
    #[allow(clippy::disallowed_methods)]
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    args.jobs.unwrap_or_else(cores).max(1)
}

fn progress_bar(args: &RunArgs, runs: usize) -> ProgressBar {
    let hidden = args.quiet || args.progress == When::Never || !std::io::stderr().is_terminal();
    let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let (length, template) = match runs {
        1 => (1000, "{bar:40} {msg}"),
        _ => (runs as u64, "{bar:40} {pos}/{len} runs, {eta} left {msg}"),
    };
    let style = ProgressStyle::with_template(template).expect("the template is well-formed");
    ProgressBar::with_draw_target(Some(length), target).with_style(style)
}

/// Runs one run and writes its folder; `None` if it was interrupted.
fn run_job<X: Custom>(
    args: &RunArgs,
    batch: &Batch,
    job: &Job,
    parent: &Path,
    is_single: bool,
    interrupt: &AtomicBool,
    bar: &ProgressBar,
) -> Option<Report> {
    // How long a run takes is for people, and never enters a result.
    #[allow(clippy::disallowed_types)]
    let started = std::time::Instant::now();
    let prepared = prepare_job::<X>(args, batch, job);
    let executed = execute(prepared, interrupt, &mut |progress| {
        if is_single {
            let share = progress.now.0 as f64 / progress.end.0.max(1) as f64;
            bar.set_position((share * 1000.0) as u64);
            bar.set_message(format!(
                "{} of {}, {} events",
                progress.now,
                progress.end,
                grouped(progress.events)
            ));
        }
    });
    executed.stop?;
    let seconds = started.elapsed().as_secs_f64();
    let reproduce = reproduce(args, batch, job);
    let origin = Origin {
        resolved: resolved(&job.document, None),
        overrides: args.set.clone(),
        params: job.params.clone(),
        reproduce: reproduce.clone(),
        host: serde_json::json!({
            "wall_s": seconds,
            "events_per_s": (executed.events as f64 / seconds).round(),
            "os": std::env::consts::OS,
            "architecture": std::env::consts::ARCH,
        }),
    };
    let usual = product::usual(&executed);
    let facts = executed.facts(&origin);
    let traced = args.trace(is_single);
    let trace = WantedTrace { events_max: args.max_trace_events, interrupt };
    let trace = (traced == Trace::Full).then_some(trace);
    let charts = args.charts == Charts::Svg && is_single;
    let wanted = Wanted { parent, charts, per_request: traced != Trace::None, trace };
    let written = product::write(&executed, &facts, &origin, &usual, wanted, &Disk);
    let mut warnings = executed.warnings.clone();
    warnings.extend(trace.and_then(|trace| trace.warning(executed.events)));
    let (folder, error) = match written {
        Ok(Finished::Written { folder }) => (Some(folder), None),
        Ok(Finished::Verified { folder, added }) => {
            let mut said = format!("{} was there already, and is the same byte for byte", folder.display());
            if !added.is_empty() {
                said += &format!("; new in it: {}", added.join(", "));
            }
            warnings.push(said);
            (Some(folder), None)
        }
        Ok(Finished::Differs { folder, other, files }) => {
            let files = files.join(", ");
            let message = format!(
                "{} was there already and differs in {files}; this run's files are in {}",
                folder.display(),
                other.display()
            );
            (Some(folder), Some(message))
        }
        Err(error) => (None, Some(error.to_string())),
    };
    let mut json =
        serde_json::to_value(Summary::new(&facts, &executed.recording, &usual)).expect("it is plain data");
    json["output"] = folder.as_ref().map(|folder| folder.display().to_string()).into();
    json["host"] = facts.host.clone();
    Some(Report {
        name: batch.name.clone(),
        lines: summary_lines(&executed, &facts.run_id(), job.seed, seconds),
        verdict: facts.verdict(),
        kept: SweepRun::new(&facts, usual),
        folder,
        warnings,
        json,
        reproduce,
        error,
    })
}
