//! From a decoded scenario to a run that is ready to start: the world, and what its run will be held to.

use crate::checks::consensus::{Invariant, InvariantSet};
use crate::checks::liveness::Liveness;
use crate::faults::Happening;
use crate::kernel::{NodeId, SystemId, Time};
use crate::model::membership::Slots;
use crate::model::note::Holding;
use crate::model::operation::Operation;
use crate::scenario::nouns::check::{CheckOptions, Expect};
use crate::scenario::plan::{CheckKind, CheckPlan, LIVENESS, LivenessPlan, OperatorFacts};
use crate::scenario::{Scenario, World, plan};
use crate::sim::Limits;
use crate::spec::diagnostic::Diagnostics;
use crate::spec::{DataFile, DataFiles};
use crate::systems::kinds::Kind as SystemKind;
use crate::systems::{Custom, Never};

use super::asserted::{self, Asserted};
use super::cast::{Cast, CastNode, CastOperator, CastWorkload, Serves};
use super::metrics::{Assertion, Query};
use super::sought::Sought;
use super::watch::Vivacity;

/// A run that is ready to start; `X` is a user's own protocol.
#[derive(Clone, Debug)]
pub struct Prepared<X: Custom = Never> {
    /// The scenario's name.
    pub name: String,
    /// The world.
    pub world: World<X>,
    /// What the run is held to, in the order of the scenario.
    pub checks: Vec<Check>,
    /// The data files that the scenario names.
    pub inputs: Vec<DataFile>,
}

/// What a run is held to.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its name in the scenario.
    pub name: String,
    /// What is expected of it.
    pub expect: Expect,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of checks.
#[derive(Clone, Debug)]
pub enum Kind {
    /// An invariant of a system's replicas.
    Invariant {
        /// The system.
        system: SystemId,
        /// Which.
        invariant: Invariant,
        /// Whether the system is one that the invariant speaks of.
        applies: bool,
    },
    /// Linearizability of a store.
    Linearizable {
        /// The store.
        system: SystemId,
        /// Most states that the search may explore.
        budget: u64,
    },
    /// Something that is to come to pass in at least one of all runs.
    Sometimes {
        /// What.
        happening: Happening,
        /// When: from the first of these to before the other.
        window: (Time, Time),
    },
    /// A store serves and converges once faults have stopped.
    Liveness {
        /// The store.
        system: SystemId,
    },
    /// An assertion on a metric.
    Assertion {
        /// Which figure.
        query: Query,
        /// What it must be.
        assertion: Assertion,
        /// What it must be, as the scenario says it.
        text: String,
    },
}

/// Plans the run of `scenario`, which was decoded with the same `files`, under `seed`. `None` once every mistake has
/// been reported.
pub fn prepare<X: Custom>(
    name: &str,
    scenario: &Scenario,
    seed: u64,
    limits: Limits,
    diagnostics: &mut Diagnostics,
    files: &dyn DataFiles,
) -> Option<Prepared<X>> {
    let read = |(_, _, check): &(_, _, CheckOptions)| asserted::read(check, scenario, diagnostics);
    let asserted: Vec<Option<Asserted>> = scenario.check.entries.iter().map(read).collect();
    let world = plan(scenario, seed, limits, diagnostics, files)?;
    let mut nodes: Vec<&str> = Vec::new();
    if asserted.iter().flatten().any(|asserted| asserted.node.is_some()) {
        nodes = world.setup.nodes.iter().map(|node| &*node.name).collect();
        nodes.sort_unstable();
    }
    let mut checks = Vec::new();
    let mut all = true;
    for (plan, asserted) in world.checks.iter().zip(asserted) {
        match kinds(plan, asserted, &world, &nodes, diagnostics) {
            Some(kinds) => {
                let check = |kind| Check { name: plan.name.clone(), expect: plan.expect, kind };
                checks.extend(kinds.into_iter().map(check));
            }
            None => all = false,
        }
    }
    if let Some(LivenessPlan { systems, expect, .. }) = &world.liveness {
        let check = |system: &SystemId| Check {
            name: LIVENESS.to_owned(),
            expect: *expect,
            kind: Kind::Liveness { system: *system },
        };
        checks.extend(systems.iter().map(check));
    }
    let name = scenario.name.clone().unwrap_or_else(|| name.to_owned());
    all.then(|| Prepared { name, world, checks, inputs: files.taken() })
}

/// The single checks that one check of a scenario stands for; `nodes` are the names of the world's nodes, sorted, if a check
/// asks for one.
fn kinds<X: Custom>(
    plan: &CheckPlan,
    asserted: Option<Asserted>,
    world: &World<X>,
    nodes: &[&str],
    diagnostics: &mut Diagnostics,
) -> Option<Vec<Kind>> {
    Some(match &plan.kind {
        CheckKind::Invariants { systems, invariants } => {
            let of_system = |system: &SystemId| {
                let (system, applies) = (*system, world.systems[system.index()].kind.decides().is_some());
                invariants.iter().map(move |invariant| Kind::Invariant {
                    system,
                    invariant: *invariant,
                    applies,
                })
            };
            systems.iter().flat_map(of_system).collect()
        }
        CheckKind::Linearizable { systems, budget } => {
            systems.iter().map(|system| Kind::Linearizable { system: *system, budget: *budget }).collect()
        }
        CheckKind::Sometimes { happening, window } => {
            vec![Kind::Sometimes { happening: happening.clone(), window: *window }]
        }
        CheckKind::Assertion => {
            let Asserted { query, node, region, assertion, text } = asserted?;
            if let Some(node) = node.filter(|node| nodes.binary_search(&node.value.as_str()).is_err()) {
                match diagnostics.is_full() {
                    true => diagnostics.count_error(),
                    false => diagnostics.push(asserted::no_such_value("node", &node, nodes.iter().copied())),
                }
                return None;
            }
            let regions = world.workloads.iter().map(|workload| world.region(workload));
            if let Some(region) = region.filter(|region| !regions.clone().any(|known| known == region.value))
            {
                diagnostics.push(asserted::no_such_value("region of clients", &region, regions));
                return None;
            }
            vec![Kind::Assertion { query, assertion, text }]
        }
    })
}

impl<X: Custom> Prepared<X> {
    /// Who takes part, for the recording.
    pub(super) fn cast(&self) -> Cast {
        let world = &self.world;
        let node = |node: &crate::sim::NodeSetup<_>| CastNode {
            name: node.name.to_string(),
            system: node.system,
            cores: node.processor.cores,
            decides: world.systems.get(node.system.index()).and_then(|system| system.kind.decides()),
            serves: match world.systems.get(node.system.index()).map(|system| system.kind) {
                Some(SystemKind::Service) if node.is_front => Serves::Front,
                Some(SystemKind::Service) => Serves::Instance,
                Some(SystemKind::Gateway) => Serves::Gateway,
                Some(SystemKind::Raft | SystemKind::MultiPaxos | SystemKind::Paxos)
                | Some(SystemKind::Registry | SystemKind::Custom)
                | None => Serves::Nothing,
            },
        };
        let workload = |workload: &crate::scenario::plan::WorkloadFacts| CastWorkload {
            system: workload.id,
            target: workload.target,
            region: world.region(workload).to_owned(),
            paths: workload.paths.clone(),
        };
        let operator = |operator: &OperatorFacts| CastOperator {
            node: operator.node,
            target: operator.target,
            orders: operator
                .orders
                .iter()
                .map(|(due, order)| (*due, self.in_words(operator.target, order)))
                .collect(),
        };
        Cast {
            operators: world.operators.iter().map(operator).collect(),
            systems: world.setup.systems.clone(),
            nodes: world.setup.nodes.iter().map(node).collect(),
            workloads: world.workloads.iter().map(workload).collect(),
            faults: world.setup.faults.iter().map(|fault| fault.name.clone()).collect(),
        }
    }

    /// What an operator asks of a system, such as `remove kv.1, add kv.4`.
    fn in_words(&self, system: SystemId, operation: &Operation) -> String {
        let nodes = &self.world.systems[system.index()].plan.nodes;
        let name = |slot: usize| self.world.setup.nodes[nodes[slot].index()].name.to_string();
        let part = |verb: &str, slots: Slots| {
            let names: Vec<String> = slots.iter().map(name).collect();
            (!names.is_empty()).then(|| format!("{verb} {}", names.join(" ")))
        };
        match *operation {
            Operation::Change { voters, learners, out, .. } => {
                let parts = [part("remove", out), part("add", voters), part("add as learner", learners)];
                parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
            }
            Operation::Transfer { to } => format!("transfer to {}", name(usize::from(to))),
            Operation::Register { node, .. } => {
                format!("{operation} {}", self.world.setup.nodes[node.index()].name)
            }
        }
    }

    /// The systems whose replicas are judged, their nodes, and the invariants asked of them.
    pub(super) fn judged(&self) -> Vec<(SystemId, Vec<NodeId>, InvariantSet, Holding)> {
        let mut judged: Vec<(SystemId, Vec<Invariant>)> = Vec::new();
        for check in &self.checks {
            let Kind::Invariant { system, invariant, applies: true } = check.kind else { continue };
            match judged.iter_mut().find(|(known, _)| *known == system) {
                Some((_, invariants)) => invariants.push(invariant),
                None => judged.push((system, vec![invariant])),
            }
        }
        let with_nodes = |(system, invariants): (SystemId, Vec<Invariant>)| {
            let nodes = self.world.systems[system.index()].plan.nodes.clone();
            let kind = self.world.systems[system.index()].kind;
            (system, nodes, invariants.into_iter().collect(), kind.holding())
        };
        judged.into_iter().map(with_nodes).collect()
    }

    /// The stores whose liveness is judged, and the position of the fault that heals them.
    pub(super) fn liveness(&self) -> Vivacity {
        let Some(LivenessPlan { after, within, systems, fault, .. }) = &self.world.liveness else {
            return Vivacity::default();
        };
        let of_system = |system: &SystemId| {
            let nodes = &self.world.systems[system.index()].plan.nodes;
            (*system, Liveness::new(*after, *within, nodes))
        };
        Vivacity { stores: systems.iter().map(of_system).collect(), healing: Some(*fault) }
    }

    /// What is to come to pass, by the position of its check.
    pub(super) fn sought(&self) -> Sought {
        let sought = self.checks.iter().enumerate().filter_map(|(check, of)| match &of.kind {
            Kind::Sometimes { happening, window } => Some((check, happening.clone(), *window)),
            Kind::Invariant { .. }
            | Kind::Linearizable { .. }
            | Kind::Liveness { .. }
            | Kind::Assertion { .. } => None,
        });
        Sought::new(sought)
    }

    /// Whether a check reads histories.
    pub(super) fn needs_histories(&self) -> bool {
        let reads = |kind: &Kind| match kind {
            Kind::Linearizable { .. } => true,
            Kind::Invariant { system, invariant, applies: true } => {
                match self.world.systems[system.index()].kind.holding() {
                    // What was acknowledged must have been applied: that takes the sessions' operations.
                    Holding::Log | Holding::Slots => *invariant == Invariant::Durability,
                    // What is chosen must have been asked for.
                    Holding::Decree => true,
                }
            }
            Kind::Invariant { applies: false, .. } => false,
            Kind::Assertion { .. } | Kind::Liveness { .. } | Kind::Sometimes { .. } => false,
        };
        self.checks.iter().any(|check| reads(&check.kind))
    }
}
