//! What a server is besides its log: follower, candidate or leader (Figure 4), with what each role remembers.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::consensus::catch_up::CatchUp;
use crate::consensus::read_index::Asks;
use crate::consensus::reconfiguration::Goal;
use crate::consensus::replicated_log::Snapshot;
use crate::consensus::rounds::Rounds;
use crate::kernel::{Duration, Time};
use crate::model::log::LogIndex;
use crate::model::membership::Slots;

use super::transfer::Transfer;

/// A server's role. All of it is volatile.
#[derive(Clone, PartialEq, Debug)]
pub enum Role {
    /// Follows whoever leads.
    Follower,
    /// Asks whether it could be elected; has spent no term (dissertation §9.6).
    PreCandidate {
        /// Who would vote for it.
        votes: Slots,
    },
    /// Campaigns (§5.2).
    Candidate {
        /// Who voted for it.
        votes: Slots,
    },
    /// Leads.
    Leader(Box<Leader>),
}

impl Role {
    /// The role's name, for traces.
    pub fn name(&self) -> &'static str {
        match self {
            Role::Follower => "follower",
            Role::PreCandidate { .. } => "pre-candidate",
            Role::Candidate { .. } => "candidate",
            Role::Leader(_) => "leader",
        }
    }
}

/// What a leader remembers, "reinitialized after election" (Figure 2).
#[derive(Clone, PartialEq, Debug)]
pub struct Leader {
    /// What it knows of each node of the group, by slot; only those of `members` are used.
    pub followers: Vec<Progress>,
    /// To whom it sends the log.
    pub members: Slots,
    /// Those of them who take part no more, and do not know it yet.
    pub departing: Slots,
    /// The index of its first own entry, the no-op (§8). Everything that an earlier leader committed is before
    /// it.
    pub term_start: LogIndex,
    /// How long it leads without hearing a majority (dissertation §6.2).
    pub patience: Duration,
    /// Its rounds of confirmation.
    pub rounds: Rounds,
    /// Who asked it for a read index and waits for a round.
    pub asks: Asks,
    /// Who should take part, if somebody wants that changed.
    pub goal: Option<Goal>,
    /// Who of those that learn has caught up.
    pub catch_up: CatchUp,
    /// Whom it hands its leadership to.
    pub transfer: Option<Transfer>,
    /// The slot of whom it could not hand over to in time, until whoever wanted that asks again.
    pub transfer_failed: Option<usize>,
    /// Whether it told anybody to campaign in its term, so that no lease counts any more.
    pub gave_up_lease: bool,
}

/// What a leader knows of one follower.
#[derive(Clone, PartialEq, Debug)]
pub struct Progress {
    /// The next entry to send.
    pub next_index: LogIndex,
    /// The last entry known to be durable there, as this leader's log has it.
    pub match_index: LogIndex,
    /// The last entry that it acknowledged as one who remembers all that it promised: what counts for a commit.
    pub acknowledged: LogIndex,
    /// How entries are sent.
    pub mode: Mode,
    /// The last index of each AppendEntries sent ahead and not acknowledged.
    pub in_flight: VecDeque<LogIndex>,
    /// The newest round it returned.
    pub round: u32,
    /// Whether it has acknowledged anything to this leader, and the last time as one who remembers all that it promised.
    pub vouches: bool,
    /// When it last answered, or the leader was elected.
    pub heard_at: Time,
}

/// How a leader sends entries to one follower.
#[derive(Clone, PartialEq, Debug)]
pub enum Mode {
    /// It is not known where the logs part: one message at a time.
    Probe {
        /// Whether one is on its way.
        waiting: bool,
    },
    /// The logs agree up to what was sent: messages follow each other without waiting (dissertation §10.2.2).
    Pipeline,
    /// The follower needs entries that are compacted (§7).
    Snapshot {
        /// What it is sent.
        snapshot: Rc<Snapshot>,
        /// Bytes it has acknowledged.
        received: u32,
    },
}

impl Progress {
    /// A new leader's guess (Figure 2): the follower's log ends where its own does.
    pub fn new(last_index: LogIndex, now: Time) -> Progress {
        Progress {
            next_index: last_index.next(),
            match_index: LogIndex(0),
            acknowledged: LogIndex(0),
            mode: Mode::Probe { waiting: false },
            in_flight: VecDeque::new(),
            round: 0,
            heard_at: now,
            vouches: false,
        }
    }

    /// Forgets what was sent ahead, and looks again for where the logs part, at `next_index` or before.
    pub fn probe(&mut self, next_index: LogIndex) {
        self.next_index = next_index.max(self.match_index.next());
        self.mode = Mode::Probe { waiting: false };
        self.in_flight.clear();
    }

    /// Whether an answer is due.
    pub fn is_waiting(&self) -> bool {
        match self.mode {
            Mode::Probe { waiting } => waiting,
            Mode::Pipeline => !self.in_flight.is_empty(),
            Mode::Snapshot { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probe_never_goes_back_behind_what_is_known_to_match() {
        let mut progress = Progress::new(LogIndex(9), Time::ZERO);
        progress.match_index = LogIndex(4);
        progress.probe(LogIndex(2));
        assert_eq!(progress.next_index, LogIndex(5));
    }
}
