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

mod standing;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::kernel::{Description, Duration, NodeId, Time};
use crate::model::halt::Halt;
use crate::model::history::{Outcome, SessionId};
use crate::model::log::{LogIndex, Term};
use crate::model::membership::Slots;
use crate::model::note::{ClientNote, ConsensusNote};
use crate::model::synod::SynodNote;

use standing::Standing;

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
    /// Whether its disk is a new one, and the others have not taken it in again.
    is_recovering: bool,
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
            is_recovering: false,
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
            ConsensusNote::Recovering => {
                if let Some(replica) = self.replica(node) {
                    replica.is_recovering = true;
                }
            }
            ConsensusNote::Rejoined => {
                if let Some(replica) = self.replica(node) {
                    replica.is_recovering = false;
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
            replica.is_recovering = false; // It says so again when it boots.
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

    /// The run is over.
    pub fn finish(mut self, end: Time, look: &Look<'_>) -> Found {
        self.come(end);
        let name = look.name;
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
        let lags = |replica: &Replica| replica.committed < at_bound.target;
        if (self.elects && !leads) || core().any(lags) {
            since = bound;
            let since_when = self.after;
            waits.extend(core().filter_map(|replica| {
                let lags = lags(replica).then_some(at_bound.target);
                replica.wait(lags, leads, since_when, look)
            }));
            // A leader that the core follows need not be of it.
            let others = at_bound
                .replicas
                .iter()
                .enumerate()
                .filter(|of_log| !is_expected(of_log))
                .map(|(_, replica)| replica);
            waits.extend(others.filter_map(|replica| {
                let (term, standing) = (replica.leads?, Standing::of((look.state)(replica.node)?));
                Some(format!("{} leads term {}: {}", name(replica.node), term.0, standing.uncommitted(look)?))
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

/// What can be looked at when the run is over.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The names of nodes.
    pub name: &'a dyn Fn(NodeId) -> String,
    /// The votes that a node which campaigns has and needs.
    pub votes: &'a dyn Fn(NodeId) -> Option<(usize, usize)>,
    /// What a running node says of its state.
    pub state: &'a dyn Fn(NodeId) -> Option<Description>,
}

impl Replica {
    /// What it waits for, if for anything: `lags` is what it should have committed, if it has not, and `leads` whether anybody
    /// leads.
    fn wait(&self, lags: Option<LogIndex>, leads: bool, since: Time, look: &Look<'_>) -> Option<String> {
        let name = (look.name)(self.node);
        let standing = (look.state)(self.node).map(Standing::of);
        let committed = |target: LogIndex| format!("it has committed {} of {}", self.committed.0, target.0);
        if let Some((at, why)) = self.halted {
            return Some(format!("{name} has halted at {at}: {why}"));
        }
        if self.is_recovering {
            let committed = lags.map_or(String::new(), |target| format!(": {}", committed(target)));
            return Some(format!("{name} has a new disk and waits to be taken in{committed}"));
        }
        if let (Some((at, term)), true) = (self.last_campaign, !leads && self.campaigns > 0) {
            let lacks = self.lacks(standing.as_ref(), look);
            return Some(format!(
                "{name} waits for votes: it has campaigned {} times since {since}, at last for term {} at {at}{lacks}",
                self.campaigns, term.0
            ));
        }
        let Some(target) = lags else {
            return (!leads).then(|| format!("{name} waits for a leader"));
        };
        let so_far = committed(target);
        let why = match (&standing, self.last_campaign) {
            (Some(standing), Some((at, term))) if standing.campaigns() => {
                let lacks = self.lacks(Some(standing), look);
                format!(", and campaigns, at last for term {} at {at}{lacks}", term.0)
            }
            (Some(standing), _) => match (self.leads, standing.leader) {
                (Some(term), _) => standing
                    .uncommitted(look)
                    .map_or(String::new(), |why| format!(", and leads term {}: {why}", term.0)),
                (None, Some(leader)) => format!(", and hears {}", (look.name)(leader)),
                (None, None) => String::new(),
            },
            (None, _) => String::new(),
        };
        Some(format!("{name} lags: {so_far}{why}"))
    }

    /// The votes that it has and needs, and why others have not voted for it, in brackets; empty if that is not known.
    fn lacks(&self, standing: Option<&Standing>, look: &Look<'_>) -> String {
        let votes = (look.votes)(self.node).map(|(has, needs)| format!("{has} of {needs}"));
        let refused = standing.map_or(Vec::new(), |standing| standing.refused(self.node, look));
        let parts = votes.into_iter().chain((!refused.is_empty()).then(|| refused.join(", ")));
        let parts: Vec<String> = parts.collect();
        if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) }
    }
}

fn client(session: SessionId, name: &dyn Fn(NodeId) -> String) -> String {
    format!("{}#{}", name(session.node), SessionId::client(session.slot) + 1)
}
