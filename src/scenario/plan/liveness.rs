//! `[liveness]`: the fault that ends all others, and what is judged after it.

use std::rc::Rc;

use crate::faults::{Healing, Patient, Planned, Schedule};
use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, SystemId, Time};
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::quantity::duration_text;

use super::super::nouns::check::Expect;
use super::super::nouns::liveness::Others;
use super::nodes::Placed;
use super::{Planner, SystemPlan};

/// What a fault and a check cannot be called beside `[liveness]`: it is one of each.
pub const LIVENESS: &str = "liveness";

/// When faults stop, and by when everything must be well again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LivenessPlan {
    /// When faults stop.
    pub after: Time,
    /// How long systems have from then on.
    pub within: Duration,
    /// The replicated logs that are judged.
    pub systems: Vec<SystemId>,
    /// The position of the healing among the planned faults.
    pub fault: usize,
    /// What is expected of the check.
    pub expect: Expect,
}

impl Planner<'_> {
    /// What `[liveness]` asks for, and the fault that heals; it stands behind the `faults` of the scenario. `None` if it is not
    /// there, or makes no sense, which has been reported.
    pub(super) fn plan_liveness(
        &mut self,
        placed: &Placed,
        faults: usize,
    ) -> Option<(LivenessPlan, Planned)> {
        let options = self.scenario.liveness.as_ref()?;
        let kind = |system: &SystemPlan| self.scenario.system.entries[system.id.index()].2.kind.kind();
        let logs: Vec<&SystemPlan> =
            placed.systems.iter().filter(|system| kind(system).decides().is_some()).collect();
        let patient = |system: &&SystemPlan| Patient {
            system: system.id,
            spare: kind(system).spare(system.nodes.len()),
        };
        let systems: Vec<Patient> = logs.iter().map(patient).collect();
        self.check_liveness(placed, &systems);
        let after = Time::ZERO + options.after.value;
        let plan = LivenessPlan {
            after,
            within: options.within.value,
            systems: systems.iter().map(|patient| patient.system).collect(),
            fault: faults,
            expect: options.expect,
        };
        let intent = logs.iter().map(|system| system.name.as_str()).collect::<Vec<_>>().join(" ");
        let planned = Planned {
            name: LIVENESS.to_owned(),
            kind: "heal",
            intent,
            schedule: Schedule::At(after),
            until: None,
            lasts: Some(Distribution::constant(0.0).expect("no time is a length")),
            draws: None,
            fault: Rc::new(Healing {
                systems,
                size: options.size(),
                cuts_off_others: options.others == Others::CutOff,
            }),
        };
        Some((plan, planned))
    }

    fn check_liveness(&mut self, placed: &Placed, systems: &[Patient]) {
        let scenario = self.scenario;
        let Some(options) = &scenario.liveness else { return };
        let (after, within, length) = (&options.after, &options.within, scenario.duration);
        let ends = duration_text(length);
        if after.value >= length {
            let message =
                format!("faults stop at {}, and the run ends at {ends}", duration_text(after.value));
            let help = "let `after` be earlier, or the run longer".to_owned();
            self.refuse(Code::Contradiction, &after.origin, message, help);
        } else if after.value.0.saturating_add(within.value.0) > length.0 {
            let bound = Duration(after.value.0.saturating_add(within.value.0));
            let message = format!(
                "the run ends at {ends}, before the bound that systems have to be well again, {}",
                duration_text(bound)
            );
            let help = format!("let the run last {} or longer, or shorten `within`", duration_text(bound));
            self.refuse(Code::Contradiction, &after.origin, message, help);
        }
        if within.value == Duration::ZERO {
            let message = "nothing is well again in no time".to_owned();
            self.refuse(
                Code::OutOfRange,
                &within.origin,
                message,
                "write for example within = \"10s\"".to_owned(),
            );
        }
        if systems.is_empty() && placed.complete {
            let message = "the scenario has no store whose liveness could be judged".to_owned();
            let help = "add a system of type \"raft\", or remove [liveness]".to_owned();
            self.refuse(Code::Contradiction, &after.origin, message, help);
        }
        let faults = scenario.fault.entries.iter().map(|(name, origin, _)| (name, origin));
        let checks = scenario.check.entries.iter().map(|(name, origin, _)| (name, origin));
        for (_, origin) in faults.chain(checks).filter(|(name, _)| *name == LIVENESS) {
            let message = format!("`{LIVENESS}` is what [liveness] is called in tables of faults and checks");
            self.refuse(Code::BadName, origin, message, "give this one another name".to_owned());
        }
        self.check_patience(placed, systems);
    }

    /// Warns of clients that give up before they have asked anybody who is well.
    fn check_patience(&mut self, placed: &Placed, systems: &[Patient]) {
        let scenario = self.scenario;
        for (name, _, workload) in &scenario.workload.entries {
            let Some(system) = placed.system(&workload.target.value) else { continue };
            let Some(patient) = systems.iter().find(|patient| patient.system == system.id) else { continue };
            let (attempts, spare) =
                (workload.attempts.unwrap_or(super::workloads::STORE_ATTEMPTS), patient.spare);
            let may_be_left = scenario
                .liveness
                .as_ref()
                .is_some_and(|options| options.size() == crate::faults::CoreSize::Random);
            if may_be_left && (attempts as usize) <= spare {
                let message = format!(
                    "the clients of `{name}` ask {attempts} times, and {spare} nodes of `{}` may stay as they are: they may ask \
                     nobody else",
                    system.name
                );
                let warning = Diagnostic::warning(Code::Contradiction, &workload.target.origin, message);
                self.diagnostics.push(warning.help(format!("write attempts = {} or more", spare + 1)));
            }
        }
    }
}
