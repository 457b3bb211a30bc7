//! What a server is besides its log: follower, candidate or leader, with what each role remembers.

use crate::consensus::catch_up::CatchUp;
use crate::consensus::read_index::Asks;
use crate::consensus::reconfiguration::Goal;
use crate::consensus::rounds::Rounds;
use crate::kernel::{Duration, NodeId, Time};
use crate::model::log::LogIndex;
use crate::model::membership::Slots;

use super::progress::Progress;
use super::queue::Queue;
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
    pub asks: Asks,
    /// Who should take part, if somebody wants that changed.
    pub goal: Option<Goal>,
    /// Who of those that learn has caught up.
    pub catch_up: CatchUp,
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
    /// Since when it can propose nothing where others know what was chosen, as it was found each time that it looked.
    pub outdone_since: Option<Time>,
}
