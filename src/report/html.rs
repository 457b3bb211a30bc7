//! The report page: one HTML file that opens from disk, needs no network, and reads well with scripts off.
//!
//! Pages are built by a small escaping writer of our own (`markup`) rather than by a template engine: every value
//! passes through a typed call, so that forgetting to escape is not possible, nothing is parsed at run time, and a field
//! that is renamed breaks the build and not the page. The style sheet and the script are files beside this one, put
//! into the page as they are. A content security policy in the page itself forbids every request.
//!
//! Like the charts, pages draw from plain structs that the layer above fills.

mod comparison_page;
mod markup;
mod run_page;
mod sweep_page;
mod validation_page;

#[cfg(test)]
mod tests;

pub use comparison_page::{ComparisonPage, ComparisonTable, ScalingTable, comparison_page};
pub use run_page::{CheckRow, FaultRow, MetricRow, Page, run_page};
pub use sweep_page::{RunRow, SweepPage, sweep_page};
pub use validation_page::{ValidationPage, ValidationTable, validation_page};

/// Bytes of charts beyond which the rest is named rather than shown; with tables a page stays near 3 MB.
pub const CHART_BYTES_MAX: usize = 2_500_000;
/// Rows of a table beyond which the rest is counted rather than shown.
pub const ROWS_MAX: usize = 500;
/// Bytes of the resolved scenario beyond which it is cut.
pub const SCENARIO_BYTES_MAX: usize = 200_000;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RunVerdict {
    /// Every check held, or was violated as expected.
    Passed,
    /// A check was violated.
    Failed,
    /// A check or the run reached a limit before it was decided.
    Inconclusive,
}

impl RunVerdict {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            RunVerdict::Passed => "passed",
            RunVerdict::Failed => "failed",
            RunVerdict::Inconclusive => "inconclusive",
        }
    }
}

/// What a check found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CheckOutcome {
    /// It held.
    Held,
    /// It did not.
    Violated,
    /// A limit was reached first.
    Inconclusive,
    /// Nothing happened that it speaks of.
    NotApplicable,
    /// It need not show in every run, and did not in this one.
    NotSeen,
}

impl CheckOutcome {
    /// The word that outputs use.
    pub fn word(self) -> &'static str {
        match self {
            CheckOutcome::Held => "held",
            CheckOutcome::Violated => "violated",
            CheckOutcome::Inconclusive => "inconclusive",
            CheckOutcome::NotApplicable => "not-applicable",
            CheckOutcome::NotSeen => "not-seen",
        }
    }
}

/// A chart in a page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// Its name in the catalogue of charts, or `sweep-<metric>`.
    pub name: String,
    /// Where the same chart lies as a file, relative to the page: `charts/latency.svg`.
    pub file: String,
    /// The files that hold its data, relative to the page.
    pub data: String,
    /// The document that a chart function returned. It is put into the page as it is: never pass text from elsewhere.
    pub svg: String,
}

/// A name with its value, such as `digest` with its hexadecimal digits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// What it is worth, with its unit.
    pub value: String,
}

impl Fact {
    /// A fact.
    pub fn new(name: &str, value: &str) -> Fact {
        Fact { name: name.to_string(), value: value.to_string() }
    }
}
