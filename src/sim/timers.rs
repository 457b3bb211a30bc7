//! Named timers: each name of a node has one deadline and at most one live entry in the queue.
//!
//! Arming later than the live entry only stores the new deadline; when the entry comes up early, it is put back
//! at the deadline, with the rank that was allotted when it was armed. So the order is exactly that of a queue
//! with cancellation, while an election timer that every heartbeat moves costs a store.

use crate::kernel::{Sequence, Time, load};

/// The timers of one node, by the dense index of their names.
#[derive(Clone, Default)]
pub(super) struct Timers {
    slots: Vec<Timer>,
}

/// 32 bytes: in a large world there are many, and none is near.
#[derive(Clone, Copy)]
struct Timer {
    /// When it fires; [`NEVER`] while disarmed.
    deadline: (Time, Sequence),
    /// The live entry in the queue, or [`NEVER`]. Others of this name are stale.
    entry: (Time, Sequence),
}

/// In the place of no deadline: no run lasts so long.
const NEVER: (Time, Sequence) = (Time::MAX, Sequence::LAST);

const NEW: Timer = Timer { deadline: NEVER, entry: NEVER };

/// What to do with a queue entry that came up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    /// Nothing: it was superseded, or its timer is disarmed.
    Stale,
    /// Put it back: the deadline has moved.
    Later(Time, Sequence),
    /// The timer fires.
    Fire,
}

impl Timers {
    /// Arms timer `index`; returns whether an entry must be pushed at the deadline.
    #[inline]
    pub(super) fn arm(&mut self, index: u32, deadline: Time, sequence: Sequence) -> bool {
        let index = index as usize;
        if index >= self.slots.len() {
            self.slots.resize(index + 1, NEW);
        }
        let timer = &mut self.slots[index];
        timer.deadline = (deadline, sequence);
        if timer.entry <= (deadline, sequence) {
            return false;
        }
        timer.entry = timer.deadline;
        true
    }

    /// Disarms timer `index`.
    #[inline]
    pub(super) fn disarm(&mut self, index: u32) {
        if let Some(timer) = self.slots.get_mut(index as usize) {
            timer.deadline = NEVER;
        }
    }

    /// Timer `index` fired, but its node is paused: it is as if its entry (`at`, `sequence`) had not come up.
    pub(super) fn hold(&mut self, index: u32, at: Time, sequence: Sequence) {
        let timer = &mut self.slots[index as usize];
        timer.deadline = (at, sequence);
        timer.entry = timer.deadline;
    }

    /// The node's clock goes at another rate from `now` on: every deadline ahead moves to where `moved` says, and keeps
    /// its rank. Returns the timers that need an entry there, with their ranks.
    pub(super) fn reclock(
        &mut self,
        now: Time,
        mut moved: impl FnMut(Time) -> Time,
    ) -> Vec<(u32, Time, Sequence)> {
        let mut entries = Vec::new();
        for (index, timer) in (0..).zip(&mut self.slots) {
            let (deadline, sequence) = timer.deadline;
            if timer.deadline == NEVER || deadline <= now {
                continue; // Disarmed, about to fire, or held by a pause.
            }
            let moved = (moved(deadline), sequence);
            timer.deadline = moved;
            if moved < timer.entry {
                timer.entry = timer.deadline;
                entries.push((index, moved.0, sequence));
            }
        }
        entries
    }

    /// The armed timers with their deadlines, earliest first.
    pub(super) fn armed(&self) -> Vec<(u32, Time)> {
        let armed = (0..).zip(&self.slots).filter(|(_, timer)| timer.deadline != NEVER);
        let mut armed: Vec<((Time, Sequence), u32)> =
            armed.map(|(index, timer)| (timer.deadline, index)).collect();
        armed.sort_unstable();
        armed.into_iter().map(|((at, _), index)| (index, at)).collect()
    }

    /// Disarms every timer: the node crashed.
    pub(super) fn disarm_all(&mut self) {
        self.slots.iter_mut().for_each(|timer| timer.deadline = NEVER);
    }

    /// See [`load`].
    #[inline]
    pub(super) fn foresee(&self, index: u32) {
        if let Some(timer) = self.slots.get(index as usize) {
            load(timer);
        }
    }

    /// The entry (`at`, `sequence`) of timer `index` came up.
    #[inline]
    pub(super) fn due(&mut self, index: u32, at: Time, sequence: Sequence) -> Due {
        let timer = &mut self.slots[index as usize];
        if timer.entry != (at, sequence) {
            return Due::Stale;
        }
        timer.entry = NEVER;
        match timer.deadline {
            NEVER => Due::Stale,
            deadline if deadline == (at, sequence) => {
                timer.deadline = NEVER;
                Due::Fire
            }
            (later, rank) => {
                timer.entry = timer.deadline;
                Due::Later(later, rank)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Queue;

    /// Timers over a real queue: `run` pops until something fires.
    struct Rig {
        queue: Queue<u32>,
        timers: Timers,
        pushes: usize,
    }

    impl Rig {
        fn new() -> Rig {
            Rig { queue: Queue::new(), timers: Timers::default(), pushes: 0 }
        }

        fn arm(&mut self, timer: u32, at: u64) {
            let sequence = self.queue.allot();
            if self.timers.arm(timer, Time(at), sequence) {
                self.queue.push_ranked(Time(at), sequence, timer);
                self.pushes += 1;
            }
        }

        fn run(&mut self) -> Option<(u64, u32)> {
            while let Some((at, sequence, timer, _)) = self.queue.pop() {
                match self.timers.due(timer, at, sequence) {
                    Due::Stale => {}
                    Due::Later(at, sequence) => self.queue.push_ranked(at, sequence, timer),
                    Due::Fire => return Some((at.0, timer)),
                }
            }
            None
        }
    }

    #[test]
    fn arming_again_moves_the_only_deadline() {
        let mut rig = Rig::new();
        rig.arm(0, 10);
        rig.arm(0, 30);
        rig.arm(0, 20);
        assert_eq!(rig.run(), Some((20, 0)));
        assert_eq!(rig.run(), None);
        assert_eq!(rig.pushes, 1, "later deadlines are stores");
    }

    #[test]
    fn an_earlier_deadline_supersedes_the_entry_in_the_queue() {
        let mut rig = Rig::new();
        rig.arm(0, 30);
        rig.arm(0, 10);
        assert_eq!(rig.run(), Some((10, 0)));
        assert_eq!(rig.run(), None, "the entry at 30 is stale");
    }

    #[test]
    fn a_disarmed_timer_does_not_fire_and_can_be_armed_again() {
        let mut rig = Rig::new();
        rig.arm(0, 10);
        rig.timers.disarm(0);
        rig.arm(0, 40);
        assert_eq!(rig.run(), Some((40, 0)));
        rig.arm(0, 50);
        rig.timers.disarm_all();
        assert_eq!(rig.run(), None);
    }

    #[test]
    fn a_change_of_the_clock_moves_what_is_ahead_and_keeps_the_order() {
        let mut rig = Rig::new();
        rig.arm(0, 90); // Armed first: fires first of those that come to one moment.
        rig.arm(1, 80);
        rig.arm(2, 10);
        let moved = rig.timers.reclock(Time(10), |deadline| Time(10 + (deadline.0 - 10) / 20));
        assert_eq!(moved.len(), 2, "what is due at this moment stays");
        moved.into_iter().for_each(|(timer, at, sequence)| rig.queue.push_ranked(at, sequence, timer));
        assert_eq!(rig.run(), Some((10, 2)));
        assert!(
            rig.timers.reclock(Time(11), |deadline| Time(deadline.0 + 100)).is_empty(),
            "later is a store"
        );
        assert_eq!(rig.run(), Some((113, 1)));
        assert_eq!(rig.run(), Some((114, 0)));
        assert_eq!(rig.run(), None, "the entries at 80 and 90 are stale");
    }

    #[test]
    fn a_moved_timer_keeps_the_rank_of_its_arming() {
        let mut rig = Rig::new();
        rig.arm(0, 10);
        rig.arm(0, 20); // Armed before timer 1: fires before it.
        rig.arm(1, 20);
        assert_eq!(rig.run(), Some((20, 0)));
        assert_eq!(rig.run(), Some((20, 1)));
    }
}
