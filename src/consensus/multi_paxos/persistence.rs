//! What is written to disk, and what waits for it ("Paxos Made Simple", §2.5: an acceptor must remember what it promised
//! and accepted even if it fails and restarts).
//!
//! A journal holds what was accepted, record behind record: a later one of a slot supersedes an earlier one, so that
//! nothing is ever overwritten. It is cut with snapshots, at the first record that the log behind the snapshot needs.
//!
//! Assumed of the disk: a replaced cell is old or new, and of an area's writes that no sync covered, a crash leaves a
//! prefix, of which the last record may be torn. That torn end is cut: nobody was told of it. Whatever else cannot be read
//! was durable once, and may have been promised to somebody: the server halts and does not guess.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::consensus::configurations::Configurations;
use crate::consensus::group_commit::GroupCommit;
use crate::consensus::replicated_log::{Position, Snapshot};
use crate::kernel::{Area, Context, DiskToken, Durable, NodeId, Write};
use crate::model::halt::Halt;
use crate::model::log::{Command, Entry, LogIndex, Term};
use crate::model::membership::Configuration;
use crate::model::note::ConsensusNote;

use super::bugs;
use super::message::{Message, Vote};
use super::recovery::Recovering;
use super::roles::Role;
use super::{Config, Log, MultiPaxos, Timer};

/// The cell that holds the promise.
pub const METADATA: Area = Area(0);
/// What was accepted, in order of time.
pub const JOURNAL: Area = Area(1);
/// The cell that holds the newest snapshot.
pub const SNAPSHOT: Area = Area(2);

/// What a server writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Record {
    /// In [`METADATA`].
    Metadata(Metadata),
    /// In [`JOURNAL`].
    Vote(Vote),
    /// In [`SNAPSHOT`].
    Snapshot {
        /// The snapshot.
        snapshot: Rc<Snapshot>,
        /// Where the log begins once it is cut: at the snapshot's last entry or a little before.
        base: Position,
        /// Where the journal begins once it is cut.
        first_record: u64,
    },
}

/// What a server remembers of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Metadata {
    /// The highest ballot promised.
    pub promised: Term,
    /// What was known to be chosen when the configuration in force last changed, so that a server which restarts asks no
    /// one that has long left.
    pub chosen: Position,
    /// The first slot of which it remembers all that it did: behind 1 only if its disk was once lost.
    pub since: LogIndex,
    /// Whether it remembers all that it promised since then: not, if its disk is a new one and the group has not taken it in
    /// again.
    pub is_whole: bool,
}

/// What a server finds at boot.
pub(super) struct Restored {
    pub metadata: Metadata,
    pub snapshot: Option<Rc<Snapshot>>,
    pub log: Log,
    pub configurations: Configurations,
    pub recovering: Option<Recovering>,
    /// Where the next record of the journal goes.
    pub next_record: u64,
    /// Where the journal is to begin.
    pub first_record: u64,
}

impl Restored {
    /// What a server that has to halt goes by: nothing.
    pub(super) fn nothing(config: &Config) -> Restored {
        let (promised, chosen, since) = (Term(0), Position::START, LogIndex(0));
        Restored {
            metadata: Metadata { promised, chosen, since, is_whole: true },
            snapshot: None,
            log: Log::new(Position::START),
            configurations: Configurations::starting(LogIndex(0), config.initial),
            recovering: None,
            next_record: 0,
            first_record: 0,
        }
    }
}

/// Reads the disk.
///
/// # Errors
/// Why the server cannot take part: what it must know cannot be read, or the journal was cut for a snapshot that is not
/// there.
pub(super) fn restore(disk: &Durable<Record>, config: &Config) -> Result<Restored, Halt> {
    let (snapshot, base, first_record) = match disk.last(SNAPSHOT).map_err(Halt::Snapshot)? {
        Some(Record::Snapshot { snapshot, base, first_record }) => {
            (Some(Rc::clone(snapshot)), *base, *first_record)
        }
        Some(Record::Metadata(_) | Record::Vote(_)) | None => (None, Position::START, 0),
    };
    if disk.first(JOURNAL) > first_record {
        return Err(Halt::NoSnapshot);
    }
    let votes = readable_votes(disk)?;
    let next_record = disk.first(JOURNAL) + votes.len() as u64;
    let mut log = Log::new(base);
    let mut highest = Term(0);
    for (record, vote) in (disk.first(JOURNAL)..).zip(votes) {
        let Record::Vote(Vote { index, ballot, entry }) = *vote else {
            unreachable!("the journal holds what was accepted only")
        };
        highest = highest.max(ballot);
        if index > base.index {
            log.accept(index, ballot, entry, record);
        }
    }
    if let Some(snapshot) = &snapshot
        && !log.choose_up_to(snapshot.last)
    {
        // It came from another server, or the crash came before all that it covers was durable here.
        log.leap(snapshot.last);
    }
    let stored = match disk.last(METADATA).map_err(Halt::Metadata)? {
        Some(Record::Metadata(metadata)) => *metadata,
        Some(Record::Vote(_) | Record::Snapshot { .. }) | None => {
            Metadata { is_whole: !disk.is_replacement(), ..Restored::nothing(config).metadata }
        }
    };
    let mut configurations = match &snapshot {
        Some(snapshot) => Configurations::starting(snapshot.last.index, snapshot.configuration),
        None => Configurations::starting(LogIndex(0), config.initial),
    };
    let mut index = log.chosen();
    if log.choose_up_to(stored.chosen) {
        while index < log.chosen() {
            index = index.next();
            configurations.append(index, log.entry(index).expect("it is chosen"));
        }
    }
    let recovering = (!stored.is_whole && !config.options.bugs.has(bugs::AMNESIA)).then(Recovering::default);
    // A crash may have kept a value and not the promise that came with it.
    let metadata = Metadata { promised: stored.promised.max(highest), ..stored };
    Ok(Restored { metadata, snapshot, log, configurations, recovering, next_record, first_record })
}

/// The records of the journal, without a torn end.
fn readable_votes(disk: &Durable<Record>) -> Result<&[Record], Halt> {
    let damaged = match disk.records(JOURNAL) {
        Ok(records) => return Ok(records),
        Err(damaged) => damaged,
    };
    let (position, damage) = damaged.first();
    damaged.before_torn_end().ok_or(Halt::Entry(LogIndex(position + 1), damage))
}

/// What is written, synced and waited for.
#[derive(Clone, Debug)]
pub(super) struct Durability {
    commits: GroupCommit<Message>,
    /// Whether the metadata changed and are not written yet.
    metadata_is_stale: bool,
    /// The sync that covers their last change.
    metadata_sync: u64,
    /// The sync that covers the last record of the journal.
    journal_sync: u64,
    /// Where the next record of the journal goes.
    next_record: u64,
    /// Records before this one will be durable when the sync under way is done.
    in_flight_record: u64,
    /// Records before this one are durable.
    durable_record: u64,
    /// What was accepted and is not durable.
    undurable: VecDeque<Undurable>,
}

/// An accepted value that is not durable yet.
#[derive(Clone, Copy, Debug)]
struct Undurable {
    record: u64,
    index: LogIndex,
    ballot: Term,
    value: u64,
}

impl Durability {
    pub(super) fn new(next_record: u64) -> Durability {
        Durability {
            commits: GroupCommit::default(),
            metadata_is_stale: false,
            metadata_sync: 0,
            journal_sync: 0,
            next_record,
            in_flight_record: next_record,
            durable_record: next_record,
            undurable: VecDeque::new(),
        }
    }

    /// Whether the promise is durable.
    #[inline]
    pub(super) fn metadata_is_durable(&self) -> bool {
        self.commits.is_done(self.metadata_sync)
    }

    /// Whether the sync of this number is done.
    #[inline]
    pub(super) fn is_done(&self, sync: u64) -> bool {
        self.commits.is_done(sync)
    }

    /// The sync that will cover what is written now.
    #[inline]
    pub(super) fn next_sync(&self) -> u64 {
        self.commits.next_sync()
    }

    /// Whether the record at this position of the journal is durable.
    #[inline]
    pub(super) fn is_durable(&self, record: u64) -> bool {
        record < self.durable_record
    }

    /// Where the next record of the journal goes.
    pub(super) fn next_record(&self) -> u64 {
        self.next_record
    }
}

impl MultiPaxos {
    /// Tells the observers what the disk held, so that they can rebuild their picture of it, and brings the journal in line
    /// with a snapshot whose cut was not durable, and rids it of a torn end.
    pub(super) fn tell_restored(
        &mut self,
        cx: &mut impl Context<Self>,
        disk: &Durable<Record>,
        first_record: u64,
    ) {
        let mut covered = LogIndex(0);
        if let Some(snapshot) = &self.snapshot {
            let Position { index, term, prefix } = snapshot.last;
            cx.note(ConsensusNote::Installed { index, term, prefix });
            covered = index;
        }
        for Vote { index, ballot, entry } in self.log.votes(covered.next()) {
            cx.note(ConsensusNote::Accepted { index, term: ballot, value: entry.digest() });
        }
        if self.recovering.is_some() {
            cx.note(ConsensusNote::Recovering);
        }
        cx.note(ConsensusNote::Synced { through: self.log.last_index() });
        cx.note(ConsensusNote::Promised { term: self.promised, to: None });
        if self.commit_index > covered {
            let Position { index, term, prefix } =
                self.log.position(self.commit_index).expect("it is chosen");
            cx.note(ConsensusNote::Committed { index, term, prefix });
        }
        self.tell_configuration(cx);
        let not_in_force = LogIndex(self.commit_index.0.saturating_sub(self.options.alpha)).next();
        for Vote { entry, .. } in self.log.votes(not_in_force.max(covered.next())) {
            self.foresee(cx, &entry);
        }
        if disk.end(JOURNAL) > self.durability.next_record {
            self.write(cx, JOURNAL, Write::TruncateSuffix { from: self.durability.next_record });
        }
        if disk.first(JOURNAL) < first_record {
            self.write(cx, JOURNAL, Write::TruncatePrefix { to: first_record });
        }
    }

    /// The promise changed, or something else of the metadata: they are written when the handler ends.
    pub(super) fn metadata_changed(&mut self) {
        self.durability.metadata_is_stale = true;
        self.durability.metadata_sync = self.durability.next_sync();
    }

    /// Accepts `entry` in `ballot` at `index`: in the log at once, on disk with the next sync.
    #[inline]
    pub(super) fn accept_value(
        &mut self,
        cx: &mut impl Context<Self>,
        index: LogIndex,
        ballot: Term,
        entry: Entry,
    ) {
        let durability = &mut self.durability;
        let record = durability.next_record;
        durability.next_record += 1;
        durability.journal_sync = durability.next_sync();
        let value = self.log.accept(index, ballot, entry, record).value;
        durability.undurable.push_back(Undurable { record, index, ballot, value });
        self.write(cx, JOURNAL, Write::Append(Record::Vote(Vote { index, ballot, entry })));
        self.foresee(cx, &entry);
    }

    /// Tells the observers who decides once this entry is chosen, and the slots between are.
    #[inline]
    fn foresee(&self, cx: &mut impl Context<Self>, entry: &Entry) {
        if let Command::Reconfigure(Configuration { voters, .. }) = entry.command {
            let quorum = self.options.quorums.noted_q2(voters.len());
            cx.note(ConsensusNote::Foreseen { voters, quorum });
        }
    }

    /// Drops the log up to and including `base`, and the journal before `first_record`; a durable snapshot covers both.
    pub(super) fn cut_log(&mut self, cx: &mut impl Context<Self>, base: Position, first_record: u64) {
        self.log.cut(base);
        self.write(cx, JOURNAL, Write::TruncatePrefix { to: first_record });
        cx.note(ConsensusNote::Compacted { index: base.index });
    }

    pub(super) fn write(&mut self, cx: &mut impl Context<Self>, area: Area, write: Write<Record>) {
        cx.write(area, write);
        self.durability.commits.wrote(area);
    }

    /// Sends once the promise is durable.
    pub(super) fn send_with_metadata(&mut self, cx: &mut impl Context<Self>, to: NodeId, message: Message) {
        self.send_after(cx, self.durability.metadata_sync, to, message);
    }

    /// Sends once the promise and all that was accepted until now are durable.
    pub(super) fn send_with_journal(&mut self, cx: &mut impl Context<Self>, to: NodeId, message: Message) {
        let sync = self.durability.journal_sync.max(self.durability.metadata_sync);
        self.send_after(cx, sync, to, message);
    }

    fn send_after(&mut self, cx: &mut impl Context<Self>, sync: u64, to: NodeId, message: Message) {
        if self.durability.is_done(sync) {
            send(cx, to, message);
        } else {
            self.durability.commits.hold(sync, to, message);
        }
    }

    /// Writes changed metadata, and asks for a sync if there is something to sync and none is under way.
    pub(super) fn flush(&mut self, cx: &mut impl Context<Self>) {
        if self.halted {
            return;
        }
        if self.durability.metadata_is_stale {
            self.durability.metadata_is_stale = false;
            let metadata = Metadata {
                promised: self.promised,
                chosen: self.settled_at,
                since: self.since,
                is_whole: self.recovering.is_none(),
            };
            self.write(cx, METADATA, Write::Replace(Record::Metadata(metadata)));
        }
        if let Some((areas, token)) = self.durability.commits.begin() {
            self.durability.in_flight_record = self.durability.next_record;
            cx.sync(areas, token);
        }
    }

    /// A sync is done: what waited for it goes out, and what hangs on durability moves on.
    pub(super) fn on_synced(&mut self, cx: &mut impl Context<Self>, token: DiskToken) {
        self.durability.commits.complete(token);
        self.durability.durable_record = self.durability.in_flight_record;
        self.tell_accepted(cx);
        self.vouch_for_durable();
        self.durability.commits.release(|to, message| send(cx, to, message));
        self.finish_saving(cx);
        match self.role {
            Role::Leader(_) => {
                self.advance_commit(cx);
                self.reconsider_window(cx);
                if !self.options.parallel_leader_write {
                    self.replicate_to_all(cx);
                }
            }
            Role::Candidate(_) => self.count_own_promise(cx),
            Role::Follower | Role::PreCandidate { .. } => {}
        }
    }

    /// Tells the observers what has become durable. A leader is one of its acceptors, from now on.
    fn tell_accepted(&mut self, cx: &mut impl Context<Self>) {
        let own_ballot = if self.is_leader() { self.promised } else { Term(0) };
        while let Some(&Undurable { record, index, ballot, value }) = self.durability.undurable.front()
            && self.durability.is_durable(record)
        {
            self.durability.undurable.pop_front();
            cx.note(ConsensusNote::Accepted { index, term: ballot, value });
            if ballot == own_ballot
                && let Some(cell) = self.log.cell_mut(index)
            {
                cell.acceptors.add(self.slot);
            }
        }
    }

    /// Takes part no more: what this server would say it could not vouch for.
    pub(super) fn halt(&mut self, cx: &mut impl Context<Self>, why: Halt) {
        self.step_down(cx);
        cx.disarm(Timer::Election);
        self.halted = true;
        self.leader = None;
        cx.note(ConsensusNote::Halted { why });
    }

    /// Another server says what cannot be, unless somebody's disk lost what it had acknowledged: halts, as the one whose
    /// disk it was cannot be told from here. Returns whether it did: with a bug switched on it goes on, as that is what
    /// such a run shows.
    pub(super) fn halt_at_contradiction(&mut self, cx: &mut impl Context<Self>, why: Halt) -> bool {
        if self.options.bugs.is_none() {
            self.halt(cx, why);
        }
        self.halted
    }
}

/// Sends what is durable. A promise counts from here on.
#[inline]
pub(super) fn send(cx: &mut impl Context<MultiPaxos>, to: NodeId, message: Message) {
    if let Message::Promise(promise) = &message {
        cx.note(ConsensusNote::Promised { term: promise.ballot, to: None });
    }
    cx.send(to, message);
}
