//! Log compaction (§7): snapshots taken here or received in pieces. A snapshot is durable before the log that it
//! replaces is cut, so that a crash in between leaves a snapshot and more log than needed, never less.

use std::rc::Rc;

use crate::consensus::replicated_log::{Position, Snapshot};
use crate::kernel::{Context, NodeId, Write};
use crate::model::log::{LogIndex, Term};
use crate::model::note::ConsensusNote;
use crate::model::store::Store;

use super::bugs;
use super::message::{InstallSnapshot, Message};
use super::persistence::{Record, SNAPSHOT};
use super::roles::{Mode, Role};
use super::{Raft, Timer};

/// A snapshot that is being written.
#[derive(Clone, Debug)]
pub(super) struct Saving {
    /// The sync that makes it durable.
    sync: u64,
    snapshot: Rc<Snapshot>,
    /// Where the log begins afterwards.
    base: Position,
    /// Whom a received snapshot is acknowledged to, and how.
    answer: Option<(NodeId, Message)>,
}

/// A snapshot that is being received.
#[derive(Clone, Debug)]
pub(super) struct Receiving {
    last: Position,
    /// Bytes received without a gap.
    received: u32,
}

impl Raft {
    pub(super) fn take_snapshot(&mut self, cx: &mut impl Context<Self>, index: LogIndex, state: Store) {
        let is_committed = index <= self.commit_index || self.has_bug(bugs::SNAPSHOT_RACE);
        assert!(is_committed, "only what is committed is compacted");
        let Some(last) = self.log.position(index) else { return };
        if self.saving.is_some() {
            return;
        }
        let kept = LogIndex(index.0.saturating_sub(self.options.snapshot_trailing));
        let base = self.log.position(kept).unwrap_or(self.log.base());
        let configuration = self.configurations.at(index);
        self.save(cx, Snapshot::new(last, configuration, state), base, None);
    }

    fn save(
        &mut self,
        cx: &mut impl Context<Self>,
        snapshot: Rc<Snapshot>,
        base: Position,
        answer: Option<(NodeId, Message)>,
    ) {
        let record = Record::Snapshot { snapshot: Rc::clone(&snapshot), base };
        self.write(cx, SNAPSHOT, Write::Replace(record));
        self.saving = Some(Saving { sync: self.durability.next_sync(), snapshot, base, answer });
    }

    /// Cuts the log behind a snapshot that has become durable, or replaces it.
    pub(super) fn finish_saving(&mut self, cx: &mut impl Context<Self>) {
        let durability = &self.durability;
        let Some(saving) = self.saving.take_if(|saving| durability.is_done(saving.sync)) else { return };
        let Position { index, term, prefix } = saving.snapshot.last;
        let continues = self.log.position(index) == Some(saving.snapshot.last);
        let is_race = self.has_bug(bugs::SNAPSHOT_RACE) && saving.answer.is_some();
        if index > self.commit_index || is_race {
            assert!(saving.answer.is_some(), "a snapshot taken here is of what is committed");
            if !continues || is_race {
                self.reset_log(cx, &saving.snapshot);
            }
            self.commit_index = index;
            cx.note(ConsensusNote::Installed { index, term, prefix });
        }
        if continues && saving.base.index > self.log.base().index {
            self.cut_log(cx, saving.base);
        }
        self.configurations.forget_before(index);
        self.snapshot = Some(saving.snapshot);
        if let Some((to, answer)) = saving.answer
            && answer.term() == self.current_term
        {
            self.send_with_log(cx, to, answer, index);
        }
    }

    /// A follower needs entries that are compacted: it gets the snapshot instead.
    pub(super) fn begin_sending_snapshot(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        let Role::Leader(leader) = &mut self.role else { return };
        leader.followers[slot].mode = Mode::Snapshot { snapshot, received: 0 };
        self.send_piece(cx, slot);
    }

    fn send_piece(&mut self, cx: &mut impl Context<Self>, slot: usize) {
        let Role::Leader(leader) = &self.role else { return };
        let Mode::Snapshot { snapshot, received } = &leader.followers[slot].mode else { return };
        let install = InstallSnapshot {
            term: self.current_term,
            round: leader.rounds.newest,
            snapshot: Rc::clone(snapshot),
            offset: *received,
            length: self.options.snapshot_chunk.min(snapshot.size - received),
        };
        cx.send(self.roster.node(slot), Message::InstallSnapshot(Rc::new(install)));
        cx.arm(Timer::Retransmit(slot as u32), self.options.retransmit_timeout());
    }

    pub(super) fn on_install_snapshot(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        install: &InstallSnapshot,
    ) {
        let last = install.snapshot.last;
        if install.term < self.current_term {
            let (term, last_index) = (self.current_term, last.index);
            let refusal = Message::SnapshotReply { term, round: 0, received: 0, last_index };
            return self.send_with_metadata(cx, from, refusal);
        }
        if !self.hear_leader(cx, from, install.term) {
            return;
        }
        let size = install.snapshot.size;
        let (term, round) = (self.current_term, self.confirmed(install.round));
        let answer = |received| Message::SnapshotReply { term, round, received, last_index: last.index };
        if last.index <= self.commit_index {
            return self.send_with_log(cx, from, answer(size), last.index); // It has all that already.
        }
        let received = self.receive_piece(install);
        let is_whole = received >= size && (size > 0 || install.done());
        if !is_whole {
            return self.send_with_metadata(cx, from, answer(received));
        }
        // While another is being written, the leader's retransmission will find the way clear.
        if self.saving.is_none() {
            self.receiving = None;
            self.save(cx, Rc::clone(&install.snapshot), last, Some((from, answer(size))));
        }
    }

    /// Adds a piece and returns how many bytes of the snapshot are here without a gap.
    fn receive_piece(&mut self, install: &InstallSnapshot) -> u32 {
        let last = install.snapshot.last;
        let mut receiving = match self.receiving.take() {
            Some(receiving) if receiving.last == last => receiving,
            Some(_) | None => Receiving { last, received: 0 },
        };
        if install.offset <= receiving.received {
            receiving.received = receiving.received.max(install.offset + install.length);
        }
        let received = receiving.received;
        self.receiving = Some(receiving);
        received
    }

    pub(super) fn on_snapshot_reply(
        &mut self,
        cx: &mut impl Context<Self>,
        slot: usize,
        term: Term,
        round: u32,
        received: u32,
        last_index: LogIndex,
    ) {
        if !self.hear_answer(cx, slot, term, round) {
            return;
        }
        let Role::Leader(leader) = &mut self.role else { return };
        if !leader.members.has(slot) {
            return;
        }
        let progress = &mut leader.followers[slot];
        let Mode::Snapshot { snapshot, received: before } = &mut progress.mode else { return };
        if snapshot.last.index != last_index {
            return;
        }
        if received >= snapshot.size {
            // Installed: its log now holds, for sure, what this leader's snapshot covers.
            progress.match_index = progress.match_index.max(last_index);
            progress.probe(last_index.next());
            self.advance_commit(cx);
            self.replicate(cx, slot);
        } else if received > *before {
            *before = received;
            self.send_piece(cx, slot);
        }
    }
}
