//! Liveness: once faults have stopped and a core of a replicated log is well for good, it must serve and converge within a bound.
//!
//! Safety needs no such moment; "something good eventually happens" can only be tested from one on. Three things must be so:
//!
//! - **Somebody leads** at the bound, if it is a system that elects leaders.
//! - **It converges**: at the bound every replica of the core has committed at least what any replica had committed when half
//!   of it was over. (With work that never stops "as much as the leader" is never quite so.)
//! - **It serves**: every operation of a client that begins at the bound or later ends `ok`, and none waits for longer than the
//!   bound; of those that begin before, at least one has ended `ok` by then.
//!
//! If not, it is said who waits for what.

use std::collections::BTreeMap;

use crate::kernel::{Duration, NodeId, Time};
use crate::model::halt::Halt;
use crate::model::history::{Outcome, SessionId};
use crate::model::log::{LogIndex, Term};
use crate::model::membership::Slots;
use crate::model::note::{ClientNote, ConsensusNote};
use crate::model::synod::SynodNote;

/// Most clients that are named one by one.
const CLIENTS_NAMED: usize = 3;

/// Watches one replicated log.
#[derive(Clone, Debug)]
pub struct Liveness {
    after: Time,
    within: Duration,
    replicas: Vec<Replica>,
    /// Whether any replica ever campaigned or led.
    elects: bool,
    /// What any replica has ever known to be committed: that is so for good, whoever forgets it.
    committed: LogIndex,
    /// What has to be committed at the bound: known once half of it is over.
    target: Option<LogIndex>,
    at_bound: Option<AtBound>,
    /// Operations under way, by session.
    open: BTreeMap<SessionId, Open>,
    /// Operations that began after the faults stopped.
    begun: u64,
    /// When the first of them ended `ok`.
    first_ok: Option<Time>,
    /// The first that began at the bound or later and did not end `ok`.
    first_not_ok: Option<(Time, SessionId, Open, Outcome)>,
}

#[derive(Clone, Debug)]
struct Replica {
    node: NodeId,
    /// Whether it is of the core; known once the faults have stopped.
    is_core: bool,
    /// The slots of those that vote, as far as it knows.
    voters: Slots,
    is_up: bool,
    leads: Option<Term>,
    committed: LogIndex,
    halted: Option<(Time, Halt)>,
    /// Campaigns since the faults stopped, and the last of them.
    campaigns: u64,
    last_campaign: Option<(Time, Term)>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    invoked: Time,
    server: NodeId,
}

#[derive(Clone, Debug)]
struct AtBound {
    target: LogIndex,
    replicas: Vec<Replica>,
    first_ok: Option<Time>,
    begun: u64,
}

impl AtBound {
    /// The slots of those that vote, by who knows most: the others are told nothing, and need not converge.
    fn voters(&self) -> Slots {
        let knows = |replica: &&Replica| (replica.committed, replica.leads);
        let most = self.replicas.iter().max_by_key(knows);
        most.map_or(Slots::NONE, |replica| replica.voters)
    }
}

/// What became of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Found {
    /// It served and converged.
    Held,
    /// The run was over before the bound.
    TooShort,
    /// No core could be healed: those who still vote are no quorum.
    BeyondHelp,
    /// It did not, since then; and who waits for what.
    Violated(Time, Vec<String>),
}

impl Liveness {
    /// Of a log with these replicas. Faults stop at `after`; it has `within` from then on.
    pub fn new(after: Time, within: Duration, replicas: &[NodeId]) -> Liveness {
        let replica = |node: &NodeId| Replica {
            node: *node,
            is_core: false,
            voters: Slots::first(replicas.len()),
            is_up: false,
            leads: None,
            committed: LogIndex(0),
            halted: None,
            campaigns: 0,
            last_campaign: None,
        };
        Liveness {
            after,
            within,
            replicas: replicas.iter().map(replica).collect(),
            elects: false,
            committed: LogIndex(0),
            target: None,
            at_bound: None,
            open: BTreeMap::new(),
            begun: 0,
            first_ok: None,
            first_not_ok: None,
        }
    }

    /// Whether a node is a replica of the log.
    pub fn has(&self, node: NodeId) -> bool {
        self.replicas.iter().any(|replica| replica.node == node)
    }

    /// The faults have stopped: of these nodes those of the log are its core.
    pub fn healed(&mut self, nodes: &[NodeId]) {
        for replica in &mut self.replicas {
            replica.is_core = nodes.contains(&replica.node);
            replica.campaigns = 0;
        }
    }

    fn bound(&self) -> Time {
        self.after + self.within
    }

    /// Time has come this far; what is told next happens now.
    #[inline]
    fn come(&mut self, at: Time) {
        if at < self.after + self.within / 2 || self.at_bound.is_some() {
            return;
        }
        self.pass(at);
    }

    #[cold]
    fn pass(&mut self, at: Time) {
        let target = *self.target.get_or_insert(self.committed);
        if at >= self.bound() {
            self.at_bound = Some(AtBound {
                target,
                replicas: self.replicas.clone(),
                first_ok: self.first_ok,
                begun: self.begun,
            });
        }
    }

    fn replica(&mut self, node: NodeId) -> Option<&mut Replica> {
        self.replicas.iter_mut().find(|replica| replica.node == node)
    }

    /// A replica noted something.
    #[inline]
    pub fn consensus(&mut self, at: Time, node: NodeId, note: &ConsensusNote) {
        self.come(at);
        match *note {
            ConsensusNote::Committed { index, .. } | ConsensusNote::Installed { index, .. } => {
                self.committed = self.committed.max(index);
                if let Some(replica) = self.replica(node) {
                    replica.committed = replica.committed.max(index);
                }
            }
            ConsensusNote::Campaigned { term, .. } => {
                self.elects = true;
                if let Some(replica) = self.replica(node) {
                    (replica.campaigns, replica.last_campaign) = (replica.campaigns + 1, Some((at, term)));
                }
            }
            ConsensusNote::BecameLeader { term, .. } => {
                self.elects = true;
                if let Some(replica) = self.replica(node) {
                    replica.leads = Some(term);
                }
            }
            ConsensusNote::SteppedDown { .. } => {
                if let Some(replica) = self.replica(node) {
                    replica.leads = None;
                }
            }
            ConsensusNote::Halted { why } => {
                if let Some(replica) = self.replica(node) {
                    (replica.leads, replica.halted) = (None, Some((at, why)));
                }
            }
            ConsensusNote::Configured { voters, outgoing, .. } => {
                if let Some(replica) = self.replica(node) {
                    replica.voters = voters.and(outgoing);
                }
            }
            // The one decree.
            ConsensusNote::Synod(SynodNote::Learned { .. }) => {
                self.committed = LogIndex(1);
                if let Some(replica) = self.replica(node) {
                    replica.committed = LogIndex(1);
                }
            }
            ConsensusNote::Synod(_)
            | ConsensusNote::Appended { .. }
            | ConsensusNote::Promised { .. }
            | ConsensusNote::ElectedBy { .. }
            | ConsensusNote::Accepted { .. }
            | ConsensusNote::Foreseen { .. }
            | ConsensusNote::Recovering
            | ConsensusNote::Rejoined
            | ConsensusNote::Truncated { .. }
            | ConsensusNote::Synced { .. }
            | ConsensusNote::Applied { .. }
            | ConsensusNote::Served { .. }
            | ConsensusNote::Compacted { .. } => {}
        }
    }

    /// A node booted.
    pub fn booted(&mut self, at: Time, node: NodeId) {
        self.come(at);
        if let Some(replica) = self.replica(node) {
            (replica.is_up, replica.halted) = (true, None);
        }
    }

    /// A node crashed: it knows nothing until it is told again. Of a client's node nobody waits any more.
    pub fn crashed(&mut self, at: Time, node: NodeId) {
        self.come(at);
        self.open.retain(|session, _| session.node != node);
        if let Some(replica) = self.replica(node) {
            (replica.is_up, replica.leads, replica.committed) = (false, None, LogIndex(0));
        }
    }

    /// A client on `node` noted something, of any system.
    #[inline]
    pub fn client(&mut self, at: Time, node: NodeId, note: &ClientNote) {
        if at < self.after {
            return;
        }
        self.come(at);
        match *note {
            ClientNote::Invoked { slot, server, .. } if self.has(server) => {
                self.begun += 1;
                self.open.insert(SessionId { node, slot }, Open { invoked: at, server });
            }
            ClientNote::Invoked { .. } => {}
            ClientNote::Returned { slot, outcome, .. } => {
                let session = SessionId { node, slot };
                let Some(open) = self.open.remove(&session) else { return };
                match outcome {
                    Outcome::Ok(_) => self.first_ok = self.first_ok.or(Some(at)),
                    Outcome::Fail(_) | Outcome::Unknown(_) if open.invoked >= self.bound() => {
                        self.first_not_ok.get_or_insert((at, session, open, outcome));
                    }
                    Outcome::Fail(_) | Outcome::Unknown(_) => {}
                }
            }
        }
    }

    /// The run is over. `name` names nodes, and `wants` tells what one that campaigns lacks, if that is known.
    pub fn finish(
        mut self,
        end: Time,
        name: &dyn Fn(NodeId) -> String,
        wants: &dyn Fn(NodeId) -> Option<String>,
    ) -> Found {
        self.come(end);
        let (bound, within) = (self.bound(), self.within);
        let Some(at_bound) = &self.at_bound else { return Found::TooShort };
        if !at_bound.replicas.iter().any(|replica| replica.is_core) {
            return Found::BeyondHelp;
        }
        let (mut waits, mut since) = (Vec::new(), end);
        let leads = at_bound.replicas.iter().any(|replica| replica.leads.is_some());
        let voters = at_bound.voters();
        let is_expected = |(slot, replica): &(usize, &Replica)| replica.is_core && voters.has(*slot);
        let core = || at_bound.replicas.iter().enumerate().filter(is_expected).map(|(_, replica)| replica);
        let lags = |replica: &&Replica| replica.committed < at_bound.target;
        if (self.elects && !leads) || core().any(|replica| lags(&replica)) {
            since = bound;
            waits.extend(core().filter_map(|replica| {
                let name = name(replica.node);
                let lacks = || wants(replica.node).map_or(String::new(), |wants| format!(" ({wants})"));
                if let Some((at, why)) = replica.halted {
                    return Some(format!("{name} has halted at {at}: {why}"));
                }
                match replica.last_campaign {
                    Some((at, term)) if !leads && replica.campaigns > 0 => Some(format!(
                        "{name} waits for votes: it has campaigned {} times since {}, at last for term {} at {at}{}",
                        replica.campaigns,
                        self.after,
                        term.0,
                        lacks()
                    )),
                    Some(_) | None if lags(&replica) => Some(format!(
                        "{name} lags: it has committed {} of {}",
                        replica.committed.0, at_bound.target.0
                    )),
                    Some(_) | None if !leads => Some(format!("{name} waits for a leader")),
                    Some(_) | None => None,
                }
            }));
        }
        if at_bound.first_ok.is_none() && at_bound.begun > 0 {
            since = bound;
            waits.push(format!(
                "clients: of {} operations that began since {} none has ended ok by {bound}",
                at_bound.begun, self.after
            ));
        }
        if let Some((at, session, open, outcome)) = self.first_not_ok {
            since = since.min(at);
            let (client, server) = (client(session, name), name(open.server));
            let (Outcome::Fail(reason) | Outcome::Unknown(reason)) = outcome else {
                unreachable!("what ended ok is not kept")
            };
            let ended = reason.name();
            waits.push(format!(
                "client {client} asked {server} at {} and others after it, and gave up at {at} ({ended})",
                open.invoked
            ));
        }
        let waiting = |(_, open): &(&SessionId, &Open)| end.since(open.invoked) > within && end > bound;
        let patient: Vec<(&SessionId, &Open)> = self.open.iter().filter(waiting).collect();
        for (session, open) in patient.iter().take(CLIENTS_NAMED) {
            since = since.min((open.invoked + within).max(bound));
            let (client, server) = (client(**session, name), name(open.server));
            waits.push(format!(
                "client {client} waits for an answer, from {server} first, since {}",
                open.invoked
            ));
        }
        if patient.len() > CLIENTS_NAMED {
            waits.push(format!("{} clients more wait for answers", patient.len() - CLIENTS_NAMED));
        }
        if waits.is_empty() { Found::Held } else { Found::Violated(since, waits) }
    }
}

fn client(session: SessionId, name: &dyn Fn(NodeId) -> String) -> String {
    format!("{}#{}", name(session.node), SessionId::client(session.slot) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::history::Reason;
    use crate::model::note::Asked;
    use crate::model::op::{Answer, Key, Op};

    const CORE: [NodeId; 3] = [NodeId(0), NodeId(1), NodeId(2)];
    const OTHER: NodeId = NodeId(3);
    const CLIENTS: NodeId = NodeId(9);

    fn ms(at: u64) -> Time {
        Time::ZERO + Duration::from_millis(at)
    }

    /// Four replicas: the first leads and has committed 10, the others as much. Faults stop at 1,000 ms, the bound is 2,000.
    fn well() -> Liveness {
        let nodes: Vec<NodeId> = (0..4).map(NodeId).collect();
        let mut liveness = Liveness::new(ms(1_000), Duration::from_millis(1_000), &nodes);
        nodes.iter().for_each(|node| liveness.booted(ms(0), *node));
        liveness.consensus(ms(10), CORE[0], &ConsensusNote::Campaigned { term: Term(1), pre_vote: false });
        liveness.consensus(
            ms(11),
            CORE[0],
            &ConsensusNote::BecameLeader { term: Term(1), last_index: LogIndex(0) },
        );
        nodes.iter().for_each(|node| commits(&mut liveness, 20, *node, 10));
        liveness
    }

    fn commits(liveness: &mut Liveness, at: u64, node: NodeId, index: u64) {
        let note = ConsensusNote::Committed { index: LogIndex(index), term: Term(1), prefix: 0 };
        liveness.consensus(ms(at), node, &note);
    }

    fn asks(liveness: &mut Liveness, at: u64, slot: u32) {
        let asked = Asked::Store(Op::Read { key: Key(0) });
        let note =
            ClientNote::Invoked { slot, sequence: 1, number: 1, server: CORE[0], intended: ms(at), asked };
        liveness.client(ms(at), CLIENTS, &note);
    }

    fn returns(liveness: &mut Liveness, at: u64, slot: u32, outcome: Outcome) {
        liveness.client(ms(at), CLIENTS, &ClientNote::Returned { slot, outcome, attempts: 3 });
    }

    fn found(liveness: Liveness, end: u64) -> Found {
        let wants = |node: NodeId| (node == CORE[2]).then(|| "1 of 3".to_owned());
        liveness.finish(ms(end), &|node| format!("n{}", node.0), &wants)
    }

    const OK: Outcome = Outcome::Ok(Answer::Done);
    const LATE: Outcome = Outcome::Unknown(Reason::Timeout);

    #[test]
    fn a_store_that_serves_and_agrees_is_alive() {
        let mut liveness = well();
        liveness.healed(&CORE);
        // What begins before the bound may still fail, as long as somebody is served.
        asks(&mut liveness, 1_100, 0);
        asks(&mut liveness, 1_200, 1);
        returns(&mut liveness, 1_300, 0, OK);
        returns(&mut liveness, 1_400, 1, LATE);
        asks(&mut liveness, 2_100, 2);
        returns(&mut liveness, 2_110, 2, OK);
        // Just asked when the run ends.
        asks(&mut liveness, 2_900, 3);
        assert_eq!(found(liveness, 3_000), Found::Held);
        let mut short = well();
        short.healed(&CORE);
        assert_eq!(found(short, 1_999), Found::TooShort);
    }

    #[test]
    fn a_replica_of_the_core_that_lags_is_named_and_another_may_lag() {
        let mut liveness = well();
        liveness.healed(&CORE);
        commits(&mut liveness, 1_400, CORE[0], 34);
        commits(&mut liveness, 1_400, CORE[1], 34);
        // What is committed in the second half of the time need not be everywhere.
        commits(&mut liveness, 1_900, CORE[0], 50);
        commits(&mut liveness, 2_001, CORE[2], 50);
        let said = vec!["n2 lags: it has committed 10 of 34".to_owned()];
        assert_eq!(found(liveness, 3_000), Found::Violated(ms(2_000), said));
    }

    /// A node of the core that was removed meanwhile is told nothing, and nobody waits for it.
    #[test]
    fn who_votes_no_more_may_lag() {
        let lagging = |voters: Slots| {
            let mut liveness = well();
            let note = ConsensusNote::Configured { voters, outgoing: Slots::NONE, quorum: 0 };
            liveness.consensus(ms(30), CORE[0], &note);
            liveness.healed(&CORE);
            [CORE[0], CORE[1], OTHER].into_iter().for_each(|node| commits(&mut liveness, 1_200, node, 50));
            found(liveness, 3_000)
        };
        assert!(matches!(lagging(Slots::first(4)), Found::Violated(..)));
        assert_eq!(lagging(Slots::first(4).without(Slots::one(2))), Found::Held);
    }

    #[test]
    fn what_was_once_committed_stays_so_though_all_forget_it() {
        let mut liveness = well();
        CORE.iter().for_each(|node| liveness.crashed(ms(900), *node));
        liveness.crashed(ms(900), OTHER);
        CORE.iter().for_each(|node| liveness.booted(ms(1_000), *node));
        liveness.healed(&CORE);
        liveness.consensus(
            ms(1_200),
            CORE[1],
            &ConsensusNote::BecameLeader { term: Term(2), last_index: LogIndex(10) },
        );
        let Found::Violated(_, said) = found(liveness, 3_000) else {
            panic!("nobody has committed anything")
        };
        assert_eq!(said.len(), 3);
    }

    #[test]
    fn without_a_leader_each_says_what_it_waits_for() {
        let mut liveness = well();
        liveness.crashed(ms(900), CORE[0]);
        liveness.booted(ms(1_000), CORE[0]);
        liveness.healed(&CORE);
        commits(&mut liveness, 1_010, CORE[0], 10);
        liveness.consensus(
            ms(1_500),
            CORE[2],
            &ConsensusNote::Campaigned { term: Term(17), pre_vote: false },
        );
        liveness.consensus(
            ms(1_900),
            CORE[2],
            &ConsensusNote::Campaigned { term: Term(18), pre_vote: false },
        );
        liveness.consensus(ms(1_950), CORE[0], &ConsensusNote::Halted { why: Halt::NoSnapshot });
        let said = [
            "n0 has halted at 1.950 s: the log begins behind a snapshot that is not there",
            "n1 waits for a leader",
            "n2 waits for votes: it has campaigned 2 times since 1.000 s, at last for term 18 at 1.900 s (1 of 3)",
        ];
        assert_eq!(found(liveness, 3_000), Found::Violated(ms(2_000), said.map(str::to_owned).to_vec()));
    }

    #[test]
    fn clients_that_wait_or_give_up_are_named() {
        let mut liveness = well();
        liveness.healed(&CORE);
        asks(&mut liveness, 1_100, 0);
        returns(&mut liveness, 1_110, 0, OK);
        asks(&mut liveness, 1_150, 4);
        asks(&mut liveness, 2_100, 1);
        returns(&mut liveness, 2_600, 1, LATE);
        asks(&mut liveness, 2_200, 2);
        let Found::Violated(since, said) = found(liveness, 3_900) else { panic!("they wait") };
        assert_eq!(since, ms(2_150), "a second after the first was asked");
        assert_eq!(said.len(), 3, "{said:?}");
        assert_eq!(
            said[0],
            "client n9#2 asked n0 at 2.100 s and others after it, and gave up at 2.600 s (timeout)"
        );
        assert_eq!(said[1], "client n9#3 waits for an answer, from n0 first, since 2.200 s");
        let mut nobody = well();
        nobody.healed(&CORE);
        asks(&mut nobody, 1_100, 0);
        returns(&mut nobody, 1_900, 0, LATE);
        let Found::Violated(_, said) = found(nobody, 3_000) else { panic!("none was served") };
        assert_eq!(said, ["clients: of 1 operations that began since 1.000 s none has ended ok by 2.000 s"]);
    }

    #[test]
    fn a_store_without_a_core_is_excused() {
        let mut liveness = well();
        liveness.healed(&[CLIENTS]);
        assert_eq!(found(liveness, 3_000), Found::BeyondHelp);
    }
}
