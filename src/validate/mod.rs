//! Validation: what the simulator says, held against formulas and against results that others published.
//!
//! A [`Suite`] has [`Chapter`]s of [`Experiment`]s, each a scenario, how many seeds of it are run, and what its runs are held to. A seed
//! gives an [`Outcome`], what a [`Witness`] saw; over all of them each claim makes an [`Estimate`](crate::statistics::Estimate), and
//! with that a [`Row`]. An [`Entry`] is a row with where it belongs, for [`table`] and [`page`]. The protocols under test are those
//! of every other run: nothing here elects or replicates by itself.

mod chapter;
pub mod consensus;
mod entry;
mod experiment;
mod meter;
pub mod page;
mod row;
pub mod services;
pub mod table;
mod witness;

pub use chapter::{Chapter, Family, SUITES, Suite};
pub use entry::{Entry, Found};
pub use experiment::{Claim, Effort, Estimator, Experiment};
pub use meter::{Requests, Served, Visits};
pub use row::{Published, Row, Unit, Verdict};
pub use witness::{Awaits, Election, Outcome, Witness};

/// How often intervals cover what they estimate. It is 99 % and not 95: dozens of rows are judged at once.
pub const CONFIDENCE: f64 = 0.99;
