//! What came of a run: summary.json, checks.csv, and the facts of manifest.json.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::document::write_json;
use super::facts::{CRATE_VERSION, CheckRow, RunFacts, StoredInput, hexadecimal};
use super::formats::CHECKS;
use super::table::{Key, Table};
use crate::kernel::digest::CHECKPOINT_INTERVAL;
use crate::run::MODEL_VERSION;
use crate::run::metrics::{Figure, entry};
use crate::run::recording::Recording;
use crate::sim::Stop;

/// The version of the documents' shape.
pub const SCHEMA: u32 = 1;

/// Writes checks.csv.
pub(super) fn checks(out: &mut dyn Write, key: &Key, checks: &[CheckRow]) -> io::Result<()> {
    let mut table = Table::new(out, key, &CHECKS)?;
    for check in checks {
        let row = table.row(key)?.text(&check.name)?.text(&check.kind)?.text(&check.target)?;
        let row = row.text(check.expect())?.text(check.verdict.name())?.text(&check.expected)?;
        let row = row.float(check.actual)?.text(&check.unit)?.nanoseconds(check.at)?;
        row.text(&check.message)?.end()?;
    }
    table.end()
}

/// What came of a run: the document of summary.json, and of `run --format json`.
#[derive(Serialize)]
pub struct Summary {
    schema: u32,
    scenario: String,
    seed: u64,
    run_id: String,
    digest: Option<String>,
    events: u64,
    simulated_s: f64,
    stopped: &'static str,
    verdict: &'static str,
    checks: Vec<CheckSummary>,
    metrics: Vec<FigureSummary>,
    operations: Operations,
    notices: Vec<String>,
}

#[derive(Serialize)]
struct CheckSummary {
    name: String,
    kind: String,
    target: String,
    expect: &'static str,
    verdict: &'static str,
    expected: String,
    actual: Option<f64>,
    unit: String,
    at_ns: Option<u64>,
    message: String,
}

#[derive(Serialize)]
struct FigureSummary {
    metric: &'static str,
    #[serde(rename = "where")]
    labels: BTreeMap<&'static str, String>,
    aggregate: &'static str,
    unit: &'static str,
    value: f64,
}

#[derive(Serialize)]
struct Operations {
    total: u64,
    kept: u64,
    one_in: u32,
}

impl Summary {
    /// What came of a run.
    pub fn new(facts: &RunFacts, recording: &Recording, figures: &[Figure]) -> Summary {
        let sampling = recording.sampling();
        Summary {
            schema: SCHEMA,
            scenario: facts.scenario.clone(),
            seed: facts.seed,
            run_id: facts.run_id(),
            digest: facts.digest.map(hexadecimal),
            events: facts.events,
            simulated_s: recording.end().as_secs_f64(),
            stopped: stopped(facts.stop),
            verdict: facts.verdict().name(),
            checks: facts.checks.iter().map(CheckSummary::new).collect(),
            metrics: figures.iter().map(FigureSummary::new).collect(),
            operations: Operations { total: sampling.total, kept: sampling.kept, one_in: sampling.one_in },
            notices: notices(facts, recording),
        }
    }

    /// Writes summary.json.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }
}

impl CheckSummary {
    fn new(check: &CheckRow) -> CheckSummary {
        CheckSummary {
            name: check.name.clone(),
            kind: check.kind.clone(),
            target: check.target.clone(),
            expect: check.expect(),
            verdict: check.verdict.name(),
            expected: check.expected.clone(),
            actual: check.actual,
            unit: check.unit.clone(),
            at_ns: check.at.map(|at| at.0),
            message: check.message.clone(),
        }
    }
}

impl FigureSummary {
    fn new(figure: &Figure) -> FigureSummary {
        let row = entry(figure.metric);
        FigureSummary {
            metric: row.name,
            labels: figure.labels.iter().map(|(label, value)| (label.name(), value.clone())).collect(),
            aggregate: figure.aggregate.name(),
            unit: row.unit_of(figure.aggregate).name(),
            value: figure.value,
        }
    }
}

fn stopped(stop: Stop) -> &'static str {
    match stop {
        Stop::End => "end",
        Stop::Limit(limit) => limit.name(),
    }
}

/// Every cap that was reached, in words.
pub fn notices(facts: &RunFacts, recording: &Recording) -> Vec<String> {
    let mut notices = Vec::new();
    if let Stop::Limit(limit) = facts.stop {
        notices.push(format!("stopped early: {limit} (`{}`)", limit.name()));
    }
    let sampling = recording.sampling();
    if !sampling.is_complete() {
        notices.push(format!(
            "{} operations are more than `max-operations`: requests.csv, history.jsonl and latency.csv hold a sample of \
             {}, one in {}; counts are exact, and percentiles at most 1/128 too high",
            sampling.total, sampling.kept, sampling.one_in
        ));
    }
    if let Some(total) = recording.visits_folded() {
        notices.push(format!(
            "{total} requests at services are more than `max-operations`: percentiles of sojourn_time and waiting_time \
             are at most 1/128 too high"
        ));
    }
    notices
}

/// What manifest.json says of a run, its files and host apart.
#[derive(Serialize)]
pub(super) struct RunManifest<'a> {
    schema: u32,
    crate_version: &'static str,
    model_version: u32,
    scenario: &'a str,
    seed: u64,
    overrides: &'a [String],
    params: BTreeMap<&'a str, &'a str>,
    run_id: String,
    verdict: &'static str,
    stopped: &'static str,
    events: u64,
    digest: Option<String>,
    checkpoint_interval: u64,
    checkpoints: Vec<String>,
    inputs: &'a [StoredInput],
}

impl<'a> RunManifest<'a> {
    pub(super) fn new(facts: &'a RunFacts) -> RunManifest<'a> {
        RunManifest {
            schema: SCHEMA,
            crate_version: CRATE_VERSION,
            model_version: MODEL_VERSION,
            scenario: &facts.scenario,
            seed: facts.seed,
            overrides: &facts.overrides,
            params: facts.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            run_id: facts.run_id(),
            verdict: facts.verdict().name(),
            stopped: stopped(facts.stop),
            events: facts.events,
            digest: facts.digest.map(hexadecimal),
            checkpoint_interval: CHECKPOINT_INTERVAL,
            checkpoints: facts.checkpoints.iter().copied().map(hexadecimal).collect(),
            inputs: &facts.inputs,
        }
    }
}
