//! `exactly-once`: an operation of a session takes effect at one index at most, however often it was sent
//! (Ongaro 2014, §6.3). Every replica tells of its own application; a second one is one at another index.

use crate::model::history::SessionId;
use crate::model::log::LogIndex;
use crate::model::sessions::Sessions;

use super::violation::{Found, What};

#[derive(Clone, Copy, Debug)]
struct Effect {
    sequence: u32,
    index: LogIndex,
}

/// Where the operations of each session took effect.
#[derive(Clone, Debug, Default)]
pub(super) struct ExactlyOnce {
    /// In order of sequence. A duplicate may come at any time, so that nothing is forgotten.
    sessions: Sessions<Vec<Effect>>,
}

impl ExactlyOnce {
    /// An operation took effect at `index`, where it had not before.
    pub fn applied(&mut self, index: LogIndex, session: SessionId, sequence: u32) -> Option<Found> {
        let effects = self.sessions.entry(session);
        let effect = Effect { sequence, index };
        if effects.last().is_none_or(|last| last.sequence < sequence) {
            effects.push(effect);
            return None;
        }
        match effects.binary_search_by_key(&sequence, |effect| effect.sequence) {
            Ok(place) if effects[place].index == index => None,
            Ok(place) => {
                let first = effects[place].index;
                Some(Found::alone(What::AppliedTwice { session, sequence, first, second: index }))
            }
            Err(place) => {
                effects.insert(place, effect);
                None
            }
        }
    }

    /// Whether any replica applied the operation.
    pub fn has(&self, session: SessionId, sequence: u32) -> bool {
        let effects = self.sessions.get(session);
        effects.is_some_and(|all| all.binary_search_by_key(&sequence, |effect| effect.sequence).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;

    fn three_committed() -> Script {
        let mut script = Script::new(3);
        script.elect(0, 1);
        (1..=3).for_each(|index| {
            script.replicate(&[0, 1], index, 1, 10 + index);
        });
        script.commit(0, 3, 1, 13).commit(1, 3, 1, 13);
        script
    }

    #[test]
    fn every_replica_may_apply_an_operation_once() {
        let mut script = three_committed();
        script.apply(0, 1, 7, 1).apply(0, 3, 7, 2).apply(1, 1, 7, 1).apply(1, 3, 7, 2);
        script.holds();
    }

    #[test]
    fn an_operation_that_takes_effect_at_two_indices_is_found_once() {
        let mut script = three_committed();
        script.apply(0, 1, 7, 1).apply(0, 2, 7, 2).apply(0, 3, 7, 1);
        script.apply(1, 1, 7, 1).apply(1, 2, 7, 2).apply(1, 3, 7, 1);
        script.violates(
            Invariant::ExactlyOnce,
            "kv.1 applied operation 1 of clients#7 at index 3; it had taken effect at index 1 (t = 0.018 s)",
        );
        assert_eq!(script.invariants.violations()[0].count, 1);
    }

    #[test]
    fn sessions_are_told_apart_by_slot() {
        let mut script = three_committed();
        script.apply(0, 1, 7, 1).apply(0, 2, 8, 1).apply(0, 3, 0, 1);
        script.holds();
    }
}
