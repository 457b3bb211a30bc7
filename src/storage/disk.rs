//! The device of one node.

use std::collections::VecDeque;

use super::counters::DiskCounters;
use super::faults::{Ailment, AilmentId, Faults, Platter};
use crate::kernel::sample::Distribution;
use crate::kernel::{Area, Areas, DiskError, DiskToken, Durable, Duration, Keyed, Time, Write};

/// How fast a node's disk is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DiskProfile {
    /// Time the device is busy with one write, before a sync may start. Nothing when not set: a page cache.
    pub write: Option<Distribution>,
    /// Time the device takes for one sync. Nothing when not set.
    pub fsync: Option<Distribution>,
}

impl DiskProfile {
    /// Whether a write or a sync can take any time.
    pub fn takes_time(&self) -> bool {
        [&self.write, &self.fsync].into_iter().flatten().any(|law| law.range().1 > Duration::ZERO)
    }
}

/// The random draws of one disk.
#[derive(Clone, Copy, Debug)]
pub struct Draws {
    /// Those of all disks of the run.
    pub keyed: Keyed,
    /// Names this one.
    pub key: u64,
}

/// A sync that is over: what it was asked for under, and how it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Completion {
    /// The operation's name.
    pub token: DiskToken,
    /// Whether what it covered is durable, as far as the device says.
    pub result: Result<(), DiskError>,
}

/// What is on a disk and on the way to it, for people.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DiskState {
    /// The areas that hold anything, or are written to.
    pub areas: Vec<AreaState>,
    /// Syncs that are not complete, oldest first, with when each is due unless the device stands still.
    pub syncs: Vec<(DiskToken, Time)>,
}

/// An area of a disk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AreaState {
    /// Which.
    pub area: Area,
    /// Position of its first durable record.
    pub first: u64,
    /// Position behind its last durable record.
    pub end: u64,
    /// Writes to it that no completed sync covers.
    pub unsynced: usize,
}

/// A node's disk.
#[derive(Clone)]
pub struct Disk<R> {
    profile: DiskProfile,
    draws: Draws,
    /// Times are drawn by how many the disk drew before.
    drawn: u64,
    durable: Durable<R>,
    /// Writes that no completed sync covers, oldest first.
    pending: VecDeque<(Area, Write<R>)>,
    /// Syncs that the device has not completed, oldest first; it completes them in order.
    syncs: VecDeque<Sync>,
    busy_until: Time,
    /// What is or was wrong with it; most disks never have anything.
    faults: Option<Box<Faults<R>>>,
    counters: DiskCounters,
}

#[derive(Clone, Copy)]
struct Sync {
    token: DiskToken,
    areas: Areas,
    /// How many of the writes pending when it was asked for are still pending: those it covers.
    covers: usize,
    /// When it completes, unless the device stands still meanwhile.
    due: Time,
}

/// The parts of a disk that its faults work on, beside the faults themselves.
macro_rules! platter {
    ($disk:expr) => {
        Platter { durable: &mut $disk.durable, draws: $disk.draws, counters: &mut $disk.counters }
    };
}

impl<R: Clone> Disk<R> {
    /// An empty disk.
    pub fn new(profile: DiskProfile, draws: Draws) -> Self {
        Disk {
            profile,
            draws,
            drawn: 0,
            durable: Durable::empty(),
            pending: VecDeque::new(),
            syncs: VecDeque::new(),
            busy_until: Time::ZERO,
            faults: None,
            counters: DiskCounters::default(),
        }
    }

    /// What is durable.
    pub fn durable(&self) -> &Durable<R> {
        &self.durable
    }

    /// What a process that boots reads of what is durable. In place of a disk that is gone there is a new one.
    pub fn boot(&mut self) -> &Durable<R> {
        if let Some(faults) = &mut self.faults {
            faults.read(&mut platter!(self));
        }
        &self.durable
    }

    /// What is on it and on the way to it.
    pub fn state(&self) -> DiskState {
        let mut areas = Vec::new();
        for area in (0..=u8::MAX).map(Area) {
            let (first, end) = (self.durable.first(area), self.durable.end(area));
            let unsynced = self.pending.iter().filter(|(of, _)| *of == area).count();
            if end > 0 || unsynced > 0 {
                areas.push(AreaState { area, first, end, unsynced });
            }
        }
        DiskState { areas, syncs: self.syncs.iter().map(|sync| (sync.token, sync.due)).collect() }
    }

    /// What the disk did up to `now`.
    pub fn counters(&self, now: Time) -> DiskCounters {
        // What the device is still to do was counted when it was asked for.
        let to_come = self.busy_until.since(self.device_time(now));
        let standing_still = now.since(self.device_time(now));
        DiskCounters {
            busy: self.counters.busy.saturating_sub(to_come),
            stalled: self.counters.stalled + standing_still,
            ..self.counters
        }
    }

    /// Takes a write; volatile for now.
    #[inline]
    pub fn write(&mut self, now: Time, area: Area, write: Write<R>) {
        self.counters.writes += 1;
        if self.profile.write.is_some() {
            let time = self.draw(|profile| profile.write.as_ref());
            self.occupy(now, time);
        }
        self.pending.push_back((area, write));
    }

    /// Starts a sync of `areas`, behind what the device is busy with; returns when it completes, or `None` while the device
    /// stands still: then [`Disk::mend`] does.
    #[inline]
    pub fn sync(&mut self, now: Time, areas: Areas, token: DiskToken) -> Option<Time> {
        let time = self.draw(|profile| profile.fsync.as_ref());
        let due = self.occupy(now, time);
        self.syncs.push_back(Sync { token, areas, covers: self.pending.len(), due });
        (!self.stands_still()).then_some(due)
    }

    /// Completes the oldest sync if it is due.
    #[inline]
    pub fn complete(&mut self, now: Time) -> Option<Completion> {
        let is_due = self.syncs.front().is_some_and(|sync| sync.due <= now) && !self.stands_still();
        if !is_due {
            assert!(self.faults.is_some(), "only a device that stood still completes a sync late");
            return None;
        }
        let sync = self.syncs.pop_front().expect("one is due");
        let result = match self.faults.take() {
            None => {
                self.take_covered(sync, Durable::apply);
                Ok(())
            }
            Some(mut faults) => {
                let mut covered = Vec::new();
                self.take_covered(sync, |_, area, write| covered.push((area, write)));
                let result = faults.sync(covered, &mut platter!(self));
                self.faults = Some(faults);
                result
            }
        };
        match result {
            Ok(()) => self.counters.syncs += 1,
            Err(_) => self.counters.syncs_failed += 1,
        }
        Some(Completion { token: sync.token, result })
    }

    /// Hands over the pending writes that `sync` covers, oldest first.
    #[inline]
    fn take_covered(&mut self, sync: Sync, mut take: impl FnMut(&mut Durable<R>, Area, Write<R>)) {
        let mut kept = 0;
        for _ in 0..sync.covers {
            let (area, write) = self.pending.pop_front().expect("a sync covers pending writes only");
            if sync.areas.contains(area) {
                take(&mut self.durable, area, write);
            } else {
                // Not covered: it waits, in its place before the writes that came after the sync.
                self.pending.push_back((area, write));
                kept += 1;
            }
        }
        if kept > 0 {
            self.pending.rotate_right(kept);
        }
        let gone = sync.covers - kept;
        self.syncs.iter_mut().for_each(|later| later.covers -= gone);
    }

    /// The node crashed: what was not durable is lost, unless a fault keeps or tears some of it, and the device is free
    /// again.
    pub fn crash(&mut self, now: Time) {
        let pending = std::mem::take(&mut self.pending);
        match &mut self.faults {
            None => self.counters.writes_lost += pending.len() as u64,
            Some(faults) => faults.crash(pending, &mut platter!(self)),
        }
        self.syncs.clear();
        let now = self.device_time(now);
        let unused = self.busy_until.since(now);
        self.counters.busy = self.counters.busy.saturating_sub(unused);
        self.busy_until = self.busy_until.min(now);
    }

    /// Everything durable is lost: whoever boots finds an empty disk, and is told that it is not the node's first.
    pub fn wipe(&mut self) {
        self.counters.lost += 1;
        self.counters.records_lost += self.durable.intact().count() as u64;
        self.durable = Durable::replacement();
        if let Some(faults) = &mut self.faults {
            faults.forget_cache(&mut self.counters);
        }
    }

    /// From now on, until [`Disk::mend`], this is wrong with the device; what happens in a moment happens now. `key` names
    /// its draws.
    pub fn ail(&mut self, now: Time, id: AilmentId, key: u64, ailment: Ailment) {
        if ailment == Ailment::Loss {
            self.wipe();
        }
        let faults = self.faults.get_or_insert_with(Box::default);
        faults.begin(now, id, key, ailment, &mut platter!(self));
    }

    /// What was imposed under `id` is over. Returns when the syncs complete that waited for it.
    pub fn mend(&mut self, now: Time, id: AilmentId) -> Vec<Time> {
        let Some(faults) = &mut self.faults else { return Vec::new() };
        let Some(stood_still) = faults.end(now, id, &mut platter!(self)) else {
            return Vec::new();
        };
        self.counters.stalled += stood_still;
        self.busy_until += stood_still;
        let delayed = |sync: &mut Sync| {
            sync.due += stood_still;
            sync.due
        };
        self.syncs.iter_mut().map(delayed).collect()
    }

    /// All that was imposed is over, and what it left: a sync that was asked for while the device was slow takes no longer than
    /// one that is asked for now. Returns when the syncs under way complete, if they were held up.
    pub fn mend_all(&mut self, now: Time) -> Vec<Time> {
        let Some(faults) = &self.faults else { return Vec::new() };
        for id in faults.ids() {
            self.mend(now, id);
        }
        self.counters.busy = self.counters.busy.saturating_sub(self.busy_until.since(now));
        self.busy_until = self.busy_until.min(now);
        let mut syncs = std::mem::take(&mut self.syncs);
        for sync in &mut syncs {
            let time = self.draw(|profile| profile.fsync.as_ref());
            sync.due = self.occupy(now, time).min(sync.due.max(now));
        }
        self.syncs = syncs;
        self.syncs.iter().map(|sync| sync.due).collect()
    }

    /// Whether it is gone, and there is no new one before the next boot.
    pub fn is_gone(&self) -> bool {
        self.faults.as_ref().is_some_and(|faults| faults.is_gone())
    }

    /// Whether it was never lost, and a boot could read all that it holds, but for the torn ends that crashes leave.
    pub fn is_sound(&self) -> bool {
        self.counters.lost == 0 && self.durable.is_sound()
    }

    #[inline]
    fn draw(&mut self, which: impl Fn(&DiskProfile) -> Option<&Distribution>) -> Duration {
        self.drawn += 1;
        let Draws { keyed, key } = self.draws;
        let time = which(&self.profile).map_or(Duration::ZERO, |d| d.duration(keyed.draw(key, self.drawn)));
        match &self.faults {
            None => time,
            Some(faults) => time * faults.slowdown(),
        }
    }

    #[inline]
    fn occupy(&mut self, now: Time, time: Duration) -> Time {
        self.busy_until = self.busy_until.max(self.device_time(now)) + time;
        self.counters.busy += time;
        self.busy_until
    }

    #[inline]
    fn stands_still(&self) -> bool {
        self.faults.as_ref().is_some_and(|faults| faults.stands_since().is_some())
    }

    /// Time as the device lives it: it stops while the device stands still, and is made up for at the end.
    #[inline]
    fn device_time(&self, now: Time) -> Time {
        self.faults.as_ref().and_then(|faults| faults.stands_since()).unwrap_or(now)
    }
}
