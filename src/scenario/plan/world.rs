//! What planning makes of a scenario: a world that can run, with what it is judged and measured by.

use std::collections::BTreeSet;

use crate::kernel::{Duration, NodeId, SystemId, Time};
use crate::model::operation::Operation;
use crate::sim::Setup;
use crate::systems::kinds::Kind;
use crate::systems::plan::SystemPlan;
use crate::systems::{Custom, Never, Role};

use super::super::nouns::warmup::Warmup;
use super::{CheckPlan, LivenessPlan};

/// A world that can run, and what its run is judged and measured by; `X` is a user's own protocol.
#[derive(Clone, Debug)]
pub struct World<X: Custom = Never> {
    /// For the event loop.
    pub setup: Setup<Role<X>>,
    /// The systems, by id; workloads are numbered behind them.
    pub systems: Vec<SystemFacts>,
    /// The workloads, in the order of the scenario.
    pub workloads: Vec<WorkloadFacts>,
    /// The operators, in the order of the scenario.
    pub operators: Vec<OperatorFacts>,
    /// What must hold.
    pub checks: Vec<CheckPlan>,
    /// When faults stop, and by when everything must be well again.
    pub liveness: Option<LivenessPlan>,
    /// What is left out of metrics at the start.
    pub warmup: Warmup,
    /// How long after the last heal an operation counts as `recovery`.
    pub recovery: Duration,
    /// Width of the intervals of time series.
    pub interval: Duration,
    /// The faults of which planning has warned that they strike nobody, or not within the run.
    pub in_vain: BTreeSet<String>,
}

impl<X: Custom> World<X> {
    /// The name of the region where a workload's clients are.
    pub fn region(&self, workload: &WorkloadFacts) -> &str {
        let site = self.setup.nodes[workload.node.index()].site;
        &self.setup.sites.names()[site.index()]
    }
}

/// A system of the world.
#[derive(Clone, Debug)]
pub struct SystemFacts {
    /// Its plan: name, id, nodes.
    pub plan: SystemPlan,
    /// Its type.
    pub kind: Kind,
}

/// A workload of the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkloadFacts {
    /// Its name.
    pub name: String,
    /// Its id, behind those of the systems.
    pub id: SystemId,
    /// The node that holds its clients.
    pub node: crate::kernel::NodeId,
    /// The system that it asks.
    pub target: SystemId,
    /// The kinds of requests that it makes of a service, by name; none of a store.
    pub paths: Vec<String>,
}

/// An operator of the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperatorFacts {
    /// Its node, which has its name.
    pub node: NodeId,
    /// The system of which it asks something.
    pub target: SystemId,
    /// What it wants, and when, in order of time.
    pub orders: Vec<(Time, Operation)>,
}
