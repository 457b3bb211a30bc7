//! Validation: what the simulator says, held against formulas and against results that others published.
//!
//! A [`Suite`] is a list of [`Experiment`]s, each a scenario, how many seeds of it are run, and what its runs are held to. A seed
//! gives an [`Outcome`], what a [`Witness`] saw; over all of them each claim makes an [`Estimate`], and with that a [`Row`]. The
//! protocols under test are those of every other run: nothing here elects or replicates by itself.

pub mod consensus;
mod experiment;
mod meter;
mod row;
pub mod services;
mod witness;

pub use experiment::{Claim, Effort, Estimator, Experiment};
pub use meter::{Requests, Served, Visits};
pub use row::{Published, Row, Unit, Verdict};
pub use witness::{Awaits, Election, Outcome, Witness};

/// How often intervals cover what they estimate. It is 99 % and not 95: dozens of rows are judged at once.
pub const CONFIDENCE: f64 = 0.99;

/// A family of rows, by a name on the command line.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The name.
    pub name: &'static str,
    /// What it holds the simulator against.
    pub doc: &'static str,
    /// Its experiments, in the order in which they are told.
    pub experiments: fn() -> Vec<Experiment>,
}

/// Every suite.
pub static SUITES: [Suite; 2] = [
    Suite {
        name: "consensus",
        doc: "Elections and commit latency of Raft, Multi-Paxos and Flexible Paxos, against formulas and published figures",
        experiments: consensus::experiments,
    },
    Suite {
        name: "services",
        doc: "Queues, disciplines, networks, balancing and fan-out of services, against closed forms",
        experiments: services::experiments,
    },
];
