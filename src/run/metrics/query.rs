//! Queries: one metric, narrowed.

use std::collections::BTreeMap;

use super::catalogue::{Entry, Label, Metric, entry};
use crate::faults::FaultKind;
use crate::kernel::Time;
use crate::model::history::Reason;
use crate::model::status::Status;
use crate::net::DropReason;
use crate::run::operation::Ending;
use crate::run::phase::Phase;
use crate::spec::choices::Choice;
use crate::spec::suggest;

/// What narrows a query or names a figure, by label.
pub type Labels = BTreeMap<Label, String>;

/// One metric, narrowed. Names of workloads, systems, nodes and kinds that do not exist select nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Query {
    /// What is asked for.
    pub metric: Metric,
    /// By which values of which labels; `phase` stands on its own.
    pub labels: Labels,
    /// Only of this phase.
    pub phase: Option<Phase>,
    /// Only from this time to before that: what arrived, started or was sampled there.
    pub window: Option<(Time, Time)>,
}

/// A label that a query cannot have.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LabelError {
    /// The metric has no such label.
    #[error("`{metric}` has no label `{label}`; it has {known}")]
    Unknown {
        /// The metric's name.
        metric: &'static str,
        /// What was asked for.
        label: String,
        /// The labels that it has.
        known: String,
        /// The one that is probably meant.
        near: Option<&'static str>,
    },
    /// The label has no such value.
    #[error("`{value}` is no `{label}`; it is one of {known}")]
    Value {
        /// The label's name.
        label: &'static str,
        /// What was asked for.
        value: String,
        /// The values that it has.
        known: String,
        /// The one that is probably meant.
        near: Option<&'static str>,
    },
}

impl Query {
    /// The whole of a metric.
    pub fn of(metric: Metric) -> Query {
        Query { metric, labels: Labels::new(), phase: None, window: None }
    }

    /// Narrowed by one more label, as a scenario says it. The names of workloads, systems, nodes and kinds are
    /// taken as they are.
    ///
    /// # Errors
    /// If the metric has no such label, or a phase, outcome or reason does not exist.
    pub fn with(mut self, label: &str, value: &str) -> Result<Query, LabelError> {
        let Entry { name: metric, labels, .. } = *entry(self.metric);
        let Some(&found) = labels.iter().find(|one| one.name() == label) else {
            let names = || labels.iter().map(|label| label.name());
            let (known, near) = (list(names()), suggest::closest(label, names()));
            return Err(LabelError::Unknown { metric, label: label.to_owned(), known, near });
        };
        let one_of = |known: &[&'static str]| match known.contains(&value) {
            true => Ok(()),
            false => {
                let near = suggest::closest(value, known.iter().copied());
                let (value, known) = (value.to_owned(), list(known.iter().copied()));
                Err(LabelError::Value { label: found.name(), value, known, near })
            }
        };
        match found {
            Label::Phase => {
                one_of(&Phase::MEASURED.map(Phase::name))?;
                self.phase = Phase::measured(value);
                return Ok(self);
            }
            Label::Outcome => one_of(&Ending::ALL.map(Ending::name))?,
            Label::Reason if self.metric == Metric::MessagesDropped => {
                one_of(&DropReason::ALL.map(DropReason::name))?;
            }
            Label::Reason => one_of(&Reason::ALL.map(Reason::name))?,
            Label::Status => one_of(&Status::CLASSES_OF_FAILURES)?,
            Label::Kind => one_of(&FaultKind::ROWS.iter().map(|row| row.name).collect::<Vec<_>>())?,
            Label::Workload | Label::System | Label::Node | Label::Region | Label::Op | Label::Fault => {}
        }
        self.labels.insert(found, value.to_owned());
        Ok(self)
    }

    /// Narrowed by a label that the metric is known to have.
    pub(in crate::run) fn and(mut self, label: Label, value: &str) -> Query {
        self.labels.insert(label, value.to_owned());
        self
    }

    /// Whether the query does not exclude `value`.
    pub(super) fn admits(&self, label: Label, value: &str) -> bool {
        self.labels.get(&label).is_none_or(|wanted| wanted == value)
    }
}

fn list(names: impl Iterator<Item = &'static str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_takes_the_labels_of_its_metric() {
        let query =
            Query::of(Metric::Latency).with("op", "write").and_then(|query| query.with("phase", "healthy"));
        let query = query.expect("latency has both labels");
        assert_eq!(query.labels, Labels::from([(Label::Op, "write".to_owned())]));
        assert_eq!(query.phase, Some(Phase::Healthy));
    }

    #[test]
    fn what_a_metric_does_not_have_is_refused_with_what_it_has() {
        let of = |metric, label, value| {
            Query::of(metric).with(label, value).expect_err("it is refused").to_string()
        };
        assert_eq!(
            of(Metric::UnavailableWindow, "phase", "fault"),
            "`unavailable_window` has no label `phase`; it has `workload`, `system`"
        );
        assert_eq!(
            of(Metric::Latency, "phase", "warmup"),
            "`warmup` is no `phase`; it is one of `healthy`, `fault`, `recovery`"
        );
        assert_eq!(
            of(Metric::MessagesDropped, "reason", "timeout"),
            "`timeout` is no `reason`; it is one of `loss`, `corruption`, `partition`, `buffer-full`, `receiver-down`, \
             `reset`, `no-route`"
        );
    }
}
