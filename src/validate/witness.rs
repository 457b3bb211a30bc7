//! What one run is looked at for: when a leader was missing and found, and how long clients' operations took.

use std::collections::BTreeMap;

use crate::kernel::{Duration, NodeId, Time};
use crate::model::history::Outcome as Ended;
use crate::model::log::Term;
use crate::model::note::{ClientNote, ConsensusNote};
use crate::sim::Lifecycle;

use super::meter::Served;

/// When a run has shown what it is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Awaits {
    /// With its first leader.
    FirstLeader,
    /// With the first leader after one crashed.
    NextLeader,
    /// At its end.
    End,
    /// At its end, with sums over the requests of services; those that took longer than `late` are counted.
    Served {
        /// How long.
        late: Duration,
    },
}

/// How one system came to a leader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Election {
    /// From the moment in which there was no leader to that in which the first server campaigned.
    pub first_timeout: Duration,
    /// How many terms were campaigned for, the one that was won included: 1 if no vote was split.
    pub rounds: u32,
    /// From the moment in which there was no leader to that in which there was one. If the run was over before that: to its end.
    pub took: Duration,
    /// Whether there was one.
    pub is_won: bool,
}

/// What was seen of one run.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// The election that it was for; `None` if no server campaigned.
    pub election: Option<Election>,
    /// By workload: how long each of its operations took that ended `ok` and began after the warm-up.
    pub latencies: Vec<Vec<Duration>>,
    /// What services did, if that is what it was for.
    pub served: Served,
}

/// Listens to a run.
#[derive(Clone, Debug)]
pub struct Witness {
    awaits: Awaits,
    warmup: Time,
    /// The nodes of clients, by workload.
    clients: Vec<NodeId>,
    /// Since when there has been no leader; `None` while the one is there whose crash is awaited.
    vacant: Option<Time>,
    leader: Option<NodeId>,
    /// The first campaign of the vacancy.
    campaigned: Option<(Time, Term)>,
    /// The last term that anybody campaigned for.
    term: Term,
    won: Option<(Time, Term)>,
    /// By workload and client, since when its operation has been under way.
    open: BTreeMap<(usize, u32), Time>,
    latencies: Vec<Vec<Duration>>,
}

impl Witness {
    /// Has seen nothing yet; what the `clients`, by workload, ask before `warmup` does not count.
    pub fn new(awaits: Awaits, warmup: Time, clients: Vec<NodeId>) -> Witness {
        Witness {
            awaits,
            warmup,
            vacant: (awaits == Awaits::FirstLeader).then_some(Time::ZERO),
            leader: None,
            campaigned: None,
            term: Term(0),
            won: None,
            open: BTreeMap::new(),
            latencies: vec![Vec::new(); clients.len()],
            clients,
        }
    }

    /// Whether it has seen all that it is for.
    pub fn is_done(&self) -> bool {
        self.won.is_some()
    }

    /// What it saw, in a run that was over at `end`.
    pub fn outcome(self, end: Time) -> Outcome {
        let election = self.vacant.zip(self.campaigned).map(|(vacant, (campaigned, first))| {
            let (won, term) = self.won.unwrap_or((end, self.term));
            Election {
                first_timeout: campaigned.since(vacant),
                rounds: term.0 - first.0 + 1,
                took: won.since(vacant),
                is_won: self.won.is_some(),
            }
        });
        Outcome { election, latencies: self.latencies, served: Served::default() }
    }

    pub(super) fn consensus(&mut self, at: Time, node: NodeId, note: &ConsensusNote) {
        if self.is_done() {
            return;
        }
        if let ConsensusNote::Campaigned { term, pre_vote: false } = *note {
            self.term = self.term.max(term);
            if self.vacant.is_some() && self.campaigned.is_none() {
                self.campaigned = Some((at, term));
            }
        }
        if let ConsensusNote::BecameLeader { term, .. } = *note {
            self.leader = Some(node);
            if self.vacant.is_some() && matches!(self.awaits, Awaits::FirstLeader | Awaits::NextLeader) {
                self.won = Some((at, term));
            }
        }
    }

    pub(super) fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) {
        let workload = self.clients.iter().position(|known| *known == node);
        let workload = workload.expect("only workloads have clients here");
        match *note {
            ClientNote::Invoked { slot, .. } => {
                self.open.insert((workload, slot), at);
            }
            ClientNote::Returned { slot, outcome, .. } => {
                let invoked = self.open.remove(&(workload, slot)).expect("what returns was invoked");
                if matches!(outcome, Ended::Ok(_)) && invoked >= self.warmup {
                    self.latencies[workload].push(at.since(invoked));
                }
            }
        }
    }

    /// A node's life changed.
    pub(super) fn life(&mut self, at: Time, node: NodeId, change: Lifecycle) {
        if change == Lifecycle::Crashed && self.leader == Some(node) && self.awaits == Awaits::NextLeader {
            self.vacant = self.vacant.or(Some(at));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaigned(term: u32) -> ConsensusNote {
        ConsensusNote::Campaigned { term: Term(term), pre_vote: false }
    }

    fn became_leader(term: u32) -> ConsensusNote {
        ConsensusNote::BecameLeader { term: Term(term), last_index: crate::model::log::LogIndex(0) }
    }

    fn crashed(witness: &mut Witness, at: u64, node: u32) {
        witness.life(Time(at), NodeId(node), Lifecycle::Crashed);
    }

    #[test]
    fn a_first_election_counts_from_the_start_and_its_rounds_by_terms() {
        let mut witness = Witness::new(Awaits::FirstLeader, Time::ZERO, Vec::new());
        witness.consensus(Time(7), NodeId(1), &campaigned(1));
        witness.consensus(Time(8), NodeId(2), &campaigned(1));
        assert!(!witness.is_done());
        witness.consensus(Time(20), NodeId(2), &campaigned(2));
        witness.consensus(Time(25), NodeId(2), &became_leader(2));
        let election = Election { first_timeout: Duration(7), rounds: 2, took: Duration(25), is_won: true };
        assert!(witness.is_done());
        assert_eq!(witness.outcome(Time(99)).election, Some(election));
    }

    #[test]
    fn the_next_election_counts_from_the_leaders_crash_and_from_no_others() {
        let mut witness = Witness::new(Awaits::NextLeader, Time::ZERO, Vec::new());
        witness.consensus(Time(7), NodeId(1), &campaigned(1));
        witness.consensus(Time(9), NodeId(1), &became_leader(1));
        crashed(&mut witness, 15, 2);
        crashed(&mut witness, 20, 1);
        witness.consensus(Time(24), NodeId(0), &campaigned(2));
        witness.consensus(Time(24), NodeId(2), &campaigned(2));
        witness.consensus(Time(33), NodeId(2), &campaigned(3));
        let unfinished = witness.clone().outcome(Time(60)).election;
        let so_far = Election { first_timeout: Duration(4), rounds: 2, took: Duration(40), is_won: false };
        assert_eq!(unfinished, Some(so_far));
        witness.consensus(Time(35), NodeId(2), &became_leader(3));
        let election = witness.outcome(Time(60)).election;
        assert_eq!(election, Some(Election { took: Duration(15), is_won: true, ..so_far }));
    }
}
