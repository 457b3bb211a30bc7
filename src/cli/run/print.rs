//! What runs came to, for people.

use super::batch::Done;
use super::work::{LACKS_TRACE, Report};
use super::{Exit, Terminal};
use crate::kernel::counted;
use crate::run::metrics::{Aggregate, Figure, Label, Metric, Verdict, entry};
use crate::run::outputs::{BALLOTS_TEXT, CheckSummary, RunVerdict, Seen, Sometimes};
use crate::run::page::{grouped, written};

/// Runs of a sweep beyond which those that passed are counted rather than shown.
const ROWS_MAX: usize = 40;

/// What became of the runs of a file.
pub(super) fn text(done: &Done<'_>, verbose: bool, terminal: &Terminal) -> String {
    let paint = Paint { on: terminal.color_stdout() };
    match done.reports.as_slice() {
        [report] if done.sweep.is_none() => single(done, report, verbose, paint),
        _ => sweep(done, verbose, paint),
    }
}

/// Why the runs of a file did not pass, for who does not get to see [`text`]: the checks for which runs failed, those that
/// could not be told and what cut runs short, and what came to pass in none of them.
pub(super) fn reasons(done: &Done<'_>) -> Vec<String> {
    let of_runs = |verdict: RunVerdict| {
        let runs: Vec<&Report> = done.reports.iter().filter(|report| report.verdict() == verdict).collect();
        let why: Vec<String> = runs.iter().flat_map(|report| why(report, verdict)).collect();
        let (word, why) = (verdict.name(), names(why.iter().map(String::as_str)));
        match (runs.len(), done.batch.jobs.len()) {
            (0, _) => None,
            (_, 1) => Some(format!("{word}: {why}")),
            (some, all) => Some(format!("{some} of {all} runs {word}: {why}")),
        }
    };
    let of_runs = [RunVerdict::Failed, RunVerdict::Inconclusive].into_iter().filter_map(of_runs);
    let named = |reason: String| format!("{}: {reason}", done.batch.name);
    of_runs.map(named).chain(never(done)).collect()
}

/// What else keeps the runs of a file from passing, whatever they came to: what could not be written, mistakes of ours, and
/// runs that were not done.
pub(super) fn troubles(done: &Done<'_>) -> Vec<String> {
    let errors = done.reports.iter().filter_map(|report| report.error.as_ref()).chain(&done.errors).cloned();
    let lacking = done.reports.iter().filter(|report| report.lacks_trace).map(|_| LACKS_TRACE.to_owned());
    let panicked = match (done.panicked, done.batch.jobs.len()) {
        (0, _) => None,
        (_, 1) => Some("the run met an internal error".to_owned()),
        (some, all) => Some(format!("{some} of {all} runs met an internal error")),
    };
    let skipped = (done.skipped > 0).then(|| done.why_partial().1);
    let troubles = errors.chain(lacking).chain(panicked).chain(skipped);
    troubles.map(|trouble| format!("{}: {trouble}", done.batch.name)).collect()
}

/// What came to pass in none of all runs.
pub(super) fn never(done: &Done<'_>) -> Vec<String> {
    done.never().map(|one| format!("{}: {one}", done.batch.name)).collect()
}

/// What made a run come to this verdict.
fn why(report: &Report, verdict: RunVerdict) -> Vec<String> {
    let summary = &report.summary;
    match verdict {
        RunVerdict::Passed => Vec::new(),
        RunVerdict::Failed => summary.failed().map(|check| check.name.clone()).collect(),
        RunVerdict::Inconclusive if !summary.is_to_the_end() => {
            vec![format!("stopped early by {}", summary.stopped)]
        }
        RunVerdict::Inconclusive => {
            let open = summary.checks.iter().filter(|check| check.verdict == Verdict::Inconclusive.name());
            open.map(|check| check.name.clone()).collect()
        }
    }
}

/// Names that are told before the others are counted.
const NAMES_MAX: usize = 3;
/// Kinds of requests of which it is said where their time went.
const SENTENCES_MAX: usize = 4;

/// `outage, recovery, reads and 2 more`: each name once.
fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in all {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let told = names[..names.len().min(NAMES_MAX)].join(", ");
    match names.len() - names.len().min(NAMES_MAX) {
        0 => told,
        more => format!("{told} and {more} more"),
    }
}

/// Puts colour on verdicts.
#[derive(Clone, Copy)]
struct Paint {
    on: bool,
}

impl Paint {
    /// `text`, in the colour of the verdict `word`.
    fn verdict(self, word: &str, text: &str) -> String {
        let colour = match word {
            "held" | "passed" | "seen" => "32",
            "violated" | "failed" | "never" => "31",
            "inconclusive" | "not-seen" => "33",
            _ => return text.to_owned(),
        };
        if self.on { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

fn single(done: &Done<'_>, report: &Report, verbose: bool, paint: Paint) -> String {
    let summary = &report.summary;
    let digest = summary.digest.as_deref().unwrap_or("none");
    let mut lines =
        vec![format!("{}  seed {}  run {}  digest {digest}", summary.scenario, summary.seed, summary.run_id)];
    let events = grouped(summary.events);
    lines.push(match report.took {
        Some(took) => {
            let rate = grouped((summary.events as f64 / took.wall_s.max(1e-9)) as u64);
            let memory = format!(", {:.1} MB", took.memory_bytes as f64 / 1e6);
            let memory = if verbose { memory.as_str() } else { "" };
            format!(
                "  {} s simulated in {:.2} s  ({events} events, {rate} a second{memory})",
                summary.simulated_s, took.wall_s
            )
        }
        None => format!("  {} s simulated by an earlier attempt  ({events} events)", summary.simulated_s),
    });
    let mut rows = headline(&summary.figures());
    rows.extend(summary.checks.iter().map(check_row));
    if verbose {
        rows.extend(summary.figures().iter().map(figure_row));
    }
    lines.extend(aligned(&rows, paint));
    lines.extend(summary.time_spent.iter().take(SENTENCES_MAX).map(|sentence| format!("  {sentence}")));
    if let Some(more @ 1..) = summary.time_spent.len().checked_sub(SENTENCES_MAX) {
        let kinds = counted(more as u64, "more kind");
        lines.push(format!("  {kinds} of request: breakdown.csv"));
    }
    lines.push(format!("{}   {}", conclusion(done, report, paint), opened(report)));
    let story = report.folder.as_ref().map(|folder| folder.join(BALLOTS_TEXT)).filter(|story| story.exists());
    lines.extend(story.map(|story| format!("ballot by ballot: {}", story.display())));
    lines.join("\n") + "\n"
}

fn opened(report: &Report) -> String {
    report.to_open().map_or(String::new(), |path| path.display().to_string())
}

/// `failed: 1 of 7 checks`.
fn conclusion(done: &Done<'_>, report: &Report, paint: Paint) -> String {
    let checks = &report.summary.checks;
    let count = |wanted: &dyn Fn(&&CheckSummary) -> bool| checks.iter().filter(wanted).count();
    let all = counted(checks.len() as u64, "check");
    let never = done.never().count();
    // The run is all runs that there are.
    let verdict = done.verdict();
    let why = match verdict {
        RunVerdict::Passed if checks.is_empty() => "nothing was checked".to_owned(),
        RunVerdict::Passed => match count(&|check| check.verdict == "not-applicable") {
            0 => all,
            idle => format!("{all}, {idle} of them not applicable"),
        },
        RunVerdict::Failed => match report.summary.failed().count() {
            0 => format!("{never} of {all}; more seeds may show it: --seeds 1..20"),
            failed => format!("{} of {all}", failed + never),
        },
        RunVerdict::Inconclusive if !report.summary.is_to_the_end() => {
            format!("stopped early by {}", report.summary.stopped)
        }
        RunVerdict::Inconclusive => {
            format!("{} of {all}", count(&|check| check.verdict == "inconclusive"))
        }
    };
    format!("{}: {why}", paint.verdict(verdict.name(), verdict.name()))
}

/// Of a check its verdict, name and kind, what it is about, what was found, and what was expected; of a figure what of it
/// there is.
type Row = [String; 6];

/// Rows in columns; the first word of each, a verdict, in its colour.
fn aligned(rows: &[Row], paint: Paint) -> Vec<String> {
    // What nothing stands behind, such as a long message, widens no column.
    let is_inner = |row: &&Row, column: usize| row[column + 1..].iter().any(|cell| !cell.is_empty());
    let width = |column: usize| {
        let inner = rows.iter().filter(|row| is_inner(row, column));
        inner.map(|row| row[column].chars().count()).max().unwrap_or(0)
    };
    let [a, b, c, d, e] = [width(0), width(1), width(2), width(3), width(4)];
    let line = |[word, name, kind, about, found, expected]: &Row| {
        let rest = format!("{name:b$}  {kind:c$}  {about:d$}  {found:e$}  {expected}");
        let verdict = word.split(' ').next().unwrap_or_default();
        format!("  {}  {}", paint.verdict(verdict, &format!("{word:a$}")), rest.trim_end())
    };
    rows.iter().map(line).collect()
}

fn check_row(check: &CheckSummary) -> Row {
    let word = match (check.expect_violated(), check.verdict.as_str()) {
        (true, "violated") => "violated (expected)".to_owned(),
        (true, verdict) => format!("{verdict} (expected: violated)"),
        (false, verdict) => verdict.to_owned(),
    };
    let (found, expected) = match check.figure() {
        Some((value, unit)) => (written(value, unit), check.expected.clone()),
        None => (check.message.clone(), String::new()),
    };
    [word, check.name.clone(), check.kind.clone(), check.target.clone(), found, expected]
}

/// Throughput and latency of each workload.
fn headline(figures: &[Figure]) -> Vec<Row> {
    let is_whole = |figure: &&Figure| {
        !figure.labels.contains_key(&Label::Op) && !figure.labels.contains_key(&Label::Phase)
    };
    let of = |metric: Metric, aggregate: Aggregate, workload: &str| {
        let wanted = |figure: &&Figure| {
            let same = figure.metric == metric && figure.aggregate == aggregate && is_whole(figure);
            same && figure.labels.get(&Label::Workload).is_some_and(|name| name == workload)
        };
        figures.iter().find(wanted).map(|figure| written(figure.value, entry(metric).unit))
    };
    let mut rows = Vec::new();
    let is_first = |figure: &&Figure| {
        figure.metric == Metric::Throughput && figure.aggregate == Aggregate::Mean && is_whole(figure)
    };
    for figure in figures.iter().filter(is_first) {
        let Some(workload) = figure.labels.get(&Label::Workload) else { continue };
        let row = |what: &str, value: String| {
            [String::new(), String::new(), what.to_owned(), workload.clone(), value, String::new()]
        };
        rows.push(row("throughput", written(figure.value, entry(Metric::Throughput).unit)));
        let parts = [("p50", Aggregate::P50), ("p99", Aggregate::P99), ("max", Aggregate::Max)];
        let parts = parts.map(|(name, aggregate)| {
            of(Metric::Latency, aggregate, workload).map(|value| format!("{name} {value}"))
        });
        let latency: Vec<String> = parts.into_iter().flatten().collect();
        if !latency.is_empty() {
            rows.push(row("latency", latency.join("  ")));
        }
    }
    rows
}

fn figure_row(figure: &Figure) -> Row {
    let row = entry(figure.metric);
    let labels: Vec<&str> = figure.labels.values().map(String::as_str).collect();
    let value = written(figure.value, row.unit_of(figure.aggregate));
    [
        String::new(),
        String::new(),
        format!("{} {}", row.name, figure.aggregate.name()),
        labels.join(" "),
        value,
        String::new(),
    ]
}

fn sweep(done: &Done<'_>, verbose: bool, paint: Paint) -> String {
    let reports = &done.reports;
    let count = |verdict| reports.iter().filter(|report| report.verdict() == verdict).count();
    let parts: Vec<String> = [RunVerdict::Passed, RunVerdict::Failed, RunVerdict::Inconclusive]
        .into_iter()
        .filter(|verdict| *verdict == RunVerdict::Passed || count(*verdict) > 0)
        .map(|verdict| paint.verdict(verdict.name(), &format!("{} {}", count(verdict), verdict.name())))
        .chain((done.panicked > 0).then(|| format!("{} met an internal error", done.panicked)))
        .chain((done.skipped > 0).then(|| format!("{} not begun", done.skipped)))
        .chain(match done.never().count() as u64 {
            0 => None,
            never => {
                let text = format!("but {} never seen", counted(never, "check"));
                Some(paint.verdict(Seen::Never.name(), &text))
            }
        })
        .collect();
    let mut lines =
        vec![format!("{}  {} runs: {}", done.batch.name, done.batch.jobs.len(), parts.join(", "))];
    lines.extend(done.sometimes.iter().map(|one| sometimes(one, paint)));
    let took = reports.iter().filter_map(|report| Some((report.took?.wall_s, report.summary.events)));
    let (seconds, events) = took.fold((0.0, 0), |sum, took| (sum.0 + took.0, sum.1 + took.1));
    let earlier = reports.iter().filter(|report| report.took.is_none()).count();
    if events > 0 {
        let rate = grouped((events as f64 / f64::max(seconds, 1e-9)) as u64);
        lines.push(format!(
            "  {} events in {seconds:.2} s of one core  ({rate} events a second)",
            grouped(events)
        ));
    }
    if earlier > 0 {
        lines.push(format!("  {earlier} runs were finished by an earlier attempt"));
    }
    let all = verbose || reports.len() <= ROWS_MAX;
    let rows: Vec<&Report> = reports.iter().filter(|report| all || report.exit() != Exit::Passed).collect();
    let most = if verbose { usize::MAX } else { ROWS_MAX };
    let width = |report: &&Report| report.summary.seed.to_string().len();
    let seeds = rows.iter().take(most).map(width).max().unwrap_or(0);
    let words = rows.iter().take(most).map(|report| report.verdict().name().len()).max().unwrap_or(0);
    lines.extend(rows.iter().take(most).map(|report| sweep_row(report, (words, seeds), verbose, paint)));
    let left = reports.len() - rows.len().min(most);
    if left > 0 {
        let which = if rows.is_empty() { "that passed" } else { "more" };
        lines.push(format!("  and {left} {which}: -v shows them"));
    }
    lines.extend(done.sweep.as_ref().map(|folder| {
        let page = folder.join(crate::run::outputs::REPORT);
        let path = if page.exists() { &page } else { folder };
        path.display().to_string()
    }));
    lines.join("\n") + "\n"
}

/// In how many runs of a sweep something came to pass.
fn sometimes(one: &Sometimes, paint: Paint) -> String {
    let word = one.verdict.name();
    format!("  {}  {one}", paint.verdict(word, word))
}

/// A run of a sweep; `words` and `seeds` are the widths of the columns of verdicts and seeds.
fn sweep_row(report: &Report, (words, seeds): (usize, usize), verbose: bool, paint: Paint) -> String {
    let (verdict, summary) = (report.verdict().name(), &report.summary);
    let params: Vec<String> =
        report.run.params.iter().map(|(name, value)| format!("  {name}={value}")).collect();
    let digest = summary.digest.as_deref().unwrap_or("none            ");
    let took = match report.took {
        Some(took) if verbose => format!("  {:.2} s, {:.1} MB", took.wall_s, took.memory_bytes as f64 / 1e6),
        Some(_) => String::new(),
        None => "  (earlier)".to_owned(),
    };
    let checks = names(summary.failed().map(|check| check.name.as_str()));
    let checks = if checks.is_empty() { checks } else { format!("  {checks}") };
    let why = if summary.is_to_the_end() { String::new() } else { format!("  ({})", summary.stopped) };
    let word = paint.verdict(verdict, &format!("{verdict:words$}"));
    format!(
        "  {word}  run {}  seed {:>seeds$}  digest {digest}{}{checks}{why}{took}",
        summary.run_id,
        summary.seed,
        params.concat()
    )
}
