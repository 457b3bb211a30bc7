//! What a server says of itself, in the words of Figure 2.

use crate::consensus::replicated_log::hidden;
use crate::kernel::{Description, NodeId};
use crate::model::log::LogIndex;
use crate::model::membership::{Configuration, Slots};

use super::Raft;
use super::roles::{Mode, Progress, Role};

/// How many entries of the log's end are shown.
const ENTRIES_SHOWN: u64 = 10;

impl Raft {
    pub(super) fn tell_state(&self, out: &mut Description) {
        out.say("role", if self.halted { "halted" } else { self.role.name() });
        out.say("current_term", self.current_term.0);
        out.say("voted_for", self.voted_for);
        out.say("leader", self.leader);
        out.say("commit_index", self.commit_index.0);
        out.say("last_index", self.log.last_index().0);
        out.say("last_term", self.log.last_term().0);
        out.say("durable_index", self.durability.durable_index().0);
        out.say("snapshot_index", self.snapshot.as_ref().map(|snapshot| snapshot.last.index.0));
        out.say("log", self.last_entries());
        let Configuration { voters, outgoing, learners } = *self.configuration();
        let nodes = |slots: Slots| slots.iter().map(|slot| self.roster.node(slot)).collect::<Vec<NodeId>>();
        out.say("voters", nodes(voters));
        for (name, slots) in [("outgoing_voters", outgoing), ("learners", learners)] {
            if !slots.is_empty() {
                out.say(name, nodes(slots));
            }
        }
        if self.recovering.is_some() {
            out.say("disk", "replaced: it learns what it held");
        }
        match &self.role {
            Role::Follower => {}
            Role::PreCandidate { votes } | Role::Candidate { votes } => {
                let granted: Vec<NodeId> = votes.iter().map(|slot| self.roster.node(slot)).collect();
                out.say("votes", granted);
            }
            Role::Leader(leader) => {
                out.say("first_own", leader.term_start.0);
                let told = leader.members.without(Slots::one(self.slot));
                let followers: Vec<Description> = told
                    .iter()
                    .map(|slot| follower(self.roster.node(slot), &leader.followers[slot]))
                    .collect();
                out.say("followers", followers);
            }
        }
    }

    fn last_entries(&self) -> Vec<String> {
        let (base, last) = (self.log.base().index.0, self.log.last_index().0);
        let first = base.max(last.saturating_sub(ENTRIES_SHOWN)) + 1;
        let entry = |index: LogIndex| {
            let entry = self.log.entry(index)?;
            Some(format!("{}: term {} {}", index.0, entry.term.0, entry.command))
        };
        hidden(first - base - 1).into_iter().chain((first..=last).map(LogIndex).filter_map(entry)).collect()
    }
}

fn follower(voter: NodeId, progress: &Progress) -> Description {
    let mode = match progress.mode {
        Mode::Probe { .. } => "probe",
        Mode::Pipeline => "pipeline",
        Mode::Snapshot { .. } => "snapshot",
    };
    Description::default()
        .with("node", voter)
        .with("next_index", progress.next_index.0)
        .with("match_index", progress.match_index.0)
        .with("mode", mode)
        .with("in_flight", progress.in_flight.len())
}
