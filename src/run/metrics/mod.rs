//! Metrics: one catalogue, and the figures of a recording computed by it.
//!
//! [`CATALOGUE`] says what each metric means, its unit, the labels that narrow it and the aggregates it has; CSVs,
//! assertions, `list metrics` and docs/file-formats.md are all made from it. A [`Query`] asks for one figure,
//! [`figures`] gives all the usual ones.

mod aggregate;
mod assertion;
mod catalogue;
mod figures;
mod gather;
mod query;
mod reading;
#[cfg(test)]
mod tests;

pub use aggregate::{Aggregate, Values};
pub use assertion::{Assertion, Comparison, Judgement, Verdict};
pub use catalogue::{Better, CATALOGUE, Entry, Label, Level, Metric, Source, Unit, UnitKind, entry, named};
pub use figures::{Figure, figures, labels_kept};
pub use query::{LabelError, Labels, Query};
pub use reading::{Refused, Sides, read_assertion, read_limit, sides};
