//! Snapshots and catching up ("Paxos made live", §5.5): a snapshot is durable before the log and the journal that it
//! replaces are cut, so that a crash in between leaves a snapshot and more log than needed, never less.
//!
//! What is chosen hangs on no ballot, so that any server may hand its snapshot to any other: who lacks what others have
//! compacted, a follower or a candidate, fetches it piece by piece. Who hands it out goes on with the snapshot that it began
//! with, though it has taken newer ones: else a follower that takes longer than that would begin again for ever.

use std::rc::Rc;

use crate::consensus::configurations::Configurations;
use crate::consensus::replicated_log::{Position, Snapshot};
use crate::kernel::{Context, NodeId, Write};
use crate::model::halt::Halt;
use crate::model::log::LogIndex;
use crate::model::note::ConsensusNote;
use crate::model::store::Store;

use super::membership::Reign;
use super::message::{Message, Piece};
use super::persistence::{Record, SNAPSHOT};
use super::{MultiPaxos, Timer};

/// A snapshot that is being written.
#[derive(Clone, Debug)]
pub(super) struct Saving {
    /// The sync that makes it durable.
    sync: u64,
    snapshot: Rc<Snapshot>,
    /// Where the log begins afterwards, and the journal.
    base: Position,
    first_record: u64,
}

/// A snapshot that is being fetched.
#[derive(Clone, Debug)]
pub(super) struct Fetching {
    from: NodeId,
    /// Its last index; 0 until the first piece tells.
    last_index: LogIndex,
    /// Bytes received without a gap.
    received: u32,
}

impl MultiPaxos {
    pub(super) fn take_snapshot(&mut self, cx: &mut impl Context<Self>, index: LogIndex, state: Store) {
        assert!(index <= self.commit_index, "only what is committed is compacted");
        let Some(last) = self.log.position(index) else { return };
        let configuration = self.configurations.at(index);
        // One configuration must decide all that follows: a snapshot has no room for one that is still to come.
        let deciding_next =
            self.configurations.at(LogIndex((index.0 + 1).saturating_sub(self.options.alpha)));
        if self.saving.is_some() || configuration != deciding_next {
            return;
        }
        let kept = LogIndex(index.0.saturating_sub(self.options.snapshot_trailing));
        let base = self.log.position(kept).unwrap_or(self.log.base());
        self.save(cx, Snapshot::new(last, configuration, state), base);
    }

    fn save(&mut self, cx: &mut impl Context<Self>, snapshot: Rc<Snapshot>, base: Position) {
        let first_record = self.log.first_record(base.index, self.durability.next_record());
        let record = Record::Snapshot { snapshot: Rc::clone(&snapshot), base, first_record };
        self.write(cx, SNAPSHOT, Write::Replace(record));
        self.saving = Some(Saving { sync: self.durability.next_sync(), snapshot, base, first_record });
    }

    /// Cuts the log behind a snapshot that has become durable, or goes on behind it.
    pub(super) fn finish_saving(&mut self, cx: &mut impl Context<Self>) {
        let durability = &self.durability;
        let Some(saving) = self.saving.take_if(|saving| durability.is_done(saving.sync)) else { return };
        let Saving { snapshot, base, first_record, .. } = saving;
        let Position { index, term, prefix } = snapshot.last;
        let is_ahead = index > self.commit_index;
        if is_ahead {
            if self.is_leader() {
                self.step_down(cx); // What it proposes is decided, as it learns only now: it begins again behind that.
            }
            self.log.leap(snapshot.last);
            self.commit_index = index;
            self.vouched = self.vouched.max(index);
            self.vouched_durable = self.vouched_durable.max(index);
            self.configurations = Configurations::starting(index, snapshot.configuration);
            self.reign = Reign::new(&self.configurations, index, &self.options);
            self.settled_at = snapshot.last;
            self.metadata_changed();
            cx.note(ConsensusNote::Installed { index, term, prefix });
            self.tell_configuration(cx);
        }
        if is_ahead || base.index > self.log.base().index {
            if self.log.position(base.index) != Some(base) {
                // Another's snapshot, and not of what was chosen here: one of the two disks has lost what it held.
                self.halt_at_contradiction(cx, Halt::Committed(base.index));
                return;
            }
            self.cut_log(cx, base, first_record);
        }
        self.configurations.forget_before(LogIndex((index.0 + 1).saturating_sub(self.options.alpha)));
        self.snapshot = Some(snapshot);
        if is_ahead {
            self.vouch();
            self.vouch_for_durable();
            self.campaign_behind_snapshot(cx);
        }
    }

    /// Another holds in a snapshot only what this server lacks.
    pub(super) fn fetch_snapshot(&mut self, cx: &mut impl Context<Self>, from: NodeId) {
        if self.fetching.as_ref().is_some_and(|fetching| fetching.from == from) || self.saving.is_some() {
            return;
        }
        self.fetching = Some(Fetching { from, last_index: LogIndex(0), received: 0 });
        self.ask_for_piece(cx);
    }

    fn ask_for_piece(&mut self, cx: &mut impl Context<Self>) {
        let Some(Fetching { from, last_index, received }) = self.fetching else { return };
        cx.send(from, Message::Fetch { last_index, offset: received });
        cx.arm(Timer::Fetch, self.options.retransmit_timeout());
    }

    /// A piece was lost, or whoever was asked is gone: another that leads will say so again.
    pub(super) fn on_fetch_timeout(&mut self, cx: &mut impl Context<Self>) {
        let Some(fetching) = &self.fetching else { return };
        if self.is_candidate() || self.leader == Some(fetching.from) {
            self.ask_for_piece(cx);
        } else {
            self.fetching = None;
        }
    }

    pub(super) fn on_fetch(
        &mut self,
        cx: &mut impl Context<Self>,
        from: NodeId,
        last_index: LogIndex,
        offset: u32,
    ) {
        let Some(slot) = self.roster.slot(from) else { return };
        let begun = &mut self.handing_out[slot];
        if begun.as_ref().is_none_or(|begun| begun.last.index != last_index) {
            begun.clone_from(&self.snapshot);
        }
        let Some(snapshot) = begun else { return };
        let is_same = snapshot.last.index == last_index && offset <= snapshot.size;
        let offset = if is_same { offset } else { 0 };
        let length = self.options.snapshot_chunk.min(snapshot.size - offset);
        let piece = Piece { snapshot: Rc::clone(snapshot), offset, length };
        cx.send(from, Message::Piece(Rc::new(piece)));
    }

    pub(super) fn on_piece(&mut self, cx: &mut impl Context<Self>, from: NodeId, piece: &Piece) {
        let Some(fetching) = self.fetching.as_mut().filter(|fetching| fetching.from == from) else { return };
        let last_index = piece.snapshot.last.index;
        if last_index > fetching.last_index {
            (fetching.last_index, fetching.received) = (last_index, 0);
        }
        if last_index < fetching.last_index || piece.offset != fetching.received {
            return; // It is late, or came twice.
        }
        fetching.received += piece.length;
        if fetching.received < piece.snapshot.size {
            if self.is_candidate() {
                self.arm_election(cx);
            }
            return self.ask_for_piece(cx);
        }
        self.fetching = None;
        cx.disarm(Timer::Fetch);
        if last_index > self.commit_index && self.saving.is_none() {
            self.save(cx, Rc::clone(&piece.snapshot), piece.snapshot.last);
        }
    }
}
