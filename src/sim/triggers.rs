//! Faults that wait for something to happen. They strike through the queue, never in the middle of a handler.

use crate::faults::{Happening, News, Planned, Schedule};
use crate::kernel::sample::Distribution;
use crate::kernel::{NodeId, Stream, Time};

use super::event::Event;
use super::shared::EventQueue;

/// All faults of a run that wait for something.
#[derive(Clone)]
pub(super) struct Triggers(Vec<Armed>);

/// One of them.
#[derive(Clone)]
struct Armed {
    fault: usize,
    happening: Happening,
    after: Option<Distribution>,
    from: Time,
    /// How often it still answers.
    left: u32,
    /// Draws the delays.
    delays: Stream,
    /// The nodes that each happening was about, in the order of the happenings answered.
    answered: Vec<Vec<NodeId>>,
}

impl Triggers {
    pub(super) fn new(seed: u64, faults: &[Planned]) -> Triggers {
        let armed = |(fault, planned): (usize, &Planned)| match &planned.schedule {
            Schedule::When(when) => Some(Armed {
                fault,
                happening: when.happening.clone(),
                after: when.after.clone(),
                from: when.from,
                left: when.times,
                delays: Stream::new(seed, &planned.name, "trigger"),
                answered: Vec::new(),
            }),
            Schedule::At(_) | Schedule::Every(_) | Schedule::AtClock { .. } => None,
        };
        Triggers(faults.iter().enumerate().filter_map(armed).collect())
    }

    /// Whether no fault waits for anything.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Something happened: who waited for it strikes.
    #[cold]
    pub(super) fn hear<M>(&mut self, now: Time, news: News, nodes: &[NodeId], queue: &mut EventQueue<M>) {
        let heard = |armed: &&mut Armed| armed.left > 0 && now >= armed.from && armed.happening.matches(news);
        for armed in self.0.iter_mut().filter(heard) {
            armed.left -= 1;
            let number = armed.answered.len() as u32;
            armed.answered.push(nodes.to_vec());
            let after = armed.after.as_ref().map(|after| after.duration(armed.delays.next_u64()));
            let strike = Event::Triggered { fault: armed.fault as u32, number };
            queue.push(now + after.unwrap_or_default(), strike);
        }
    }

    /// The nodes that the happening was about that the fault answers for the `number`th time.
    pub(super) fn those(&self, fault: usize, number: u32) -> Vec<NodeId> {
        let armed = self.0.iter().find(|armed| armed.fault == fault).expect("only who waits is triggered");
        armed.answered[number as usize].clone()
    }
}
