//! What a search found, as a figure that variants are compared by.

use std::collections::BTreeMap;

use crate::kernel::listed;
use crate::run::metrics::{Better, Unit};
use crate::run::outputs::SweepRun;
use crate::scenario::sweep::{Extreme, Search, ValueKind};
use crate::spec::units::Dimension;

use super::bisection::Knee;
use super::study::StudyRow;
use super::subject::Subject;

/// What was found, for each variant and each seed.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// What was sought.
    pub search: Search,
    /// By the id of the run that stands for a variant under a seed.
    pub knees: BTreeMap<String, Knee>,
}

/// Seeds of a variant whose value is not known.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Unknown {
    /// It lies below the least value.
    pub below: usize,
    /// Above the greatest.
    pub above: usize,
    /// A run lacked the figure.
    pub untold: usize,
}

impl Found {
    /// What it is in. Sizes, bandwidths and deviations are numbers, in base units.
    pub fn unit(&self) -> Unit {
        match self.search.kind {
            ValueKind::Quantity(Dimension::Duration) => Unit::Nanoseconds,
            ValueKind::Quantity(Dimension::Rate) => Unit::OperationsPerSecond,
            ValueKind::Quantity(Dimension::Ratio) => Unit::Ratio,
            ValueKind::Quantity(Dimension::Bytes | Dimension::Bandwidth | Dimension::Ppm)
            | ValueKind::Whole
            | ValueKind::Number => Unit::Count,
        }
    }

    /// Which are the better ones: who bears more, or needs less.
    pub fn better(&self) -> Better {
        match self.search.extreme {
            Extreme::Max => Better::Higher,
            Extreme::Min => Better::Lower,
        }
    }

    /// What was found for a variant under a seed, in base units; `None` if it is not known.
    pub fn of(&self, run: &SweepRun) -> Option<f64> {
        match self.knees.get(&run.run.run_id) {
            Some(Knee::At(value)) => Some(*value),
            Some(Knee::Below | Knee::Above | Knee::Untold) | None => None,
        }
    }

    /// The seeds of a row that are left out.
    pub fn unknown(&self, subject: &Subject, row: &StudyRow) -> Unknown {
        let mut unknown = Unknown::default();
        for run in subject.runs(row.circumstances, row.variant) {
            match self.knees.get(&run.run.run_id) {
                Some(Knee::Below) => unknown.below += 1,
                Some(Knee::Above) => unknown.above += 1,
                Some(Knee::Untold) | None => unknown.untold += 1,
                Some(Knee::At(_)) => {}
            }
        }
        unknown
    }

    /// What is to be known of the seeds of a row that are left out; `None` if none are.
    pub fn note(&self, subject: &Subject, row: &StudyRow) -> Option<String> {
        let Unknown { below, above, untold } = self.unknown(subject, row);
        let Search { low, high, variable, .. } = &self.search;
        let (left_out, all) = (row.missing, row.missing + row.values.len());
        let parts = [
            (below, format!("lies below {} in {below} of {all} seeds", low.written)),
            (above, format!("lies above {} in {above} of {all} seeds", high.written)),
            (untold, format!("cannot be told in {untold} of {all} seeds, of which a run lacks the figure")),
        ];
        let parts: Vec<String> =
            parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, text)| text).collect();
        (left_out > 0).then(|| {
            format!(
                "{}: {variable} {}: left out, so that what is told is of the others alone",
                subject.called(row.variant),
                listed(&parts, "and")
            )
        })
    }
}
