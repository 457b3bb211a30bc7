//! Gives every node an id, a name and a place.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

use crate::clocks::ClockProfile;
use crate::faults::Target;
use crate::kernel::{NodeId, SiteId, SystemId};
use crate::net::Sites;
use crate::processors::{ProcessorProfile, Speed};
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::scalars::Located;
use crate::systems::kinds::service::calls::VERSION;
use crate::systems::kinds::{DecreeReadsChoice, DisciplineChoice, KindOptions, ReadsChoice};
use crate::systems::plan::{Labels, SystemPlan};

use super::super::nouns::system::{Group, Nodes, SystemOptions};
use super::super::nouns::workload::WorkloadOptions;
use super::super::nouns::{NAME_HELP, is_name};
use super::super::topology::SiteDomains;
use super::domains::Domains;
use super::requests::Zones;
use super::{Planner, listed};

/// Most nodes of a world.
pub const NODES_MAX: usize = 1_000_000;
/// Most systems and workloads of a world.
pub const SYSTEMS_MAX: usize = 1_000;
/// Of a site that is of no topology.
const NO_DOMAINS: SiteDomains = SiteDomains { zone: None, rack: None };
/// Most other places that a warning shows.
const PLACES_SHOWN: usize = 4;
/// Nodes of a system that says nothing about them.
const NODES_DEFAULT: u32 = 3;

/// Every node with its id, name and place.
pub(super) struct Placed {
    pub(super) systems: Vec<SystemPlan>,
    /// The node of each workload.
    pub(super) workloads: Vec<NodeId>,
    /// The node of each operation.
    pub(super) operators: Vec<NodeId>,
    /// By node id.
    pub(super) nodes: Vec<PlacedNode>,
    /// By node id.
    pub(super) places: Vec<SiteId>,
    /// The first node of each prefix, `system.prefix`.
    prefixes: BTreeMap<String, NodeId>,
    /// Zones, racks and versions.
    pub(super) domains: Domains,
    zones: Zones,
    /// Whether every system has all its nodes.
    pub(super) complete: bool,
}

pub(super) struct PlacedNode {
    pub(super) name: Rc<str>,
    /// Its share of the requests where policies weigh, if that is said.
    pub(super) weight: Option<f64>,
    /// What it says of itself.
    pub(super) labels: Labels,
    /// Its zone, or its site if it has none.
    pub(super) zone: u16,
    pub(super) clock: ClockProfile,
    pub(super) processor: ProcessorProfile,
}

impl Placed {
    /// The node of this name, found without a look at all names: a world can have a million of them.
    pub(super) fn find(&self, name: &str) -> Option<NodeId> {
        let is_named = |node: &NodeId| self.nodes.get(node.index()).is_some_and(|node| *node.name == *name);
        let numbered = || {
            let (before, number) = name.rsplit_once('.')?;
            let index = number.parse::<u32>().ok()?.checked_sub(1)?;
            match self.prefixes.get(before) {
                Some(first) => first.0.checked_add(index).map(NodeId),
                None => self.system(before)?.nodes.get(index as usize).copied(),
            }
        };
        let extra = self.systems.iter().flat_map(|system| &system.extra);
        let asking = self.workloads.iter().chain(&self.operators);
        numbered().filter(is_named).or_else(|| asking.chain(extra).copied().find(is_named))
    }

    /// Whether a node only asks others: a workload's clients, or an operator.
    pub(super) fn is_asking(&self, node: NodeId) -> bool {
        self.workloads.contains(&node) || self.operators.contains(&node)
    }

    /// The system of this name.
    pub(super) fn system(&self, name: &str) -> Option<&SystemPlan> {
        self.systems.iter().find(|system| system.name == name)
    }

    /// The one system that all nodes of a target are sure to be of.
    pub(super) fn system_of(&self, target: &Target) -> Option<SystemId> {
        let Target::Node(node) = target else { return target.system() };
        self.systems.iter().find(|system| system.has(*node)).map(|system| system.id)
    }

    fn add(
        &mut self,
        name: &str,
        (site, zone): (SiteId, &str),
        processor: ProcessorProfile,
        weight: Option<f64>,
    ) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let (clock, zone) = (ClockProfile::default(), self.zones.number(zone));
        let labels = Labels::default();
        self.nodes.push(PlacedNode { name: name.into(), weight, labels, zone, clock, processor });
        self.places.push(site);
        id
    }
}

/// What the node at this place of a group says of itself.
fn labels_of(group: &Group, place: usize) -> Labels {
    let version = group.version.at(place).map(|version| (VERSION.to_owned(), version.to_owned()));
    let metadata = group.metadata.entries.iter().map(|(name, _, value)| (name.clone(), value.clone()));
    version.into_iter().chain(metadata).collect()
}

/// The name of a site; none of no site.
fn site_name(sites: &Sites, site: SiteId) -> &str {
    sites.names().get(site.index()).map_or("", String::as_str)
}

impl Planner<'_> {
    /// Places every node; `None` if there are too many systems to name them. What could not be placed has been
    /// reported.
    pub(super) fn place_nodes(&mut self, sites: &Sites) -> Option<Placed> {
        let scenario = self.scenario;
        let mut placed = Placed {
            systems: Vec::new(),
            workloads: Vec::new(),
            operators: Vec::new(),
            nodes: Vec::new(),
            places: Vec::new(),
            prefixes: BTreeMap::new(),
            domains: Domains::default(),
            zones: Zones::default(),
            complete: scenario.system.broken.is_empty(),
        };
        let names = scenario.system.entries.iter().map(|(_, origin, _)| origin);
        let names = names.chain(scenario.workload.entries.iter().map(|(_, origin, _)| origin));
        let mut names = names.chain(scenario.operation.entries.iter().map(|(_, origin, _)| origin));
        if let Some(origin) = names.nth(SYSTEMS_MAX) {
            let message =
                format!("the scenario has more than {SYSTEMS_MAX} systems, workloads and operations");
            let help = "put nodes that are alike into one system".to_owned();
            self.refuse(Code::TooMany, origin, message, help);
            return None;
        }
        let mut by_default: Vec<(&str, &Origin)> = Vec::new();
        for (index, (name, origin, options)) in scenario.system.entries.iter().enumerate() {
            let groups = self.groups(options, origin);
            let groups = groups.filter(|groups| self.may_join(placed.nodes.len(), groups, options));
            placed.complete &= groups.is_some();
            let groups = groups.unwrap_or_default();
            if !groups.iter().all(|group| group.region.is_some()) {
                by_default.push((name, origin));
            }
            let plan = self.place_system(&mut placed, sites, SystemId(index as u16), name, &groups, options);
            placed.systems.push(plan);
            self.set_clocks(&mut placed, name, options);
        }
        for (name, origin, options) in &scenario.workload.entries {
            let site = self.site(sites, options.region.as_ref());
            if options.region.is_none() {
                by_default.push((name, origin));
            }
            let node = placed.add(name, (site, site_name(sites, site)), ProcessorProfile::default(), None);
            placed.workloads.push(node);
        }
        for (name, _, options) in &scenario.operation.entries {
            let site = self.site(sites, options.region.as_ref());
            let node = placed.add(name, (site, site_name(sites, site)), ProcessorProfile::default(), None);
            placed.operators.push(node);
        }
        self.tell_default_site(&placed, sites, &by_default);
        Some(placed)
    }

    fn place_system(
        &mut self,
        placed: &mut Placed,
        sites: &Sites,
        id: SystemId,
        system: &str,
        groups: &[Group],
        options: &SystemOptions,
    ) -> SystemPlan {
        let (mut nodes, mut name) = (Vec::new(), String::new());
        for group in groups {
            self.check_domains(group);
            let site = self.site(sites, group.region.as_ref());
            let speed = Speed((group.speed * 1e6) as u64);
            let discipline = options.kind.discipline();
            let processor = ProcessorProfile { cores: options.common.cores, speed, discipline };
            if let Some(prefix) = &group.prefix {
                let first = NodeId(placed.nodes.len() as u32);
                placed.prefixes.insert(format!("{system}.{}", prefix.value), first);
            }
            for index in 0..group.count {
                name.clear();
                let written = match &group.prefix {
                    Some(prefix) => write!(name, "{system}.{}.{}", prefix.value, index + 1),
                    None => write!(name, "{system}.{}", nodes.len() + 1),
                };
                written.expect("a string takes whatever is written");
                let region = sites.names()[site.index()].as_str();
                let domains = self.site_domains.get(site.index()).unwrap_or(&NO_DOMAINS);
                let own_zone = group.zone.at(index as usize).map(|zone| format!("{region}/{zone}"));
                let zone = own_zone.or_else(|| domains.zone.clone());
                let place = (site, zone.as_deref().unwrap_or(region));
                let node = placed.add(&name, place, processor, group.weight);
                placed.domains.add(node, group, index as usize, (region, domains), system);
                placed.nodes[node.index()].labels = labels_of(group, index as usize);
                nodes.push(node);
            }
        }
        let first = nodes.first().map_or(SiteId(0), |node: &NodeId| placed.places[node.index()]);
        let is_asked = |(_, _, workload): &(_, _, WorkloadOptions)| workload.target.value == system;
        let is_asked = self.scenario.workload.entries.iter().any(is_asked);
        let extra = options.kind.extra_nodes().iter().filter(|_| is_asked);
        let place = (first, site_name(sites, first));
        let extra = extra
            .map(|last| placed.add(&format!("{system}.{last}"), place, ProcessorProfile::default(), None));
        let extra: Vec<NodeId> = extra.collect();
        self.check_kind(options, nodes.len());
        self.check_members(options, nodes.len());
        let bugs = self.bugs(options);
        SystemPlan { name: system.to_owned(), id, nodes, extra, bugs }
    }

    /// The groups of a system's nodes, in whichever form it gives them; `name` is where the system is named.
    fn groups(&mut self, options: &SystemOptions, name: &Origin) -> Option<Vec<Group>> {
        let common = &options.common;
        let (groups, origin) = match (&common.nodes, &common.groups) {
            (Some(nodes), Some(groups)) => {
                let message = "both `nodes` and `groups` say what nodes the system has";
                let error = Diagnostic::error(Code::Contradiction, &groups.origin, message);
                self.diagnostics.push(error.related(&nodes.origin, "the nodes").help("keep one of them"));
                return None;
            }
            (Some(nodes), None) => (nodes.value.0.clone(), nodes.origin.clone()),
            (None, Some(groups)) => (groups.value.clone(), groups.origin.clone()),
            (None, None) => (Nodes::plain(NODES_DEFAULT).0, name.clone()),
        };
        if groups.is_empty() {
            let message = "`groups` is empty, and a system has at least one node".to_owned();
            let help = "write groups = [{ count = 3 }], or nodes = 3".to_owned();
            self.refuse(Code::OutOfRange, &origin, message, help);
            return None;
        }
        let mut prefixes: Vec<&str> = Vec::new();
        let mut all = true;
        for prefix in groups.iter().filter_map(|group| group.prefix.as_ref()) {
            let (message, help) = match (is_name(&prefix.value), prefixes.contains(&prefix.value.as_str())) {
                (false, _) => {
                    (format!("`{}` cannot be a prefix of names", prefix.value.escape_debug()), NAME_HELP)
                }
                (true, true) => {
                    (format!("two groups have the prefix `{}`", prefix.value), "give each one of its own")
                }
                (true, false) => {
                    prefixes.push(&prefix.value);
                    continue;
                }
            };
            self.refuse(Code::BadName, &prefix.origin, message, help.to_owned());
            all = false;
        }
        all.then_some(groups)
    }

    /// Whether these nodes may join the `placed` ones: asked before any of them is made.
    fn may_join(&mut self, placed: usize, groups: &[Group], options: &SystemOptions) -> bool {
        let wanted: u64 = groups.iter().map(|group| u64::from(group.count)).sum();
        let kind = options.kind.kind();
        let message = match options.kind.most_nodes() {
            Some(most) if wanted > most as u64 => {
                format!("a system of type {kind} has at most {most} nodes, not {wanted}")
            }
            Some(_) | None if placed as u64 + wanted > NODES_MAX as u64 => {
                format!("with these {wanted} nodes the world has more than {NODES_MAX}")
            }
            Some(_) | None => return true,
        };
        let common = &options.common;
        let given = common.nodes.as_ref().map(|nodes| &nodes.origin);
        let origin = given.or(common.groups.as_ref().map(|groups| &groups.origin));
        let origin = origin.unwrap_or(&common.r#type.origin);
        self.refuse(Code::TooMany, origin, message, "ask for fewer nodes".to_owned());
        false
    }

    /// The site of this name; the first one when none is named, or one that does not exist.
    fn site(&mut self, sites: &Sites, region: Option<&Located<String>>) -> SiteId {
        let Some(region) = region else { return SiteId(0) };
        sites.find(&region.value).unwrap_or_else(|| {
            self.unknown_region(&region.value, &region.origin, sites);
            SiteId(0)
        })
    }

    /// Warns of what stands in the first of several regions only because it names none.
    fn tell_default_site(&mut self, placed: &Placed, sites: &Sites, by_default: &[(&str, &Origin)]) {
        let ([first, second, ..], [(name, origin), others @ ..]) = (sites.names(), by_default) else {
            return;
        };
        if !self.sites_known {
            return;
        }
        let (they_name, they_stand) = match others.len() {
            0 => (format!("`{name}` names"), "it stands"),
            more => (format!("`{name}` and {more} more name"), "they stand"),
        };
        let message = format!("{they_name} no region, so {they_stand} in the network's first, `{first}`");
        // Another that the scenario uses is likelier to be meant than any.
        let used = placed.places.iter().find(|site| **site != SiteId(0));
        let other = used.map_or(second, |site| &sites.names()[site.index()]);
        let help = format!("write region = \"{first}\" if that is meant, or another, such as \"{other}\"");
        let warning = Diagnostic::warning(Code::DefaultRegion, origin, message).help(help);
        let shown = others.iter().take(PLACES_SHOWN);
        let warning = shown.fold(warning, |warning, (_, origin)| warning.related(origin, "and this"));
        self.diagnostics.push(warning);
    }

    /// Somebody votes, and nobody who is not there votes or learns.
    fn check_members(&mut self, options: &SystemOptions, nodes: usize) {
        let Some((voters, learners)) = options.kind.members() else { return };
        let learning = learners.value as usize;
        match voters {
            Some(voters) if voters.value as usize + learning > nodes => {
                let count = voters.value;
                let message = match learning {
                    0 => format!("{count} nodes are to vote, and there are {nodes}"),
                    _ => format!("{count} nodes are to vote and {learning} to learn, and there are {nodes}"),
                };
                let help = format!("write nodes = {}, or fewer voters", count as usize + learning);
                self.refuse(Code::OutOfRange, &voters.origin, message, help);
            }
            None if learning > 0 && learning >= nodes => {
                let message = format!("{learning} of {nodes} nodes are to learn, so that none votes");
                self.refuse(Code::OutOfRange, &learners.origin, message, "let at least one vote".to_owned());
            }
            Some(_) | None => {}
        }
    }

    /// What a type asks of its options.
    fn check_kind(&mut self, options: &SystemOptions, nodes: usize) {
        let voters = match &options.kind {
            KindOptions::MultiPaxos(paxos) => paxos.voters_of(nodes),
            KindOptions::Raft(_)
            | KindOptions::Paxos(_)
            | KindOptions::Service(_)
            | KindOptions::Gateway(_)
            | KindOptions::Registry(_)
            | KindOptions::Custom(_) => nodes as u32,
        };
        for (name, size) in options.kind.quorum_sizes().filter(|(_, size)| size.value > voters) {
            let message = format!("{name} = {}, and {voters} of {nodes} nodes vote at first", size.value);
            let help = format!(
                "write at most {voters}, or let more vote; absent, it is a majority, or as many as meet the other"
            );
            self.refuse(Code::OutOfRange, &size.origin, message, help);
        }
        match &options.kind {
            KindOptions::Raft(raft) => self.check_reads(&raft.reads, options.common.allow_unsafe),
            KindOptions::MultiPaxos(paxos) => {
                self.check_reads(&paxos.reads, options.common.allow_unsafe);
                if !options.common.allow_unsafe {
                    self.check_quorums(paxos.parting_quorums(voters), voters);
                }
            }
            KindOptions::Paxos(paxos) => {
                let allow_unsafe = options.common.allow_unsafe;
                if paxos.reads.value == DecreeReadsChoice::Local && !allow_unsafe {
                    self.refuse_local_reads(&paxos.reads.origin);
                }
                if !allow_unsafe {
                    self.check_quorums(paxos.parting_quorums(voters), voters);
                }
            }
            KindOptions::Service(service) => {
                if options.common.cores.is_none() && service.concurrency.is_none() {
                    self.tell_idle_discipline(&service.queue.discipline);
                }
            }
            KindOptions::Gateway(_) | KindOptions::Registry(_) | KindOptions::Custom(_) => {}
        }
    }

    /// Warns of a discipline where nobody ever waits.
    fn tell_idle_discipline(&mut self, discipline: &Located<DisciplineChoice>) {
        if discipline.value == DisciplineChoice::Fifo {
            return;
        }
        let message = format!("`{}` has no effect: without `cores` nobody waits", discipline.value);
        let help = "write cores = 1, or how many serve at once, beside `type`";
        let warning = Diagnostic::warning(Code::NoEffect, &discipline.origin, message);
        self.diagnostics.push(warning.help(help));
    }

    /// Quorums of both phases meet.
    fn check_quorums(&mut self, parting: Option<(&Located<u32>, u32, u32)>, voters: u32) {
        let Some((place, q1, q2)) = parting else { return };
        let message = format!("q1 = {q1} and q2 = {q2} of {voters} voters need not meet");
        let help = format!(
            "write sizes that together are more than {voters}; if you want to see what happens, write \
             allow_unsafe = true beside `type`"
        );
        self.refuse(Code::Unsafe, &place.origin, message, help);
    }

    /// Local reads are for those who want to see what comes of them.
    fn check_reads(&mut self, reads: &Located<ReadsChoice>, allow_unsafe: bool) {
        if reads.value == ReadsChoice::Local && !allow_unsafe {
            self.refuse_local_reads(&reads.origin);
        }
    }

    fn refuse_local_reads(&mut self, place: &Origin) {
        let message = "local reads can return stale values".to_owned();
        let help = "if that is what you want to see, write allow_unsafe = true beside `type`";
        self.refuse(Code::Unsafe, place, message, help.to_owned());
    }

    /// Sets the clocks of the last system that was placed.
    fn set_clocks(&mut self, placed: &mut Placed, system: &str, options: &SystemOptions) {
        let clocks = &options.common.clocks.entries;
        let nodes = placed.systems.last().map(|system| system.nodes.clone()).unwrap_or_default();
        // The default first, whatever the order in the file.
        for is_default in [true, false] {
            for (name, origin, clock) in clocks.iter().filter(|(name, ..)| (name == "default") == is_default)
            {
                let clock = ClockProfile { offset_ns: clock.offset.0, drift_ppb: clock.drift.0 };
                if is_default {
                    nodes.iter().for_each(|node| placed.nodes[node.index()].clock = clock);
                    continue;
                }
                let node = placed.find(name).filter(|node| nodes.binary_search(node).is_ok());
                match node {
                    Some(node) => placed.nodes[node.index()].clock = clock,
                    None if placed.complete => self.unknown_clock(placed, system, name, origin, &nodes),
                    None => {}
                }
            }
        }
    }

    fn unknown_clock(
        &mut self,
        placed: &Placed,
        system: &str,
        name: &str,
        origin: &Origin,
        nodes: &[NodeId],
    ) {
        let known = || nodes.iter().map(|node| &*placed.nodes[node.index()].name);
        let known_or_default = listed(known().chain(["default"])).unwrap_or_default();
        let message = format!("the system `{system}` has no node `{name}`");
        self.unknown(message, name, origin, known(), format!("choose {known_or_default}"));
    }

    fn bugs(&mut self, options: &SystemOptions) -> Vec<String> {
        let known = || KindOptions::bugs(options.kind.kind()).map(|bug| bug.name);
        for bug in &options.common.bugs {
            if !known().any(|name| name == bug.value) {
                let message = format!("the type {} has no bug `{}`", options.kind.kind(), bug.value);
                let help = "`seedbed list bugs` shows them".to_owned();
                self.unknown(message, &bug.value, &bug.origin, known(), help);
            }
        }
        options.common.bugs.iter().map(|bug| bug.value.clone()).collect()
    }
}
