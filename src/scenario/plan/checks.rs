//! Resolves checks: the systems they apply to, and the names they use.

use crate::checks::consensus::{Invariant, TABLE};
use crate::faults::Happening;
use crate::kernel::{Duration, SystemId, Time};
use crate::net::Sites;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::quantity::duration_text;
use crate::spec::scalars::Located;

use super::super::nouns::check::{CheckOptions, Expect, Model};
use super::happenings::NEVER_HELP;
use super::nodes::Placed;
use super::{Planner, Thing};

/// Most checks of a world, each invariant of each system counted.
pub const CHECKS_MAX: usize = 10_000;

/// A check of the scenario, resolved.
#[derive(Clone, Debug)]
pub struct CheckPlan {
    /// Its name in the scenario.
    pub name: String,
    /// What it checks.
    pub kind: CheckKind,
    /// What is expected of it.
    pub expect: Expect,
}

/// What a check checks.
#[derive(Clone, Debug)]
pub enum CheckKind {
    /// Invariants of each system.
    Invariants {
        /// The systems; those that are no replicated log get `not-applicable`.
        systems: Vec<SystemId>,
        /// Which.
        invariants: Vec<Invariant>,
    },
    /// The history of each store's clients must be linearizable.
    Linearizable {
        /// The stores.
        systems: Vec<SystemId>,
        /// Most states that the search may explore.
        budget: u64,
    },
    /// Something must be true of a metric.
    Assertion,
    /// Something must come to pass in at least one of all runs.
    Sometimes {
        /// What.
        happening: Happening,
        /// When: from the first of these to before the other.
        window: (Time, Time),
    },
}

impl Planner<'_> {
    /// The checks; `None` if one of them could not be resolved.
    pub(super) fn plan_checks(&mut self, placed: &Placed, sites: &Sites) -> Option<Vec<CheckPlan>> {
        let scenario = self.scenario;
        let (mut plans, mut single) = (Vec::new(), 0);
        for (name, origin, check) in &scenario.check.entries {
            if let Some(kind) = self.check_kind_of(check, placed, sites) {
                single += match &kind {
                    CheckKind::Invariants { systems, invariants } => systems.len() * invariants.len(),
                    CheckKind::Linearizable { systems, .. } => systems.len(),
                    CheckKind::Assertion | CheckKind::Sometimes { .. } => 1,
                };
                if single > CHECKS_MAX {
                    let message =
                        format!("with `{name}` the scenario has more than {CHECKS_MAX} single checks");
                    let help = "each invariant is checked of each system: name a `target`".to_owned();
                    self.refuse(Code::TooMany, origin, message, help);
                    return None;
                }
                plans.push(CheckPlan { name: name.clone(), kind, expect: check.expect });
            }
        }
        (plans.len() == scenario.check.entries.len()).then_some(plans)
    }

    fn check_kind_of(&mut self, check: &CheckOptions, placed: &Placed, sites: &Sites) -> Option<CheckKind> {
        self.check_window(check);
        let target = match &check.target {
            None => None,
            Some(target) => Some(self.check_target(target, placed)?),
        };
        if let Some(names) = &check.invariants {
            return self.invariants(names, target, placed);
        }
        if let Some(model) = &check.model {
            return self.model(model, check, target, placed);
        }
        if let Some(sometimes) = &check.sometimes {
            if !placed.complete {
                return None; // It could name nodes that only a mistake elsewhere hides.
            }
            let at = |moment: &Located<Duration>| Time::ZERO + moment.value;
            let happening = self.happening("sometimes", sometimes, placed, sites)?;
            if let Some(why) = self.never(&happening, None) {
                let place = sometimes.origin_of(0..sometimes.as_str().len());
                let message = format!("the check never holds: {why}");
                self.diagnostics
                    .push(Diagnostic::warning(Code::Contradiction, &place, message).help(NEVER_HELP));
            }
            return Some(CheckKind::Sometimes {
                happening,
                window: (check.from.as_ref().map_or(Time::ZERO, at), check.to.as_ref().map_or(Time::MAX, at)),
            });
        }
        Some(CheckKind::Assertion)
    }

    /// Refuses a window that the run never reaches.
    fn check_window(&mut self, check: &CheckOptions) {
        let length = self.scenario.duration;
        let Some(from) = check.from.as_ref().filter(|from| from.value >= length) else { return };
        let ends = duration_text(length);
        let message = format!("the check sees nothing: its window begins when the run is over, at {ends}");
        self.refuse(
            Code::Contradiction,
            &from.origin,
            message,
            "let it begin earlier, or make the run longer".to_owned(),
        );
    }

    fn check_target(&mut self, target: &Located<String>, placed: &Placed) -> Option<SystemId> {
        let system = placed.system(&target.value);
        if system.is_none() {
            let known = self.scenario.system.names();
            self.unknown_name(Thing::System, &target.value, &target.origin, known);
        }
        system.map(|system| system.id)
    }

    fn invariants(
        &mut self,
        names: &[Located<String>],
        target: Option<SystemId>,
        placed: &Placed,
    ) -> Option<CheckKind> {
        let mut invariants = Vec::new();
        for name in names {
            match Invariant::named(&name.value) {
                Some(invariant) => invariants.push(invariant),
                None => {
                    let known = TABLE.iter().map(|row| row.name);
                    self.unknown_word("invariant", &name.value, &name.origin, known);
                }
            }
        }
        let is_log = |id: &SystemId| self.kind_of(*id).decides().is_some();
        let systems = concerned(target, placed, is_log);
        (invariants.len() == names.len()).then_some(CheckKind::Invariants { systems, invariants })
    }

    fn model(
        &mut self,
        model: &Located<Model>,
        check: &CheckOptions,
        target: Option<SystemId>,
        placed: &Placed,
    ) -> Option<CheckKind> {
        let is_store = |id: &SystemId| self.kind_of(*id).is_store();
        let systems = concerned(target, placed, is_store);
        if !systems.iter().all(is_store) {
            let (origin, who) = match &check.target {
                Some(target) => (&target.origin, format!("`{}` is no store", target.value)),
                None => (&model.origin, "none of the systems is a store".to_owned()),
            };
            let message = format!("{who}: there is no history of values to judge");
            let help = "name a store, such as a system of type raft".to_owned();
            self.refuse(Code::Contradiction, origin, message, help);
            return None;
        }
        Some(CheckKind::Linearizable { systems, budget: check.budget })
    }

    fn kind_of(&self, id: SystemId) -> crate::systems::kinds::Kind {
        self.scenario.system.entries[id.index()].2.kind.kind()
    }
}

/// The systems that a check is about: its target, or all to which it applies; if it applies to none, then all, so that
/// it is not quietly dropped.
fn concerned(
    target: Option<SystemId>,
    placed: &Placed,
    applies: impl Fn(&SystemId) -> bool,
) -> Vec<SystemId> {
    if let Some(system) = target {
        return vec![system];
    }
    let all: Vec<SystemId> = placed.systems.iter().map(|system| system.id).collect();
    let some: Vec<SystemId> = all.iter().copied().filter(applies).collect();
    if some.is_empty() { all } else { some }
}
