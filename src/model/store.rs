//! The replicated state machine: a key-value store with client sessions, so that every operation is applied at
//! most once however often it is retried (Ongaro 2014, §6.3).

use std::cmp::Ordering;

use super::history::SessionId;
use super::log::Command;
use super::op::{Answer, Key, Op, Reading};
use super::sessions::Sessions;

/// A store: what each key holds, and the last operation of each session with its answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Store {
    /// By key; keys are dense.
    readings: Vec<Reading>,
    /// A session has one open operation, so its last answer is all a retry can ask for.
    sessions: Sessions<Option<Last>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Last {
    sequence: u32,
    answer: Answer,
}

/// What applying a command came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applied {
    /// The command was a no-op.
    Nothing,
    /// It took effect now.
    Now(Answer),
    /// It had taken effect before; this is the answer it got then.
    Before(Answer),
    /// A later operation of the session has been applied: nobody waits for this one.
    Stale,
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Store::default()
    }

    /// What `key` holds.
    pub fn read(&self, key: Key) -> Reading {
        self.readings.get(key.0 as usize).copied().unwrap_or(Reading::ABSENT)
    }

    /// The answer to a session's operation if it has been applied already.
    pub fn answered(&self, session: SessionId, sequence: u32) -> Option<Applied> {
        self.sessions.get(session)?.as_ref()?.answered(sequence)
    }

    /// Applies a command from the log. With `sessions` off a retry takes effect again (bug 25 of the catalogue).
    pub fn apply(&mut self, command: &Command, sessions: bool) -> Applied {
        let Command::Apply { session, sequence, op, .. } = *command else {
            return Applied::Nothing;
        };
        let last = self.sessions.entry(session);
        if sessions && let Some(applied) = last.as_ref().and_then(|last| last.answered(sequence)) {
            return applied;
        }
        let answer = execute(&mut self.readings, op);
        *last = Some(Last { sequence, answer });
        Applied::Now(answer)
    }

    /// Size of a snapshot of the store, in bytes: 16 a key and 24 a session (values are counted by identity).
    pub fn snapshot_size(&self) -> u32 {
        u32::try_from(self.readings.len() * 16 + self.sessions.iter().count() * 24).unwrap_or(u32::MAX)
    }
}

impl Last {
    /// The answer to the session's operation of this number, if it or a later one has been applied.
    fn answered(&self, sequence: u32) -> Option<Applied> {
        match self.sequence.cmp(&sequence) {
            Ordering::Less => None,
            Ordering::Equal => Some(Applied::Before(self.answer)),
            Ordering::Greater => Some(Applied::Stale),
        }
    }
}

fn execute(readings: &mut Vec<Reading>, op: Op) -> Answer {
    let key = op.key().0 as usize;
    if readings.len() <= key {
        readings.resize(key + 1, Reading::ABSENT);
    }
    let (held, answer) = op.apply(readings[key]);
    readings[key] = held;
    answer
}

#[cfg(test)]
mod tests {
    use super::super::op::Value;
    use super::*;
    use crate::kernel::NodeId;

    const KEY: Key = Key(3);

    fn append(slot: u32, sequence: u32, value: u32) -> Command {
        let session = SessionId { node: NodeId(9), slot };
        Command::Apply { session, sequence, op: Op::Append { key: KEY, value: Value(value) }, size: 0 }
    }

    #[test]
    fn a_retry_takes_effect_once_and_gets_the_first_answer() {
        let mut store = Store::new();
        assert_eq!(store.apply(&append(0, 1, 7), true), Applied::Now(Answer::Done));
        assert_eq!(store.apply(&append(0, 1, 7), true), Applied::Before(Answer::Done));
        assert_eq!(store.read(KEY), Reading::of(Value(7)));
    }

    #[test]
    fn without_sessions_a_retry_takes_effect_twice() {
        let mut store = Store::new();
        store.apply(&append(0, 1, 7), false);
        store.apply(&append(0, 1, 7), false);
        assert_eq!(store.read(KEY).length, 2);
    }

    #[test]
    fn an_operation_older_than_the_session_s_last_is_ignored() {
        let mut store = Store::new();
        store.apply(&append(0, 2, 7), true);
        assert_eq!(store.apply(&append(0, 1, 6), true), Applied::Stale);
        assert_eq!(store.read(KEY), Reading::of(Value(7)));
    }

    #[test]
    fn sessions_of_different_slots_do_not_hide_each_other() {
        let mut store = Store::new();
        store.apply(&append(0, 1, 7), true);
        assert_eq!(store.apply(&append(5, 1, 8), true), Applied::Now(Answer::Done));
        assert_eq!(store.read(KEY).length, 2);
    }
}
