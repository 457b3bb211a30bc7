//! What runs came to, for people and as JSON.

use std::io::Write;
use std::path::Path;

use crate::kernel::Time;
use crate::run::execute::Executed;
use crate::run::outputs::RunVerdict;
use crate::run::page::{actual, grouped, written};
use crate::sim::Stop;
use crate::systems::Custom;

use super::Exit;
use super::arguments::{Format, RunArgs};
use super::jobs::Batch;
use super::work::{Report, exit_of};

/// What a run came to, for people.
pub(super) fn summary_lines<X: Custom>(
    executed: &Executed<X>,
    run_id: &str,
    seed: u64,
    seconds: f64,
) -> Vec<String> {
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
fn headline<X: Custom>(executed: &Executed<X>) -> Vec<[String; 5]> {
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

pub(super) fn print_reports(args: &RunArgs, batch: &Batch, reports: &[Report], sweep: Option<&Path>) {
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
