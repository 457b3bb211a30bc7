//! What a server is besides its log: follower, candidate or leader, with what each role remembers.

use std::collections::VecDeque;

use crate::consensus::reconfiguration::Goal;
use crate::consensus::rounds::Rounds;
use crate::kernel::{Duration, NodeId, Time};
use crate::model::log::{Command, Entry, LogIndex, Term};
use crate::model::membership::Slots;

use super::membership::CatchUp;
use super::message::Vote;
use super::reads::Ask;
use super::transfer::Transfer;

/// A server's role. All of it is volatile.
#[derive(Clone, PartialEq, Debug)]
pub enum Role {
    /// Accepts what a leader proposes.
    Follower,
    /// Asks whether a ballot of its own would be promised; has spent none.
    PreCandidate {
        /// Who would promise it.
        votes: Slots,
    },
    /// Is in phase 1.
    Candidate(Box<Campaign>),
    /// Is in phase 2.
    Leader(Box<Leader>),
}

impl Role {
    /// The role's name, for traces.
    pub fn name(&self) -> &'static str {
        match self {
            Role::Follower => "follower",
            Role::PreCandidate { .. } => "pre-candidate",
            Role::Candidate(_) => "candidate",
            Role::Leader(_) => "leader",
        }
    }
}

/// What a proposer knows from phase 1: who promised, and what it must propose.
#[derive(Clone, PartialEq, Debug)]
pub struct Campaign {
    /// Who promised its ballot.
    pub promised: Slots,
    /// From which slot on the promise of each counts; by slot of the group.
    pub since: Vec<LogIndex>,
    /// The highest slot that a promise told to be in a snapshot only, and whose.
    pub base: Option<(LogIndex, NodeId)>,
    /// What it is to propose next.
    pub queue: Queue,
}

/// The values that a proposer is to propose, slot after slot.
#[derive(Clone, PartialEq, Debug)]
pub struct Queue {
    /// The slot of the first: the next to propose.
    first: LogIndex,
    values: VecDeque<Bound>,
}

/// A value that waits to be proposed.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bound {
    /// The highest ballot in which an acceptor that promised accepted it; 0 if the proposer may choose freely here.
    pub ballot: Term,
    /// The value.
    pub entry: Entry,
}

impl Queue {
    /// Nothing yet, from `first` on.
    pub fn starting(first: LogIndex) -> Queue {
        Queue { first, values: VecDeque::new() }
    }

    /// The next slot to propose.
    #[inline]
    pub fn first(&self) -> LogIndex {
        self.first
    }

    /// The slot behind the last value.
    #[inline]
    pub fn end(&self) -> LogIndex {
        LogIndex(self.first.0 + self.values.len() as u64)
    }

    /// Adds a value that nobody has proposed before.
    #[inline]
    pub fn push(&mut self, entry: Entry) {
        self.values.push_back(Bound { ballot: Term(0), entry });
    }

    /// Takes the next value out.
    #[inline]
    pub fn pop(&mut self) -> Option<Bound> {
        let next = self.values.pop_front()?;
        self.first = self.first.next();
        Some(next)
    }

    /// The value that waits for the slot `index`.
    pub fn get(&self, index: LogIndex) -> Option<&Entry> {
        let place = index.0.checked_sub(self.first.0)?;
        self.values.get(place as usize).map(|bound| &bound.entry)
    }

    /// An acceptor that promised accepted this: of each slot the value of the highest ballot must be proposed (P2c), `filler`
    /// in those before of which nobody told anything ("Paxos Made Simple", §3). With `wins` it is said otherwise which of
    /// two ballots wins. What is proposed already stays.
    pub fn bind(&mut self, vote: &Vote, filler: Entry, wins: impl Fn(Term, Term) -> bool) {
        let Some(place) = vote.index.0.checked_sub(self.first.0) else { return };
        while self.values.len() <= place as usize {
            self.push(filler);
        }
        let bound = &mut self.values[place as usize];
        if bound.ballot == Term(0) || wins(vote.ballot, bound.ballot) {
            *bound = Bound { ballot: vote.ballot, entry: vote.entry };
        }
    }

    /// What was to be proposed before `first` is known to be chosen.
    pub fn leap(&mut self, first: LogIndex) {
        while self.first < first && self.pop().is_some() {}
        self.first = self.first.max(first);
    }

    /// Whether a value waits that changes who takes part.
    pub fn has_change(&self) -> bool {
        self.values.iter().any(|bound| matches!(bound.entry.command, Command::Reconfigure(_)))
    }
}

/// What a leader remembers.
#[derive(Clone, PartialEq, Debug)]
pub struct Leader {
    /// Its phase 1, which goes on when voters come.
    pub campaign: Campaign,
    /// Slots up to here it may propose in, as far as phase 1 goes.
    pub cleared: LogIndex,
    /// What it knows of each node of the group, by slot; only those of `members` are used.
    pub followers: Vec<Progress>,
    /// To whom it sends what it proposes.
    pub members: Slots,
    /// Those of them who take part no more, and may not know it yet.
    pub departing: Slots,
    /// The slot of its own no-op. Everything that an earlier leader had chosen is before it.
    pub term_start: LogIndex,
    /// How long it leads without hearing a quorum.
    pub patience: Duration,
    /// Its rounds of confirmation.
    pub rounds: Rounds,
    /// Who asked it something and waits for a round.
    pub asks: Vec<Ask>,
    /// Who should take part, if somebody wants that changed.
    pub goal: Option<Goal>,
    /// Whose catching up is being timed.
    pub catch_up: Option<CatchUp>,
    /// Who of those that learn has caught up.
    pub caught_up: Slots,
    /// The last slot in which it knows a change of who takes part to be proposed.
    pub changed_at: LogIndex,
    /// Whether enough voters know that the configuration in force is that.
    pub is_for_good: bool,
    /// The round that began when the configuration in force came into force.
    pub settled_round: u32,
    /// Whom it hands its leadership to.
    pub transfer: Option<Transfer>,
    /// The slot of whom it could not hand over to in time, until whoever wanted that asks again.
    pub transfer_failed: Option<usize>,
    /// Whether it told anybody to lead, so that no lease counts any more.
    pub gave_up_lease: bool,
}

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
            through_at_round: LogIndex(0),
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
        // Mostly they come in order.
        while let Some(&(from, last)) = self.in_flight.front()
            && (last <= through || (from >= first && last < end))
        {
            self.in_flight.pop_front();
            self.overtaken = 0;
        }
        let is_answered = |&(from, last): &(LogIndex, LogIndex)| from >= first && last < end;
        let mut is_overtaking = false;
        while let Some(place) = self.in_flight.iter().position(is_answered) {
            self.in_flight.remove(place);
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

    fn noop(term: u32) -> Entry {
        Entry { term: Term(term), command: Command::Noop }
    }

    fn vote(index: u64, ballot: u32) -> Vote {
        Vote { index: LogIndex(index), ballot: Term(ballot), entry: noop(ballot) }
    }

    #[test]
    fn the_value_of_the_highest_ballot_is_bound_and_gaps_are_filled() {
        let mut queue = Queue::starting(LogIndex(4));
        for told in [vote(6, 2), vote(6, 5), vote(6, 3), vote(2, 9)] {
            queue.bind(&told, noop(8), |new, held| new > held);
        }
        let values: Vec<_> =
            std::iter::from_fn(|| queue.pop()).map(|b| (b.ballot.0, b.entry.term.0)).collect();
        assert_eq!(values, [(0, 8), (0, 8), (5, 5)], "slots 4 and 5 are free");
        assert_eq!((queue.first(), queue.end()), (LogIndex(7), LogIndex(7)));
    }

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

    #[test]
    fn what_waits_gives_way_to_what_was_accepted() {
        let mut queue = Queue::starting(LogIndex(1));
        queue.push(noop(8));
        queue.push(noop(8));
        queue.bind(&vote(2, 3), noop(8), |new, held| new > held);
        assert_eq!([1, 2, 3].map(|at| queue.get(LogIndex(at)).map(|e| e.term.0)), [Some(8), Some(3), None]);
        queue.leap(LogIndex(9));
        assert_eq!((queue.first(), queue.end()), (LogIndex(9), LogIndex(9)));
    }
}
