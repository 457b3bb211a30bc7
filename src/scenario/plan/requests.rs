//! The kinds of requests that workloads make, and what others need to know of systems to call them.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::kernel::random::name_key;
use crate::kernel::{Keyed, NodeId, SystemId};
use crate::services::balancing::Endpoint;
use crate::services::outbound::WorkOf;
use crate::services::request::{Class, Classes};
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::systems::kinds::service::calls::{CallOptions, ProtocolChoice};
use crate::systems::kinds::service::steps::WorkOptions;
use crate::systems::kinds::{KindOptions, Otherwise, ServiceOptions};
use crate::systems::plan::{CalleePlan, NodeTraits, RequestFacts, RequestsPlan};

use super::super::nouns::Scenario;
use super::super::nouns::request::RequestOptions;
use super::Planner;
use super::calls::{calls_of, registry_of};
use super::nodes::Placed;

/// The kinds of requests of all workloads on services, those of one workload next to each other.
pub(super) fn requests_plan(scenario: &Scenario, seed: u64, targets: &[SystemId]) -> RequestsPlan {
    let (mut classes, mut facts, mut of_workload) = (Vec::new(), Vec::new(), Vec::new());
    for ((name, _, workload), target) in scenario.workload.entries.iter().zip(targets) {
        let kind = scenario.system.entries[target.index()].2.kind.kind();
        let first = classes.len() as u16;
        if !kind.is_store() {
            let requests = workload.requests();
            let draws = Keyed::new(seed, &format!("requests of {name}"));
            classes.extend(requests.iter().map(|request| class(request, &requests, draws)));
            facts.extend(requests.iter().map(fact));
        }
        of_workload.push((first, classes.len() as u16 - first));
    }
    RequestsPlan { classes: Rc::new(Classes(classes)), facts, of_workload }
}

fn class(request: &RequestOptions, others: &[RequestOptions], draws: Keyed) -> Class {
    let bytes = |size: crate::spec::Bytes| u32::try_from(size.0).expect("its range says so");
    let work = request.work.as_ref().map(|work| &work.value);
    Class {
        name: request.name(others),
        work: match work {
            Some(WorkOptions::Law(law)) => Some(law.clone()),
            Some(WorkOptions::OfRequest) | None => None,
        },
        priority: request.priority,
        deadline: request.deadline,
        bytes: bytes(request.size),
        answer_bytes: bytes(request.answer),
        draws,
    }
}

pub(super) fn fact(request: &RequestOptions) -> RequestFacts {
    let header = |(name, _, value): &(String, _, String)| (name.clone(), value.clone());
    RequestFacts {
        path: request.path.value.clone(),
        method: request.method.clone(),
        headers: request.header.entries.iter().map(header).collect(),
    }
}

/// What others need to know of each system to call it.
pub(super) fn callees(
    scenario: &Scenario,
    seed: u64,
    placed: &Placed,
    requests: &RequestsPlan,
) -> Vec<CalleePlan> {
    let callee = |(plan, (.., options)): (
        &crate::systems::plan::SystemPlan,
        &(_, _, super::super::nouns::system::SystemOptions),
    )| {
        let kind = &options.kind;
        let protocol = match kind {
            KindOptions::Service(service) => service.protocol,
            KindOptions::Gateway(_)
            | KindOptions::Registry(_)
            | KindOptions::Raft(_)
            | KindOptions::MultiPaxos(_)
            | KindOptions::Paxos(_)
            | KindOptions::Custom(_) => ProtocolChoice::Plain,
        };
        let endpoint = |node: &NodeId| {
            let facts = &placed.nodes[node.index()];
            let speed = facts.processor.speed.0 as f64 / 1e6;
            Endpoint {
                node: *node,
                name: name_key(&facts.name),
                weight: facts.weight.unwrap_or(speed),
                capacity: f64::from(facts.processor.cores.unwrap_or(1)) * speed,
                zone: Some(facts.zone),
                reported: None,
                usable_since: crate::kernel::Time::ZERO,
            }
        };
        let is_called = !kind.kind().is_store();
        CalleePlan {
            is_store: !is_called,
            endpoints: if is_called { plan.nodes.iter().map(endpoint).collect() } else { Rc::new([]) },
            labels: plan.nodes.iter().map(|node| placed.nodes[node.index()].labels.clone()).collect(),
            registry: registry_of(kind).and_then(|name| placed.system(name)).map(|registry| registry.id),
            protocol: protocol.profile(),
            work: match kind {
                KindOptions::Service(service) => service.first_work().map(|law| WorkOf {
                    law: law.cloned(),
                    draws: ServiceOptions::draws(seed, &plan.name),
                    classes: requests.classes.clone(),
                }),
                KindOptions::Gateway(_)
                | KindOptions::Registry(_)
                | KindOptions::Raft(_)
                | KindOptions::MultiPaxos(_)
                | KindOptions::Paxos(_)
                | KindOptions::Custom(_) => None,
            },
            dispatchers: dispatchers(scenario, placed, &plan.name),
        }
    };
    placed.systems.iter().zip(&scenario.system.entries).map(callee).collect()
}

/// The nodes that call the service `name` by a policy to which idle instances tell that they are.
fn dispatchers(scenario: &Scenario, placed: &Placed, name: &str) -> Rc<[NodeId]> {
    let mut told = Vec::new();
    for (plan, (_, _, system)) in placed.systems.iter().zip(&scenario.system.entries) {
        let hears = |how: &CallOptions| how.policy.0.hears_idle();
        if calls_of(&system.kind).into_iter().any(|call| call.name.value == name && hears(call.how)) {
            told.extend_from_slice(&plan.nodes);
        }
        if let KindOptions::Service(service) = &system.kind
            && plan.name == name
            && hears(&service.front)
        {
            told.extend_from_slice(&plan.extra);
        }
    }
    told.into()
}

/// What is known of each node.
pub(super) fn traits(placed: &Placed) -> Vec<NodeTraits> {
    let of = |node: &super::nodes::PlacedNode| NodeTraits { zone: node.zone, speed: node.processor.speed.0 };
    placed.nodes.iter().map(of).collect()
}

/// Numbers zones by their names.
#[derive(Default)]
pub(super) struct Zones(BTreeMap<String, u16>);

impl Zones {
    /// The number of the zone of this full name.
    pub(super) fn number(&mut self, name: &str) -> u16 {
        if let Some(known) = self.0.get(name) {
            return *known;
        }
        let next = self.0.len() as u16;
        self.0.insert(name.to_owned(), next);
        next
    }
}

impl Planner<'_> {
    /// Every request of every workload on a gateway meets a route, and every route a request.
    pub(super) fn check_routes(&mut self, targets: &[SystemId]) {
        let scenario = self.scenario;
        for (index, (name, origin, system)) in scenario.system.entries.iter().enumerate() {
            let KindOptions::Gateway(gateway) = &system.kind else { continue };
            let asking = scenario.workload.entries.iter().zip(targets);
            let asking = asking.filter(|(_, target)| target.index() == index);
            let mut is_taken = vec![false; gateway.routes.len()];
            let mut is_asked = false;
            for ((workload, _, options), _) in asking {
                is_asked = true;
                let requests = options.requests();
                for request in &requests {
                    let facts = fact(request);
                    match gateway.routes.iter().position(|route| route.takes(&facts)) {
                        Some(route) => is_taken[route] = true,
                        None if gateway.otherwise == Some(Otherwise::NotFound) => {}
                        None => {
                            let message = format!(
                                "no route of `{name}` takes `{}` of `{workload}`: such requests end as not-found",
                                request.name(&requests)
                            );
                            let origin = &request.path.origin;
                            let place = if *origin == Origin::default_value() {
                                &options.target.origin
                            } else {
                                origin
                            };
                            let help = "a route without path, method and header takes whatever is left; if this is meant, write otherwise = \"not-found\" \
                                        beside `routes`";
                            let warning = Diagnostic::warning(Code::NoEffect, place, message).help(help);
                            self.diagnostics.push(warning);
                        }
                    }
                }
            }
            // A gateway behind another is asked for what that one hands on.
            let is_behind = scenario.system.entries.iter().any(|(_, _, other)| match &other.kind {
                KindOptions::Gateway(other) => other.calls().any(|(way, _)| way.name.value == *name),
                KindOptions::Service(_)
                | KindOptions::Registry(_)
                | KindOptions::Raft(_)
                | KindOptions::MultiPaxos(_)
                | KindOptions::Paxos(_)
                | KindOptions::Custom(_) => false,
            });
            if !is_asked || is_behind {
                continue;
            }
            for (route, _) in gateway.routes.iter().zip(&is_taken).filter(|(_, taken)| !**taken) {
                let place = &route.to.origin;
                let place = if *place == Origin::default_value() { origin } else { place };
                let message = format!("no request takes this route of `{name}`");
                let help = "a route further up may take them first, or no workload makes such requests";
                self.diagnostics.push(Diagnostic::warning(Code::NoEffect, place, message).help(help));
            }
        }
    }
}
