//! What the planner of a world tells the types of systems: who stands where, and how far apart.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::kernel::{Duration, NodeId, SiteId, SystemId};
use crate::net::Sites;
use crate::services::Writer;
use crate::services::balancing::Endpoint;
use crate::services::outbound::{Protocol, WorkOf};
use crate::services::request::Classes;

/// A system whose nodes have their ids.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SystemPlan {
    /// Its name in the scenario.
    pub name: String,
    /// Its id; workloads are numbered behind the systems.
    pub id: SystemId,
    /// The nodes that the scenario lists, in order.
    pub nodes: Vec<NodeId>,
    /// The nodes that its type adds.
    pub extra: Vec<NodeId>,
    /// The bugs switched on.
    pub bugs: Vec<String>,
}

impl SystemPlan {
    /// Whether a node is one of its own.
    pub fn has(&self, node: NodeId) -> bool {
        // Ids are given system by system.
        self.nodes.binary_search(&node).is_ok() || self.extra.contains(&node)
    }
}

/// The kinds of requests that workloads make of services.
#[derive(Clone, Debug, Default)]
pub struct RequestsPlan {
    /// What requests of each kind bring with them.
    pub classes: Rc<Classes>,
    /// What routes look at, by kind.
    pub facts: Vec<RequestFacts>,
    /// The first kind of each workload, and how many it has.
    pub of_workload: Vec<(u16, u16)>,
}

impl RequestsPlan {
    /// The names of the kinds of requests that a workload makes.
    pub fn paths(&self, workload: usize) -> Vec<String> {
        let (first, count) = self.of_workload[workload];
        let classes = &self.classes.0[usize::from(first)..][..usize::from(count)];
        classes.iter().map(|class| class.name.clone()).collect()
    }
}

/// What routes look at in requests of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RequestFacts {
    /// The path, which begins with `/`.
    pub path: String,
    /// The method, such as `GET`.
    pub method: String,
    /// The headers: name and value.
    pub headers: Vec<(String, String)>,
}

/// What others need to know of a system to call it.
#[derive(Clone, Debug)]
pub struct CalleePlan {
    /// Whether it is a store.
    pub is_store: bool,
    /// Its instances, as everybody knows them at first.
    pub endpoints: Rc<[Endpoint]>,
    /// The labels of each: name and value.
    pub labels: Vec<Labels>,
    /// The registry that knows them, if one does.
    pub registry: Option<SystemId>,
    /// What a call costs on its way.
    pub protocol: Protocol,
    /// How much work a call is, if that is its first step.
    pub work: Option<WorkOf>,
    /// Those of its callers who wait to be told that an instance is idle.
    pub dispatchers: Rc<[NodeId]>,
}

impl CalleePlan {
    /// The instances with all of these labels.
    pub fn instances(&self, filter: &[(&str, &str)]) -> Rc<[Endpoint]> {
        if filter.is_empty() {
            return self.endpoints.clone();
        }
        let instances = self.endpoints.iter().zip(&self.labels);
        instances.filter(|(_, labels)| have(labels, filter)).map(|(endpoint, _)| endpoint.clone()).collect()
    }
}

/// Whether all of these are among the labels.
pub fn have(labels: &Labels, wanted: &[(&str, &str)]) -> bool {
    wanted.iter().all(|(name, value)| labels.iter().any(|(known, is)| known == name && is == value))
}

/// What an instance says of itself: name and value.
pub type Labels = Rc<[(String, String)]>;

/// What a registry is there for.
#[derive(Clone, Debug)]
pub struct RegistryPlan {
    /// For how long a heartbeat counts.
    pub ttl: Duration,
    /// The instances that register there.
    pub members: Rc<[NodeId]>,
    /// What callers ask for, by number.
    pub queries: Rc<[Rc<[NodeId]>]>,
}

/// What is known of a node beside where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeTraits {
    /// Its zone, by a number that is the same for all of that zone; of nodes without one, that of their site.
    pub zone: u16,
    /// Speed of its cores, in parts per million of a core of speed 1.
    pub speed: u64,
}

/// A world whose nodes have their ids.
#[derive(Clone, Copy)]
pub struct Blueprint<'a> {
    /// The seed of the run.
    pub seed: u64,
    /// The systems, by id.
    pub systems: &'a [SystemPlan],
    /// Where each node stands, by node id.
    pub places: &'a [SiteId],
    /// How far apart places are.
    pub sites: &'a Sites,
    /// The kinds of requests.
    pub requests: &'a RequestsPlan,
    /// What others need to know of each system, by id.
    pub callees: &'a [CalleePlan],
    /// What is known of each node, by id.
    pub traits: &'a [NodeTraits],
    /// What each system is there for as a registry, by id.
    pub registries: &'a [RegistryPlan],
}

impl Blueprint<'_> {
    /// The system of this name.
    pub fn system(&self, name: &str) -> Option<&SystemPlan> {
        self.systems.iter().find(|system| system.name == name)
    }

    /// Whether a system is a store.
    pub fn is_store(&self, system: &SystemPlan) -> bool {
        self.callees[system.id.index()].is_store
    }

    /// The instances of a system that is called, or those of them with all of these labels.
    pub fn instances(&self, system: &SystemPlan, filter: &[(&str, &str)]) -> Rc<[Endpoint]> {
        self.callees[system.id.index()].instances(filter)
    }

    /// The registry that knows a system's instances, if one does, and its number for the question for these of them.
    pub fn query(&self, system: &SystemPlan, instances: &[Endpoint]) -> Option<(&SystemPlan, u16)> {
        let registry = self.callees[system.id.index()].registry?;
        let asked = |query: &Rc<[NodeId]>| query.iter().copied().eq(instances.iter().map(|one| one.node));
        let number = self.registries[registry.index()].queries.iter().position(asked);
        Some((&self.systems[registry.index()], number.expect("every question was planned") as u16))
    }

    /// What a call of a system costs on its way.
    pub fn protocol(&self, system: &SystemPlan) -> Protocol {
        self.callees[system.id.index()].protocol
    }

    /// The zone of a node.
    pub fn zone(&self, node: NodeId) -> Option<u16> {
        Some(self.traits[node.index()].zone)
    }

    /// How much work a call of a system is, if that is its first step.
    pub fn work(&self, system: &SystemPlan) -> Option<WorkOf> {
        self.callees[system.id.index()].work.clone()
    }

    /// Those of a system's callers who wait to be told that an instance is idle.
    pub fn dispatchers(&self, system: &SystemPlan) -> Rc<[NodeId]> {
        self.callees[system.id.index()].dispatchers.clone()
    }

    /// The zones of nodes, with how many of them are in each.
    pub fn zones(&self, nodes: &[NodeId]) -> Vec<(u16, f64)> {
        let mut counts: BTreeMap<u16, f64> = BTreeMap::new();
        for node in nodes {
            *counts.entry(self.traits[node.index()].zone).or_default() += 1.0;
        }
        counts.into_iter().collect()
    }

    /// The speed of a node's cores, in parts per million.
    pub fn speed(&self, node: NodeId) -> u64 {
        self.traits[node.index()].speed
    }

    /// Where a node stands.
    pub fn place(&self, node: NodeId) -> SiteId {
        self.places[node.index()]
    }

    /// `nodes` in the order of their delay from `from`, those that it cannot reach last; equal ones in the order of
    /// their ids.
    pub fn nearest_first(&self, from: SiteId, nodes: &[NodeId]) -> Rc<[NodeId]> {
        let mut sorted = nodes.to_vec();
        let delay = |node: &NodeId| self.sites.delay(from, self.place(*node)).unwrap_or(Duration::MAX);
        sorted.sort_by_key(|node| (delay(node), *node));
        sorted.into()
    }

    /// What gives out the values that a node writes: each node's are its own.
    pub fn writer(&self, node: NodeId) -> Writer {
        Writer { index: node.0, writers: self.writers() }
    }

    /// How many nodes may write values.
    pub fn writers(&self) -> u32 {
        self.places.len() as u32
    }
}
