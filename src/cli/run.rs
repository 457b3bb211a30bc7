//! `seedbed run`: runs scenario files, expanding their sweeps.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::kernel::Time;
use crate::run::execute::{Executed, execute};
use crate::run::outputs::{
    Disk, Finished, Folder, RunVerdict, Summary, SweepRun, finish_sweep, sweep_folder, write_sweep,
};
use crate::run::page::{actual, grouped, written};
use crate::run::prepare::{Prepared, prepare};
use crate::run::product::{self, Origin, Wanted};
use crate::scenario::plan::SEED_MAX;
use crate::scenario::{LoadOptions, Loaded, Scenario, Sweep, load, render, resolved};
use crate::sim::{Limits, Stop};
use crate::spec::{Decode, Decoder, Diagnostics, Node, Sources};

use super::exit::Exit;

/// Runs scenario files and judges what happened.
#[derive(Args, Clone, Debug)]
pub struct RunArgs {
    /// Scenario files.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The seed, in place of the scenario's.
    #[arg(long, conflicts_with = "seeds")]
    seed: Option<u64>,
    /// A range of seeds, both ends included: 1..100.
    #[arg(long, value_parser = seeds)]
    seeds: Option<(u64, u64)>,
    /// Sets a value of the scenario: system.kv.disk.fsync=1ms.
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// Only runs with this value of a swept variable: nodes=5.
    #[arg(long, value_name = "NAME=VALUE")]
    only: Vec<String>,
    /// How many runs go side by side; all cores by default.
    #[arg(short, long)]
    jobs: Option<usize>,
    /// The folder for results.
    #[arg(short, long, default_value = "outputs")]
    out: PathBuf,
    /// The folder that no path in a scenario may leave.
    #[arg(long)]
    root: Option<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Charts and pages.
    #[arg(long, value_enum, default_value_t = Charts::Svg)]
    charts: Charts,
    /// Stops after the first run that fails.
    #[arg(long)]
    fail_fast: bool,
    /// Only lists the runs.
    #[arg(long)]
    dry_run: bool,
    /// Most events of a run.
    #[arg(long, value_name = "N")]
    max_events: Option<u64>,
    /// Prints nothing but errors.
    #[arg(short, long)]
    quiet: bool,
    /// Progress on stderr.
    #[arg(long, value_enum, default_value_t = When::Auto)]
    progress: When,
}

/// How a result is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Format {
    /// A short table.
    Text,
    /// One JSON document.
    Json,
}

/// Which charts are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Charts {
    /// SVG files and a page.
    Svg,
    /// None.
    None,
}

/// When something is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum When {
    /// On a terminal.
    Auto,
    /// Not.
    Never,
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let (first, last) = text.split_once("..").ok_or("write a range of seeds such as 1..100")?;
    let seed = |text: &str| text.parse::<u64>().ok().filter(|seed| *seed <= SEED_MAX);
    let (first, last) = (seed(first), seed(last));
    let (Some(first), Some(last)) = (first, last) else {
        return Err(format!("seeds are whole numbers from 0 to {SEED_MAX}"));
    };
    if first <= last { Ok((first, last)) } else { Err("the last seed is before the first".to_owned()) }
}

/// One run of one file.
struct Job {
    file: usize,
    document: Node,
    params: Vec<(String, String)>,
    seed: u64,
}

/// A file and what its runs share.
struct Batch {
    path: PathBuf,
    name: String,
    sources: Sources,
    root: Option<PathBuf>,
}

/// What a run left.
struct Report {
    name: String,
    folder: Option<PathBuf>,
    kept: SweepRun,
    verdict: RunVerdict,
    lines: Vec<String>,
    warnings: Vec<String>,
    json: serde_json::Value,
    reproduce: String,
    error: Option<String>,
}

/// Runs the command.
pub fn run(args: &RunArgs) -> Exit {
    let Some((batches, jobs)) = plan_jobs(args) else { return Exit::Invalid };
    if jobs.is_empty() {
        eprintln!("nothing selected: no run has the values that --only asks for");
        return Exit::NothingSelected;
    }
    if args.dry_run {
        return list_jobs(&batches, &jobs);
    }
    let interrupt: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
    if let Err(error) = ctrlc::set_handler(|| interrupt.store(true, Ordering::Relaxed)) {
        eprintln!("warning: an interrupt will not be handled: {error}");
    }
    let mut exits = Vec::new();
    for (index, batch) in batches.iter().enumerate() {
        let of_batch: Vec<&Job> = jobs.iter().filter(|job| job.file == index).collect();
        if !of_batch.is_empty() {
            exits.push(run_batch(args, batch, &of_batch, interrupt));
        }
        if interrupt.load(Ordering::Relaxed) {
            break;
        }
    }
    Exit::of_many(exits)
}

fn list_jobs(batches: &[Batch], jobs: &[Job]) -> Exit {
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

/// Loads every file and checks every run before any starts. `None` once the mistakes have been printed.
fn plan_jobs(args: &RunArgs) -> Option<(Vec<Batch>, Vec<Job>)> {
    let mut batches = Vec::new();
    let mut jobs = Vec::new();
    let mut all = true;
    for (file, path) in args.files.iter().enumerate() {
        let options = LoadOptions { root: args.root.clone(), set: args.set.clone() };
        let mut loaded = load(path, &options);
        let mut diagnostics = std::mem::take(&mut loaded.diagnostics);
        let of_file = jobs_of_file(args, file, path, &loaded, &mut diagnostics);
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

fn jobs_of_file(
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
        let prepared = prepare(&stem, &scenario, first, limits(args), diagnostics, &files)?;
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
fn prepare_job(args: &RunArgs, batch: &Batch, job: &Job) -> Prepared {
    let files = crate::scenario::source::ScenarioFiles::new(&batch.sources, batch.root.clone());
    let mut diagnostics = Diagnostics::default();
    let scenario = Scenario::decode(&job.document, &mut Decoder::new(&mut diagnostics, &files));
    let scenario = scenario.expect("it was decoded before the runs began");
    let prepared = prepare(&batch.name, &scenario, job.seed, limits(args), &mut diagnostics, &files);
    prepared.expect("it was planned before the runs began")
}

/// Runs all runs of one file.
fn run_batch(args: &RunArgs, batch: &Batch, jobs: &[&Job], interrupt: &AtomicBool) -> Exit {
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
                    let report = run_job(args, batch, jobs[index], &parent, is_single, interrupt, &bar);
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

fn exit_of(report: &Report) -> Exit {
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
fn run_job(
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
    let prepared = prepare_job(args, batch, job);
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
    let wanted = Wanted { parent, charts: args.charts == Charts::Svg && is_single, per_request: is_single };
    let written = product::write(&executed, &facts, &origin, &usual, wanted, &Disk);
    let mut warnings = executed.warnings.clone();
    let (folder, error) = match written {
        Ok(Finished::Written { folder }) => (Some(folder), None),
        Ok(Finished::Verified { folder, .. }) => {
            warnings.push(format!("{} was there already, and is the same byte for byte", folder.display()));
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

/// The command that does the same run again.
fn reproduce(args: &RunArgs, batch: &Batch, job: &Job) -> String {
    let mut command =
        format!("seedbed run {} --seed {}", quoted(&batch.path.display().to_string()), job.seed);
    for set in &args.set {
        command += &format!(" --set {}", quoted(set));
    }
    for (name, value) in &job.params {
        command += &format!(" --only {}", quoted(&format!("{name}={value}")));
    }
    if !job.params.is_empty() {
        command += " --set sweep.repeat=1";
    }
    command
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%@".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

/// What a run came to, for people.
fn summary_lines(executed: &Executed, run_id: &str, seed: u64, seconds: f64) -> Vec<String> {
    let simulated = executed.recording.end().since(Time::ZERO).as_secs_f64();
    let mut lines = vec![format!(
        "{}  seed {seed}  run {run_id}  {simulated} s simulated in {seconds:.2} s  ({} events, {} a second)  digest {:016x}",
        executed.prepared.name,
        grouped(executed.events),
        grouped((executed.events as f64 / seconds) as u64),
        executed.digest
    )];
    let mut rows: Vec<[String; 5]> = Vec::new();
    rows.extend(headline(executed));
    for verdict in &executed.verdicts {
        let word = match (verdict.expect_violated, verdict.as_expected) {
            (true, true) => format!("{} (expected)", verdict.verdict.name()),
            (true, false) => format!("{} (expected: violated)", verdict.verdict.name()),
            (false, _) => verdict.verdict.name().to_owned(),
        };
        let (found, expected) = match verdict.figure {
            Some(_) => (actual(verdict), verdict.expected.clone()),
            None => (verdict.message.clone(), String::new()),
        };
        let found = if found.is_empty() { verdict.message.clone() } else { found };
        rows.push([word, verdict.kind.clone(), verdict.about.clone(), found, expected]);
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0).min(40);
    let widths = [width(0), width(1), width(2), width(3)];
    for [word, kind, about, found, expected] in &rows {
        let [a, b, c, d] = widths;
        lines.push(
            format!("  {word:a$}  {kind:b$}  {about:c$}  {found:d$}  {expected}").trim_end().to_owned(),
        );
    }
    if executed.stop != Some(Stop::End) {
        lines.push("  the run did not reach its end".to_owned());
    }
    lines
}

/// Throughput and latency of each workload.
fn headline(executed: &Executed) -> Vec<[String; 5]> {
    use crate::run::metrics::{Aggregate, Label, Metric, Query, entry};
    let recording = &executed.recording;
    let mut rows = Vec::new();
    for workload in &executed.prepared.world.workloads {
        let of = |metric| Query::of(metric).with(Label::Workload.name(), &workload.name);
        let show = |metric, aggregate| {
            let query = of(metric).expect("both metrics have the label");
            recording.measure(&query, aggregate).map(|value| written(value, entry(metric).unit))
        };
        if let Some(throughput) = show(Metric::Throughput, Aggregate::Mean) {
            rows.push([
                String::new(),
                "throughput".to_owned(),
                workload.name.clone(),
                throughput,
                String::new(),
            ]);
        }
        let parts = [("p50", Aggregate::P50), ("p99", Aggregate::P99), ("max", Aggregate::Max)];
        let parts = parts
            .map(|(name, aggregate)| show(Metric::Latency, aggregate).map(|value| format!("{name} {value}")));
        let latency: Vec<String> = parts.into_iter().flatten().collect();
        if !latency.is_empty() {
            let row = [
                String::new(),
                "latency".to_owned(),
                workload.name.clone(),
                latency.join("  "),
                String::new(),
            ];
            rows.push(row);
        }
    }
    rows
}

/// Moves the folders of finished runs under the sweep's own, and writes what they share.
fn write_sweep_folder(
    batch: &Batch,
    home: &Path,
    running: &Path,
    reports: &[Report],
) -> Result<Option<PathBuf>, String> {
    let runs: Vec<SweepRun> = reports.iter().map(|report| report.kept.clone()).collect();
    if runs.is_empty() {
        return Ok(None);
    }
    let name = sweep_folder(&runs);
    let mut folder = Folder::begin(&Disk, home, &name).map_err(|error| error.to_string())?;
    write_sweep(&mut folder, &runs).map_err(|error| error.to_string())?;
    let target = folder.partial().join("runs");
    std::fs::rename(running, &target)
        .map_err(|error| format!("{}: cannot be moved: {error}", running.display()))?;
    let host = serde_json::json!({ "os": std::env::consts::OS, "architecture": std::env::consts::ARCH });
    match finish_sweep(folder, &batch.name, &runs, &host).map_err(|error| error.to_string())? {
        Finished::Written { folder } | Finished::Verified { folder, .. } => Ok(Some(folder)),
        Finished::Differs { folder, other, files } => Err(format!(
            "{} was there already and differs in {}; this sweep's files are in {}",
            folder.display(),
            files.join(", "),
            other.display()
        )),
    }
}

fn print_reports(args: &RunArgs, batch: &Batch, reports: &[Report], sweep: Option<&Path>) {
    let failed: Vec<&Report> = reports.iter().filter(|report| exit_of(report) != Exit::Passed).collect();
    let mut out = std::io::stdout().lock();
    // A reader that has gone wants no more: errors of stdout are not ours to report.
    let _ = match args.format {
        Format::Json => {
            let all: Vec<&serde_json::Value> = reports.iter().map(|report| &report.json).collect();
            match all.as_slice() {
                [one] => writeln!(out, "{one:#}"),
                many => writeln!(out, "{:#}", serde_json::json!(many)),
            }
        }
        Format::Text if args.quiet => Ok(()),
        Format::Text => print_text(&mut out, batch, reports, &failed, sweep),
    };
    for report in reports {
        for warning in &report.warnings {
            eprintln!("warning: {}: {warning}", report.name);
        }
        if let Some(error) = &report.error {
            eprintln!("error: {error}");
        }
    }
    if let Some(first) = failed.first() {
        eprintln!("reproduce: {}", first.reproduce);
    }
}

fn print_text(
    out: &mut impl Write,
    batch: &Batch,
    reports: &[Report],
    failed: &[&Report],
    sweep: Option<&Path>,
) -> std::io::Result<()> {
    if let [report] = reports {
        for line in &report.lines {
            writeln!(out, "{line}")?;
        }
        let page = report.folder.as_ref().map(|folder| folder.join("report.html").display().to_string());
        return writeln!(out, "{}   {}", report.verdict.name(), page.unwrap_or_default());
    }
    let count = |verdict| reports.iter().filter(|report| report.verdict == verdict).count();
    writeln!(
        out,
        "{}  {} runs: {} passed, {} failed, {} inconclusive",
        batch.name,
        reports.len(),
        count(RunVerdict::Passed),
        count(RunVerdict::Failed),
        count(RunVerdict::Inconclusive)
    )?;
    for report in failed.iter().take(20) {
        let params: Vec<String> =
            report.kept.params.iter().map(|(name, value)| format!("{name}={value}")).collect();
        writeln!(out, "  {}  seed {}  {}", report.verdict.name(), report.kept.seed, params.join(" "))?;
    }
    if failed.len() > 20 {
        writeln!(out, "  and {} more", failed.len() - 20)?;
    }
    match sweep {
        Some(folder) => writeln!(out, "{}", folder.display()),
        None => Ok(()),
    }
}
