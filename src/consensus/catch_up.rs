//! Bringing new servers up to date before they vote, in rounds (Ongaro 2014, §4.2.1).

use crate::kernel::{Duration, Time};
use crate::model::log::LogIndex;
use crate::model::membership::Slots;

/// Which new servers keep up with their leader. One is timed after another.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CatchUp {
    /// The round that is being timed.
    round: Option<Round>,
    /// The slots of those that keep up.
    done: Slots,
}

/// A round ends when the server holds what the log held when it began. One that ends within an election timeout shows that
/// the server keeps up.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Round {
    slot: usize,
    through: LogIndex,
    began: Time,
}

impl CatchUp {
    /// Which of the `learning`, or of those before them, keep up, `now` that the log ends at `last_index` and each slot holds
    /// it up to `held`. A round may take `patience`, nanoseconds.
    pub fn done(
        &mut self,
        learning: Slots,
        held: impl Fn(usize) -> LogIndex,
        last_index: LogIndex,
        now: Time,
        patience: Duration,
    ) -> Slots {
        for slot in learning.without(self.done).iter() {
            let begun = Round { slot, through: last_index, began: now };
            let round = self.round.filter(|round| round.slot == slot).unwrap_or(begun);
            let is_over = held(slot) >= round.through;
            let is_late = now.since(round.began) > patience;
            if !is_over || is_late {
                self.round = Some(if is_over { begun } else { round });
                return self.done;
            }
            self.done.add(slot);
            self.round = None;
        }
        self.done
    }

    /// Nobody waits for the server that is timed any more.
    pub fn stop(&mut self) {
        self.round = None;
    }

    /// A server has lost what it held.
    pub fn forget(&mut self, slot: usize) {
        self.done = self.done.without(Slots::one(slot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(150);

    fn done(catch_up: &mut CatchUp, held: u64, last_index: u64, ms: u64) -> Slots {
        let now = Time::ZERO + Duration::from_millis(ms);
        catch_up.done(Slots::one(3), |_| LogIndex(held), LogIndex(last_index), now, PATIENCE)
    }

    #[test]
    fn a_round_within_an_election_timeout_shows_that_a_server_keeps_up() {
        let mut catch_up = CatchUp::default();
        assert_eq!(done(&mut catch_up, 0, 100, 0), Slots::NONE);
        // It holds what the log held when the round began, but that took too long: another round.
        assert_eq!(done(&mut catch_up, 100, 140, 200), Slots::NONE);
        assert_eq!(done(&mut catch_up, 139, 150, 300), Slots::NONE);
        assert_eq!(done(&mut catch_up, 140, 160, 310), Slots::one(3));
        catch_up.forget(3);
        assert_eq!(done(&mut catch_up, 140, 170, 400), Slots::NONE, "it is timed anew");
    }

    #[test]
    fn who_was_not_waited_for_is_timed_from_when_it_is_again() {
        let mut catch_up = CatchUp::default();
        assert_eq!(done(&mut catch_up, 0, 100, 0), Slots::NONE);
        catch_up.stop();
        assert_eq!(done(&mut catch_up, 100, 120, 1_000), Slots::NONE);
        assert_eq!(done(&mut catch_up, 120, 130, 1_100), Slots::one(3));
    }
}
