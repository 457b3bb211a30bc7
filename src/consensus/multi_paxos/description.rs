//! What a server says of itself, in the words of its papers.

use crate::consensus::replicated_log::hidden;
use crate::kernel::{Description, NodeId};
use crate::model::log::LogIndex;
use crate::model::membership::{Configuration, Slots};

use super::MultiPaxos;
use super::progress::Progress;
use super::roles::{Campaign, Leader, Role};

/// How many slots of the log's end are shown.
const SLOTS_SHOWN: u64 = 10;

impl MultiPaxos {
    pub(super) fn tell_state(&self, out: &mut Description) {
        out.say("role", if self.halted { "halted" } else { self.role.name() });
        out.say("promised", self.promised.0);
        out.say("leader", self.leader);
        out.say("commit_index", self.commit_index.0);
        out.say("vouched", self.vouched.0);
        out.say("vouched_durable", self.vouched_durable.0);
        out.say("last_index", self.log.last_index().0);
        out.say("snapshot_index", self.snapshot.as_ref().map(|snapshot| snapshot.last.index.0));
        out.say("log", self.last_slots());
        self.tell_configurations(out);
        if self.recovering.is_some() {
            out.say("disk", "replaced: it learns what it held");
        }
        if self.since > LogIndex(0) {
            out.say("remembers_from", self.since.0);
        }
        match &self.role {
            Role::Follower => {}
            Role::PreCandidate { votes } => out.say("votes", self.nodes(*votes)),
            Role::Candidate(campaign) => self.tell_campaign(campaign, out),
            Role::Leader(leader) => self.tell_leadership(leader, out),
        }
    }

    /// Who decides the next slots, and from where on others do.
    fn tell_configurations(&self, out: &mut Description) {
        let Configuration { voters, learners, .. } = self.reign.in_force.configuration;
        out.say("voters", self.nodes(voters));
        if !learners.is_empty() {
            out.say("learners", self.nodes(learners));
        }
        if self.reign.until < LogIndex(u64::MAX) {
            out.say("next_voters", self.nodes(self.configuration().voters));
            out.say("next_voters_from", self.reign.until.next().0);
        }
    }

    fn tell_campaign(&self, campaign: &Campaign, out: &mut Description) {
        out.say("promises", self.nodes(campaign.promised));
        out.say("next_slot", campaign.queue.first().0);
        out.say("values_waiting", campaign.queue.end().0 - campaign.queue.first().0);
    }

    fn tell_leadership(&self, leader: &Leader, out: &mut Description) {
        self.tell_campaign(&leader.campaign, out);
        out.say("first_own", leader.term_start.0);
        let told = leader.members.without(Slots::one(self.slot));
        let of = |slot: usize| acceptor(self.roster.node(slot), &leader.followers[slot]);
        out.say("acceptors", told.iter().map(of).collect::<Vec<Description>>());
    }

    fn nodes(&self, slots: Slots) -> Vec<NodeId> {
        slots.iter().map(|slot| self.roster.node(slot)).collect()
    }

    fn last_slots(&self) -> Vec<String> {
        let (base, last) = (self.log.base().index.0, self.log.last_index().0);
        let first = base.max(last.saturating_sub(SLOTS_SHOWN)) + 1;
        let slot = |index: LogIndex| match self.log.cell(index) {
            Some(cell) => format!("{}: ballot {} {}", index.0, cell.ballot.0, cell.entry.command),
            None => format!("{}: nothing", index.0),
        };
        hidden(first - base - 1).into_iter().chain((first..=last).map(LogIndex).map(slot)).collect()
    }
}

fn acceptor(node: NodeId, progress: &Progress) -> Description {
    Description::default()
        .with("node", node)
        .with("next_index", progress.next_index.0)
        .with("through", progress.through.0)
        .with("in_flight", progress.in_flight.len())
        .with("is_silent", progress.is_silent)
}
