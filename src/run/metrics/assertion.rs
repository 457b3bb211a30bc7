//! Assertions: what a figure must be.

use super::query::Query;
use super::{Aggregate, Unit, entry};
use crate::run::recording::Recording;

/// How a figure is compared with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`, exactly.
    Equal,
}

impl Comparison {
    /// Every comparison.
    pub const ALL: [Comparison; 5] =
        [Comparison::Below, Comparison::AtMost, Comparison::Above, Comparison::AtLeast, Comparison::Equal];

    /// The sign used in scenarios.
    pub fn sign(self) -> &'static str {
        match self {
            Comparison::Below => "<",
            Comparison::AtMost => "<=",
            Comparison::Above => ">",
            Comparison::AtLeast => ">=",
            Comparison::Equal => "==",
        }
    }

    /// Whether a figure compares so with a value.
    pub fn holds(self, actual: f64, value: f64) -> bool {
        match self {
            Comparison::Below => actual < value,
            Comparison::AtMost => actual <= value,
            Comparison::Above => actual > value,
            Comparison::AtLeast => actual >= value,
            Comparison::Equal => actual == value,
        }
    }
}

/// What an aggregate of a metric must be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Assertion {
    /// Of what.
    pub aggregate: Aggregate,
    /// How it compares.
    pub comparison: Comparison,
    /// With what, in the base unit of the figure ([`super::Entry::unit_of`]).
    pub value: f64,
}

/// What became of a check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// It held.
    Held,
    /// It did not.
    Violated,
    /// It could not be told: no data, or a limit was reached.
    Inconclusive,
    /// It does not apply to what ran.
    NotApplicable,
    /// It need not show in every run, and did not in this one.
    NotSeen,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Verdict; 5] =
        [Verdict::Held, Verdict::Violated, Verdict::Inconclusive, Verdict::NotApplicable, Verdict::NotSeen];

    /// The word used in output.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Held => "held",
            Verdict::Violated => "violated",
            Verdict::Inconclusive => "inconclusive",
            Verdict::NotApplicable => "not-applicable",
            Verdict::NotSeen => "not-seen",
        }
    }
}

/// What became of an assertion.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Judgement {
    /// `Held`, `Violated`, or `Inconclusive` if there is no figure.
    pub verdict: Verdict,
    /// The figure, in `unit`.
    pub actual: Option<f64>,
    /// The unit of the figure.
    pub unit: Unit,
}

impl Assertion {
    /// Holds a recording to it.
    ///
    /// # Panics
    /// If the catalogue does not give the metric this aggregate: a loader refuses it before.
    pub fn judge(&self, recording: &Recording, query: &Query) -> Judgement {
        let actual = recording.measure(query, self.aggregate);
        let verdict = match actual.map(|actual| self.comparison.holds(actual, self.value)) {
            Some(true) => Verdict::Held,
            Some(false) => Verdict::Violated,
            None => Verdict::Inconclusive,
        };
        Judgement { verdict, actual, unit: entry(query.metric).unit_of(self.aggregate) }
    }
}
