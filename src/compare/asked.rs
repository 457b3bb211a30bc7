//! What is compared: `latency.p99`, `latency.p99{op=read}`.

use std::ops::Range;

use super::scaling::can_be_scaled;
use crate::run::Ending;
use crate::run::metrics::{
    Aggregate, CATALOGUE, Entry, Label, Labels, Metric, Query, entry, labels_kept, named,
};
use crate::scenario::sweep::{Comparison, Scaling};
use crate::spec::{Code, Diagnostic, Diagnostics, Located, suggest};

use super::condition::Condition;

/// A figure of a run that is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// Of which metric.
    pub metric: Metric,
    /// How it is aggregated.
    pub aggregate: Aggregate,
    /// What narrows it, the phase included.
    pub labels: Labels,
    /// As it was written, or would be.
    pub text: String,
    /// Whether the scenario asks for it: then it must be there.
    pub is_wanted: bool,
}

/// What is compared where nothing is asked for.
const USUAL: [(Metric, Aggregate); 4] = [
    (Metric::Throughput, Aggregate::Mean),
    (Metric::Latency, Aggregate::P50),
    (Metric::Latency, Aggregate::P99),
    (Metric::ErrorRate, Aggregate::Mean),
];

/// What a comparison asks for, or the usual; `None` once its mistakes have been reported, those in what is to be found among them.
pub fn asked(comparison: &Comparison, diagnostics: &mut Diagnostics) -> Option<Vec<Asked>> {
    if let Some(Err(diagnostic)) = comparison.find.as_ref().map(Condition::of) {
        diagnostics.push(*diagnostic);
        return None;
    }
    if comparison.metrics.is_empty() {
        let usual = |(metric, aggregate): (Metric, Aggregate)| Asked {
            metric,
            aggregate,
            labels: Labels::new(),
            text: format!("{}.{}", entry(metric).name, aggregate.name()),
            is_wanted: false,
        };
        let is_left = |one: &&(Metric, Aggregate)| match comparison.scaling {
            Scaling::None => true,
            Scaling::Strong | Scaling::Weak => one.0 == Metric::Throughput,
        };
        return Some(USUAL.iter().filter(is_left).copied().map(usual).collect());
    }
    let mut all: Vec<Asked> = Vec::new();
    for metric in &comparison.metrics {
        match read(metric) {
            Ok(one) if all.iter().any(|other| one.is_same(other)) => {
                let message = format!("`{}` is asked for twice", metric.value);
                diagnostics.push(Diagnostic::error(Code::Contradiction, &metric.origin, message));
            }
            Ok(one) if comparison.scaling != Scaling::None && !can_be_scaled(one.metric, one.aggregate) => {
                let message =
                    format!("`{}` is neither a rate that more could raise nor a time", metric.value);
                let help = "under `scaling` compare by throughput, or by a time such as latency.mean";
                diagnostics.push(Diagnostic::error(Code::Contradiction, &metric.origin, message).help(help));
            }
            Ok(one) => all.push(one),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    (all.len() == comparison.metrics.len()).then_some(all)
}

/// Holds that a scenario asks for what there is, by figures that it compares or numbers that it sweeps; `None` once its mistakes have been
/// reported.
pub fn check_asked(comparison: &Comparison, diagnostics: &mut Diagnostics) -> Option<()> {
    let all = asked(comparison, diagnostics)?;
    let of_latency = |one: &Asked| one.metric == Metric::Latency;
    if let Some(first) =
        comparison.metrics.first().filter(|_| !comparison.theory.is_empty() && !all.iter().any(of_latency))
    {
        let message = "`theory` has formulas of latency, and none is compared";
        let error = Diagnostic::error(Code::Contradiction, &first.origin, message);
        diagnostics.push(error.help("add for example latency.mean to `metrics`"));
        return None;
    }
    for place in comparison.pareto.iter().flatten().filter(|place| !place.is_swept) {
        match read(&place.name) {
            Ok(one) if all.iter().any(|other| one.is_same(other)) => {}
            Ok(_) => {
                let message = format!("`{}` is neither compared nor swept", place.name.value);
                let compared = suggest::listed(all.iter().map(|one| one.text.as_str()));
                let help = format!("add it to `metrics`; compared are {compared}");
                diagnostics
                    .push(Diagnostic::error(Code::UnknownName, &place.name.origin, message).help(help));
                return None;
            }
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                return None;
            }
        }
    }
    Some(())
}

impl Asked {
    /// Whether both ask for the same, however it is written.
    pub(super) fn is_same(&self, other: &Asked) -> bool {
        (self.metric, self.aggregate, &self.labels) == (other.metric, other.aggregate, &other.labels)
    }
}

/// Reads `latency.p99{op=read}`.
pub(super) fn read(metric: &Located<String>) -> Result<Asked, Box<Diagnostic>> {
    let text = metric.value.as_str();
    let error = |part: Range<usize>, message: String| {
        Diagnostic::error(Code::UnknownName, &metric.place_of(part), message)
    };
    let (head, narrowed) = match text.split_once('{') {
        None => (text, None),
        Some((head, rest)) => match rest.strip_suffix('}') {
            Some(inner) => (head, Some(inner)),
            None => {
                let message = "a `{` is never closed".to_owned();
                let help = "write for example \"latency.p99{op=read}\"";
                return Err(Box::new(error(head.len()..text.len(), message).help(help)));
            }
        },
    };
    let (name, aggregate) = head.split_once('.').map_or((head, None), |(name, rest)| (name, Some(rest)));
    let Some(entry) = named(name.trim()) else {
        let names = || CATALOGUE.iter().map(|entry| entry.name);
        let unknown = error(0..name.len(), format!("there is no metric `{name}`"));
        let unknown = unknown.did_you_mean(suggest::closest(name, names()));
        return Err(Box::new(unknown.help("`seedbed list metrics` shows them")));
    };
    let aggregate = match aggregate {
        None => entry.aggregates[0],
        Some(word) => aggregate_of(entry, word).map_err(|message| {
            let names = entry.aggregates.iter().map(|aggregate| aggregate.name());
            let unknown = error(name.len() + 1..head.len(), message);
            Box::new(unknown.did_you_mean(suggest::closest(word, names)))
        })?,
    };
    let mut query = Query::of(entry.metric);
    let mut at = head.len() + 1;
    for label in narrowed.iter().flat_map(|inner| inner.split(',')) {
        let part = at..at + label.len();
        at = part.end + 1;
        let Some((key, value)) = label.split_once('=') else {
            let message = format!("`{}` narrows nothing", label.trim());
            let help = format!("write a label and its value: {{{}=..}}", entry.labels[0].name());
            return Err(Box::new(error(part, message).help(help)));
        };
        if query.labels.keys().any(|known| known.name() == key.trim()) {
            return Err(Box::new(error(part, format!("`{}` is given twice", key.trim()))));
        }
        query = query
            .with(key.trim(), value.trim().trim_matches('"'))
            .map_err(|wrong| Box::new(error(part, wrong.to_string())))?;
    }
    let kept = labels_kept(entry);
    if let Some(label) = query.labels.keys().find(|label| !kept.contains(label)) {
        let message = format!("runs keep no `{}` by {}", entry.name, label.name());
        let known = suggest::listed(kept.iter().map(|label| label.name()));
        return Err(Box::new(
            error(head.len()..text.len(), message).help(format!("they keep it by {known}")),
        ));
    }
    if let Some(outcome) = query.labels.get(&Label::Outcome).filter(|outcome| *outcome != Ending::Ok.name()) {
        let message =
            format!("runs keep no `{}` of what ended `{outcome}`, only of what ended `ok`", entry.name);
        return Err(Box::new(error(head.len()..text.len(), message)));
    }
    let mut labels = query.labels;
    if let Some(phase) = query.phase {
        labels.insert(Label::Phase, phase.name().to_owned());
    }
    Ok(Asked { metric: entry.metric, aggregate, labels, text: text.to_owned(), is_wanted: true })
}

fn aggregate_of(entry: &Entry, word: &str) -> Result<Aggregate, String> {
    let found = Aggregate::named(word).filter(|aggregate| entry.aggregates.contains(aggregate));
    found.ok_or_else(|| {
        let known = suggest::one_of(entry.aggregates.iter().map(|aggregate| aggregate.name()));
        format!("`{}` has no `{word}`; it has {known}", entry.name)
    })
}
