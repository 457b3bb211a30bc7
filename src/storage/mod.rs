//! Disks: one device a node, first come first served. Writes are volatile until a sync that covers them
//! completes; a crash drops the rest.

use std::collections::VecDeque;

use crate::kernel::sample::Distribution;
use crate::kernel::{Area, Areas, DiskToken, Durable, Duration, Keyed, Time, Write};

/// How fast a node's disk is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DiskProfile {
    /// Time the device is busy with one write, before a sync may start. Nothing when not set: a page cache.
    pub write: Option<Distribution>,
    /// Time the device takes for one sync. Nothing when not set.
    pub fsync: Option<Distribution>,
}

/// A node's disk.
#[derive(Clone)]
pub struct Disk<R> {
    profile: DiskProfile,
    durable: Durable<R>,
    /// Writes that no completed sync covers, oldest first.
    pending: VecDeque<(Area, Write<R>)>,
    /// Syncs that the device has not completed, oldest first; it completes them in order.
    syncs: VecDeque<Sync>,
    busy_until: Time,
    /// Product of the slow-disk faults in force.
    slowdown: u64,
    /// Draws are keyed by how many the disk made before.
    draws: u64,
    counters: DiskCounters,
}

#[derive(Clone, Copy)]
struct Sync {
    token: DiskToken,
    areas: Areas,
    /// How many of the writes pending when it was asked for are still pending: those it covers.
    covers: usize,
}

/// What a disk did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct DiskCounters {
    /// Writes asked for.
    pub writes: u64,
    /// Syncs completed.
    pub syncs: u64,
    /// Writes lost by crashes, because no completed sync covered them.
    pub writes_lost: u64,
    /// How often the whole disk was lost.
    pub lost: u64,
    /// Time the device was busy.
    pub busy: Duration,
}

impl<R: Clone> Disk<R> {
    /// An empty disk.
    pub fn new(profile: DiskProfile) -> Self {
        Disk {
            profile,
            durable: Durable::empty(),
            pending: VecDeque::new(),
            syncs: VecDeque::new(),
            busy_until: Time::ZERO,
            slowdown: 1,
            draws: 0,
            counters: DiskCounters::default(),
        }
    }

    /// What is durable.
    pub fn durable(&self) -> &Durable<R> {
        &self.durable
    }

    /// What the disk did up to `now`. Figures only ever grow.
    pub fn counters(&self, now: Time) -> DiskCounters {
        // What the device is still to do was counted when it was asked for.
        let to_come = self.busy_until.since(now);
        DiskCounters { busy: self.counters.busy.saturating_sub(to_come), ..self.counters }
    }

    /// Takes a write; volatile for now. `key` names the disk in `keyed`.
    #[inline]
    pub fn write(&mut self, now: Time, area: Area, write: Write<R>, keyed: Keyed, key: u64) {
        self.counters.writes += 1;
        if self.profile.write.is_some() {
            let time = self.draw(keyed, key, |profile| profile.write.as_ref());
            self.occupy(now, time);
        }
        self.pending.push_back((area, write));
    }

    /// Starts a sync of `areas`, behind what the device is busy with; returns when it completes.
    #[inline]
    pub fn sync(&mut self, now: Time, areas: Areas, token: DiskToken, keyed: Keyed, key: u64) -> Time {
        let time = self.draw(keyed, key, |profile| profile.fsync.as_ref());
        self.syncs.push_back(Sync { token, areas, covers: self.pending.len() });
        self.occupy(now, time)
    }

    /// Completes the oldest sync; returns its token.
    ///
    /// # Panics
    /// If no sync is under way.
    #[inline]
    pub fn complete(&mut self) -> DiskToken {
        let sync = self.syncs.pop_front().expect("a completion belongs to a sync under way");
        self.counters.syncs += 1;
        let mut kept = 0;
        for _ in 0..sync.covers {
            let (area, write) = self.pending.pop_front().expect("a sync covers pending writes only");
            if sync.areas.contains(area) {
                self.durable.apply(area, write);
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
        sync.token
    }

    /// The node crashed: what was not durable is lost, and the device is free again.
    pub fn crash(&mut self, now: Time) {
        self.counters.writes_lost += self.pending.len() as u64;
        self.pending.clear();
        self.syncs.clear();
        let unused = self.busy_until.since(now);
        self.counters.busy = self.counters.busy.saturating_sub(unused);
        self.busy_until = self.busy_until.min(now);
    }

    /// The device is gone and an empty one in its place. Its node is down.
    pub fn lose(&mut self) {
        assert!(
            self.pending.is_empty() && self.syncs.is_empty(),
            "only a disk of a node that is down is lost"
        );
        self.durable = Durable::empty();
        self.counters.lost += 1;
    }

    /// From now on every operation takes `factor` times as long (on top of other slow-downs in force).
    pub fn slow_down(&mut self, factor: u32) {
        self.slowdown = self.slowdown.saturating_mul(factor.into());
    }

    /// Takes back one [`Disk::slow_down`] of the same factor.
    pub fn speed_up(&mut self, factor: u32) {
        self.slowdown = (self.slowdown / u64::from(factor)).max(1);
    }

    #[inline]
    fn draw(
        &mut self,
        keyed: Keyed,
        key: u64,
        which: impl Fn(&DiskProfile) -> Option<&Distribution>,
    ) -> Duration {
        self.draws += 1;
        let time = which(&self.profile).map_or(Duration::ZERO, |d| d.duration(keyed.draw(key, self.draws)));
        time * self.slowdown
    }

    #[inline]
    fn occupy(&mut self, now: Time, time: Duration) -> Time {
        self.busy_until = self.busy_until.max(now) + time;
        self.counters.busy += time;
        self.busy_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: Area = Area(0);
    const META: Area = Area(1);

    struct Rig {
        disk: Disk<u32>,
        keyed: Keyed,
    }

    impl Rig {
        fn new() -> Rig {
            let fsync = Some(Distribution::constant(1e6).expect("a positive constant"));
            Rig { disk: Disk::new(DiskProfile { write: None, fsync }), keyed: Keyed::new(1, "disk") }
        }

        fn append(&mut self, area: Area, record: u32) {
            self.disk.write(Time(0), area, Write::Append(record), self.keyed, 7);
        }

        fn sync(&mut self, at: u64, areas: Areas) -> Time {
            self.disk.sync(Time(at), areas, DiskToken(at), self.keyed, 7)
        }
    }

    #[test]
    fn only_a_completed_sync_makes_writes_durable() {
        let mut rig = Rig::new();
        rig.append(LOG, 1);
        rig.sync(0, Areas::ALL);
        rig.append(LOG, 2);
        assert!(rig.disk.durable().records(LOG).is_empty());
        rig.disk.complete();
        assert_eq!(rig.disk.durable().records(LOG), [1], "the sync covers what came before it, not after");
        rig.disk.crash(Time(5));
        assert_eq!(rig.disk.counters(Time(5)).writes_lost, 1);
    }

    #[test]
    fn syncs_are_served_one_after_the_other() {
        let mut rig = Rig::new();
        assert_eq!(rig.sync(0, Areas::ALL), Time(1_000_000));
        assert_eq!(rig.sync(10, Areas::ALL), Time(2_000_000));
        assert_eq!(rig.sync(5_000_000, Areas::ALL), Time(6_000_000), "an idle device starts at once");
    }

    #[test]
    fn a_sync_of_one_area_leaves_the_others_pending_and_in_order() {
        let mut rig = Rig::new();
        rig.append(META, 1);
        rig.append(LOG, 2);
        rig.append(META, 3);
        rig.sync(0, LOG.into());
        rig.append(META, 4);
        rig.sync(1, META.into());
        rig.disk.complete();
        assert_eq!((rig.disk.durable().records(LOG), rig.disk.durable().records(META)), (&[2][..], &[][..]));
        rig.disk.complete();
        assert_eq!(rig.disk.durable().records(META), [1, 3, 4]);
    }

    #[test]
    fn a_crash_in_the_middle_of_a_sync_loses_what_it_covered() {
        let mut rig = Rig::new();
        rig.append(LOG, 1);
        rig.sync(0, Areas::ALL);
        rig.disk.crash(Time(500_000));
        assert!(rig.disk.durable().records(LOG).is_empty());
        assert_eq!(rig.sync(600_000, Areas::ALL), Time(1_600_000), "the device is free after the crash");
    }

    #[test]
    fn slow_downs_multiply_and_end_one_by_one() {
        let mut rig = Rig::new();
        rig.disk.slow_down(10);
        rig.disk.slow_down(3);
        assert_eq!(rig.sync(0, Areas::ALL), Time(30_000_000));
        rig.disk.speed_up(10);
        assert_eq!(rig.sync(100_000_000, Areas::ALL), Time(103_000_000));
    }
}
