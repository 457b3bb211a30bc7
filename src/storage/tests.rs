//! A disk by itself: what syncs, crashes and each fault do, exactly.

use super::{Ailment, AilmentId, Disk, DiskCounters, DiskProfile, Draws};
use crate::kernel::sample::Distribution;
use crate::kernel::{
    Area, Areas, Damage, Damaged, DiskError, DiskToken, Duration, Keyed, Probability, Time, Write,
};

const LOG: Area = Area(0);
const META: Area = Area(1);

/// A disk that takes 1 ms for a sync.
struct Rig {
    disk: Disk<u32>,
}

impl Rig {
    fn new() -> Rig {
        Rig::keyed(7)
    }

    fn keyed(key: u64) -> Rig {
        let fsync = Some(Distribution::constant(1e6).expect("a positive constant"));
        let draws = Draws { keyed: Keyed::new(1, "disk"), key };
        Rig { disk: Disk::new(DiskProfile { write: None, fsync }, draws) }
    }

    fn write(&mut self, area: Area, write: Write<u32>) {
        self.disk.write(Time(0), area, write);
    }

    fn append(&mut self, area: Area, record: u32) {
        self.write(area, Write::Append(record));
    }

    fn sync(&mut self, at: u64, areas: Areas) -> Time {
        self.disk.sync(Time(at), areas, DiskToken(at)).expect("the device does not stand still")
    }

    /// Completes the oldest sync, long after.
    fn complete(&mut self) -> Result<(), DiskError> {
        self.disk.complete(Time(u64::MAX)).expect("a sync is under way").result
    }

    /// Appends records to the log and makes them durable.
    fn hold(&mut self, records: impl IntoIterator<Item = u32>) {
        records.into_iter().for_each(|record| self.append(LOG, record));
        self.sync(0, Areas::ALL);
        assert_eq!(self.complete(), Ok(()));
    }

    fn ail(&mut self, at: u64, ailment: Ailment) {
        self.disk.ail(Time(at), AilmentId(at), 99, ailment);
    }

    fn log(&self) -> Result<&[u32], Damaged<'_, u32>> {
        self.disk.durable().records(LOG)
    }

    fn counters(&self) -> DiskCounters {
        self.disk.counters(Time(u64::MAX))
    }
}

#[test]
fn only_a_completed_sync_makes_writes_durable() {
    let mut rig = Rig::new();
    rig.append(LOG, 1);
    rig.sync(0, Areas::ALL);
    rig.append(LOG, 2);
    assert_eq!(rig.log(), Ok(&[][..]));
    rig.complete().expect("nothing is wrong with it");
    assert_eq!(rig.log(), Ok(&[1][..]), "the sync covers what came before it, not after");
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
    rig.complete().expect("nothing is wrong with it");
    assert_eq!((rig.log(), rig.disk.durable().records(META)), (Ok(&[2][..]), Ok(&[][..])));
    rig.complete().expect("nothing is wrong with it");
    assert_eq!(rig.disk.durable().records(META), Ok(&[1, 3, 4][..]));
}

#[test]
fn a_crash_in_the_middle_of_a_sync_loses_what_it_covered() {
    let mut rig = Rig::new();
    rig.append(LOG, 1);
    rig.sync(0, Areas::ALL);
    rig.disk.crash(Time(500_000));
    assert_eq!(rig.log(), Ok(&[][..]));
    assert_eq!(rig.sync(600_000, Areas::ALL), Time(1_600_000), "the device is free after the crash");
}

#[test]
fn slow_downs_multiply_and_end_one_by_one() {
    let mut rig = Rig::new();
    rig.ail(1, Ailment::Slow { factor: 10 });
    rig.ail(2, Ailment::Slow { factor: 3 });
    assert_eq!(rig.sync(0, Areas::ALL), Time(30_000_000));
    rig.disk.mend(Time(3), AilmentId(1));
    assert_eq!(rig.sync(100_000_000, Areas::ALL), Time(103_000_000));
}

#[test]
fn a_healed_disk_is_not_busy_with_what_it_was_slow_at() {
    let mut rig = Rig::new();
    rig.append(LOG, 1);
    rig.ail(0, Ailment::Slow { factor: 1_000_000 });
    assert_eq!(rig.sync(0, Areas::ALL), Time(1_000_000_000_000));
    rig.disk.mend(Time(1), AilmentId(0));
    assert_eq!(rig.sync(1, Areas::ALL), Time(1_000_001_000_000), "it is slow no more, and not done either");
    let due = rig.disk.mend_all(Time(5_000_000));
    assert_eq!(due, [Time(6_000_000), Time(7_000_000)], "one after the other, in the time that each takes");
    assert_eq!(rig.disk.complete(Time(6_000_000)).map(|done| done.token), Some(DiskToken(0)));
    assert_eq!(rig.disk.complete(Time(7_000_000)).map(|done| done.token), Some(DiskToken(1)));
    assert_eq!(rig.disk.complete(Time(1_000_000_000_000)), None);
    // Nor is one that would have been done sooner.
    assert_eq!(rig.sync(8_000_000, Areas::ALL), Time(9_000_000));
    assert_eq!(rig.disk.mend_all(Time(8_500_000)), [Time(9_000_000)]);
}

const ALWAYS: Probability = Probability::ALWAYS;
const NEVER: Probability = Probability::ZERO;

#[test]
fn a_stalled_device_goes_on_where_it_stood() {
    let mut rig = Rig::new();
    rig.append(LOG, 1);
    assert_eq!(rig.sync(0, Areas::ALL), Time(1_000_000));
    rig.ail(400_000, Ailment::Stall);
    rig.ail(500_000, Ailment::Stall);
    assert_eq!(rig.disk.complete(Time(1_000_000)), None, "it stands still");
    assert_eq!(rig.disk.sync(Time(2_000_000), Areas::ALL, DiskToken(2)), None, "so nobody knows when");
    assert_eq!(rig.disk.mend(Time(3_000_000), AilmentId(400_000)), [], "the other one lasts");
    assert_eq!(rig.disk.counters(Time(4_000_000)).stalled, Duration(3_600_000));
    // 0.6 ms of the first sync are left, and the second comes behind it.
    let due = rig.disk.mend(Time(10_400_000), AilmentId(500_000));
    assert_eq!(due, [Time(11_000_000), Time(12_000_000)]);
    assert_eq!(rig.disk.complete(Time(10_999_999)), None);
    assert_eq!(rig.disk.complete(Time(11_000_000)).map(|done| done.token), Some(DiskToken(0)));
    assert_eq!(rig.disk.complete(Time(12_000_000)).map(|done| done.token), Some(DiskToken(2)));
    let counters = rig.counters();
    assert_eq!((counters.stalled, counters.busy), (Duration(10_000_000), Duration(2_000_000)));
}

#[test]
fn a_crash_frees_a_stalled_device_of_work_but_not_of_its_stall() {
    let mut rig = Rig::new();
    rig.sync(0, Areas::ALL);
    rig.ail(400_000, Ailment::Stall);
    rig.disk.crash(Time(600_000));
    assert_eq!(rig.disk.sync(Time(700_000), Areas::ALL, DiskToken(2)), None);
    assert_eq!(rig.disk.mend(Time(2_000_000), AilmentId(400_000)), [Time(3_000_000)]);
    assert_eq!(rig.counters().busy, Duration(1_400_000));
}

#[test]
fn a_full_disk_writes_no_data_and_truncates() {
    let mut rig = Rig::new();
    rig.hold([1, 2]);
    rig.ail(1, Ailment::Full);
    rig.write(LOG, Write::TruncateSuffix { from: 1 });
    rig.sync(1, Areas::ALL);
    assert_eq!(rig.complete(), Ok(()), "it needs no new block");
    rig.append(LOG, 3);
    rig.write(META, Write::Replace(4));
    rig.sync(2, Areas::ALL);
    assert_eq!(rig.complete(), Err(DiskError::Full));
    rig.disk.mend(Time(9), AilmentId(1));
    rig.sync(3, Areas::ALL);
    assert_eq!(rig.complete(), Ok(()), "what failed is not tried again");
    rig.disk.crash(Time(10));
    assert_eq!((rig.log(), rig.disk.durable().last(META)), (Ok(&[1][..]), Ok(None)));
    assert_eq!((rig.counters().writes_refused, rig.counters().syncs_failed), (2, 1));
}

#[test]
fn a_write_that_fails_takes_those_behind_it_in_its_area_along() {
    // Of the 4 keys of 2 bits, so to say, one fails where it should: drawn until it does.
    let halves = Ailment::SectorErrors { read: NEVER, write: Probability::new(0.5) };
    let mut seen = 0;
    for key in 0..64 {
        let mut rig = Rig::keyed(key);
        rig.ail(1, halves);
        rig.write(META, Write::Replace(9));
        (1..=3).for_each(|record| rig.append(LOG, record));
        rig.sync(1, Areas::ALL);
        let result = rig.complete();
        rig.disk.mend(Time(2), AilmentId(1));
        rig.disk.crash(Time(3));
        let log = rig.log().expect("a prefix is whole").to_vec();
        assert!([1, 2, 3].starts_with(&log), "{log:?}");
        let meta = rig.disk.durable().last(META) == Ok(Some(&9));
        assert_eq!(result.is_ok(), log.len() == 3 && meta, "the sync tells");
        assert_eq!(rig.counters().writes_failed, 3 - log.len() as u64 + u64::from(!meta));
        seen |= 1 << log.len();
    }
    assert_eq!(seen, 0b1111, "every prefix comes about");
}

#[test]
fn whoever_writes_on_after_a_failed_sync_leaves_a_hole() {
    let mut rig = Rig::new();
    rig.hold([1]);
    rig.ail(1, Ailment::SectorErrors { read: NEVER, write: ALWAYS });
    rig.append(LOG, 2);
    rig.sync(1, Areas::ALL);
    assert_eq!(rig.complete(), Err(DiskError::Sector));
    rig.disk.mend(Time(2), AilmentId(1));
    rig.append(LOG, 3);
    rig.sync(2, Areas::ALL);
    assert_eq!(rig.complete(), Ok(()));
    rig.disk.crash(Time(3));
    let damaged = rig.log().expect_err("the second is missing");
    assert!(damaged.all().eq([(1, Damage::Missing)]) && damaged.intact().eq(&[1, 3]));
}

#[test]
fn an_unreadable_record_stays_so_until_it_is_written_anew() {
    let mut rig = Rig::new();
    rig.write(META, Write::Replace(9));
    rig.hold([1]);
    rig.ail(1, Ailment::SectorErrors { read: ALWAYS, write: NEVER });
    rig.disk.boot();
    rig.disk.mend(Time(2), AilmentId(1));
    assert_eq!(rig.disk.boot().last(META), Err(Damage::Unreadable));
    assert_eq!(rig.counters().records_unreadable, 2);
    rig.write(META, Write::Replace(10));
    rig.sync(3, Areas::ALL);
    assert_eq!(rig.complete(), Ok(()));
    assert_eq!(rig.disk.durable().last(META), Ok(Some(&10)));
    assert_eq!(rig.log().map_err(Damaged::first), Err((0, Damage::Unreadable)));
}

#[test]
fn lost_syncs_are_acknowledged_and_a_crash_takes_what_they_covered() {
    let mut rig = Rig::new();
    rig.hold([1]);
    rig.ail(1, Ailment::LostSyncs);
    rig.append(LOG, 2);
    assert_eq!(rig.sync(0, Areas::ALL), Time(2_000_000), "it takes as long as ever");
    assert_eq!(rig.complete(), Ok(()));
    rig.append(LOG, 3);
    rig.disk.crash(Time(5));
    assert_eq!(rig.log(), Ok(&[1][..]));
    let DiskCounters { syncs_faked, acknowledged_lost, writes_lost, .. } = rig.counters();
    assert_eq!((syncs_faked, acknowledged_lost, writes_lost), (1, 1, 1));
}

#[test]
fn the_end_of_lost_syncs_flushes_what_they_covered_and_no_more() {
    let mut rig = Rig::new();
    rig.ail(1, Ailment::LostSyncs);
    rig.append(LOG, 1);
    rig.sync(0, Areas::ALL);
    assert_eq!(rig.complete(), Ok(()));
    rig.append(LOG, 2);
    assert_eq!(rig.log(), Ok(&[][..]));
    rig.disk.mend(Time(9), AilmentId(1));
    assert_eq!(rig.log(), Ok(&[1][..]));
    rig.disk.crash(Time(10));
    assert_eq!((rig.log(), rig.counters().acknowledged_lost), (Ok(&[1][..]), 0));
}

/// A cache that is flushed into a disk that takes no more is lost, and nobody is told: the counter is.
#[test]
fn what_a_full_disk_refuses_of_a_cache_counts_as_acknowledged_and_lost() {
    let mut rig = Rig::new();
    rig.ail(1, Ailment::LostSyncs);
    rig.append(LOG, 1);
    rig.append(LOG, 2);
    rig.sync(0, Areas::ALL);
    assert_eq!(rig.complete(), Ok(()));
    rig.ail(2, Ailment::Full);
    rig.disk.mend(Time(9), AilmentId(1));
    assert_eq!(rig.log().map_err(Damaged::first), Err((0, Damage::Missing)));
    let DiskCounters { acknowledged_lost, writes_refused, .. } = rig.counters();
    assert_eq!((acknowledged_lost, writes_refused), (2, 2));
}

/// What a crash leaves of: the log holding 1 and 2, then cut behind 1, 3 and 4 appended, the cell replaced; by each of
/// many draws.
fn torn(atomic_replace: bool) -> std::collections::BTreeSet<String> {
    let outcome = |key| {
        let mut rig = Rig::keyed(key);
        rig.write(META, Write::Replace(8));
        rig.hold([1, 2]);
        rig.ail(1, Ailment::TornWrites { share: ALWAYS, atomic_replace });
        rig.write(LOG, Write::TruncateSuffix { from: 1 });
        rig.append(LOG, 3);
        rig.append(LOG, 4);
        rig.write(META, Write::Replace(9));
        rig.sync(1, Areas::ALL);
        rig.disk.crash(Time(2));
        let durable = rig.disk.durable();
        let end = match rig.log() {
            Ok(records) => format!("{records:?}"),
            Err(damaged) => format!("{:?} torn", damaged.before_torn_end().expect("only the end is torn")),
        };
        let meta = durable.last(META).map_or("torn".to_owned(), |cell| format!("{cell:?}"));
        let left = [rig.counters().writes_lost, rig.counters().writes_torn];
        format!("{end} {meta} {left:?}")
    };
    (0..400).map(outcome).collect()
}

#[test]
fn a_torn_crash_leaves_of_each_area_a_prefix_and_a_torn_record_and_truncates_or_not() {
    let logs = [("[1, 2]", 3, 0), ("[1] torn", 2, 1), ("[1, 3] torn", 1, 1), ("[1, 3, 4]", 0, 0)];
    let metas = |atomic: bool| [if atomic { ("Some(8)", 1, 0) } else { ("torn", 1, 1) }, ("Some(9)", 0, 0)];
    for atomic in [true, false] {
        let expected = logs.iter().flat_map(|(log, lost, torn)| {
            metas(atomic).into_iter().map(move |(meta, more_lost, more_torn)| {
                format!("{log} {meta} {:?}", [lost + more_lost, torn + more_torn])
            })
        });
        assert_eq!(torn(atomic), expected.collect(), "atomic: {atomic}");
    }
}

#[test]
fn crashes_tear_by_their_share() {
    let share = Ailment::TornWrites { share: Probability::new(0.25), atomic_replace: true };
    let tears = |key: &u64| {
        let mut rig = Rig::keyed(*key);
        rig.ail(1, share);
        (0..100).for_each(|record| rig.append(LOG, record));
        rig.disk.crash(Time(2));
        rig.disk.durable().end(LOG) > 0
    };
    let count = (0..4_000).filter(tears).count();
    // 25 % of 4,000, of which one in 101 keeps nothing and tears... the first record, so that it still shows; 4 deviations.
    assert!((890..1_110).contains(&count), "{count}");
}

#[test]
fn a_misdirected_append_overwrites_another_record_and_leaves_its_own_place_empty() {
    for detected in [true, false] {
        let mut rig = Rig::new();
        rig.hold([1, 2, 3]);
        rig.ail(1, Ailment::MisdirectedWrites { share: ALWAYS, detected });
        rig.append(LOG, 4);
        rig.sync(1, Areas::ALL);
        assert_eq!(rig.complete(), Ok(()), "nobody notices");
        rig.disk.mend(Time(2), AilmentId(1));
        let mut goes_on = rig.disk.clone();
        rig.disk.crash(Time(3));
        match detected {
            true => assert_eq!(rig.log().map_err(|damaged| damaged.all().count()), Err(1)),
            false => {
                let log = rig.log().expect("what stands there is taken for what should");
                assert_eq!((log.len(), log.iter().filter(|record| **record == 4).count()), (3, 1));
            }
        }
        assert_eq!((rig.disk.durable().end(LOG), rig.counters().writes_misdirected), (3, 1));
        // With one more behind it, that something is missing shows.
        goes_on.write(Time(4), LOG, Write::Append(5));
        goes_on.sync(Time(4), Areas::ALL, DiskToken(9));
        assert!(goes_on.complete(Time(u64::MAX)).is_some_and(|done| done.result.is_ok()));
        let damaged = goes_on.durable().records(LOG).expect_err("a place is empty");
        assert!(damaged.all().any(|found| found == (3, Damage::Missing)));
    }
}

#[test]
fn a_misdirected_cell_keeps_what_it_held() {
    let mut rig = Rig::new();
    rig.write(META, Write::Replace(8));
    rig.hold([1]);
    rig.ail(1, Ailment::MisdirectedWrites { share: ALWAYS, detected: true });
    rig.write(META, Write::Replace(9));
    rig.sync(1, Areas::ALL);
    assert_eq!(rig.complete(), Ok(()));
    assert_eq!((rig.disk.durable().last(META), rig.log()), (Ok(Some(&8)), Ok(&[1][..])));
}

#[test]
fn rot_takes_its_share_of_the_durable_records_and_no_others() {
    let mut rig = Rig::new();
    rig.hold(0..4_000);
    rig.append(LOG, 4_000);
    rig.ail(1, Ailment::BitRot { share: Probability::new(0.25) });
    let rotten = rig.counters().records_rotten;
    // 4 deviations of a binomial.
    assert!((890..1_110).contains(&rotten), "{rotten}");
    let damaged = rig.log().expect_err("many rotted");
    assert!(damaged.all().all(|(_, damage)| damage == Damage::Corrupt));
    assert_eq!(damaged.all().count() as u64, rotten);
    rig.sync(1, Areas::ALL);
    assert_eq!(rig.complete(), Ok(()));
    assert_eq!(rig.disk.durable().last(LOG), Ok(Some(&4_000)), "it was over before this was written");
}

#[test]
fn a_disk_that_is_gone_fails_every_sync_until_a_boot_finds_an_empty_one() {
    let mut rig = Rig::new();
    rig.hold([1, 2]);
    rig.append(LOG, 3);
    rig.sync(0, Areas::ALL);
    rig.ail(1, Ailment::Loss);
    assert_eq!(rig.complete(), Err(DiskError::Gone), "also one that was under way");
    rig.append(LOG, 4);
    rig.sync(1, Areas::ALL);
    assert_eq!(rig.complete(), Err(DiskError::Gone));
    rig.disk.crash(Time(2));
    assert_eq!(rig.disk.boot().records(LOG), Ok(&[][..]));
    rig.hold([5]);
    assert_eq!(rig.log(), Ok(&[5][..]), "and that one is whole");
    assert_eq!((rig.counters().records_lost, rig.counters().writes_failed), (2, 2));
}

#[test]
fn draws_of_one_fault_move_none_of_another() {
    let rotten = |before: Option<Ailment>| {
        let mut rig = Rig::new();
        rig.hold(0..64);
        if let Some(ailment) = before {
            rig.ail(1, ailment);
            rig.append(META, 1);
            rig.sync(1, Areas::ALL);
            let _ = rig.complete();
        }
        rig.disk.ail(Time(5), AilmentId(5), 5, Ailment::BitRot { share: Probability::new(0.5) });
        let damaged = rig.log().expect_err("half of them are");
        damaged.all().map(|(position, _)| position).collect::<Vec<_>>()
    };
    let errors = Ailment::SectorErrors { read: NEVER, write: Probability::new(0.5) };
    assert_eq!(rotten(None), rotten(Some(errors)));
}

#[test]
fn a_wiped_disk_is_empty_and_its_device_goes_on() {
    let mut rig = Rig::new();
    rig.hold([1, 2]);
    rig.disk.crash(Time(1));
    rig.disk.wipe();
    assert_eq!((rig.disk.boot().end(LOG), rig.counters().records_lost), (0, 2));
    rig.hold([3]);
    assert_eq!(rig.log(), Ok(&[3][..]));
}
