//! Calls between systems: whom the steps of services ask, and that no request calls itself for ever.

use petgraph::algo::{astar, tarjan_scc};
use petgraph::graph::{DiGraph, EdgeReference, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::faults::Talks;
use crate::kernel::SystemId;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::scalars::Located;
use crate::systems::kinds::KindOptions;
use crate::systems::plan::SystemPlan;

use super::{OperatorFacts, Planner, Thing};

/// The systems by id, and who calls whom, with the call as the scenario has it.
type Calls<'a> = DiGraph<(), &'a Located<String>, u32>;

impl<'a> Planner<'a> {
    /// The called systems exist, no request calls itself for ever, and whoever is called is a store.
    pub(super) fn check_calls(&mut self, systems: &[SystemPlan]) {
        let calls = self.calls(systems);
        let components = tarjan_scc(&calls);
        let mut component_of = vec![0; systems.len()];
        for (number, members) in components.iter().enumerate() {
            members.iter().for_each(|member| component_of[member.index()] = number);
        }
        let is_circular =
            |from: NodeIndex, to: NodeIndex| component_of[from.index()] == component_of[to.index()];
        let mut told = vec![false; components.len()];
        // In the order of the scenario: components come in an order of their own.
        for call in calls.edge_references() {
            let (from, to) = (call.source(), call.target());
            if !is_circular(from, to) {
                self.check_callee(call.weight(), to.index());
            } else if !std::mem::replace(&mut told[component_of[from.index()]], true) {
                self.refuse_circle(&calls, call, systems);
            }
        }
    }

    /// Who has something to say to whom: the nodes of a system among themselves, services to the stores that they call, clients to
    /// whom they ask, and a protocol that nobody knows to everybody.
    pub(super) fn talks(
        &self,
        systems: &[SystemPlan],
        targets: &[SystemId],
        operations: &[OperatorFacts],
    ) -> Talks {
        let mut talks = Talks::default();
        let workload = |index: usize| SystemId((systems.len() + index) as u16);
        targets.iter().enumerate().for_each(|(index, target)| talks.add(workload(index), *target));
        for (index, operation) in operations.iter().enumerate() {
            let operator = SystemId((systems.len() + targets.len() + index) as u16);
            talks.add(operator, operation.target);
        }
        for (plan, (_, _, options)) in systems.iter().zip(&self.scenario.system.entries) {
            talks.add(plan.id, plan.id);
            match &options.kind {
                KindOptions::Raft(_) | KindOptions::MultiPaxos(_) | KindOptions::Paxos(_) => {}
                KindOptions::Service(service) => {
                    let store = |name: &str| systems.iter().find(|store| store.name == name);
                    let called = service.calls().filter_map(|call| store(&call.value));
                    called.for_each(|store| talks.add(plan.id, store.id));
                }
                KindOptions::Custom(_) => {
                    let all = systems.len() + targets.len() + operations.len();
                    (0..all).for_each(|other| talks.add(plan.id, SystemId(other as u16)));
                }
            }
        }
        talks
    }

    /// Who calls whom; calls of systems that do not exist are reported.
    fn calls(&mut self, systems: &[SystemPlan]) -> Calls<'a> {
        let scenario = self.scenario;
        let mut calls = Calls::default();
        let nodes: Vec<NodeIndex> = systems.iter().map(|_| calls.add_node(())).collect();
        for (caller, (_, _, system)) in scenario.system.entries.iter().enumerate() {
            let KindOptions::Service(service) = &system.kind else { continue };
            for call in service.calls() {
                match systems.iter().position(|known| known.name == call.value) {
                    Some(callee) => {
                        calls.add_edge(nodes[caller], nodes[callee], call);
                    }
                    None => {
                        let known = scenario.system.names();
                        self.unknown_name(Thing::System, &call.value, &call.origin, known);
                    }
                }
            }
        }
        calls
    }

    fn check_callee(&mut self, call: &Located<String>, callee: usize) {
        let kind = self.scenario.system.entries[callee].2.kind.kind();
        if !kind.is_store() || kind.is_register() {
            let message = format!("`{}` is a {kind}, which a step cannot call", call.value);
            let help = "a step calls a store, such as a system of type raft".to_owned();
            self.refuse(Code::Contradiction, &call.origin, message, help);
        }
    }

    /// Reports the shortest circle that `call`, from one system to another, closes.
    fn refuse_circle(
        &mut self,
        calls: &Calls<'_>,
        call: EdgeReference<'_, &Located<String>, u32>,
        systems: &[SystemPlan],
    ) {
        let (from, to) = (call.source(), call.target());
        let back = astar(calls, to, |node| node == from, |_| 1_u32, |_| 0);
        let (_, back) = back.expect("both are in one strongly connected component");
        let names = std::iter::once(&from).chain(&back).map(|node| systems[node.index()].name.as_str());
        let circle = names.collect::<Vec<_>>().join(" -> ");
        let message = format!("a request would call itself without end: {circle}");
        let mut error = Diagnostic::error(Code::CallCycle, &call.weight().origin, message);
        for step in back.windows(2) {
            let edge = calls.find_edge(step[0], step[1]).expect("it was just walked");
            error = error.related(&calls[edge].origin, "calls on");
        }
        self.diagnostics.push(error.help("take one of these calls out"));
    }
}
