//! Gives every node an id, a name and a place.

use crate::clocks::Clock;
use crate::kernel::{NodeId, SiteId, SystemId};
use crate::net::Sites;
use crate::processors::{ProcessorProfile, Speed};
use crate::spec::code::Code;
use crate::spec::scalars::Located;
use crate::systems::kinds::KindOptions;
use crate::systems::plan::SystemPlan;

use super::super::nouns::system::{Group, Nodes, SystemOptions};
use super::{Planner, site_names};

/// Most nodes of a world.
pub const NODES_MAX: usize = 1_000_000;
/// Most systems and workloads of a world.
const SYSTEMS_MAX: usize = 1_000;
/// Nodes of a system that says nothing about them.
const NODES_DEFAULT: u32 = 3;

/// Every node with its id, name and place.
pub(super) struct Placed {
    pub(super) systems: Vec<SystemPlan>,
    /// The node of each workload.
    pub(super) workloads: Vec<NodeId>,
    /// By node id.
    pub(super) nodes: Vec<PlacedNode>,
    /// By node id.
    pub(super) places: Vec<SiteId>,
}

pub(super) struct PlacedNode {
    pub(super) name: String,
    pub(super) clock: Clock,
    pub(super) processor: ProcessorProfile,
}

impl Placed {
    /// The node of this name.
    pub(super) fn find(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|node| node.name == name).map(|index| NodeId(index as u32))
    }

    /// The system of this name.
    pub(super) fn system(&self, name: &str) -> Option<&SystemPlan> {
        self.systems.iter().find(|system| system.name == name)
    }

    fn add(&mut self, name: String, site: SiteId, processor: ProcessorProfile) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        self.nodes.push(PlacedNode { name, clock: Clock::default(), processor });
        self.places.push(site);
        id
    }
}

impl Planner<'_> {
    /// Places every node; `None` if something could not be placed.
    pub(super) fn place_nodes(&mut self, sites: &Sites) -> Option<Placed> {
        let scenario = self.scenario;
        let mut placed =
            Placed { systems: Vec::new(), workloads: Vec::new(), nodes: Vec::new(), places: Vec::new() };
        let mut all = true;
        if scenario.system.entries.len() + scenario.workload.entries.len() > SYSTEMS_MAX {
            let (_, origin, _) = &scenario.system.entries[0];
            let message = format!("more than {SYSTEMS_MAX} systems and workloads");
            self.refuse(
                Code::TooMany,
                origin,
                message,
                "put nodes that are alike into one system".to_owned(),
            );
            return None;
        }
        for (index, (name, origin, options)) in scenario.system.entries.iter().enumerate() {
            all &= self.place_system(&mut placed, sites, SystemId(index as u16), name, options).is_some();
            if placed.nodes.len() > NODES_MAX {
                let message = format!("the world has more than {NODES_MAX} nodes");
                self.refuse(Code::TooMany, origin, message, "ask for fewer nodes".to_owned());
                return None;
            }
        }
        for (name, _, options) in &scenario.workload.entries {
            let site = self.site(sites, options.region.as_ref());
            all &= site.is_some();
            let node = placed.add(name.clone(), site.unwrap_or_default(), ProcessorProfile::default());
            placed.workloads.push(node);
        }
        all.then_some(placed)
    }

    fn place_system(
        &mut self,
        placed: &mut Placed,
        sites: &Sites,
        id: SystemId,
        name: &str,
        options: &SystemOptions,
    ) -> Option<()> {
        let groups = self.groups(options)?;
        let mut nodes = Vec::new();
        let mut all = true;
        for group in &groups {
            let site = self.site(sites, group.region.as_ref());
            all &= site.is_some();
            let speed = Speed((group.speed * 1e6) as u64);
            let processor = ProcessorProfile { cores: options.common.cores, speed };
            for index in 0..group.count {
                let name = match &group.prefix {
                    Some(prefix) => format!("{name}.{prefix}.{}", index + 1),
                    None => format!("{name}.{}", nodes.len() + 1),
                };
                nodes.push(placed.add(name, site.unwrap_or_default(), processor));
                if placed.nodes.len() > NODES_MAX {
                    return None; // The caller says so.
                }
            }
        }
        if !all {
            return None;
        }
        self.check_kind(options, nodes.len())?;
        let first = placed.places[nodes.first().expect("a system has at least one node").index()];
        let extra = options.kind.extra_nodes().iter();
        let extra =
            extra.map(|last| placed.add(format!("{name}.{last}"), first, ProcessorProfile::default()));
        let extra: Vec<NodeId> = extra.collect();
        self.set_clocks(placed, name, options, &nodes)?;
        let bugs = self.bugs(options)?;
        placed.systems.push(SystemPlan { name: name.to_owned(), id, nodes, extra, bugs });
        Some(())
    }

    /// The groups of a system's nodes, in whichever form it gives them.
    fn groups(&mut self, options: &SystemOptions) -> Option<Vec<Group>> {
        let common = &options.common;
        match (&common.nodes, &common.groups) {
            (Some(_), Some(_)) => {
                let message = "both `nodes` and `groups` say what nodes the system has".to_owned();
                self.refuse(
                    Code::Contradiction,
                    &common.r#type.origin,
                    message,
                    "keep one of them".to_owned(),
                );
                None
            }
            (Some(Nodes(groups)), None) => Some(groups.clone()),
            (None, Some(groups)) if groups.is_empty() => {
                let message = "`groups` is empty: a system has at least one node".to_owned();
                let help = "write groups = [{ count = 3 }], or nodes = 3".to_owned();
                self.refuse(Code::OutOfRange, &common.r#type.origin, message, help);
                None
            }
            (None, Some(groups)) => Some(groups.clone()),
            (None, None) => Some(Nodes::plain(NODES_DEFAULT).0),
        }
    }

    /// The site of this name; the first one when none is named.
    fn site(&mut self, sites: &Sites, region: Option<&Located<String>>) -> Option<SiteId> {
        let Some(region) = region else { return Some(SiteId(0)) };
        let site = sites.find(&region.value);
        if site.is_none() {
            self.unknown_name("region", &region.value, &region.origin, site_names(sites));
        }
        site
    }

    /// What a type asks of its nodes and options.
    fn check_kind(&mut self, options: &SystemOptions, nodes: usize) -> Option<()> {
        match &options.kind {
            KindOptions::Raft(raft) => {
                let voters_max = crate::consensus::membership::VOTERS_MAX;
                let origin = &options.common.r#type.origin;
                if nodes > voters_max {
                    let message = format!("a raft group has at most {voters_max} voters, not {nodes}");
                    self.refuse(Code::TooMany, origin, message, "ask for fewer nodes".to_owned());
                    return None;
                }
                let is_local = raft.reads.value == crate::systems::kinds::ReadsChoice::Local;
                if is_local && !options.common.allow_unsafe {
                    let message = "local reads can return stale values".to_owned();
                    let help = "set allow_unsafe = true beside it if that is what you want to see".to_owned();
                    self.refuse(Code::Unsafe, &raft.reads.origin, message, help);
                    return None;
                }
                Some(())
            }
            KindOptions::Service(_) => Some(()),
        }
    }

    fn set_clocks(
        &mut self,
        placed: &mut Placed,
        system: &str,
        options: &SystemOptions,
        nodes: &[NodeId],
    ) -> Option<()> {
        let mut all = true;
        let clocks = &options.common.clocks.entries;
        // The default first, whatever the order in the file.
        for is_default in [true, false] {
            for (name, origin, clock) in clocks.iter().filter(|(name, ..)| (name == "default") == is_default)
            {
                let clock = Clock { offset_ns: clock.offset.0, drift_ppb: clock.drift.0 };
                if clock.drift_ppb <= -1_000_000_000 {
                    let message = "a clock cannot stand still or run backwards".to_owned();
                    self.refuse(Code::OutOfRange, origin, message, "a drift is above -1000000ppm".to_owned());
                    all = false;
                    continue;
                }
                if is_default {
                    nodes.iter().for_each(|node| placed.nodes[node.index()].clock = clock);
                    continue;
                }
                match nodes.iter().find(|node| placed.nodes[node.index()].name == *name) {
                    Some(node) => placed.nodes[node.index()].clock = clock,
                    None => {
                        let known: Vec<String> =
                            nodes.iter().map(|node| placed.nodes[node.index()].name.clone()).collect();
                        let what = format!("node of `{system}` called");
                        self.unknown_name(&what, name, origin, known.iter().map(String::as_str));
                        all = false;
                    }
                }
            }
        }
        all.then_some(())
    }

    fn bugs(&mut self, options: &SystemOptions) -> Option<Vec<String>> {
        let known = || KindOptions::bugs(options.kind.kind()).map(|bug| bug.name);
        let mut all = true;
        for bug in &options.common.bugs {
            if !known().any(|name| name == bug.value) {
                let names: Vec<&str> = known().collect();
                self.unknown_name("bug", &bug.value, &bug.origin, names.into_iter());
                all = false;
            }
        }
        all.then(|| options.common.bugs.iter().map(|bug| bug.value.clone()).collect())
    }
}
