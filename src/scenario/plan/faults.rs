//! The timeline of faults: when each strikes, whom, and until when.

use std::rc::Rc;

use crate::faults::kinds::{Ingredient, Random};
use crate::faults::{
    Aim, Fault, FaultKind, Flaps, Harm, KindOptions, Planned, Prey, Schedule, Scope, Target, Trigger,
};
use crate::kernel::{NodeId, Time};
use crate::net::{Flapping, Sites};
use crate::spec::code::Code;
use crate::spec::scalars::Located;
use crate::systems::plan::SystemPlan;

use super::super::nouns::fault::{FaultCommon, FaultOptions, FlapOptions, Side};
use super::Planner;
use super::happenings::NEVER_HELP;
use super::links::is_link;
use super::nodes::Placed;
use super::targets::Whom;

impl Planner<'_> {
    /// The timeline of faults; `None` if a target could not be resolved.
    pub(super) fn plan_faults(&mut self, placed: &Placed, sites: &Sites) -> Option<Vec<Planned>> {
        let scenario = self.scenario;
        let mut planned = Vec::new();
        for (index, (name, _, options)) in scenario.fault.entries.iter().enumerate() {
            self.is_told = false;
            let fault = self.fault(options, placed, sites);
            if fault.is_none() && options.common.at_clock.is_some() {
                continue; // What is wrong with the target is told.
            }
            let schedule = self.schedule(index, placed, sites);
            if self.is_told {
                self.in_vain.insert(name.clone());
            }
            let (Some(fault), Some(schedule)) = (fault, schedule) else { continue };
            let common = &options.common;
            self.check_time_left(name, options);
            planned.push(Planned {
                name: name.clone(),
                kind: common.r#do.value.name(),
                intent: intent(common),
                schedule,
                lasts: common.r#for.clone(),
                draws: common.draws.as_ref().map(|draws| draws.0),
                until: self.until(options),
                fault,
            });
        }
        let is_complete = planned.len() == scenario.fault.entries.len();
        if is_complete {
            self.check_circles(&planned);
        }
        is_complete.then_some(planned)
    }

    /// When a fault strikes; `None` if that makes no sense, which has been reported.
    fn schedule(&mut self, fault: usize, placed: &Placed, sites: &Sites) -> Option<Schedule> {
        let (name, _, options) = &self.scenario.fault.entries[fault];
        let FaultCommon { at, every, when, at_clock, target, after, times, from, .. } = &options.common;
        if let Some(at) = at {
            return Some(Schedule::At(Time::ZERO + at.value));
        }
        if let Some(every) = every {
            return Some(Schedule::Every(every.value.clone()));
        }
        if let Some(when) = when {
            let happening = self.happening("when", when, placed, sites)?;
            if let Some(why) = self.never(&happening, Some(fault)) {
                let message = format!("`{name}` never strikes: {why}");
                self.warn_in_vain(&when.origin_of(0..when.as_str().len()), message, NEVER_HELP);
                self.is_told = true;
            }
            return Some(Schedule::When(Trigger {
                happening,
                after: after.clone(),
                from: Time::ZERO + from.unwrap_or_default(),
                times: times.unwrap_or(1),
            }));
        }
        let (shown, target) = (Time::ZERO + at_clock.as_ref()?.value, target.as_ref()?);
        let mut nodes = self.fixed_nodes(target, Whom::Anybody, placed, sites)?;
        let is_client = |node: &NodeId| placed.is_asking(*node);
        nodes.retain(|node| options.kind.kind().scope() == Scope::Links || !is_client(node));
        Some(Schedule::AtClock { shown, nodes })
    }

    fn fault(&mut self, options: &FaultOptions, placed: &Placed, sites: &Sites) -> Option<Rc<dyn Fault>> {
        let FaultOptions { common, kind } = options;
        self.check_that(common)?;
        let aim = match kind.kind().scope() {
            Scope::Links => Aim::Links(self.between(common, placed, sites)?),
            Scope::Fibres => Aim::Fibres(self.fibres(kind.kind(), common.target.as_ref()?, sites)?),
            Scope::Nodes => {
                let target = common.target.as_ref()?;
                if is_link(&target.value) {
                    let message = format!("a {} strikes nodes, not a link", kind.kind());
                    let help = "write do = \"partition\" to cut a link".to_owned();
                    self.refuse(Code::BadTarget, &target.origin, message, help);
                    return None;
                }
                let nodes = self.nodes_struck(kind.kind(), target, placed, sites)?;
                // A strike is of the one node whose clock it is.
                Aim::Nodes(if common.at_clock.is_some() { Target::That } else { nodes })
            }
            Scope::System => {
                let target = common.target.as_ref()?;
                let prey = self.prey(kind.kind(), target, placed, sites)?;
                if let KindOptions::Random(random) = kind {
                    self.check_survivable(random, &prey, target)?;
                }
                Aim::System(prey)
            }
        };
        let fault = kind.at(aim)?;
        let Some(FlapOptions { up, down, stable }) = common.flap.clone() else { return Some(fault) };
        Some(Rc::new(Flaps { fault, law: Flapping { up, down, stable } }))
    }

    /// Only a fault that waits for something can mean what it is about.
    fn check_that(&mut self, options: &FaultCommon) -> Option<()> {
        let FaultCommon { target, groups, when, .. } = options;
        let groups = groups.iter().flatten().flat_map(|side| &side.0);
        let mut named = target.iter().chain(groups);
        let that = named.find(|target| target.value.trim() == "that" && when.is_none());
        let Some(that) = that else { return Some(()) };
        let message = "`that` is whom a happening is about, and this fault waits for none".to_owned();
        let help = "write for example when = \"leader-elected(kv)\"".to_owned();
        self.refuse(Code::BadTarget, &that.origin, message, help);
        None
    }

    /// When the fault leaves the system alone.
    fn until(&self, options: &FaultOptions) -> Option<Time> {
        let given = options.common.until.as_ref().map(|until| Time::ZERO + until.value);
        let KindOptions::Random(random) = &options.kind else { return given };
        let calm = Time::ZERO + self.scenario.duration.saturating_sub(random.calm.value);
        Some(given.map_or(calm, |given| given.min(calm)))
    }

    /// The system that a nemesis hunts.
    fn prey(
        &mut self,
        kind: FaultKind,
        target: &Located<String>,
        placed: &Placed,
        sites: &Sites,
    ) -> Option<Prey> {
        let Target::System(system) = self.nodes_struck(kind, target, placed, sites)? else {
            let message = format!("`{}` is no system", target.value.trim());
            let help = "a nemesis chooses its victims itself: name the system that it hunts".to_owned();
            self.refuse(Code::BadTarget, &target.origin, message, help);
            return None;
        };
        Some(self.prey_of(&placed.systems[system.index()]))
    }

    /// A system that is hunted.
    pub(super) fn prey_of(&self, plan: &SystemPlan) -> Prey {
        let kind = self.scenario.system.entries[plan.id.index()].2.kind.kind();
        Prey { system: plan.id, nodes: plan.nodes.clone(), spare: kind.spare(plan.nodes.len()) }
    }

    /// Refuses what the prey does not survive, unless the scenario asks for it.
    fn check_survivable(&mut self, random: &Random, prey: &Prey, target: &Located<String>) -> Option<()> {
        let deadly = |kind: &&Located<Ingredient>| !prey.survives(kind.value.facts.harm);
        let given = random.kinds.iter().flatten().filter(deadly);
        let mut survives = true;
        for kind in given.filter(|_| random.survivable) {
            let word = kind.value.kind;
            let message = match kind.value.facts.harm {
                Harm::BreaksTrust => {
                    format!("`{}` may not survive a {word} on any of its nodes", target.value)
                }
                Harm::PutsOut | Harm::Ruins | Harm::Slows => {
                    let count = prey.nodes.len();
                    format!(
                        "`{}` has {count} nodes and can do without none, as a {word} would have it",
                        target.value
                    )
                }
            };
            let help = "write survivable = false to see what becomes of it".to_owned();
            self.refuse(Code::Contradiction, &kind.origin, message, help);
            survives = false;
        }
        survives.then_some(())
    }
}

/// What the scenario says of whom the fault strikes.
fn intent(options: &FaultCommon) -> String {
    let side = |side: &Side| side.0.iter().map(|one| one.value.as_str()).collect::<Vec<_>>().join(" ");
    if let Some(links) = &options.links {
        return links.iter().map(|link| link.value.as_str()).collect::<Vec<_>>().join(", ");
    }
    match (&options.target, &options.groups) {
        (Some(target), _) => match options.layout {
            Some(layout) => format!("{layout} of {}", target.value),
            None => target.value.clone(),
        },
        (None, Some(groups)) => {
            let between = if options.one_way { " -> " } else { " | " };
            groups.iter().map(side).collect::<Vec<_>>().join(between)
        }
        (None, None) => "all links".to_owned(),
    }
}
