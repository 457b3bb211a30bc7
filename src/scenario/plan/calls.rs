//! Calls between systems: whom the steps of services ask, and that no request calls itself for ever.

use petgraph::algo::{astar, tarjan_scc};
use petgraph::graph::{DiGraph, EdgeReference, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::faults::Talks;
use crate::kernel::SystemId;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::scalars::Located;
use crate::systems::kinds::service::calls::CallOptions;
use crate::systems::kinds::service::steps::StepOptions;
use crate::systems::kinds::{Kind, KindOptions};
use crate::systems::plan::SystemPlan;

use super::{OperatorFacts, Planner, Thing};

/// The systems by id, and who calls whom, with the call as the scenario has it.
type Calls<'a> = DiGraph<(), CallFacts<'a>, u32>;

/// A call as the scenario has it.
#[derive(Clone, Copy)]
pub(super) struct CallFacts<'a> {
    pub(super) name: &'a Located<String>,
    pub(super) how: &'a CallOptions,
    /// Of a route: only instances of this version.
    pub(super) version: Option<&'a str>,
    /// The step that makes it, if one does; else it is a route.
    step: Option<&'a StepOptions>,
}

impl CallFacts<'_> {
    /// Whether it is left out in the depth of a circle.
    fn is_bounded(&self) -> bool {
        self.step.is_some_and(|step| step.depth.is_some())
    }
}

/// Whom a system calls.
pub(super) fn calls_of<'a>(kind: &'a KindOptions) -> Vec<CallFacts<'a>> {
    match kind {
        KindOptions::Service(service) => {
            let calls = service.calls().into_iter();
            let call = |(step, name): (&'a StepOptions, &'a Located<String>)| CallFacts {
                name,
                how: &step.how,
                version: None,
                step: Some(step),
            };
            calls.map(call).collect()
        }
        KindOptions::Gateway(gateway) => {
            let calls = gateway.calls();
            calls
                .map(|(way, how)| CallFacts {
                    name: &way.name,
                    how,
                    version: way.version.as_deref(),
                    step: None,
                })
                .collect()
        }
        KindOptions::Raft(_)
        | KindOptions::MultiPaxos(_)
        | KindOptions::Paxos(_)
        | KindOptions::Registry(_)
        | KindOptions::Custom(_) => Vec::new(),
    }
}

/// The registry that a system's instances tell that they are there.
pub(super) fn registry_of(kind: &KindOptions) -> Option<&str> {
    match kind {
        KindOptions::Service(service) => Some(&service.register.as_ref()?.0.at.value),
        KindOptions::Raft(_)
        | KindOptions::MultiPaxos(_)
        | KindOptions::Paxos(_)
        | KindOptions::Gateway(_)
        | KindOptions::Registry(_)
        | KindOptions::Custom(_) => None,
    }
}

impl<'a> Planner<'a> {
    /// The called systems exist, no request calls itself for ever, and whoever is called is a store.
    pub(super) fn check_calls(&mut self, systems: &[SystemPlan]) {
        let calls = self.calls(systems);
        // What is bounded closes no circle.
        let mut unbounded = calls.clone();
        unbounded.retain_edges(|calls, call| !calls[call].is_bounded());
        let components = tarjan_scc(&unbounded);
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
            if !is_circular(from, to) || call.weight().is_bounded() {
                self.check_callee(*call.weight(), to.index());
            } else if !std::mem::replace(&mut told[component_of[from.index()]], true) {
                self.refuse_circle(&unbounded, call, systems);
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
                KindOptions::Raft(_)
                | KindOptions::MultiPaxos(_)
                | KindOptions::Paxos(_)
                | KindOptions::Registry(_) => {}
                KindOptions::Service(_) | KindOptions::Gateway(_) => {
                    let known = |name: &str| systems.iter().find(|other| other.name == name);
                    let called = calls_of(&options.kind).into_iter();
                    let called = called.filter_map(|call| known(&call.name.value));
                    called.for_each(|other| talks.add(plan.id, other.id));
                    // Instances tell a registry, and callers ask it.
                    let registers = |kind: &KindOptions| Some(known(registry_of(kind)?)?.id);
                    registers(&options.kind).into_iter().for_each(|registry| talks.add(plan.id, registry));
                    for call in calls_of(&options.kind) {
                        let called =
                            self.scenario.system.entries.iter().find(|(name, ..)| *name == call.name.value);
                        let registry = called.and_then(|(.., called)| registers(&called.kind));
                        registry.into_iter().for_each(|registry| talks.add(plan.id, registry));
                    }
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
            for call in calls_of(&system.kind) {
                match systems.iter().position(|known| known.name == call.name.value) {
                    Some(callee) => {
                        calls.add_edge(nodes[caller], nodes[callee], call);
                    }
                    None => {
                        let known = scenario.system.names();
                        self.unknown_name(Thing::System, &call.name.value, &call.name.origin, known);
                    }
                }
            }
        }
        calls
    }

    /// A step calls a service or a store, a route leads to a service or a gateway.
    fn check_callee(&mut self, call: CallFacts<'_>, callee: usize) {
        let kind = self.scenario.system.entries[callee].2.kind.kind();
        let CallFacts { name, step, .. } = call;
        let (can, help) = match step {
            Some(_) => (
                kind == Kind::Service || (kind.is_store() && !kind.is_register()),
                "a step calls a service, or a store, such as a system of type raft",
            ),
            None => (
                matches!(kind, Kind::Service | Kind::Gateway),
                "a route leads to a service; let a step of a service call a store",
            ),
        };
        if !can {
            let what = if step.is_some() { "a step cannot call" } else { "no route can lead to" };
            let message = format!("`{}` is a {kind}, which {what}", name.value);
            return self.refuse(Code::Contradiction, &name.origin, message, help.to_owned());
        }
        let Some(step) = step else { return };
        self.check_step_of(step, name, kind);
    }

    /// Options of calls of stores are not those of calls of services.
    fn check_step_of(&mut self, step: &StepOptions, name: &Located<String>, kind: Kind) {
        let of_stores = [("op", step.op.is_some()), ("attempts", step.attempts.is_some())];
        let of_services = [
            ("fan_out", step.fan_out.is_some()),
            ("depth", step.depth.is_some()),
            ("retry", step.how.retry.is_some()),
            ("breaker", step.how.breaker.is_some()),
        ];
        let strangers: &[(&str, bool)] = if kind.is_store() { &of_services } else { &of_stores };
        for (key, _) in strangers.iter().filter(|(_, is_given)| *is_given) {
            let (what, other) = if kind.is_store() { ("store", "service") } else { ("service", "store") };
            let message = format!("`{key}` is for calls of a {other}, and `{}` is a {what}", name.value);
            let help = match *key {
                "attempts" => "write retry = { attempts = 3 }".to_owned(),
                "retry" => "write attempts = 3".to_owned(),
                key => format!("remove `{key}`"),
            };
            self.refuse(Code::Contradiction, &name.origin, message, help);
        }
    }

    /// Reports the shortest circle that `call`, from one system to another, closes.
    fn refuse_circle(
        &mut self,
        calls: &Calls<'_>,
        call: EdgeReference<'_, CallFacts<'_>, u32>,
        systems: &[SystemPlan],
    ) {
        let (from, to) = (call.source(), call.target());
        let back = astar(calls, to, |node| node == from, |_| 1_u32, |_| 0);
        let (_, back) = back.expect("both are in one strongly connected component");
        let names = std::iter::once(&from).chain(&back).map(|node| systems[node.index()].name.as_str());
        let circle = names.collect::<Vec<_>>().join(" -> ");
        let message = format!("a request would call itself without end: {circle}");
        let mut error = Diagnostic::error(Code::CallCycle, &call.weight().name.origin, message);
        for step in back.windows(2) {
            let edge = calls.find_edge(step[0], step[1]).expect("it was just walked");
            error = error.related(&calls[edge].name.origin, "calls on");
        }
        self.diagnostics.push(error.help("take one of these calls out, or bound it: { call = \"...\", depth = 3 } is left out in the depth"));
    }
}
