//! Who took part in a run, by name: what a recording needs to know of a scenario, and no more.

use crate::kernel::{NodeId, SystemId, Time};
use crate::model::note::Asked;
use crate::model::op::OpKind;
use crate::systems::kinds::Decides;

/// Every system, node and workload of a run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Cast {
    /// The names of systems and workloads, by id.
    pub systems: Vec<String>,
    /// The nodes, by id; clients are nodes too.
    pub nodes: Vec<CastNode>,
    /// The workloads, in the order of the scenario.
    pub workloads: Vec<CastWorkload>,
    /// The operators, in the order of the scenario.
    pub operators: Vec<CastOperator>,
    /// The names of the faults, in the order of the scenario.
    pub faults: Vec<String>,
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct CastNode {
    /// Its name, such as `kv.2`.
    pub name: String,
    /// The system or workload that it belongs to.
    pub system: SystemId,
    /// How many cores it has; `None`: no limit.
    pub cores: Option<u32>,
    /// What it decides together with the others of its system.
    pub decides: Option<Decides>,
    /// What it has to do with the requests of services.
    pub serves: Serves,
}

/// What a node has to do with the requests of services.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Serves {
    /// Nothing.
    #[default]
    Nothing,
    /// It hands them on for a service that workloads call directly.
    Front,
    /// It hands them on.
    Gateway,
    /// It works on them.
    Instance,
}

/// A workload.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CastWorkload {
    /// Its own id: its nodes are the nodes of this id, and its name stands among the systems' names.
    pub system: SystemId,
    /// The system that its clients call.
    pub target: SystemId,
    /// Where its clients are.
    pub region: String,
    /// The paths that it calls, in the order of the scenario; none for a store's workload.
    pub paths: Vec<String>,
}

/// An operator.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CastOperator {
    /// Its node, which has its name.
    pub node: NodeId,
    /// The system of which it asks something.
    pub target: SystemId,
    /// What it asks for and when that is due, in order of time.
    pub orders: Vec<(Time, String)>,
}

/// What kind of operation a workload asked for: an index into its kinds, which are those of a store and then its
/// paths.
pub type Class = usize;

impl Cast {
    /// The name of a system or workload.
    pub fn system_name(&self, system: SystemId) -> &str {
        &self.systems[system.index()]
    }

    /// The name of a node.
    pub fn node_name(&self, node: NodeId) -> &str {
        &self.nodes[node.index()].name
    }

    /// The name of the system or workload that a node belongs to.
    pub fn system_of(&self, node: NodeId) -> &str {
        self.system_name(self.nodes[node.index()].system)
    }

    /// The name of a workload.
    pub fn workload_name(&self, workload: usize) -> &str {
        self.system_name(self.workloads[workload].system)
    }

    /// The name of the system that a workload calls.
    pub fn target_name(&self, workload: usize) -> &str {
        self.system_name(self.workloads[workload].target)
    }

    /// How many kinds of operations a workload has.
    pub fn classes(&self, workload: usize) -> usize {
        OpKind::ALL.len() + self.workloads[workload].paths.len()
    }

    /// The kinds of requests of services that workloads make, in the order of the scenario: workload and class.
    pub fn calls(&self) -> impl Iterator<Item = (usize, Class)> + '_ {
        let of_workload =
            |workload| (OpKind::ALL.len()..self.classes(workload)).map(move |class| (workload, class));
        (0..self.workloads.len()).flat_map(of_workload)
    }

    /// The name of a kind of operation: `read`, or a path.
    pub fn class_name(&self, workload: usize, class: Class) -> &str {
        match OpKind::ALL.get(class) {
            Some(kind) => kind.name(),
            None => &self.workloads[workload].paths[class - OpKind::ALL.len()],
        }
    }
}

/// Whether operations of this kind are calls of services.
pub fn is_call(class: Class) -> bool {
    class >= OpKind::ALL.len()
}

/// The kind of what was asked.
#[inline]
pub fn class_of(asked: Asked) -> Class {
    match asked {
        Asked::Store(op) => op.kind() as usize,
        Asked::Call { path } => OpKind::ALL.len() + usize::from(path),
    }
}
