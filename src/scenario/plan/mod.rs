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
mod names;
mod nodes;
mod operations;
mod own;
mod places;
mod prospects;
mod registries;
mod requests;
mod setups;
mod stability;
mod targets;
mod time_left;
mod views;
mod workloads;
mod world;

pub use checks::{CHECKS_MAX, CheckKind, CheckPlan};
pub use happenings::happenings;
pub use liveness::{LIVENESS, LivenessPlan};
pub use nodes::{NODES_MAX, SYSTEMS_MAX};
pub use places::{LAN_DELAY, LAN_JITTER, LINKS_MAX};
pub use targets::TARGETS;
pub use world::{OperatorFacts, SystemFacts, WorkloadFacts, World};

use std::collections::BTreeSet;

use crate::kernel::random::mirrored;
use crate::kernel::{Duration, SystemId, Time};
use crate::scenario::nouns::Draws;
use crate::sim::{Limits, Setup};
use crate::spec::DataFiles;
use crate::spec::code::Code;
use crate::spec::diagnostic::{Diagnostic, Diagnostics};
use crate::spec::origin::Origin;
use crate::systems::Custom;
use crate::systems::plan::{Blueprint, SystemPlan};

use super::nouns::Scenario;
use super::topology::SiteDomains;

use names::{Thing, listed, site_names};
use setups::{add_operators, build_nodes};

/// Largest seed.
pub const SEED_MAX: u64 = (1 << 63) - 1;
/// Most faults of a scenario.
pub const FAULTS_MAX: usize = 1_000;
/// Most nodes that the targets of a scenario mean from the start on, each counted in each target.
pub const NODES_MEANT_MAX: usize = 10_000_000;

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
    let draws = match scenario.draws {
        Draws::Plain => seed,
        Draws::Mirrored => mirrored(seed),
    };
    planner.check_names();
    let sites = planner.sites();
    let placed = planner.place_nodes(&sites)?;
    let (systems, workloads) = (placed.systems.clone(), placed.workloads.clone());
    planner.check_calls(&systems);
    planner.check_views(&systems);
    planner.check_registries(&placed);
    let targets = planner.workload_targets(&systems);
    targets.iter().for_each(|targets| planner.check_routes(targets));
    // A share of what a system can do is nothing while its nodes are missing.
    let loads = if placed.complete { planner.loads(&placed) } else { None };
    loads.iter().for_each(|loads| planner.check_stability(&placed, loads));
    let faults = match placed.complete {
        true => planner.plan_faults(&placed, &sites),
        false => None, // Targets could name nodes that only a mistake elsewhere hides.
    };
    let checks = planner.plan_checks(&placed, &sites);
    let liveness = planner.plan_liveness(&placed, scenario.fault.entries.len());
    let operations = if placed.complete { planner.plan_operations(&placed, draws) } else { None };
    let own = planner.own_options::<X>();
    let costs = planner.message_costs::<X>();
    // Also what was found wrong before: options that contradict each other are decoded, but nothing is built from them.
    if planner.diagnostics.has_errors() {
        return None;
    }
    let (targets, loads, faults, checks, operations) = (targets?, loads?, faults?, checks?, operations?);
    let requests = requests::requests_plan(scenario, draws, &targets);
    let (callees, traits) =
        (requests::callees(scenario, draws, &placed, &requests), requests::traits(&placed));
    let registries = registries::registries(scenario, &placed, &callees);
    let blueprint = Blueprint {
        seed: draws,
        systems: &systems,
        places: &placed.places,
        sites: &sites,
        requests: &requests,
        callees: &callees,
        traits: &traits,
        registries: &registries,
    };
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
        paths: requests.paths(index),
    };
    let talks = planner.talks(&systems, &targets, &operations);
    let mut setup = Setup {
        seed,
        mirrored: scenario.draws == Draws::Mirrored,
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
}
