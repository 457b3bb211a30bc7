//! Every limit of what a scenario may ask for, in one table: `docs/limits.md` shows it, and a test holds the two together.

use super::{check, nouns, plan, source, sweep, topology};
use crate::spec::{call, diagnostic};

/// A limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limit {
    /// What there may be no more of.
    pub what: &'static str,
    /// The most.
    pub most: u64,
}

/// Every limit, from the outside in.
pub const LIMITS: [Limit; 34] = [
    limit("bytes of a scenario file", source::files::SCENARIO_BYTES_MAX),
    limit("bytes of a data file", source::files::DATA_BYTES_MAX),
    limit("files in a chain of `extends`", source::EXTENDS_DEPTH_MAX as u64),
    limit("levels of tables and lists", source::bounds::DEPTH_MAX as u64),
    limit("keys of one table", source::bounds::KEYS_MAX as u64),
    limit("values of a document", source::bounds::VALUES_MAX as u64),
    limit("bytes of a key or a string", source::bounds::TEXT_BYTES_MAX as u64),
    limit("levels of calls in a string, such as `mixture(1: exp(1ms))`", call::DEPTH_MAX as u64),
    limit("characters of a name", nouns::NAME_MAX as u64),
    limit("messages shown about a scenario", diagnostic::DIAGNOSTICS_MAX as u64),
    limit("levels of `not` and parentheses in a `where`", sweep::FILTER_DEPTH_MAX as u64),
    limit("combinations of a sweep before `where`", sweep::COMBINATIONS_MAX),
    limit("comparisons that a `where` makes over all combinations", sweep::COMPARISONS_MAX),
    limit(
        "bytes of keys and strings of a document with a value in each `${}`",
        sweep::SUBSTITUTED_BYTES_MAX as u64,
    ),
    limit("runs of a sweep", sweep::RUNS_MAX),
    limit("combinations that `check` plans", check::POINTS_MAX as u64),
    limit("values that `check` decodes over all combinations", check::VALUES_DECODED_MAX as u64),
    limit("nodes that `check` plans before it takes no further combination", check::NODES_PLANNED_MAX),
    limit("errors that `check` finds before it takes no further combination", check::ERRORS_FOUND_MAX as u64),
    limit("systems, workloads and operations", plan::SYSTEMS_MAX as u64),
    limit("nodes of all systems", plan::NODES_MAX as u64),
    limit("nodes that all targets mean, each counted in each", plan::NODES_MEANT_MAX as u64),
    limit("faults", plan::FAULTS_MAX as u64),
    limit("kinds that a nemesis draws from", crate::faults::kinds::KINDS_MAX as u64),
    limit("checks, each invariant of each system counted", plan::CHECKS_MAX as u64),
    limit("sites of a matrix", topology::matrix::SITES_MAX as u64),
    limit("bytes of a topology", topology::BYTES_MAX as u64),
    limit("sites of a topology", topology::SITES_MAX as u64),
    limit("links of a topology", topology::LINKS_MAX as u64),
    limit("entries of `network.link`", plan::LINKS_MAX as u64),
    limit("clients of a closed loop", nouns::arrivals::CLIENTS_MAX as u64),
    limit("arrivals a second", nouns::arrivals::RATE_MAX as u64),
    limit("keys of a workload", nouns::keys::KEYS_MAX as u64),
    limit("intervals of a time series", nouns::INTERVALS_MAX),
];

const fn limit(what: &'static str, most: u64) -> Limit {
    Limit { what, most }
}
