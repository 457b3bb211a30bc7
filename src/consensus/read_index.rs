//! Reads at a node that does not lead: it asks the leader for a read index and serves the read itself (Ongaro 2014, §6.4).
//! Questions follow each other without waiting, and the answer to one answers all before it; the leader answers once it is
//! confirmed to lead.

use crate::kernel::NodeId;
use crate::model::log::LogIndex;

use super::replicated_log::{Barrier, BarrierState};

/// A question for a read index. An answer to one that was asked before a restart must not pass for the answer to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ask {
    /// Counts the asker's boots.
    pub boot: u32,
    /// Counts its questions since.
    pub number: u32,
}

/// What a node asked its leader for. Reads that come while as many questions are open as may be share the next one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Asking {
    /// The newest question.
    newest: u32,
    /// The newest that was answered.
    answered: u32,
    /// The question that waiting reads want.
    wanted: u32,
    /// The read index of the newest answer.
    index: LogIndex,
}

/// What is to be done about a question.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Next {
    /// The newest one is asked now.
    Ask,
    /// Others are under way.
    Wait,
    /// Nothing waits for an answer.
    Rest,
}

impl Asking {
    /// A read begins: returns the number of the question that it waits for, and whether that is asked now, for at most
    /// `open_max` are open at once.
    pub fn begin(&mut self, open_max: u32) -> (u32, Next) {
        if self.newest - self.answered < open_max {
            self.newest += 1;
            return (self.newest, Next::Ask);
        }
        self.wanted = self.newest + 1;
        (self.wanted, Next::Wait)
    }

    /// The newest question, of a node that has booted so often.
    pub fn newest(&self, boot: u32) -> Ask {
        Ask { boot, number: self.newest }
    }

    /// The question of this number is answered. `None` if it was before, or one behind it.
    pub fn answered(&mut self, number: u32, index: LogIndex) -> Option<Next> {
        if number <= self.answered {
            return None;
        }
        (self.answered, self.index) = (number, index);
        Some(if self.wanted > self.newest {
            self.newest += 1;
            Next::Ask
        } else if self.answered < self.newest {
            Next::Wait
        } else {
            Next::Rest
        })
    }

    /// How far a read has come that waits for the question of this number.
    pub fn state(&self, number: u32) -> BarrierState {
        if number <= self.answered { BarrierState::Confirmed(self.index) } else { BarrierState::Waiting }
    }

    /// Nobody answers what was asked, nor waits for it. Returns whether anything was open.
    pub fn forget(&mut self) -> bool {
        let was_open = self.answered < self.newest;
        *self = Asking { newest: self.newest, answered: self.newest, ..Asking::default() };
        was_open
    }
}

/// What a leader is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asked {
    /// A read index.
    ReadIndex(Ask),
    /// Where its log ends, by a node of so many boots.
    LogEnd(u32),
}

/// Somebody who asked a leader, and waits until it is confirmed to lead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// When it may be answered.
    pub barrier: Barrier,
    /// Who asked.
    pub from: NodeId,
    /// For what.
    pub what: Asked,
}

/// Who asked a leader and is not answered yet, in the order in which they asked.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asks(Vec<Waiting>);

impl Asks {
    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Has somebody wait. Whoever asks again has its place already.
    pub fn hold(&mut self, ask: Waiting) {
        if !self.0.iter().any(|held| (held.from, held.what) == (ask.from, ask.what)) {
            self.0.push(ask);
        }
    }

    /// Answers all whose round is confirmed.
    pub fn answer(&mut self, confirmed: u32, mut answer: impl FnMut(&Waiting)) {
        self.0.retain(|ask| {
            let is_due = ask.barrier.round <= confirmed;
            if is_due {
                answer(ask);
            }
            !is_due
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::log::Term;

    #[test]
    fn reads_beyond_the_open_questions_share_the_next() {
        let mut asking = Asking::default();
        assert_eq!([asking.begin(2), asking.begin(2)], [(1, Next::Ask), (2, Next::Ask)]);
        assert_eq!([asking.begin(2), asking.begin(2)], [(3, Next::Wait), (3, Next::Wait)]);
        assert_eq!(asking.answered(2, LogIndex(7)), Some(Next::Ask), "and the third is asked");
        assert_eq!(asking.newest(4), Ask { boot: 4, number: 3 });
        assert_eq!(asking.state(1), BarrierState::Confirmed(LogIndex(7)), "an answer answers all before it");
        assert_eq!(asking.state(3), BarrierState::Waiting);
        assert_eq!(asking.answered(1, LogIndex(5)), None, "which comes late");
        assert_eq!(asking.answered(3, LogIndex(8)), Some(Next::Rest));
    }

    #[test]
    fn what_is_forgotten_confirms_no_later_read() {
        let mut asking = Asking::default();
        asking.begin(1);
        asking.begin(1);
        assert!(asking.forget() && !asking.forget());
        assert_eq!(asking.begin(1), (2, Next::Ask), "numbers are used once");
        assert_eq!(asking.state(2), BarrierState::Waiting);
    }

    #[test]
    fn who_asks_again_is_answered_once_when_its_round_is_confirmed() {
        let of = |node: u32, round: u32| Waiting {
            barrier: Barrier { index: LogIndex(1), term: Term(1), round, asked: None },
            from: NodeId(node),
            what: Asked::LogEnd(1),
        };
        let mut asks = Asks::default();
        [of(1, 1), of(2, 2), of(1, 2)].into_iter().for_each(|ask| asks.hold(ask));
        let mut answered = Vec::new();
        asks.answer(1, |ask| answered.push(ask.from));
        assert_eq!(answered, [NodeId(1)]);
        asks.answer(2, |ask| answered.push(ask.from));
        assert_eq!(answered, [NodeId(1), NodeId(2)]);
        assert!(asks.is_empty());
    }
}
