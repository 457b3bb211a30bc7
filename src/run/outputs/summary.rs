//! What came of a run: summary.json, checks.csv, and the facts of manifest.json.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use super::document::write_json;
use super::facts::{CRATE_VERSION, CheckRow, RunFacts, RunVerdict, StoredInput, hexadecimal, is_failure};
use super::formats::CHECKS;
use super::table::{Key, Table};
use crate::kernel::digest::CHECKPOINT_INTERVAL;
use crate::run::metrics::{Aggregate, Figure, Label, Unit, Verdict, entry, named};
use crate::run::recording::{Recording, RoleChange};
use crate::run::{MODEL_VERSION, Stopped};

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
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Summary {
    schema: u32,
    /// The scenario's name.
    pub scenario: String,
    /// The seed.
    pub seed: u64,
    /// The run's id.
    pub run_id: String,
    /// The digest, if it means something.
    pub digest: Option<String>,
    /// Events handled.
    pub events: u64,
    /// Simulated time, in seconds.
    pub simulated_s: f64,
    /// When metrics begin, in seconds.
    pub warmup_s: f64,
    /// The word for why it is over: [`crate::run::Stopped::name`].
    pub stopped: String,
    /// The word for what it came to: [`super::RunVerdict::name`].
    pub verdict: String,
    /// What became of the checks.
    pub checks: Vec<CheckSummary>,
    /// The usual figures.
    pub metrics: Vec<FigureSummary>,
    /// Where most of the time of slow requests of services went, in sentences.
    #[serde(default)]
    pub time_spent: Vec<String>,
    operations: Operations,
    /// Caps that were reached, in words.
    pub notices: Vec<String>,
}

/// What became of a check: the fields of checks.csv.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns of checks.csv say what each is")]
pub struct CheckSummary {
    pub name: String,
    pub kind: String,
    pub target: String,
    pub expect: String,
    pub verdict: String,
    pub expected: String,
    pub actual: Option<f64>,
    pub unit: String,
    pub at_ns: Option<u64>,
    pub message: String,
}

/// A figure by the names in the catalogue of metrics.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FigureSummary {
    metric: String,
    #[serde(rename = "where")]
    labels: BTreeMap<String, String>,
    aggregate: String,
    unit: String,
    value: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
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
            digest: facts.result_digest().map(hexadecimal),
            events: facts.events,
            simulated_s: recording.end().as_secs_f64(),
            warmup_s: recording.timeline().warmup().as_secs_f64(),
            stopped: facts.stop.name().to_owned(),
            verdict: facts.verdict().name().to_owned(),
            checks: facts.checks.iter().map(CheckSummary::new).collect(),
            metrics: figures.iter().map(FigureSummary::new).collect(),
            time_spent: super::breakdown::sentences(recording),
            operations: Operations { total: sampling.total, kept: sampling.kept, one_in: sampling.one_in },
            notices: notices(facts, recording),
        }
    }

    /// The usual figures by the catalogue; those of metrics that this version does not know are left out.
    pub fn figures(&self) -> Vec<Figure> {
        self.metrics.iter().filter_map(FigureSummary::figure).collect()
    }

    /// How many operations there were, and how many of them are kept whole.
    pub fn kept(&self) -> (u64, u64) {
        (self.operations.total, self.operations.kept)
    }

    /// What the run came to.
    pub fn run_verdict(&self) -> RunVerdict {
        let found = RunVerdict::ALL.into_iter().find(|verdict| verdict.name() == self.verdict);
        found.unwrap_or(RunVerdict::Inconclusive)
    }

    /// Whether the run went on to its end.
    pub fn is_to_the_end(&self) -> bool {
        self.stopped == Stopped::End.name()
    }

    /// The checks for which the run has failed.
    pub fn failed(&self) -> impl Iterator<Item = &CheckSummary> {
        let cut_short = !self.is_to_the_end();
        let fails = move |check: &&CheckSummary| {
            let found = Verdict::ALL.into_iter().find(|verdict| verdict.name() == check.verdict);
            found.is_some_and(|found| is_failure(found, check.expect_violated(), check.actual, cut_short))
        };
        self.checks.iter().filter(fails)
    }

    /// Writes summary.json.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        write_json(out, self)
    }
}

impl CheckSummary {
    /// Whether a check with `expect = "violated"` stands behind it.
    pub fn expect_violated(&self) -> bool {
        self.expect == Verdict::Violated.name()
    }

    /// The figure that was found, with its unit, if it is one.
    pub fn figure(&self) -> Option<(f64, Unit)> {
        Some((self.actual?, Unit::named(&self.unit)?))
    }

    fn new(check: &CheckRow) -> CheckSummary {
        CheckSummary {
            name: check.name.clone(),
            kind: check.kind.clone(),
            target: check.target.clone(),
            expect: check.expect().to_owned(),
            verdict: check.verdict.name().to_owned(),
            expected: check.expected.clone(),
            actual: check.actual,
            unit: check.unit.clone(),
            at_ns: check.at.map(|at| at.0),
            message: check.message.clone(),
        }
    }
}

impl FigureSummary {
    fn figure(&self) -> Option<Figure> {
        let label = |(name, value): (&String, &String)| {
            let label = Label::ALL.into_iter().find(|label| label.name() == name)?;
            Some((label, value.clone()))
        };
        let labels = self.labels.iter().map(label).collect::<Option<_>>()?;
        let (metric, aggregate) = (named(&self.metric)?.metric, Aggregate::named(&self.aggregate)?);
        Some(Figure { metric, labels, aggregate, value: self.value })
    }

    fn new(figure: &Figure) -> FigureSummary {
        let row = entry(figure.metric);
        FigureSummary {
            metric: row.name.to_owned(),
            labels: figure
                .labels
                .iter()
                .map(|(label, value)| (label.name().to_owned(), value.clone()))
                .collect(),
            aggregate: figure.aggregate.name().to_owned(),
            unit: row.unit_of(figure.aggregate).name().to_owned(),
            value: figure.value,
        }
    }
}

/// Every cap that was reached and every replica that halted, in words.
pub fn notices(facts: &RunFacts, recording: &Recording) -> Vec<String> {
    let mut notices = Vec::new();
    if let Some(reason) = facts.stop.reason() {
        notices.push(format!("stopped early: {reason} (`{}`)", facts.stop.name()));
    }
    let sampling = recording.sampling();
    if !sampling.is_complete() {
        notices.push(format!(
            "{} operations are more than `max-operations`: requests.csv, history.jsonl and latency.csv hold a sample of \
             {}, one in {}; counts are exact, and percentiles at most 1/128 too high",
            sampling.total, sampling.kept, sampling.one_in
        ));
    }
    notices.extend(halts(recording));
    if let Some(total) = recording.visits_folded() {
        notices.push(format!(
            "{total} requests at services are more than `max-operations`: percentiles of sojourn_time and waiting_time \
             are at most 1/128 too high"
        ));
    }
    let one_in = recording.breakdown_one_in();
    if one_in > 1 {
        notices.push(format!(
            "requests of services are more than `max-breakdowns`: breakdown.csv holds a sample of them, one in {one_in}"
        ));
    }
    notices
}

/// Every halt of a replica, in words; beyond [`HALTS_MAX`] only how many more there were.
fn halts(recording: &Recording) -> Vec<String> {
    let halted = |change: &RoleChange| Some((change.at, change.node, change.event.reason()?));
    let all: Vec<_> = recording.roles().iter().filter_map(halted).collect();
    let told = all.iter().take(HALTS_MAX);
    let mut notices: Vec<String> = told
        .map(|(at, node, why)| {
            format!("{} halted at {:.3} s: {why}", recording.cast().node_name(*node), at.as_secs_f64())
        })
        .collect();
    if all.len() > HALTS_MAX {
        notices.push(format!("replicas halted {} times more: roles.csv has them all", all.len() - HALTS_MAX));
    }
    notices
}

/// Halts of replicas that are told one by one.
const HALTS_MAX: usize = 8;

/// Which run a file is about.
#[derive(Serialize)]
struct RunIdentity<'a> {
    schema: u32,
    crate_version: &'static str,
    model_version: u32,
    scenario: &'a str,
    seed: u64,
    overrides: &'a [String],
    params: BTreeMap<&'a str, &'a str>,
    run_id: String,
}

impl<'a> RunIdentity<'a> {
    fn new(facts: &'a RunFacts) -> RunIdentity<'a> {
        RunIdentity {
            schema: SCHEMA,
            crate_version: CRATE_VERSION,
            model_version: MODEL_VERSION,
            scenario: &facts.scenario,
            seed: facts.seed,
            overrides: &facts.overrides,
            params: facts.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            run_id: facts.run_id(),
        }
    }
}

/// What manifest.json says of a run, its files and host apart.
#[derive(Serialize)]
pub(super) struct RunManifest<'a> {
    #[serde(flatten)]
    identity: RunIdentity<'a>,
    verdict: &'static str,
    events: u64,
    digest: Option<String>,
    checkpoint_interval: u64,
    checkpoints: Vec<String>,
    inputs: &'a [StoredInput],
}

impl<'a> RunManifest<'a> {
    pub(super) fn new(facts: &'a RunFacts) -> RunManifest<'a> {
        RunManifest {
            identity: RunIdentity::new(facts),
            verdict: facts.verdict().name(),
            events: facts.events,
            digest: facts.result_digest().map(hexadecimal),
            checkpoint_interval: CHECKPOINT_INTERVAL,
            checkpoints: checkpoints(facts),
            inputs: &facts.inputs,
        }
    }
}

/// What partial.json says of a run that was cut short, its files and host apart.
#[derive(Serialize)]
pub(super) struct RunPartial<'a> {
    #[serde(flatten)]
    identity: RunIdentity<'a>,
    stopped: &'static str,
    reason: Option<String>,
    /// In seconds.
    simulated_s: f64,
    /// In seconds.
    duration_s: f64,
    events: u64,
    digest: Option<String>,
    digest_at_cut: String,
    checkpoint_interval: u64,
    checkpoints: Vec<String>,
    inputs: &'a [StoredInput],
}

impl<'a> RunPartial<'a> {
    pub(super) fn new(facts: &'a RunFacts, recording: &Recording) -> RunPartial<'a> {
        RunPartial {
            identity: RunIdentity::new(facts),
            stopped: facts.stop.name(),
            reason: facts.stop.reason(),
            simulated_s: recording.end().as_secs_f64(),
            duration_s: facts.duration.as_secs_f64(),
            events: facts.events,
            digest: facts.result_digest().map(hexadecimal),
            digest_at_cut: hexadecimal(facts.digest),
            checkpoint_interval: CHECKPOINT_INTERVAL,
            checkpoints: checkpoints(facts),
            inputs: &facts.inputs,
        }
    }
}

fn checkpoints(facts: &RunFacts) -> Vec<String> {
    facts.checkpoints.iter().copied().map(hexadecimal).collect()
}
