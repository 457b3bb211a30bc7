//! The page of a run, filled from what was executed.

use crate::report::html::{self, CheckOutcome, Fact, FaultRow, MetricRow, Page};
use crate::systems::Custom;

use super::MODEL_VERSION;
use super::execute::{CheckVerdict, Executed};
use super::metrics::{Aggregate, Figure, Label, Metric, Unit, UnitKind, Verdict, entry};
use super::outputs::{RunFacts, hexadecimal};
use super::product::{Origin, page_verdict};

/// The page of a run.
pub fn page<X: Custom>(
    executed: &Executed<X>,
    facts: &RunFacts,
    origin: &Origin,
    usual: &[Figure],
    charts: Vec<html::Figure>,
) -> Page {
    let recording = &executed.recording;
    let simulated = format!("{} simulated", recording.end());
    let (seed, run, events) = (facts.seed.to_string(), facts.run_id(), grouped(facts.events));
    let digest = facts.result_digest().map_or("none: the run was cut short".to_owned(), hexadecimal);
    let fault = |window: &super::recording::FaultWindow| {
        let planned = &executed.prepared.world.setup.faults[window.planned];
        FaultRow {
            name: planned.name.clone(),
            intent: format!("{} {}", window.kind, planned.intent),
            resolved: window.resolved.clone(),
            start: window.start.to_string(),
            end: window.end.map_or("never".to_owned(), |end| end.to_string()),
        }
    };
    Page {
        title: facts.scenario.clone(),
        facts: vec![
            Fact::new("seed", &seed),
            Fact::new("run", &run),
            Fact::new("time", &simulated),
            Fact::new("events", &events),
        ],
        verdict: page_verdict(facts.verdict()),
        reason: match facts.stop.reason() {
            Some(why) => format!("stopped early: {why}; {}", reason(&executed.verdicts)),
            None => reason(&executed.verdicts),
        },
        reproduce: origin.reproduce.clone(),
        warnings: executed.foretold.iter().chain(&executed.warnings).cloned().collect(),
        checks: executed.verdicts.iter().map(check).collect(),
        metrics: headline(usual),
        charts,
        faults: recording.faults().iter().map(fault).collect(),
        parameters: origin.params.iter().map(|(name, value)| Fact::new(name, value)).collect(),
        scenario: origin.resolved.clone(),
        digests: vec![Fact::new("events and notes of the run", &digest)],
        versions: vec![
            Fact::new("seedbed", env!("CARGO_PKG_VERSION")),
            Fact::new("model", &MODEL_VERSION.to_string()),
        ],
    }
}

/// `1 of 7 checks not as expected`.
pub fn reason(verdicts: &[CheckVerdict]) -> String {
    let count =
        |wanted: &dyn Fn(&CheckVerdict) -> bool| verdicts.iter().filter(|check| wanted(check)).count();
    let unexpected = count(&|check| !check.as_expected && check.verdict != Verdict::Inconclusive);
    let inconclusive = count(&|check| check.verdict == Verdict::Inconclusive);
    let total = verdicts.len();
    match (unexpected, inconclusive) {
        (0, 0) if total == 0 => "nothing was checked".to_owned(),
        (0, 0) => format!("{total} of {total} checks as expected"),
        (0, _) => format!("{inconclusive} of {total} checks inconclusive"),
        (_, _) => format!("{unexpected} of {total} checks not as expected"),
    }
}

fn check(verdict: &CheckVerdict) -> html::CheckRow {
    let subject = [verdict.kind.as_str(), verdict.about.as_str()].join(" ");
    html::CheckRow {
        name: verdict.check.clone(),
        subject: subject.trim().to_owned(),
        outcome: match (verdict.verdict, verdict.as_expected) {
            (Verdict::Held, _) => CheckOutcome::Held,
            (Verdict::Violated, _) => CheckOutcome::Violated,
            (Verdict::Inconclusive, _) => CheckOutcome::Inconclusive,
            (Verdict::NotApplicable, _) => CheckOutcome::NotApplicable,
            (Verdict::NotSeen, _) => CheckOutcome::NotSeen,
        },
        expected: match verdict.expect_violated {
            true => format!("{} (expected to be violated)", verdict.expected),
            false => verdict.expected.clone(),
        },
        actual: actual(verdict),
        message: verdict.message.clone(),
    }
}

/// The figure of an assertion, for people.
pub fn actual(verdict: &CheckVerdict) -> String {
    let figure = verdict.figure.and_then(|figure| Some((figure.actual?, figure.unit)));
    figure.map_or(String::new(), |(value, unit)| written(value, unit))
}

/// A figure in its unit, for people: `183 ms`, `498.2 op/s`, `12.5 %`.
pub fn written(value: f64, unit: Unit) -> String {
    match unit.kind() {
        UnitKind::Time => crate::kernel::Duration(value as u64).to_string(),
        UnitKind::Share => format!("{:.2} %", value * 100.0),
        UnitKind::Rate => format!("{value:.1} op/s"),
        UnitKind::Number => {
            if value.fract() == 0.0 {
                grouped(value as u64)
            } else {
                format!("{value:.2}")
            }
        }
    }
}

/// A whole number in groups of three digits: `1,412,907`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The figures that a reader looks for first.
fn headline(usual: &[Figure]) -> Vec<MetricRow> {
    const SHOWN: [(Metric, &[Aggregate]); 16] = [
        (Metric::Throughput, &[Aggregate::Mean]),
        (Metric::Latency, &[Aggregate::P50, Aggregate::P99, Aggregate::Max]),
        (Metric::CommitLatency, &[Aggregate::P50, Aggregate::P99]),
        (Metric::UnavailableWindow, &[Aggregate::Max]),
        (Metric::ElectionDuration, &[Aggregate::P50, Aggregate::Max]),
        (Metric::TimeWithoutLeader, &[Aggregate::Max, Aggregate::Total]),
        (Metric::MessagesPerCommit, &[Aggregate::Mean]),
        (Metric::BytesPerCommit, &[Aggregate::Mean]),
        (Metric::MessagesPerDecision, &[Aggregate::Mean]),
        (Metric::BytesPerDecision, &[Aggregate::Mean]),
        (Metric::RoundsPerCommit, &[Aggregate::Mean]),
        (Metric::LeaderLoad, &[Aggregate::Mean]),
        (Metric::LeaderUtilisation, &[Aggregate::Mean]),
        (Metric::SojournTime, &[Aggregate::Mean, Aggregate::P99]),
        (Metric::WaitingTime, &[Aggregate::Mean]),
        (Metric::Utilisation, &[Aggregate::Mean, Aggregate::Max]),
    ];
    let mut rows = Vec::new();
    for (metric, aggregates) in SHOWN {
        for figure in usual.iter().filter(|figure| figure.metric == metric) {
            if !aggregates.contains(&figure.aggregate) || figure.labels.contains_key(&Label::Phase) {
                continue;
            }
            let labels: Vec<&str> = figure.labels.values().map(String::as_str).collect();
            rows.push(MetricRow {
                metric: format!("{} {}", entry(metric).name, figure.aggregate.name()),
                labels: labels.join(" "),
                value: written(figure.value, entry(metric).unit) + remark(metric, figure.value),
            });
        }
    }
    rows
}

/// What a reader may stumble over.
fn remark(metric: Metric, value: f64) -> &'static str {
    match metric == Metric::RoundsPerCommit && value < 1.0 {
        true => " (operations share rounds)",
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_round_for_each_operation_is_explained() {
        assert_eq!(remark(Metric::RoundsPerCommit, 0.52), " (operations share rounds)");
        assert_eq!([remark(Metric::RoundsPerCommit, 1.0), remark(Metric::MessagesPerCommit, 0.5)], ["", ""]);
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let written = [0, 999, 1000, 1_412_907].map(grouped);
        assert_eq!(written, ["0", "999", "1,000", "1,412,907"]);
    }
}
