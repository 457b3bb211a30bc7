//! What a leader knows of each acceptor: how far it is, and what is under way to it.

use std::collections::VecDeque;

use crate::kernel::Time;
use crate::model::log::LogIndex;

/// How often an Accept may be overtaken before it counts as lost: as TCP's three duplicate acknowledgements (RFC 5681, §3.2).
const OVERTAKEN_MAX: u8 = 3;

/// What a leader knows of one acceptor.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// The next slot to send.
    pub next_index: LogIndex,
    /// Every slot up to here is accepted there in this ballot, or known there to be chosen, durably.
    pub through: LogIndex,
    /// Whether it told of less the last time it was asked.
    pub is_doubted: bool,
    /// Whether it has answered in this ballot, so that `through` is known.
    pub is_known: bool,
    /// First and last slot of each Accept that it has not answered, oldest first.
    pub in_flight: VecDeque<(LogIndex, LogIndex)>,
    /// How many answers have come to Accepts that were sent after the oldest.
    pub overtaken: u8,
    /// Whether it has left something unanswered for too long, and nothing has come since: it is sent one Accept at a time.
    pub is_silent: bool,
    /// The newest round it returned.
    pub round: u32,
    /// And what it told with that, as `through`, which may have been more before it restarted.
    pub through_at_round: LogIndex,
    /// The newest round that it returned while its disk was a new one, so that it confirmed nothing.
    pub round_of_learner: u32,
    /// Whether it has answered in this ballot, and the last time as one who remembers all that it promised.
    pub vouches: bool,
    /// When it last answered.
    pub heard_at: Time,
}

impl Progress {
    /// A new leader sends from the first slot that it does not know to be chosen.
    pub fn new(next_index: LogIndex, now: Time) -> Progress {
        Progress {
            next_index,
            through: LogIndex(0),
            is_doubted: false,
            is_known: false,
            in_flight: VecDeque::new(),
            overtaken: 0,
            is_silent: false,
            round: 0,
            round_of_learner: 0,
            through_at_round: LogIndex(0),
            vouches: false,
            heard_at: now,
        }
    }

    /// It answered an Accept whose first slot is `first` and that ends before `end`; and up to `through` it lacks nothing.
    /// Returns whether less is in flight now.
    pub fn answered(&mut self, first: LogIndex, end: LogIndex, through: LogIndex) -> bool {
        let before = self.in_flight.len();
        self.is_silent = false;
        self.through = self.through.max(through);
        let through = self.through;
        let is_answered = |&(from, last): &(LogIndex, LogIndex)| from >= first && last < end;
        let mut left = end.0 - first.0;
        // Mostly they come in order.
        while let Some(oldest @ (from, last)) = self.in_flight.front().copied()
            && (last <= through || is_answered(&oldest))
        {
            if is_answered(&oldest) {
                left = left.saturating_sub(last.next().0 - from.0);
            }
            self.in_flight.pop_front();
            self.overtaken = 0;
        }
        let mut is_overtaking = false;
        // No slot is in flight twice.
        while left > 0
            && let Some(place) = self.in_flight.iter().position(is_answered)
        {
            let (from, last) = self.in_flight.remove(place).expect("it was found there");
            left = left.saturating_sub(last.next().0 - from.0);
            is_overtaking = true;
        }
        self.overtaken += u8::from(is_overtaking);
        self.next_index = self.next_index.max(through.next());
        self.in_flight.len() < before
    }

    /// The oldest Accept in flight, if so many later ones were answered that it is taken for lost. It is to be sent again, and
    /// becomes the newest.
    pub fn lost(&mut self) -> Option<(LogIndex, LogIndex)> {
        if self.overtaken < OVERTAKEN_MAX {
            return None;
        }
        self.overtaken = 0;
        let oldest = self.in_flight.pop_front()?;
        self.in_flight.push_back(oldest);
        Some(oldest)
    }

    /// Whether it has returned this round, or a later one, and told then that it lacks nothing up to `index`.
    pub fn knows(&self, round: u32, index: LogIndex) -> bool {
        self.round >= round && self.through_at_round >= index
    }

    /// Its newest answer to a heartbeat tells of no more than `through`. If that is less than it told before, twice in a row,
    /// it has restarted, and knows no more what is chosen: it is sent that again, and it is returned whether that is so. (Once
    /// may be an answer that came late.)
    pub fn is_back_at(&mut self, through: LogIndex) -> bool {
        let is_less = through < self.through;
        let is_back = is_less && self.is_doubted;
        self.is_doubted = is_less && !is_back;
        if is_back {
            self.through = through;
            self.go_back();
        }
        is_back
    }

    /// What was sent and not answered is taken for lost.
    pub fn go_back(&mut self) {
        self.in_flight.clear();
        self.overtaken = 0;
        self.next_index = self.through.next();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three Accepts of a slot each are under way, and then a fourth.
    fn under_way() -> Progress {
        let mut progress = Progress::new(LogIndex(1), Time::ZERO);
        progress.in_flight = (1..=4).map(|index| (LogIndex(index), LogIndex(index))).collect();
        progress.next_index = LogIndex(5);
        progress
    }

    #[test]
    fn what_three_later_answers_overtook_is_lost() {
        let mut progress = under_way();
        for index in [3, 2] {
            assert!(progress.answered(LogIndex(index), LogIndex(index + 1), LogIndex(0)));
            assert_eq!(progress.lost(), None);
        }
        assert!(progress.answered(LogIndex(4), LogIndex(5), LogIndex(0)));
        assert_eq!(progress.lost(), Some((LogIndex(1), LogIndex(1))));
        assert_eq!((progress.lost(), progress.in_flight.len()), (None, 1), "it is under way again");
    }

    #[test]
    fn answers_that_come_in_order_overtake_nothing() {
        let mut progress = under_way();
        for index in 1..=4 {
            assert!(progress.answered(LogIndex(index), LogIndex(index + 1), LogIndex(index)));
        }
        assert_eq!((progress.overtaken, progress.in_flight.len()), (0, 0));
        assert!(!progress.answered(LogIndex(2), LogIndex(3), LogIndex(0)), "it came twice");
    }
}
