//! What is written to disk, and what waits for it (Figure 2: "updated on stable storage before responding").
//!
//! At most one sync is under way; the next covers everything written meanwhile (group commit). A message that
//! promises something is held back until the sync that covers it is done: votes and terms wait for the metadata,
//! an acknowledgement for the log up to what it acknowledges. Whatever is held is lost in a crash, as it should.
//!
//! Assumed of the disk: a replaced cell is old or new, and of an area's writes that no sync covered, a crash leaves a
//! prefix, of which the last record may be torn. That torn end is cut: it was never acknowledged. Whatever else cannot be
//! read was durable once, and may have been promised to somebody: the server halts and does not guess.

use std::rc::Rc;

use crate::consensus::bugs::Bugs;
use crate::consensus::configurations::Configurations;
use crate::consensus::group_commit::GroupCommit;
use crate::consensus::replicated_log::{Position, Snapshot};
use crate::kernel::{Area, Context, DiskToken, Durable, NodeId, Write};
use crate::model::halt::Halt;
use crate::model::log::{Entry, LogIndex, Term};
use crate::model::note::ConsensusNote;

use super::bugs;
use super::message::Message;
use super::recovery::Recovering;
use super::{Config, Log, Raft, Role};

/// The cell that holds term and vote.
pub const METADATA: Area = Area(0);
/// The log; the entry of index `i` has position `i - 1`.
pub const LOG: Area = Area(1);
/// The cell that holds the newest snapshot.
pub const SNAPSHOT: Area = Area(2);

/// What a server writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Record {
    /// In [`METADATA`].
    Metadata {
        /// The latest term seen.
        current_term: Term,
        /// The vote given in it.
        voted_for: Option<NodeId>,
        /// Whether the server remembers all that it ever promised: not, if its disk is a new one and the group has not
        /// taken it in again.
        is_whole: bool,
    },
    /// In [`LOG`].
    Entry(Entry),
    /// In [`SNAPSHOT`].
    Snapshot {
        /// The snapshot.
        snapshot: Rc<Snapshot>,
        /// Where the log begins once it is cut: at the snapshot's last entry or a little before.
        base: Position,
    },
}

/// What a server finds at boot.
pub(super) struct Restored {
    pub current_term: Term,
    pub voted_for: Option<NodeId>,
    pub snapshot: Option<Rc<Snapshot>>,
    pub log: Log,
    pub configurations: Configurations,
    pub recovering: Option<Recovering>,
}

impl Restored {
    /// What a server that has to halt goes by: nothing.
    pub(super) fn nothing(config: &Config) -> Restored {
        Restored {
            current_term: Term(0),
            voted_for: None,
            snapshot: None,
            log: Log::new(Position::START),
            configurations: Configurations::starting(LogIndex(0), config.initial),
            recovering: None,
        }
    }
}

/// Reads the disk. A log that does not continue the snapshot is dropped: the snapshot came from a leader and
/// replaced it, and the crash came before the cut was durable.
///
/// # Errors
/// Why the server cannot take part: what it must know cannot be read, or the log was cut for a snapshot that is not there.
pub(super) fn restore(disk: &Durable<Record>, config: &Config) -> Result<Restored, Halt> {
    let bugs = config.options.bugs;
    let (snapshot, base) = match disk.last(SNAPSHOT).map_err(Halt::Snapshot)? {
        Some(Record::Snapshot { snapshot, base }) => (Some(Rc::clone(snapshot)), *base),
        Some(Record::Metadata { .. } | Record::Entry(_)) | None => (None, Position::START),
    };
    if disk.first(LOG) > snapshot.as_ref().map_or(0, |snapshot| snapshot.last.index.0) {
        return Err(Halt::NoSnapshot);
    }
    // A log that a boot found not to continue the snapshot was cut up to the snapshot's end, in place of `base`.
    let base = match &snapshot {
        Some(snapshot) if disk.first(LOG) == snapshot.last.index.0 => snapshot.last,
        Some(_) | None => base,
    };
    let records = readable_entries(disk, bugs)?;
    let mut log = Log::new(base);
    for record in records_behind(base, disk.first(LOG), records) {
        let Record::Entry(entry) = record else { unreachable!("the log area holds entries only") };
        log.append(*entry);
    }
    if let Some(snapshot) = &snapshot
        && log.position(snapshot.last.index) != Some(snapshot.last)
    {
        log = Log::new(snapshot.last);
    }
    let (stored_term, voted_for, is_whole) = match disk.last(METADATA).map_err(Halt::Metadata)? {
        Some(Record::Metadata { current_term, voted_for, is_whole }) => {
            (*current_term, *voted_for, *is_whole)
        }
        Some(Record::Entry(_) | Record::Snapshot { .. }) | None => (Term(0), None, !disk.is_replacement()),
    };
    let recovering = (!is_whole && !bugs.has(bugs::AMNESIA)).then(Recovering::default);
    // A crash may have kept an entry and not the term that came with it: in that term nothing was said yet.
    let current_term = stored_term.max(log.last_term());
    let voted_for = if current_term == stored_term { voted_for } else { None };
    let configurations = configurations_of(&log, snapshot.as_deref(), config);
    Ok(Restored { current_term, voted_for, snapshot, log, configurations, recovering })
}

/// What the snapshot and the log behind it say of who takes part.
fn configurations_of(log: &Log, snapshot: Option<&Snapshot>, config: &Config) -> Configurations {
    let (mut index, first) = match snapshot {
        Some(snapshot) if !config.options.bugs.has(bugs::SNAPSHOT_DROPS_CONFIGURATION) => {
            (snapshot.last.index, snapshot.configuration)
        }
        Some(_) | None => (log.base().index, config.initial),
    };
    let mut configurations = Configurations::starting(index, first);
    while index < log.last_index() {
        index = index.next();
        configurations.append(index, log.entry(index).expect("it is within the log"));
    }
    configurations
}

/// The records of the log area, without a torn end.
fn readable_entries(disk: &Durable<Record>, bugs: Bugs) -> Result<&[Record], Halt> {
    let damaged = match disk.records(LOG) {
        Ok(records) => return Ok(records),
        Err(damaged) => damaged,
    };
    if bugs.has(bugs::TRUNCATE_ON_CORRUPT) {
        return Ok(damaged.before());
    }
    let (position, damage) = damaged.first();
    damaged.before_torn_end().ok_or(Halt::Entry(LogIndex(position + 1), damage))
}

/// Those of `records`, which begin at position `first`, that follow `base`: none if the log was cut further, ends before
/// it, or holds another entry at its index.
fn records_behind(base: Position, first: u64, records: &[Record]) -> &[Record] {
    let Some(covered) = base.index.0.checked_sub(first) else { return &[] };
    if covered == 0 {
        return records;
    }
    match records.get(covered as usize - 1) {
        Some(Record::Entry(entry)) if entry.term == base.term => &records[covered as usize..],
        Some(Record::Entry(_) | Record::Metadata { .. } | Record::Snapshot { .. }) | None => &[],
    }
}

/// What is written, synced and waited for.
#[derive(Clone, Debug)]
pub(super) struct Durability {
    commits: GroupCommit<Message>,
    /// Whether term or vote changed and are not written yet.
    metadata_is_stale: bool,
    /// The sync that covers the last change of term or vote.
    metadata_sync: u64,
    /// How much of the log the disk holds for sure.
    durable_index: LogIndex,
    /// How much it will hold when the sync under way is done.
    in_flight_index: LogIndex,
}

impl Durability {
    pub(super) fn new(durable_index: LogIndex) -> Durability {
        Durability {
            commits: GroupCommit::default(),
            metadata_is_stale: false,
            metadata_sync: 0,
            durable_index,
            in_flight_index: durable_index,
        }
    }

    /// How much of the log is durable.
    #[inline]
    pub(super) fn durable_index(&self) -> LogIndex {
        self.durable_index
    }

    /// Whether term and vote are durable.
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

    /// The sync that covers the log up to `index`; one that is done if it is durable.
    fn log_sync(&self, index: LogIndex) -> u64 {
        if index <= self.durable_index {
            0
        } else if index <= self.in_flight_index {
            self.commits.newest_sync()
        } else {
            self.next_sync()
        }
    }

    /// What stood behind `last` in the log is gone, and with it what any sync says about it.
    fn forget_behind(&mut self, last: LogIndex) {
        self.durable_index = self.durable_index.min(last);
        self.in_flight_index = self.in_flight_index.min(last);
    }
}

impl Raft {
    /// Tells the observers what the disk held, so that they can rebuild their picture of this log, and brings
    /// the log area in line with a snapshot whose cut was not durable, and rids it of a torn end.
    pub(super) fn tell_restored(&mut self, cx: &mut impl Context<Self>, disk: &Durable<Record>) {
        let base = self.log.base();
        let mut told = base.index;
        if let Some(snapshot) = &self.snapshot {
            let Position { index, term, prefix } = snapshot.last;
            cx.note(ConsensusNote::Installed { index, term, prefix });
            told = index;
        }
        while told < self.log.last_index() {
            told = told.next();
            let Position { index, term, prefix } = self.log.position(told).expect("it is within the log");
            cx.note(ConsensusNote::Appended { index, term, prefix });
        }
        if self.recovering.is_some() {
            cx.note(ConsensusNote::Recovering);
        }
        cx.note(ConsensusNote::Synced { through: told });
        cx.note(ConsensusNote::Promised { term: self.current_term, to: self.voted_for });
        self.tell_configuration(cx);
        let last_index = self.log.last_index();
        if disk.end(LOG) > last_index.0 {
            self.write(cx, LOG, Write::TruncateSuffix { from: last_index.0 });
        }
        if disk.first(LOG) < base.index.0 {
            self.write(cx, LOG, Write::TruncatePrefix { to: base.index.0 });
        }
    }

    /// Term or vote changed: they are written when the handler ends.
    pub(super) fn metadata_changed(&mut self) {
        if self.has_bug(bugs::VOTE_NOT_PERSISTED) {
            return;
        }
        self.durability.metadata_is_stale = true;
        self.durability.metadata_sync = self.durability.next_sync();
    }

    /// Adds an entry to the log and its area.
    pub(super) fn append(&mut self, cx: &mut impl Context<Self>, entry: Entry) -> LogIndex {
        let Position { index, term, prefix } = self.log.append(entry);
        self.write(cx, LOG, Write::Append(Record::Entry(entry)));
        cx.note(ConsensusNote::Appended { index, term, prefix });
        self.configuration_appended(cx, index, &entry);
        index
    }

    /// Removes the entries at `from` and after from the log and its area.
    pub(super) fn truncate(&mut self, cx: &mut impl Context<Self>, from: LogIndex) {
        let from = from.max(self.log.base().index.next());
        if from > self.log.last_index() {
            return;
        }
        self.log.truncate(from);
        self.write(cx, LOG, Write::TruncateSuffix { from: from.0 - 1 });
        let in_flight_index = self.durability.in_flight_index;
        self.durability.forget_behind(from.previous());
        if self.has_bug(bugs::APPEND_ABA) {
            self.durability.in_flight_index = in_flight_index;
        }
        cx.note(ConsensusNote::Truncated { from });
        if self.configurations.truncate(from) {
            self.configuration_changed(cx);
        }
    }

    /// Replaces the whole log by nothing behind a durable snapshot.
    pub(super) fn reset_log(&mut self, cx: &mut impl Context<Self>, snapshot: &Snapshot) {
        let base = snapshot.last;
        if self.log.last_index() > base.index {
            cx.note(ConsensusNote::Truncated { from: base.index.next() });
        }
        self.write(cx, LOG, Write::TruncateSuffix { from: self.log.base().index.0 });
        self.write(cx, LOG, Write::TruncatePrefix { to: base.index.0 });
        self.log = Log::new(base);
        self.durability.forget_behind(base.index);
        self.durability.durable_index = base.index;
        self.configurations = Configurations::starting(base.index, snapshot.configuration);
        self.configuration_changed(cx);
    }

    /// Drops the log up to and including `base`, which a durable snapshot covers.
    pub(super) fn cut_log(&mut self, cx: &mut impl Context<Self>, base: Position) {
        self.log.cut(base);
        self.write(cx, LOG, Write::TruncatePrefix { to: base.index.0 });
        self.durability.durable_index = self.durability.durable_index.max(base.index);
        cx.note(ConsensusNote::Compacted { index: base.index });
    }

    pub(super) fn write(&mut self, cx: &mut impl Context<Self>, area: Area, write: Write<Record>) {
        cx.write(area, write);
        self.durability.commits.wrote(area);
    }

    /// Sends once term and vote are durable.
    pub(super) fn send_with_metadata(&mut self, cx: &mut impl Context<Self>, to: NodeId, message: Message) {
        self.send_after(cx, self.durability.metadata_sync, to, message);
    }

    /// Sends once term, vote and the log up to `index` are durable.
    pub(super) fn send_with_log(
        &mut self,
        cx: &mut impl Context<Self>,
        to: NodeId,
        message: Message,
        index: LogIndex,
    ) {
        let sync = self.durability.log_sync(index).max(self.durability.metadata_sync);
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
            let (current_term, voted_for) = (self.current_term, self.voted_for);
            let record = Record::Metadata { current_term, voted_for, is_whole: self.recovering.is_none() };
            self.write(cx, METADATA, Write::Replace(record));
        }
        if let Some((areas, token)) = self.durability.commits.begin() {
            self.durability.in_flight_index = self.log.last_index();
            cx.sync(areas, token);
        }
    }

    /// A sync is done: what waited for it goes out, and what hangs on durability moves on.
    pub(super) fn on_synced(&mut self, cx: &mut impl Context<Self>, token: DiskToken) {
        let durability = &mut self.durability;
        durability.commits.complete(token);
        // Never more than the log: only a bug switch counts what was cut.
        let synced_index = durability.in_flight_index.min(self.log.last_index());
        if synced_index > durability.durable_index {
            durability.durable_index = synced_index;
            cx.note(ConsensusNote::Synced { through: durability.durable_index });
        }
        self.release_held(cx);
        self.finish_saving(cx);
        match self.role {
            Role::Leader(_) => {
                self.advance_commit(cx);
                if !self.options.parallel_leader_write {
                    self.replicate_to_all(cx);
                }
            }
            Role::Candidate { .. } => self.count_own_vote(cx),
            Role::Follower | Role::PreCandidate { .. } => {}
        }
    }

    /// Sends what the finished sync covers. What was said in an earlier term is of no use to anybody.
    fn release_held(&mut self, cx: &mut impl Context<Self>) {
        let current_term = self.current_term;
        self.durability.commits.release(|to, message| {
            if message.term() >= current_term {
                send(cx, to, message);
            }
        });
    }

    /// Takes part no more: what this server would say it could not vouch for. After a failed sync in particular, to write
    /// again and hope is how data were lost: the page cache may call clean what never reached the disk.
    pub(super) fn halt(&mut self, cx: &mut impl Context<Self>, why: Halt) {
        self.step_down(cx);
        cx.disarm(super::Timer::Election);
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

/// Sends what is durable. A vote counts from here on.
#[inline]
fn send(cx: &mut impl Context<Raft>, to: NodeId, message: Message) {
    if let Message::VoteReply { term, granted: true, pre_vote: false } = message {
        cx.note(ConsensusNote::Promised { term, to: Some(to) });
    }
    cx.send(to, message);
}
