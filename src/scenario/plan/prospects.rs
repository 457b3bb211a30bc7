//! Whether what a fault acts on is there at all: a fault that can change nothing at its target is told, and strikes nobody.

use crate::clocks::Clock;
use crate::faults::{InVain, KindOptions, Matter, Outlook, Planned, Schedule};
use crate::kernel::{NodeId, Process, Time};
use crate::sim::{NodeSetup, Setup};
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::quantity::duration_text;

use super::super::nouns::fault::{FaultCommon, FaultOptions};
use super::Planner;
use super::nodes::Placed;

/// The metric by which a check looks at wall clocks.
const WALL_CLOCK_METRIC: &str = "wall_clock_error";

impl<'a> Planner<'a> {
    /// A wall clock matters to whoever looks at it: beside a process these are faults with `at_clock`, and checks.
    pub(super) fn let_clocks_be_seen<C>(&self, nodes: &mut [NodeSetup<C>], faults: &[Planned]) {
        let see = |node: &mut NodeSetup<C>| {
            node.has = node.has.and_if(node.has.have(Matter::Process), Matter::WallClock)
        };
        let mut checks = self.scenario.check.entries.iter().filter_map(|(_, _, check)| check.metric.as_ref());
        if checks.any(|metric| metric.value == WALL_CLOCK_METRIC) {
            return nodes.iter_mut().for_each(see);
        }
        for fault in faults {
            if let Schedule::AtClock { nodes: those, .. } = &fault.schedule {
                those.iter().for_each(|node| see(&mut nodes[node.index()]));
            }
        }
    }

    /// Warns of faults that find nothing to act on.
    pub(super) fn check_prospects<P: Process>(&mut self, setup: &Setup<P>, placed: &Placed) {
        if setup.faults.is_empty() {
            return;
        }
        let (scenario, roster) = (self.scenario, setup.roster());
        let moves_clocks =
            |kind: &KindOptions| kind.acts_on(Matter::WallClock) || kind.acts_on(Matter::Timers);
        let clocks_move = scenario.fault.entries.iter().any(|(.., fault)| moves_clocks(&fault.kind));
        for (planned, (name, _, options)) in setup.faults.iter().zip(&scenario.fault.entries) {
            let that = match &planned.schedule {
                Schedule::AtClock { nodes, .. } => Some(nodes.clone()),
                Schedule::When(trigger) => trigger.happening.nodes(),
                Schedule::At(_) | Schedule::Every(_) => None,
            };
            let outlook = Outlook { roster: &roster, that: that.as_deref() };
            let prospect = planned.fault.prospect(&outlook);
            if let KindOptions::Random(random) = &options.kind {
                let prey =
                    options.common.target.as_ref().and_then(|target| placed.system(target.value.trim()));
                let prey = self.prey_of(prey.expect("the planner refuses a nemesis of no system"));
                for kind in random.kinds.iter().flatten() {
                    if let Err(InVain::Lacks(matter)) = prey.prospect(&kind.value, &outlook) {
                        let message =
                            format!("`{name}` never strikes with a {}: {}", kind.value.kind, matter.lack());
                        self.warn_in_vain(&kind.origin, message, matter.remedy());
                    }
                }
            } else if !self.in_vain.contains(name) {
                let place = place(&options.common);
                match prospect {
                    Ok(()) | Err(InVain::Idle) => {}
                    Err(InVain::Lacks(matter)) => {
                        let message = format!("`{name}` never strikes: {}", matter.lack());
                        self.warn_in_vain(place, message, matter.remedy());
                    }
                    Err(InVain::Nobody) => {
                        let message = format!("`{name}` never strikes: `{}` comes to nobody", planned.intent);
                        self.warn_in_vain(place, message, "the system has too few nodes for it");
                    }
                    Err(InVain::NobodyBesideLeader) => {
                        let message = format!("`{}` comes to nobody while there is a leader", planned.intent);
                        self.warn_in_vain(place, message, "the system has too few nodes beside it");
                    }
                }
            }
            if prospect.is_err() {
                self.in_vain.insert(name.clone());
            }
            // Who may mean somebody once there is no leader may strike yet.
            if matches!(prospect, Err(InVain::Idle | InVain::Nobody | InVain::Lacks(_))) {
                self.never.insert(name);
            }
            if !clocks_move && !self.never.contains(name.as_str()) {
                self.check_clocks(name, options, planned, setup);
            }
        }
        self.check_waiting(&setup.faults);
    }

    /// Warns of a time that no clock of the target shows within the run, where no fault moves clocks.
    fn check_clocks<P: Process>(
        &mut self,
        name: &'a str,
        fault: &'a FaultOptions,
        planned: &Planned,
        setup: &Setup<P>,
    ) {
        let (Schedule::AtClock { shown, nodes }, Some(at_clock)) =
            (&planned.schedule, &fault.common.at_clock)
        else {
            return;
        };
        let end = planned.until.map_or(setup.duration, |until| until.min(setup.duration));
        let in_time = |node: &NodeId| {
            let clock = Clock::new(setup.nodes[node.index()].clock);
            clock.when_wall_shows(Time::ZERO, *shown).is_some_and(|at| at < end)
        };
        if !nodes.iter().any(in_time) {
            let message = format!(
                "`{name}` never strikes: no clock of its target shows {} before {}",
                duration_text(at_clock.value),
                duration_text(end.since(Time::ZERO))
            );
            self.warn_in_vain(&at_clock.origin, message, "let it strike earlier, or make the run longer");
            self.in_vain.insert(name.to_owned());
            self.never.insert(name);
        }
    }

    /// Warns of faults that wait for one that never strikes.
    fn check_waiting(&mut self, faults: &[Planned]) {
        let entries = &self.scenario.fault.entries;
        // One that waits for one that waits is found in the next round; there are no circles.
        let mut is_new = true;
        while std::mem::take(&mut is_new) {
            for (planned, (name, _, options)) in faults.iter().zip(entries) {
                let (Schedule::When(trigger), Some(when)) = (&planned.schedule, &options.common.when) else {
                    continue;
                };
                let awaited = trigger.happening.fault().map(|fault| entries[fault].0.as_str());
                let Some(awaited) = awaited.filter(|awaited| self.never.contains(awaited)) else { continue };
                if !self.never.insert(name) {
                    continue;
                }
                is_new = true;
                if !self.in_vain.contains(name) {
                    let message =
                        format!("`{name}` never strikes: it waits for `{awaited}`, which never does");
                    let place = when.origin_of(0..when.as_str().len());
                    self.warn_in_vain(&place, message, "see what is said of that one");
                    self.in_vain.insert(name.clone());
                }
            }
        }
    }

    pub(super) fn warn_in_vain(&mut self, place: &Origin, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::warning(Code::NeverStrikes, place, message).help(help));
    }
}

/// Where a fault says whom it strikes; where it says what, if it strikes all.
fn place(options: &FaultCommon) -> &Origin {
    let FaultCommon { target, groups, links, r#do, .. } = options;
    let groups = groups.iter().flatten().flat_map(|side| &side.0);
    let named = target.iter().chain(groups).chain(links.iter().flatten()).next();
    named.map_or(&r#do.origin, |target| &target.origin)
}
