//! What workloads ask, and of whom.

use crate::kernel::{Keyed, SystemId, Time};
use crate::model::op::OpKind;
use crate::model::route::Route;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::scalars::Located;
use crate::systems::kinds::{Kind, KindOptions};
use crate::systems::plan::{Blueprint, SystemPlan};
use crate::workloads::client::{self, WorkloadConfig};

use super::super::nouns::Scenario;
use super::super::nouns::workload::WorkloadOptions;
use super::Planner;
use super::names::Thing;
use super::nodes::Placed;

/// How often clients of a store ask unless the scenario says.
pub(super) const STORE_ATTEMPTS: u16 = 3;
/// Largest weight of a kind of operation.
const WEIGHT_MAX: f64 = 1e6;

impl Planner<'_> {
    /// The system that each workload asks.
    pub(super) fn workload_targets(&mut self, systems: &[SystemPlan]) -> Option<Vec<SystemId>> {
        let scenario = self.scenario;
        let mut targets = Vec::new();
        for (_, _, workload) in &scenario.workload.entries {
            let target = &workload.target;
            let Some(index) = systems.iter().position(|system| system.name == target.value) else {
                let known = scenario.system.names();
                self.unknown_name(Thing::System, &target.value, &target.origin, known);
                continue;
            };
            targets.push(systems[index].id);
            let kind = &scenario.system.entries[index].2.kind;
            if kind.kind() == Kind::Registry {
                let message = format!("`{}` is a registry, which clients do not ask", target.value);
                let help =
                    "aim at a service, or at a gateway before it: callers ask the registry by themselves";
                self.refuse(Code::Contradiction, &target.origin, message, help.to_owned());
                continue;
            }
            self.check_asked(workload, kind);
            self.check_mix(workload, kind.kind());
            if kind.kind().is_register() {
                self.check_register(workload, kind.kind());
            }
        }
        (targets.len() == scenario.workload.entries.len()).then_some(targets)
    }

    /// Refuses what only clients of a store say.
    fn check_asked(&mut self, workload: &WorkloadOptions, kind: &KindOptions) {
        if kind.kind().is_store() {
            if let Some(request) = &workload.request {
                let message = format!("a workload on a {} makes no requests of paths", kind.kind());
                let help = "say what it asks in `mix`, such as { read = 0.8, write = 0.2 }".to_owned();
                self.refuse(Code::Contradiction, &request.origin, message, help);
            }
            return;
        }
        let WorkloadOptions { value_size, route, .. } = workload;
        let of_stores = [
            (
                "value_size",
                Some(&value_size.origin),
                "writes no values itself: a step has the size of those that it writes",
            ),
            (
                "route",
                route.as_ref().map(|route| &route.origin).filter(|_| kind.kind() == Kind::Service),
                "asks its one front",
            ),
        ];
        let given = of_stores.into_iter().filter_map(|(key, origin, why)| Some((key, origin?, why)));
        for (key, origin, why) in given.filter(|(_, origin, _)| **origin != Origin::default_value()) {
            let message = format!("a workload on a {} {why}", kind.kind());
            self.refuse(Code::Contradiction, origin, message, format!("remove `{key}`"));
        }
    }

    /// A register that is written once takes proposals and reads, of one key.
    fn check_register(&mut self, workload: &WorkloadOptions, kind: Kind) {
        let count = workload.keys_of(kind).count();
        if count > 1 {
            let message = format!("a {kind} decides one value, and these are {count} keys");
            let origin = &workload.keys.origin;
            self.refuse(Code::Contradiction, origin, message, "write keys = \"uniform(n=1)\"".to_owned());
        }
        if workload.mix.origin == Origin::default_value() {
            return;
        }
        let takes = |name: &str| [OpKind::Read, OpKind::Propose].iter().any(|kind| kind.name() == name);
        let known = |name: &str| OpKind::ALL.iter().any(|kind| kind.name() == name);
        let entries = workload.mix.value.entries.iter();
        let asked = entries.filter(|(name, _, weight)| known(name) && !takes(name) && weight.value > 0.0);
        for (name, origin, _) in asked {
            let message = format!("a {kind} decides one value, once, and takes no `{name}`");
            let help = "write for example mix = { propose = 0.5, read = 0.5 }".to_owned();
            self.refuse(Code::Contradiction, origin, message, help);
        }
    }

    fn check_mix(&mut self, workload: &WorkloadOptions, kind: Kind) {
        let mix = &workload.mix;
        if !kind.is_store() {
            return self.check_paths(workload, kind);
        }
        let kinds = || OpKind::ALL.iter().map(|kind| kind.name());
        for (name, origin, weight) in &mix.value.entries {
            if !kinds().any(|kind| kind == name) {
                self.unknown_word("kind of operation", name, origin, kinds());
            }
            let Located { value: weight, origin } = weight;
            if !(0.0..=WEIGHT_MAX).contains(weight) {
                let message =
                    format!("the weight of `{name}` is {weight}, and must be from 0 to {WEIGHT_MAX}");
                let help = "weights are shares, such as read = 0.8".to_owned();
                self.refuse(Code::OutOfRange, origin, message, help);
            }
        }
        if mix.value.entries.iter().all(|(_, _, weight)| weight.value <= 0.0) {
            let message = "the mix has no kind of operation with a weight above 0".to_owned();
            let help = "write for example { read = 0.8, write = 0.2 }".to_owned();
            self.refuse(Code::OutOfRange, &mix.origin, message, help);
        }
        // A part of the whole, and nothing beside it: what was not given was to stay as it is by default.
        if let [(name, _, Located { value: weight, origin })] = mix.value.entries.as_slice()
            && (0.0..1.0).contains(weight)
            && *weight > 0.0
        {
            let message =
                format!("`{name}` is all of the mix, so that every operation is one, whatever its weight");
            let warning = Diagnostic::warning(Code::NoEffect, origin, message);
            let help = format!(
                "a mix that is given stands in place of the default one: give the others beside it, such as mix = {{ {name} = \
                 {weight:?}, ... }}, or write {name} = 1 if that is meant"
            );
            self.diagnostics.push(warning.help(help));
        }
    }
}

impl Planner<'_> {
    /// The mix of a workload on a service is one of paths.
    fn check_paths(&mut self, workload: &WorkloadOptions, kind: Kind) {
        let mix = &workload.mix;
        if mix.origin == Origin::default_value() {
            return;
        }
        if let Some(request) = &workload.request {
            let message = "both `mix` and `request` say what is asked for";
            let error = Diagnostic::error(Code::Contradiction, &mix.origin, message);
            let help = "keep one: a mix of paths is short for requests that differ in nothing else";
            self.diagnostics.push(error.related(&request.origin, "the requests").help(help));
            return;
        }
        for (path, origin, Located { value: weight, origin: place }) in &mix.value.entries {
            if !path.starts_with('/') {
                let message = format!("a {kind} takes requests of paths, and `{path}` is none");
                let help = "write for example mix = { \"/users\" = 0.7, \"/orders\" = 0.3 }".to_owned();
                self.refuse(Code::Contradiction, origin, message, help);
            }
            if !(0.0..=WEIGHT_MAX).contains(weight) {
                let message =
                    format!("the weight of `{path}` is {weight}, and must be from 0 to {WEIGHT_MAX}");
                let help = "weights are shares, such as \"/users\" = 0.7".to_owned();
                self.refuse(Code::OutOfRange, place, message, help);
            }
        }
        if mix.value.entries.iter().all(|(_, _, weight)| weight.value <= 0.0) {
            let message = "the mix has no path with a weight above 0".to_owned();
            let help = "write for example mix = { \"/users\" = 0.7, \"/orders\" = 0.3 }".to_owned();
            self.refuse(Code::OutOfRange, &mix.origin, message, help);
        }
    }
}

/// Whom clients ask first unless they say: the leader of a store, and the nearest node of a gateway.
fn default_route(kind: Kind) -> Route {
    if kind.is_store() { Route::Leader } else { Route::Nearest }
}

/// What the clients of a workload are told.
pub(super) fn workload_config(
    scenario: &Scenario,
    index: usize,
    placed: &Placed,
    target: SystemId,
    load: client::Load,
    blueprint: &Blueprint<'_>,
) -> WorkloadConfig {
    let (name, _, options) = &scenario.workload.entries[index];
    let (node, target) = (placed.workloads[index], &placed.systems[target.index()]);
    let kind = scenario.system.entries[target.id.index()].2.kind.kind();
    let asked = match kind {
        // A service is asked at its front.
        Kind::Service => &target.extra,
        Kind::Raft | Kind::MultiPaxos | Kind::Paxos | Kind::Gateway => &target.nodes,
        Kind::Registry | Kind::Custom => &target.nodes,
    };
    let client_target = match kind.is_store() {
        true => {
            let mix = options.mix_of(kind).into_iter().filter(|(_, weight)| *weight > 0.0).collect();
            let size = u32::try_from(options.value_size.value.0).expect("its range says so");
            client::Target::Store { mix, size }
        }
        false => client::Target::Service(client::Calls {
            classes: blueprint.requests.classes.clone(),
            first: blueprint.requests.of_workload[index].0,
            weights: options.requests().iter().map(|request| request.weight.value).collect(),
            protocol: blueprint.protocol(target),
        }),
    };
    WorkloadConfig {
        id: (placed.systems.len() + index) as u16,
        draws: Keyed::new(blueprint.seed, &format!("workload {name}")),
        load,
        until: options.until.map(|until| Time::ZERO + until),
        target: client_target,
        nodes: blueprint.nearest_first(blueprint.place(node), asked),
        route: options.route.as_ref().map_or(default_route(kind), |route| Route::from(route.value)),
        keys: options.keys_of(kind),
        timeout: options.timeout,
        attempts: options.attempts.unwrap_or(if kind.is_store() { STORE_ATTEMPTS } else { 1 }),
        writer: blueprint.writer(node),
        operations: options.operations.as_ref().map(|operations| operations.0.clone()),
    }
}
