//! When faults strike, what a strike goes through, and how it ends.

use crate::faults::{Action, FaultKind, HappeningKind, News, Schedule, Script, Step, StrikeContext, Told};
use crate::kernel::random::name_key;
use crate::kernel::{NodeId, Process, Time};
use crate::net::ImpairmentId;

use super::event::Event;
use super::limits::STRIKES_MAX;
use super::node::FaultRecord;
use super::{Limit, Observer, Occurrence, Sim, Stop};

/// A strike that has not ended.
#[derive(Clone)]
pub(super) struct Strike {
    pub(super) planned: usize,
    pub(super) nodes: Vec<NodeId>,
    /// What is to be done when it ends.
    pub(super) end: Vec<Action>,
    scripts: Vec<Progress>,
    /// The nodes that it puts out until then.
    pub(super) out: Vec<NodeId>,
}

/// A script, and how far it is.
#[derive(Clone)]
struct Progress {
    script: Script,
    /// The step that comes next; as many as there are when it is over.
    next: usize,
}

impl Progress {
    fn step(&self) -> Option<&Step> {
        self.script.steps.get(self.next)
    }
}

/// The wall clock of a node is to show a time.
#[derive(Clone, Copy)]
pub(super) struct Alarm {
    fault: usize,
    node: NodeId,
    shown: Time,
    /// When it goes off, as the clock runs now; `None`: never.
    due: Option<Time>,
    has_gone_off: bool,
}

/// Why a fault strikes that was not planned for this moment.
pub(super) struct Cause {
    /// Counts those of the fault from 0, so that strikes of one moment are drawn apart.
    pub(super) number: u32,
    /// The nodes that it is about.
    pub(super) that: Vec<NodeId>,
}

impl<P: Process, O: Observer<P>> Sim<P, O> {
    /// Puts the next strike of a planned fault on the queue.
    pub(super) fn plan_strike(&mut self, fault: usize) {
        let at = match &self.faults[fault].schedule {
            Schedule::At(at) => *at,
            Schedule::Every(interval) => self.shared.now + interval.duration(self.choices[fault].next_u64()),
            Schedule::When(_) => return, // What it waits for is heard of where it happens.
            Schedule::AtClock { shown, nodes } => {
                let alarm = |node: &NodeId| Alarm {
                    fault,
                    node: *node,
                    shown: *shown,
                    due: None,
                    has_gone_off: false,
                };
                let first = self.alarms.len();
                self.alarms.extend(nodes.iter().map(alarm));
                (first..self.alarms.len()).for_each(|alarm| self.set_alarm(alarm));
                return;
            }
        };
        self.shared.queue.push(at, Event::Strike { fault: fault as u32 });
    }

    /// A planned strike is due.
    pub(super) fn strike_as_planned(&mut self, fault: usize) {
        self.strike(fault, None);
    }

    /// Something happened that a fault waits for.
    pub(super) fn strike_when(&mut self, fault: usize, number: u32) {
        let that = self.shared.triggers.those(fault, number);
        self.strike(fault, Some(Cause { number, that }));
    }

    /// Looks up when an alarm goes off, as its node's clock runs now.
    fn set_alarm(&mut self, alarm: usize) {
        let Alarm { node, shown, .. } = self.alarms[alarm];
        let due = self.nodes[node.index()].machine.clock.when_wall_shows(self.shared.now, shown);
        self.alarms[alarm].due = due;
        if let Some(due) = due {
            self.shared.queue.push(due, Event::Alarm { alarm: alarm as u32 });
        }
    }

    /// An alarm was due now, when it was set.
    pub(super) fn alarm(&mut self, alarm: usize) {
        let Alarm { fault, node, due, has_gone_off, .. } = self.alarms[alarm];
        if due == Some(self.shared.now) && !has_gone_off {
            self.alarms[alarm].has_gone_off = true;
            self.strike(fault, Some(Cause { number: node.0, that: vec![node] }));
        }
    }

    fn strike(&mut self, fault: usize, cause: Option<Cause>) {
        let (now, strike) = (self.shared.now, self.strikes.len());
        if strike == STRIKES_MAX {
            self.stopped = Some(Stop::Limit(Limit::Strikes));
            return;
        }
        self.count(&Occurrence::Struck { planned: fault, strike });
        let until = self.faults[fault].until;
        if until.is_some_and(|until| now >= until) {
            return; // Calm: it strikes no more.
        }
        if self.faults[fault].fault.asks_for_disks() {
            self.look_at_disks();
        }
        let apart = cause
            .as_ref()
            .map_or(0, |cause| (u64::from(cause.number) + 1).wrapping_mul(0xD6E8_FEB8_6659_FD93));
        let key = self.faults[fault].draws.unwrap_or_else(|| {
            name_key(&self.faults[fault].name) ^ now.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ apart
        });
        let mut cx = StrikeContext {
            now,
            roster: &self.shared.roster,
            choice: &mut self.choices[fault],
            that: cause.as_ref().map_or(&[], |cause| &cause.that),
            impairment: ImpairmentId(strike as u64),
            key,
        };
        let planned = &self.faults[fault];
        let resolved = planned.fault.strike(&mut cx);
        let lasts = resolved.as_ref().and_then(|resolved| resolved.lasts.as_ref()).or(planned.lasts.as_ref());
        let end = lasts.map(|lasts| now + lasts.duration(cx.choice.next_u64()));
        if matches!(planned.schedule, Schedule::Every(_)) {
            self.plan_strike(fault);
        }
        let Some(resolved) = resolved else {
            return self.shared.observer.missed(now, fault);
        };
        let end = [end, until].into_iter().flatten().min();
        let nodes = resolved.nodes();
        let told = Told {
            struck: resolved.struck,
            settings: resolved.settings,
            parts: resolved.parts,
            key,
            is_behind: matches!(&self.faults[fault].schedule, Schedule::When(when) if when.after.is_none()),
            has_steps: !resolved.scripts.is_empty(),
        };
        let record = FaultRecord {
            planned: fault,
            kind: resolved.kind.map_or(self.faults[fault].kind, FaultKind::name),
            strike,
            start: now,
            end,
            resolved: resolved.resolved,
            nodes: nodes.clone(),
            told,
        };
        self.shared.observer.struck(&record);
        self.shared.tell(News::of_fault(HappeningKind::FaultBegan, fault), &nodes);
        let scripts: Vec<Progress> =
            resolved.scripts.into_iter().map(|script| Progress { script, next: 0 }).collect();
        let count = scripts.len();
        resolved.out.iter().for_each(|node| self.shared.roster.nodes[node.index()].outs += 1);
        let end_actions = resolved.end;
        // Those that may be ruined are not missed less when the strike ends.
        let out = if resolved.ruins { Vec::new() } else { resolved.out };
        self.strikes.push(Some(Strike { planned: fault, nodes, end: end_actions, scripts, out }));
        if let Some(end) = end {
            self.shared.queue.push(end, Event::Undo { strike: strike as u32 });
        }
        self.shared.observer.acts(now, strike, &resolved.begin);
        for action in resolved.begin {
            self.act(action);
        }
        (0..count).for_each(|script| self.set_out(strike, script));
    }

    /// Sets out for the next step of a script: its time runs from now, or from when all that it awaits are up.
    fn set_out(&mut self, strike: usize, script: usize) {
        let running = self.strikes[strike].as_ref().expect("it has not ended");
        let Some(step) = running.scripts[script].step() else { return };
        if !self.shared.roster.are_up(&step.awaits) {
            return self.waiting.push((strike, script));
        }
        let choice = &mut self.choices[running.planned];
        let after = step.after.as_ref().map(|after| after.duration(choice.next_u64()));
        let at = self.shared.now + after.unwrap_or_default();
        self.shared.queue.push(at, Event::Step { strike: strike as u32, script: script as u32 });
    }

    /// Somebody booted: scripts that waited for it set out.
    pub(super) fn wake(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        waiting.into_iter().for_each(|(strike, script)| self.set_out(strike, script));
    }

    /// The time of a script's next step is over.
    pub(super) fn step_script(&mut self, strike: usize, script: usize) {
        let Some(running) = &mut self.strikes[strike] else { return };
        let progress = &mut running.scripts[script];
        let step = progress.step().expect("a script that is over sets out for nothing").clone();
        if !self.shared.roster.are_up(&step.awaits) {
            return self.waiting.push((strike, script));
        }
        progress.next += 1;
        if progress.script.repeats {
            progress.next %= progress.script.steps.len();
        }
        for done in &step.begin {
            if let Some(position) = running.end.iter().position(|left| left == done) {
                running.end.remove(position);
            }
        }
        running.end.extend(step.end);
        let is_over = running.scripts.iter().all(|progress| progress.step().is_none());
        self.count(&Occurrence::Stepped { strike, script });
        self.shared.observer.goes_on(self.shared.now, strike);
        self.shared.observer.acts(self.shared.now, strike, &step.begin);
        step.begin.into_iter().for_each(|action| self.act(action));
        match is_over {
            true => self.undo(strike),
            false => self.set_out(strike, script),
        }
    }

    /// A strike ends, unless it did before.
    pub(super) fn undo(&mut self, strike: usize) {
        let Some(running) = self.strikes[strike].take() else { return };
        self.waiting.retain(|(waits, _)| *waits != strike);
        self.count(&Occurrence::Ended { strike });
        running.out.iter().for_each(|node| self.shared.roster.nodes[node.index()].outs -= 1);
        self.shared.observer.goes_on(self.shared.now, strike);
        self.shared.observer.acts(self.shared.now, strike, &running.end);
        for action in running.end {
            self.act(action);
        }
        self.shared.observer.ended(self.shared.now, strike);
        self.shared.tell(News::of_fault(HappeningKind::FaultEnded, running.planned), &running.nodes);
    }

    /// A node's clock is another one from now on: its alarms go off when that one shows their times. A step over the
    /// time of an alarm sets it off at once.
    pub(super) fn clock_changed(&mut self, node: NodeId) {
        for alarm in 0..self.alarms.len() {
            if self.alarms[alarm].node == node && !self.alarms[alarm].has_gone_off {
                self.set_alarm(alarm);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::clocks::{ClockProfile, Disturbance, DisturbanceId};
    use crate::faults::kinds::Crash;
    use crate::faults::{Matters, OnNodes, Planned, Talks, Target};
    use crate::kernel::{
        Context, DiskError, DiskToken, Durable, Duration, Message, Note, SiteId, SystemId, WorkToken,
    };
    use crate::net::{Profile, Sites, Transport};
    use crate::processors::ProcessorProfile;
    use crate::sim::{Limits, NodeSetup, Setup};

    const MS: u64 = 1_000_000;

    /// A process that does nothing.
    #[derive(Clone, Copy, Debug)]
    struct Silent;

    impl Message for Silent {
        fn kind(&self) -> u16 {
            0
        }

        fn name(&self) -> &'static str {
            "silence"
        }

        fn size(&self) -> u32 {
            0
        }
    }

    impl Note for Silent {
        fn digest(&self) -> u64 {
            0
        }
    }

    impl Process for Silent {
        type Config = ();
        type Message = Silent;
        type Timer = u32;
        type Record = Silent;
        type Note = Silent;

        fn boot(_: &mut impl Context<Self>, (): &(), _: &Durable<Silent>) -> Self {
            Silent
        }

        fn on_message(&mut self, _: &mut impl Context<Self>, _: NodeId, _: Silent) {}

        fn on_timer(&mut self, _: &mut impl Context<Self>, _: u32) {}

        fn on_disk(&mut self, _: &mut impl Context<Self>, _: DiskToken, _: Result<(), DiskError>) {}

        fn on_computed(&mut self, _: &mut impl Context<Self>, _: WorkToken) {}
    }

    /// When strikes came.
    #[derive(Clone, Default)]
    struct Strikes(Vec<u64>);

    impl Observer<Silent> for Strikes {
        fn struck(&mut self, fault: &FaultRecord) {
            self.0.push(fault.start.0 / MS);
        }
    }

    /// When a node is struck whose clock, that runs true until 50 ms, is then moved by so many milliseconds, to crash
    /// when it shows 100 ms.
    fn struck(moved: i64) -> Vec<u64> {
        let node = NodeSetup {
            name: "it".into(),
            system: SystemId(0),
            site: SiteId(0),
            is_front: false,
            has: Matters::UNKNOWN,
            transport: Transport::Datagram,
            disk: Rc::default(),
            clock: ClockProfile::default(),
            processor: ProcessorProfile::default(),
            messages: Rc::default(),
            config: (),
        };
        let fault = Planned {
            name: "expiry".into(),
            kind: "crash",
            intent: "it".into(),
            schedule: Schedule::AtClock { shown: Time(100 * MS), nodes: vec![NodeId(0)] },
            until: None,
            draws: None,
            lasts: None,
            fault: Rc::new(OnNodes { target: Target::That, kind: Crash::KEEPS_DISK }),
        };
        let setup = Setup {
            seed: 1,
            mirrored: false,
            duration: Time(500 * MS),
            sites: Sites::new(vec!["here".into()], |_, _| Duration(MS), Profile::default()),
            systems: vec!["it".into()],
            talks: Talks::default(),
            nodes: vec![node],
            faults: vec![fault],
            shuffle_ties: false,
            limits: Limits::default(),
        };
        let mut sim = Sim::<Silent, Strikes>::new(setup, Strikes::default());
        sim.mark(Time(50 * MS));
        sim.run(u64::MAX);
        assert!(sim.is_at_mark() && sim.now() == Time(50 * MS));
        let step = Disturbance::Shift { by_ns: moved * MS as i64, over: Duration::ZERO };
        sim.act(Action::DisturbClock(NodeId(0), DisturbanceId(7), step));
        sim.run(u64::MAX);
        sim.into_observer().0
    }

    #[test]
    fn an_alarm_follows_its_clock_when_that_changes() {
        assert_eq!(struck(0), [100], "once, though it was set twice for one moment");
        assert_eq!(struck(30), [70]);
        assert_eq!(struck(-30), [130]);
        assert_eq!(struck(80), [50], "a step over its time");
        assert_eq!(struck(-1000), [0; 0], "not before the end of the run");
    }
}
