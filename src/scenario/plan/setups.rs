//! The nodes of the world as the event loop takes them.

use std::rc::Rc;

use crate::clocks::ClockProfile;
use crate::faults::{Matter, Matters};
use crate::kernel::{SiteId, SystemId, Time};
use crate::net::Transport;
use crate::processors::{MessageCosts, ProcessorProfile};
use crate::sim::NodeSetup;
use crate::storage::DiskProfile;
use crate::systems::plan::Blueprint;
use crate::systems::{Custom, RoleConfig};
use crate::workloads::client;
use crate::workloads::operator::OperatorConfig;

use super::super::nouns::Scenario;
use super::super::nouns::system::TransportChoice;
use super::OperatorFacts;
use super::nodes::Placed;
use super::workloads::workload_config;

/// Every node of the world, systems first, in the order of their ids.
pub(super) fn build_nodes<X: Custom>(
    scenario: &Scenario,
    own: &[Option<X::Options>],
    costs: &[Rc<MessageCosts>],
    placed: &Placed,
    blueprint: &Blueprint<'_>,
    targets: &[SystemId],
    loads: &[client::Load],
) -> Vec<NodeSetup<RoleConfig<X::Config>>> {
    let mut setups = Vec::with_capacity(placed.places.len());
    let systems = placed.systems.iter().zip(own).zip(costs).zip(&scenario.system.entries);
    for (((plan, own), costs), (_, _, options)) in systems {
        let common = &options.common;
        let disk = DiskProfile { write: common.disk.write.clone(), fsync: Some(common.disk.fsync.clone()) };
        let (disk, has) = (Rc::new(disk), options.kind.matters().and_if(!costs.is_free(), Matter::Work));
        let transport = match common.transport {
            None => options.kind.kind().transport(),
            Some(TransportChoice::Datagram) => Transport::Datagram,
            Some(TransportChoice::Stream) => Transport::Stream,
        };
        let configs = options.kind.build::<X>(own.as_ref(), plan, blueprint);
        for (node, config) in plan.nodes.iter().chain(&plan.extra).zip(configs) {
            let facts = &placed.nodes[node.index()];
            let is_extra = plan.extra.contains(node);
            setups.push(NodeSetup {
                name: facts.name.clone(),
                system: plan.id,
                site: blueprint.place(*node),
                is_front: is_extra,
                has: if is_extra { Matters::PROCESS } else { has },
                transport,
                disk: disk.clone(),
                clock: facts.clock,
                // What a type adds (a front) has no work to queue, messages included, and no disk.
                processor: if is_extra { ProcessorProfile::default() } else { facts.processor },
                messages: if is_extra { Rc::default() } else { costs.clone() },
                config,
            });
        }
    }
    for (index, (target, load)) in targets.iter().zip(loads).enumerate() {
        let node = placed.workloads[index];
        let config = workload_config(scenario, index, placed, *target, load.clone(), blueprint);
        let (name, id) = (placed.nodes[node.index()].name.clone(), SystemId(config.id));
        setups.push(asking_node(name, id, blueprint.place(node), RoleConfig::Clients(Rc::new(config))));
    }
    setups
}

/// The nodes of the operators, behind all others.
pub(super) fn add_operators<C>(
    scenario: &Scenario,
    placed: &Placed,
    blueprint: &Blueprint<'_>,
    operators: &[OperatorFacts],
    setups: &mut Vec<NodeSetup<RoleConfig<C>>>,
) {
    let others = placed.systems.len() + placed.workloads.len();
    for (index, ((.., options), operator)) in scenario.operation.entries.iter().zip(operators).enumerate() {
        let (node, site) = (operator.node, blueprint.place(operator.node));
        let config = OperatorConfig {
            nodes: blueprint.nearest_first(site, &placed.systems[operator.target.index()].nodes),
            orders: operator.orders.clone(),
            until: options.until.map_or(Time::MAX, |until| Time::ZERO + until),
            retry: options.retry,
            timeout: options.timeout,
        };
        setups.push(asking_node(
            placed.nodes[node.index()].name.clone(),
            SystemId((others + index) as u16),
            site,
            RoleConfig::Operator(Rc::new(config)),
        ));
    }
}

/// A node that asks others, and has nothing that faults of nodes could act on.
fn asking_node<C>(
    name: Rc<str>,
    system: SystemId,
    site: SiteId,
    config: RoleConfig<C>,
) -> NodeSetup<RoleConfig<C>> {
    NodeSetup {
        name,
        system,
        site,
        is_front: false,
        has: Matters::NONE,
        transport: Transport::Either,
        disk: Rc::default(),
        clock: ClockProfile::default(),
        processor: ProcessorProfile::default(),
        messages: Rc::default(),
        config,
    }
}
