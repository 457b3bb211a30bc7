//! From a decoded scenario and a seed to a world that can run: names resolved, nodes placed, every mistake that
//! spans several tables reported.

mod calls;
mod checks;
mod costs;
mod domains;
mod faults;
mod happenings;
mod links;
mod liveness;
mod loads;
mod nodes;
mod operations;
mod own;
mod places;
mod prospects;
mod targets;
mod time_left;

pub use checks::{CHECKS_MAX, CheckKind, CheckPlan};
pub use happenings::happenings;
pub use liveness::{LIVENESS, LivenessPlan};
pub use nodes::{NODES_MAX, SYSTEMS_MAX};
pub use places::{LAN_DELAY, LAN_JITTER, LINKS_MAX};
pub use targets::TARGETS;

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::clocks::ClockProfile;
use crate::faults::{Matter, Matters};
use crate::kernel::{Duration, Keyed, NodeId, SiteId, SystemId, Time};
use crate::model::op::OpKind;
use crate::model::operation::Operation;
use crate::model::route::Route;
use crate::net::{Sites, Transport};
use crate::processors::{MessageCosts, ProcessorProfile};
use crate::sim::{Limits, NodeSetup, Setup};
use crate::spec::DataFiles;
use crate::spec::code::Code;
use crate::spec::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::origin::Origin;
use crate::spec::scalars::Located;
use crate::spec::{suggest, write};
use crate::storage::DiskProfile;
use crate::systems::kinds::{Kind, KindOptions};
use crate::systems::plan::{Blueprint, SystemPlan};
use crate::systems::{Custom, Never, Role, RoleConfig};
use crate::workloads::client::{self, WorkloadConfig};
use crate::workloads::operator::OperatorConfig;

use super::nouns::warmup::Warmup;
use super::nouns::workload::WorkloadOptions;
use super::nouns::{NAME_HELP, Scenario, is_name};
use super::topology::SiteDomains;

/// Largest seed.
pub const SEED_MAX: u64 = (1 << 63) - 1;
/// Most faults of a scenario.
pub const FAULTS_MAX: usize = 1_000;
/// Most nodes that the targets of a scenario mean from the start on, each counted in each target.
pub const NODES_MEANT_MAX: usize = 10_000_000;
/// How often clients of a store ask unless the scenario says.
const STORE_ATTEMPTS: u16 = 3;
/// Largest weight of a kind of operation.
const WEIGHT_MAX: f64 = 1e6;

/// A world that can run, and what its run is judged and measured by; `X` is a user's own protocol.
#[derive(Clone, Debug)]
pub struct World<X: Custom = Never> {
    /// For the event loop.
    pub setup: Setup<Role<X>>,
    /// The systems, by id; workloads are numbered behind them.
    pub systems: Vec<SystemFacts>,
    /// The workloads, in the order of the scenario.
    pub workloads: Vec<WorkloadFacts>,
    /// The operators, in the order of the scenario.
    pub operators: Vec<OperatorFacts>,
    /// What must hold.
    pub checks: Vec<CheckPlan>,
    /// When faults stop, and by when everything must be well again.
    pub liveness: Option<LivenessPlan>,
    /// What is left out of metrics at the start.
    pub warmup: Warmup,
    /// How long after the last heal an operation counts as `recovery`.
    pub recovery: Duration,
    /// Width of the intervals of time series.
    pub interval: Duration,
    /// The faults of which planning has warned that they strike nobody, or not within the run.
    pub in_vain: BTreeSet<String>,
}

impl<X: Custom> World<X> {
    /// The name of the region where a workload's clients are.
    pub fn region(&self, workload: &WorkloadFacts) -> &str {
        let site = self.setup.nodes[workload.node.index()].site;
        &self.setup.sites.names()[site.index()]
    }
}

/// A system of the world.
#[derive(Clone, Debug)]
pub struct SystemFacts {
    /// Its plan: name, id, nodes.
    pub plan: SystemPlan,
    /// Its type.
    pub kind: Kind,
}

/// A workload of the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WorkloadFacts {
    /// Its name.
    pub name: String,
    /// Its id, behind those of the systems.
    pub id: SystemId,
    /// The node that holds its clients.
    pub node: crate::kernel::NodeId,
    /// The system that it asks.
    pub target: SystemId,
}

/// An operator of the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OperatorFacts {
    /// Its node, which has its name.
    pub node: NodeId,
    /// The system of which it asks something.
    pub target: SystemId,
    /// What it wants, and when, in order of time.
    pub orders: Vec<(Time, Operation)>,
}

/// What a name of the scenario is the name of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Thing {
    System,
    Service,
    Fault,
    Node,
    /// A node, or a system for all of its nodes.
    NodeOrSystem,
    Region,
}

impl Thing {
    fn words(self) -> &'static str {
        match self {
            Thing::System => "system",
            Thing::Fault => "fault",
            Thing::Service => "service",
            Thing::Node => "node",
            Thing::NodeOrSystem => "node or system",
            Thing::Region => "region",
        }
    }
}

/// Reports and names that the parts of planning share.
struct Planner<'a> {
    scenario: &'a Scenario,
    diagnostics: &'a mut Diagnostics,
    files: &'a dyn DataFiles,
    /// Whether the names of regions can be held against the network; not after a mistake in the network itself.
    sites_known: bool,
    /// Sites of the topology that are not among its regions.
    sites_left_out: Vec<String>,
    /// Zone and rack of each site of the topology.
    site_domains: Vec<SiteDomains>,
    /// Whether a message has listed the regions: one list is enough.
    regions_told: bool,
    /// How many nodes the targets mean that were resolved so far, each counted in each.
    nodes_meant: usize,
    /// The faults of which it was told that they strike nobody, or have no time to.
    in_vain: BTreeSet<String>,
    /// Those of them that are sure to strike nobody.
    never: BTreeSet<&'a str>,
    /// Whether that was told of the fault being planned.
    is_told: bool,
}

/// Plans the world of `scenario` under `seed`. `None` once every mistake has been reported, and also if the diagnostics
/// had errors before.
pub fn plan<X: Custom>(
    scenario: &Scenario,
    seed: u64,
    limits: Limits,
    diagnostics: &mut Diagnostics,
    files: &dyn DataFiles,
) -> Option<World<X>> {
    let (sites_left_out, site_domains) = (Vec::new(), Vec::new());
    let mut planner = Planner {
        scenario,
        diagnostics,
        files,
        sites_known: true,
        sites_left_out,
        site_domains,
        regions_told: false,
        nodes_meant: 0,
        in_vain: BTreeSet::new(),
        never: BTreeSet::new(),
        is_told: false,
    };
    planner.check_names();
    let sites = planner.sites();
    let placed = planner.place_nodes(&sites)?;
    let (systems, workloads) = (placed.systems.clone(), placed.workloads.clone());
    planner.check_calls(&systems);
    let targets = planner.workload_targets(&systems);
    // A share of what a system can do is nothing while its nodes are missing.
    let loads = if placed.complete { planner.loads(&placed) } else { None };
    let faults = match placed.complete {
        true => planner.plan_faults(&placed, &sites),
        false => None, // Targets could name nodes that only a mistake elsewhere hides.
    };
    let checks = planner.plan_checks(&placed, &sites);
    let liveness = planner.plan_liveness(&placed, scenario.fault.entries.len());
    let operations = if placed.complete { planner.plan_operations(&placed, seed) } else { None };
    let own = planner.own_options::<X>();
    let costs = planner.message_costs::<X>();
    // Also what was found wrong before: options that contradict each other are decoded, but nothing is built from them.
    if planner.diagnostics.has_errors() {
        return None;
    }
    let (targets, loads, faults, checks, operations) = (targets?, loads?, faults?, checks?, operations?);
    let blueprint = Blueprint { seed, systems: &systems, places: &placed.places, sites: &sites };
    let mut nodes = build_nodes::<X>(scenario, &own, &costs, &placed, &blueprint, &targets, &loads);
    add_operators(scenario, &placed, &blueprint, &operations, &mut nodes);
    planner.let_clocks_be_seen(&mut nodes, &faults);
    let mut names: Vec<String> = systems.iter().map(|system| system.name.clone()).collect();
    names.extend(scenario.workload.entries.iter().map(|(name, ..)| name.clone()));
    names.extend(scenario.operation.entries.iter().map(|(name, ..)| name.clone()));
    let kind_of = |index: usize| scenario.system.entries[index].2.kind.kind();
    let facts = systems.iter().enumerate();
    let facts = facts.map(|(index, plan)| SystemFacts { plan: plan.clone(), kind: kind_of(index) }).collect();
    let workload = |(index, node): (usize, &crate::kernel::NodeId)| WorkloadFacts {
        name: scenario.workload.entries[index].0.clone(),
        id: SystemId((systems.len() + index) as u16),
        node: *node,
        target: targets[index],
    };
    let talks = planner.talks(&systems, &targets, &operations);
    let mut setup = Setup {
        seed,
        duration: Time::ZERO + scenario.duration,
        sites: sites.clone(),
        systems: names,
        talks,
        nodes,
        faults,
        shuffle_ties: scenario.ties == super::nouns::Ties::Shuffled,
        limits,
    };
    planner.check_prospects(&setup, &placed);
    let (liveness, healing) = liveness.unzip();
    setup.faults.extend(healing);
    Some(World {
        systems: facts,
        workloads: workloads.iter().enumerate().map(workload).collect(),
        operators: operations,
        checks,
        liveness,
        warmup: scenario.warmup,
        recovery: scenario.recovery,
        interval: scenario.interval.unwrap_or((scenario.duration / 200).max(Duration::from_millis(100))),
        in_vain: planner.in_vain,
        setup,
    })
}

impl Planner<'_> {
    fn refuse(&mut self, code: Code, origin: &Origin, message: String, help: String) {
        self.diagnostics.push(Diagnostic::error(code, origin, message).help(help));
    }

    /// Whether there is such a thing of this name, in a table that could not be read.
    fn is_hidden(&self, what: Thing, name: &str) -> bool {
        let Scenario { system, workload, fault, .. } = self.scenario;
        let is_of = |broken: &[String], name: &str| broken.iter().any(|one| one == name);
        match what {
            Thing::System | Thing::Service => is_of(&system.broken, name),
            Thing::Fault => is_of(&fault.broken, name),
            Thing::Node | Thing::NodeOrSystem => {
                let system_of = name.split_once('.').map_or(name, |(system, _)| system);
                is_of(&system.broken, system_of) || is_of(&workload.broken, name)
            }
            Thing::Region => false,
        }
    }

    /// Whether a further error would not be shown: it is counted then, and costs nothing. Of a million names a hostile text
    /// can miss very many.
    fn is_only_counted(&mut self) -> bool {
        let is_full = self.diagnostics.is_full();
        if is_full {
            self.diagnostics.count_error();
        }
        is_full
    }

    /// Reports a name that is none of those that the scenario has.
    fn unknown_name<'n>(
        &mut self,
        what: Thing,
        name: &str,
        origin: &Origin,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        self.unknown_name_or(what, name, origin, known, &[]);
    }

    /// Reports a name that the scenario does not have where one of `words` may stand, too.
    fn unknown_name_or<'n>(
        &mut self,
        what: Thing,
        name: &str,
        origin: &Origin,
        known: impl Iterator<Item = &'n str> + Clone,
        words: &[&'n str],
    ) {
        if self.is_hidden(what, name) || self.is_only_counted() {
            return;
        }
        let what = what.words();
        let help = match listed(known.clone()) {
            None => format!("the scenario has no {what}"),
            Some(names) => format!("the scenario has {names}"),
        };
        let message = format!("there is no {what} `{}`", write::excerpt(name));
        // The words first: a scenario may have more names than are compared.
        self.unknown(message, name, origin, words.iter().copied().chain(known), help);
    }

    /// Reports a word that is none of the built-in ones.
    fn unknown_word<'n>(
        &mut self,
        what: &str,
        word: &str,
        origin: &Origin,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        let help = listed(known.clone()).map_or(String::new(), |names| format!("choose {names}"));
        self.unknown(format!("there is no {what} `{word}`"), word, origin, known, help);
    }

    fn unknown<'n>(
        &mut self,
        message: String,
        name: &str,
        origin: &Origin,
        known: impl Iterator<Item = &'n str>,
        help: String,
    ) {
        let near = suggest::closest(name, known);
        let diagnostic = Diagnostic::error(Code::UnknownName, origin, message).did_you_mean(near);
        self.diagnostics.push(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// Names address things: they are words, and those of systems and workloads different.
    fn check_names(&mut self) {
        let scenario = self.scenario;
        let systems = scenario.system.entries.iter().map(|(name, origin, _)| (name, origin));
        let workloads = scenario.workload.entries.iter().map(|(name, origin, _)| (name, origin));
        let faults = scenario.fault.entries.iter().map(|(name, origin, _)| (name, origin));
        let checks = scenario.check.entries.iter().map(|(name, origin, _)| (name, origin));
        let operations = scenario.operation.entries.iter().map(|(name, origin, _)| (name, origin));
        let askers = workloads.clone().chain(operations.clone());
        for (name, origin) in systems.clone().chain(askers).chain(faults).chain(checks) {
            if !is_name(name) {
                let message = format!("`{}` cannot be a name", name.escape_debug());
                self.refuse(Code::BadName, origin, message, NAME_HELP.to_owned());
            }
        }
        if let Some((name, origin, _)) = scenario.fault.entries.get(FAULTS_MAX) {
            let message = format!("with `{name}` the scenario has more than {FAULTS_MAX} faults");
            let help = "let one fault strike again and again: every = \"exp(60s)\"".to_owned();
            self.refuse(Code::TooMany, origin, message, help);
        }
        // Each is the name of a node, or the beginning of one.
        let mut share_a_name =
            |name: &String, origin: &Origin, first: Option<&Origin>, one: &str, other: &str| {
                let Some(first) = first else { return };
                let message = format!("the name `{name}` is given to a {one} and to {other}");
                let error =
                    Diagnostic::error(Code::BadName, origin, message).related(first, format!("the {one}"));
                self.diagnostics.push(error.help("rename one of them"));
            };
        for (name, origin) in workloads.clone() {
            let first = systems.clone().find(|(system, _)| *system == name);
            share_a_name(name, origin, first.map(|(_, first)| first), "system", "a workload");
        }
        for (name, origin) in operations {
            let system = systems.clone().find(|(system, _)| *system == name);
            share_a_name(name, origin, system.map(|(_, first)| first), "system", "an operation");
            let workload = workloads.clone().find(|(workload, _)| *workload == name);
            share_a_name(name, origin, workload.map(|(_, first)| first), "workload", "an operation");
        }
    }

    /// The system that each workload asks.
    fn workload_targets(&mut self, systems: &[SystemPlan]) -> Option<Vec<SystemId>> {
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
            return;
        }
        let WorkloadOptions { mix, keys, value_size, route, .. } = workload;
        let calls = matches!(kind, KindOptions::Service(service) if service.calls().next().is_some());
        let of_stores = [
            ("mix", Some(&mix.origin), "has no mix of operations"),
            (
                "value_size",
                Some(&value_size.origin),
                "writes no values itself: a step has the size of those that it writes",
            ),
            ("route", route.as_ref().map(|route| &route.origin), "asks its one front"),
            ("keys", Some(&keys.origin).filter(|_| !calls), "asks for no keys, as no step calls a store"),
        ];
        let given = of_stores.into_iter().filter_map(|(key, origin, why)| Some((key, origin?, why)));
        for (key, origin, why) in given.filter(|(_, origin, _)| **origin != Origin::default_value()) {
            let message = format!("a workload on a {} {why}", kind.kind());
            self.refuse(Code::Contradiction, origin, message, format!("remove `{key}`"));
        }
    }

    /// A register that is written once takes proposals and reads, of one key.
    fn check_register(&mut self, workload: &WorkloadOptions, kind: Kind) {
        let count = workload.keys.value.0.count();
        if count > 1 {
            let message = format!("a {kind} decides one value, and these are {count} keys");
            let origin = &workload.keys.origin;
            self.refuse(Code::Contradiction, origin, message, "write keys = \"uniform(n=1)\"".to_owned());
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
            return;
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

/// Every node of the world, systems first, in the order of their ids.
fn build_nodes<X: Custom>(
    scenario: &Scenario,
    own: &[Option<X::Options>],
    costs: &[Rc<MessageCosts>],
    placed: &nodes::Placed,
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
            Some(super::nouns::system::TransportChoice::Datagram) => Transport::Datagram,
            Some(super::nouns::system::TransportChoice::Stream) => Transport::Stream,
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
fn add_operators<C>(
    scenario: &Scenario,
    placed: &nodes::Placed,
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

fn workload_config(
    scenario: &Scenario,
    index: usize,
    placed: &nodes::Placed,
    target: SystemId,
    load: client::Load,
    blueprint: &Blueprint<'_>,
) -> WorkloadConfig {
    let (name, _, options) = &scenario.workload.entries[index];
    let (node, target) = (placed.workloads[index], &placed.systems[target.index()]);
    let kind = scenario.system.entries[target.id.index()].2.kind.kind();
    let asked = match kind.is_store() {
        true => &target.nodes,
        // A service is asked at its front.
        false => &target.extra,
    };
    let weight = |(name, _, weight): &(String, Origin, Located<f64>)| {
        let kind = OpKind::ALL.into_iter().find(|kind| kind.name() == name);
        (kind.expect("the planner refuses unknown kinds"), weight.value)
    };
    let mix = options.mix.value.entries.iter().map(weight).filter(|(_, weight)| *weight > 0.0).collect();
    let size = u32::try_from(options.value_size.value.0).expect("its range says so");
    WorkloadConfig {
        id: (placed.systems.len() + index) as u16,
        draws: Keyed::new(blueprint.seed, &format!("workload {name}")),
        load,
        target: if kind.is_store() { client::Target::Store { mix, size } } else { client::Target::Service },
        nodes: blueprint.nearest_first(blueprint.place(node), asked),
        route: options.route.as_ref().map_or(Route::Leader, |route| Route::from(route.value)),
        keys: options.keys.value.0.clone(),
        timeout: options.timeout,
        attempts: options.attempts.unwrap_or(if kind.is_store() { STORE_ATTEMPTS } else { 1 }),
        writer: blueprint.writer(node),
        operations: options.operations.as_ref().map(|operations| operations.0.clone()),
    }
}

/// The names as a phrase, those beyond a limit counted; none when there is no name.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut names = names.peekable();
    names.peek()?;
    Some(suggest::listed(names))
}

/// The names of the sites, for messages.
fn site_names(sites: &Sites) -> impl Iterator<Item = &str> + Clone {
    sites.names().iter().map(String::as_str)
}
