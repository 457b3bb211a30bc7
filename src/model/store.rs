//! The replicated state machine: a key-value store with client sessions, so that every operation is applied at
//! most once however often it is retried (Ongaro 2014, §6.3).

use std::collections::BTreeMap;

use crate::kernel::NodeId;

use super::history::SessionId;
use super::log::Command;
use super::op::{Answer, Key, Op, Reading};

/// A store: what each key holds, and the last operation of each session with its answer.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Store {
    /// By key; keys are dense.
    readings: Vec<Reading>,
    /// By node and boot, then by client; a session has one open operation, so its last answer is all a retry can
    /// ask for.
    sessions: BTreeMap<(NodeId, u32), Vec<Option<Last>>>,
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
        let (boot, client) = place(session);
        let last = (*self.sessions.get(&boot)?.get(client)?)?;
        match last.sequence.cmp(&sequence) {
            std::cmp::Ordering::Less => None,
            std::cmp::Ordering::Equal => Some(Applied::Before(last.answer)),
            std::cmp::Ordering::Greater => Some(Applied::Stale),
        }
    }

    /// Applies a command from the log. With `sessions` off a retry takes effect again (bug 25 of the catalogue).
    pub fn apply(&mut self, command: &Command, sessions: bool) -> Applied {
        let Command::Apply { session, sequence, op, .. } = *command else {
            return Applied::Nothing;
        };
        if sessions && let Some(applied) = self.answered(session, sequence) {
            return applied;
        }
        let answer = self.execute(op);
        let (boot, client) = place(session);
        let clients = self.sessions.entry(boot).or_default();
        if clients.len() <= client {
            clients.resize(client + 1, None);
        }
        clients[client] = Some(Last { sequence, answer });
        Applied::Now(answer)
    }

    fn execute(&mut self, op: Op) -> Answer {
        let key = op.key().0 as usize;
        if self.readings.len() <= key {
            self.readings.resize(key + 1, Reading::ABSENT);
        }
        let (held, answer) = op.apply(self.readings[key]);
        self.readings[key] = held;
        answer
    }

    /// Size of a snapshot of the store, in bytes: 16 a key and 24 a session (values are counted by identity).
    pub fn snapshot_size(&self) -> u32 {
        let sessions: usize = self.sessions.values().map(Vec::len).sum();
        u32::try_from(self.readings.len() * 16 + sessions * 24).unwrap_or(u32::MAX)
    }
}

/// Where a session is found: its node and boot, and its client within them.
fn place(session: SessionId) -> ((NodeId, u32), usize) {
    let client = SessionId::client(session.slot);
    ((session.node, session.slot - client), client as usize)
}

#[cfg(test)]
mod tests {
    use super::super::op::Value;
    use super::*;

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
