//! Processors driven by hand, and against a slow simulator that knows no queues.

mod fifo;
mod laws;
mod naive;
mod orders;
mod sharing;

use std::collections::BTreeMap;

use super::*;
use crate::kernel::Keyed;

/// A processor and the completions it waits for: an event loop of its own.
struct Bench {
    processor: Processor,
    pending: BTreeMap<(Time, u64), Completion>,
    told: u64,
    /// What ended, in that order: when, and which.
    ended: Vec<(u64, u64)>,
}

/// What is added to the token of a message's place.
const MESSAGE: u64 = 1000;

fn profile(cores: u32, speed: u64, discipline: Discipline) -> ProcessorProfile {
    ProcessorProfile { cores: Some(cores), speed: Speed(speed), discipline }
}

fn picks(seed: u64) -> Picks {
    Picks { keyed: Keyed::new(seed, "processor"), key: 7 }
}

impl Bench {
    fn new(cores: u32, discipline: Discipline) -> Bench {
        Bench::of(profile(cores, 1_000_000, discipline))
    }

    fn of(profile: ProcessorProfile) -> Bench {
        let processor = Processor::new(profile, picks(1));
        Bench { processor, pending: BTreeMap::new(), told: 0, ended: Vec::new() }
    }

    /// Changes the processor and keeps the completions that come of it.
    fn change<T>(&mut self, change: impl FnOnce(&mut Processor, &mut dyn FnMut(Completion)) -> T) -> T {
        let Bench { processor, pending, told, .. } = self;
        change(processor, &mut |completion| {
            *told += 1;
            pending.insert((completion.at, *told), completion);
        })
    }

    /// A piece is asked for, before what completes at the same moment.
    fn submit(&mut self, at: u64, token: u64, work: u64) {
        self.urgent(at, token, work, 0);
    }

    fn urgent(&mut self, at: u64, token: u64, work: u64, urgency: u64) {
        self.run_before(Time(at));
        let task = Task::Asked(WorkToken(token));
        self.change(|processor, schedule| {
            processor.submit(Time(at), task, Duration(work), Urgency(urgency), schedule);
        });
    }

    /// A message arrives.
    fn receive(&mut self, at: u64, place: u32, work: u64) {
        self.run_before(Time(at));
        self.change(|processor, schedule| {
            let work = Duration(work);
            processor.submit(Time(at), Task::Message(place), work, Urgency::default(), schedule);
        });
    }

    /// A message is sent.
    fn send(&mut self, at: u64, place: u32, work: u64) {
        self.run_before(Time(at));
        self.change(|processor, schedule| {
            processor.submit_first(Time(at), place, Duration(work), schedule);
        });
    }

    /// The pace changes.
    fn pace(&mut self, at: u64, change: impl FnOnce(&mut Processor, Time, &mut dyn FnMut(Completion))) {
        self.run_before(Time(at));
        self.change(|processor, schedule| change(processor, Time(at), schedule));
    }

    /// Lets all complete that does so before this moment.
    fn run_before(&mut self, until: Time) {
        while let Some((&(at, told), &completion)) = self.pending.first_key_value()
            && at < until
        {
            self.pending.remove(&(at, told));
            let Completion { at, slot, generation } = completion;
            let completed =
                self.change(|processor, schedule| processor.complete(at, slot, generation, schedule));
            let Some(task) = completed else { continue };
            self.ended.push(match task {
                Task::Asked(token) => (at.0, token.0),
                Task::Message(place) => (at.0, MESSAGE + u64::from(place)),
            });
            self.change(|processor, schedule| processor.release(at, slot, schedule));
        }
    }

    /// Lets all complete: what ended, when and which.
    fn run(&mut self) -> &[(u64, u64)] {
        self.run_before(Time(u64::MAX));
        assert!(self.processor.balance(Time(1 << 50)).holds(), "cores delivered what pieces received");
        &self.ended
    }
}

/// Every discipline, with the turns of the one that has them.
const ALL: [Discipline; 11] = [
    Discipline::Fifo,
    Discipline::Lifo { preemptive: false },
    Discipline::Lifo { preemptive: true },
    Discipline::Siro,
    Discipline::Ranked { preemptive: false },
    Discipline::Ranked { preemptive: true },
    Discipline::Sharing,
    Discipline::RoundRobin { quantum: Duration(70) },
    Discipline::ShortestJob,
    Discipline::ShortestRemaining,
    Discipline::LeastAttained,
];
