//! What can be wrong with a disk, and what that does to writes, syncs and what a boot reads.
//!
//! The kinds are those of TigerBeetle's storage simulator (latent sector errors, misdirected writes, torn writes),
//! FoundationDB's `AsyncFileNonDurable` (un-synced writes partly kept) and of the literature: Alagappan and others,
//! "Protocol-Aware Recovery for Consensus-Based Storage" (FAST 2018), Rebello and others, "Can Applications Recover from
//! fsync Failures?" (ATC 2020). `docs/faults.md` says what each does to every kind of write.

use std::collections::VecDeque;

use super::counters::DiskCounters;
use super::disk::Draws;
use crate::kernel::random::below;
use crate::kernel::{Area, Damage, DiskError, Durable, Duration, Probability, Time, Write};

/// What faults work on.
pub(super) struct Platter<'a, R> {
    pub durable: &'a mut Durable<R>,
    pub draws: Draws,
    pub counters: &'a mut DiskCounters,
}

/// Names what is wrong with a disk to whoever made it so.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AilmentId(pub u64);

/// What can be wrong with a disk. Of all but the last two, what is said holds while it lasts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ailment {
    /// Operations that begin take so many times as long; several multiply.
    Slow {
        /// How many times, at least 1.
        factor: u32,
    },
    /// The device stands still: nothing progresses, and what was under way goes on at the end where it stood.
    Stall,
    /// No data is written: every sync that covers any fails with [`DiskError::Full`]. Truncations are carried out.
    Full,
    /// Syncs complete and make nothing durable: what they cover is in a volatile cache, which a crash empties and the end
    /// of the ailment flushes.
    LostSyncs,
    /// A crash leaves more than was synced: of each area's other writes a prefix, and maybe a torn one behind it.
    TornWrites {
        /// The share of crashes that do.
        share: Probability,
        /// Whether a replaced cell is old or new even so; if not, it can be torn.
        atomic_replace: bool,
    },
    /// Sectors fail when they are read at boot, and when data is written to them.
    SectorErrors {
        /// The share of records that a boot cannot read. They stay so until they are written anew.
        read: Probability,
        /// The share of writes that fail, and with each its sync, as [`DiskError::Sector`].
        write: Probability,
    },
    /// Data is written to another place: the record there is overwritten, and where it should be nothing changes.
    MisdirectedWrites {
        /// The share of writes.
        share: Probability,
        /// Whether a record's checksum covers its address, so that the one overwritten is found corrupt. Else it is taken
        /// for what should be there.
        detected: bool,
    },
    /// Durable records go bad, at once.
    BitRot {
        /// The share of them.
        share: Probability,
    },
    /// The device is gone with all that was on it, at once: syncs fail with [`DiskError::Gone`] until the next boot, which
    /// finds an empty one.
    Loss,
}

/// What is wrong with one disk.
#[derive(Clone)]
pub(super) struct Faults<R> {
    in_force: Vec<InForce>,
    /// What the device said was durable and is not, oldest first.
    cache: VecDeque<(Area, Write<R>)>,
    /// Since when it stands still.
    stands_since: Option<Time>,
    is_gone: bool,
}

impl<R> Default for Faults<R> {
    fn default() -> Self {
        Faults { in_force: Vec::new(), cache: VecDeque::new(), stands_since: None, is_gone: false }
    }
}

#[derive(Clone)]
struct InForce {
    id: AilmentId,
    ailment: Ailment,
    lot: Lot,
}

/// The draws of one ailment on one disk: by the strike, the disk, and how many there were before.
#[derive(Clone, Copy)]
struct Lot {
    strike: u64,
    drawn: u64,
}

impl Lot {
    fn bits(&mut self, Draws { keyed, key }: Draws) -> u64 {
        self.drawn += 1;
        keyed.draw3(self.strike, key, self.drawn)
    }

    fn hits(&mut self, share: Probability, draws: Draws) -> bool {
        share != Probability::ZERO && share.hits(self.bits(draws))
    }
}

impl<R: Clone> Faults<R> {
    /// The product of all factors by which it is slow.
    pub(super) fn slowdown(&self) -> u64 {
        let factor = |one: &InForce| if let Ailment::Slow { factor } = one.ailment { factor } else { 1 };
        self.in_force.iter().fold(1, |product, one| product.saturating_mul(factor(one).into()))
    }

    /// Whether the device is gone.
    pub(super) fn is_gone(&self) -> bool {
        self.is_gone
    }

    /// What is in force, each once.
    pub(super) fn ids(&self) -> Vec<AilmentId> {
        let mut ids: Vec<AilmentId> = self.in_force.iter().map(|one| one.id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// Since when it stands still, if it does.
    pub(super) fn stands_since(&self) -> Option<Time> {
        self.stands_since
    }

    pub(super) fn begin(
        &mut self,
        now: Time,
        id: AilmentId,
        strike: u64,
        ailment: Ailment,
        on: &mut Platter<'_, R>,
    ) {
        let mut lot = Lot { strike, drawn: 0 };
        match ailment {
            Ailment::BitRot { share } => {
                on.counters.records_rotten += harm(on.durable, Damage::Corrupt, || lot.hits(share, on.draws));
                return;
            }
            Ailment::Loss => {
                self.is_gone = true;
                return;
            }
            Ailment::Stall => self.stands_since = self.stands_since.or(Some(now)),
            Ailment::Slow { .. }
            | Ailment::Full
            | Ailment::LostSyncs
            | Ailment::TornWrites { .. }
            | Ailment::SectorErrors { .. }
            | Ailment::MisdirectedWrites { .. } => {}
        }
        self.in_force.push(InForce { id, ailment, lot });
    }

    /// Ends what was imposed under `id`; returns how long the device stood still, if it goes on now.
    pub(super) fn end(&mut self, now: Time, id: AilmentId, on: &mut Platter<'_, R>) -> Option<Duration> {
        self.in_force.retain(|one| one.id != id);
        if !self.has(Ailment::LostSyncs) {
            // A true flush. Nobody waits for it, so that nobody learns of errors.
            let cache = std::mem::take(&mut self.cache);
            let lost = |counters: &DiskCounters| counters.writes_refused + counters.writes_failed;
            let before = lost(on.counters);
            let _ = self.land(cache, on);
            on.counters.acknowledged_lost += lost(on.counters) - before;
        }
        let goes_on = !self.has(Ailment::Stall);
        self.stands_since.take_if(|_| goes_on).map(|since| now.since(since))
    }

    /// A sync that covers `writes` is over.
    pub(super) fn sync(
        &mut self,
        writes: Vec<(Area, Write<R>)>,
        on: &mut Platter<'_, R>,
    ) -> Result<(), DiskError> {
        if self.is_gone {
            on.counters.writes_failed += writes.len() as u64;
            return Err(DiskError::Gone);
        }
        if self.has(Ailment::LostSyncs) {
            self.cache.extend(writes);
            on.counters.syncs_faked += 1;
            return Ok(());
        }
        self.land(writes, on)
    }

    /// Brings `writes` to the disk, as far as it lets them. A write that fails takes those behind it in its area with it:
    /// what is left of them is a prefix. Truncations need no new blocks, and are carried out whatever happens to data.
    fn land(
        &mut self,
        writes: impl IntoIterator<Item = (Area, Write<R>)>,
        on: &mut Platter<'_, R>,
    ) -> Result<(), DiskError> {
        let mut errors: [Option<DiskError>; 8] = [None; 8];
        for (area, write) in writes {
            let is_data = matches!(write, Write::Append(_) | Write::Replace(_));
            if !is_data {
                on.durable.apply(area, write);
                continue;
            }
            let error = &mut errors[usize::from(area.0)];
            *error = error.or_else(|| self.refusal(on.draws));
            match error {
                Some(DiskError::Full) => on.counters.writes_refused += 1,
                Some(DiskError::Sector | DiskError::Gone) => on.counters.writes_failed += 1,
                None if self.misdirects(area, &write, on) => on.counters.writes_misdirected += 1,
                None => {
                    on.durable.apply(area, write);
                    continue;
                }
            }
            leave_out(on.durable, area, write);
        }
        errors.into_iter().flatten().next().map_or(Ok(()), Err)
    }

    /// Why the device does not write one more record, if it does not.
    fn refusal(&mut self, draws: Draws) -> Option<DiskError> {
        if self.has(Ailment::Full) {
            return Some(DiskError::Full);
        }
        let fails = |one: &mut InForce| matches!(one.ailment, Ailment::SectorErrors { write, .. } if one.lot.hits(write, draws));
        self.in_force.iter_mut().any(fails).then_some(DiskError::Sector)
    }

    /// Whether the write goes elsewhere. What it overwrites then is a record of the same area, drawn; where there is no
    /// other, free space.
    fn misdirects(&mut self, area: Area, write: &Write<R>, on: &mut Platter<'_, R>) -> bool {
        for one in &mut self.in_force {
            let Ailment::MisdirectedWrites { share, detected } = one.ailment else { continue };
            if !one.lot.hits(share, on.draws) {
                continue;
            }
            let others = on.durable.first(area)..on.durable.end(area);
            if let Write::Append(record) = write
                && !others.is_empty()
            {
                let count = u32::try_from(others.end - others.start).unwrap_or(u32::MAX);
                let victim = others.start + u64::from(below(one.lot.bits(on.draws), count));
                match detected {
                    true => on.durable.harm(area, victim, Damage::Corrupt),
                    false => on.durable.overwrite(area, victim, record.clone()),
                }
            }
            return true;
        }
        false
    }

    /// The node crashed with `pending` covered by no completed sync.
    pub(super) fn crash(&mut self, pending: VecDeque<(Area, Write<R>)>, on: &mut Platter<'_, R>) {
        let cache = std::mem::take(&mut self.cache);
        let acknowledged = cache.len();
        let volatile: Vec<(Area, Write<R>)> = cache.into_iter().chain(pending).collect();
        let keeps = if self.is_gone { None } else { self.tears(on.draws) };
        let (mut kept, mut tears_replaced) = ([0_u32; 8], false);
        if let Some((which, atomic_replace)) = keeps {
            let mut counts = [0_u32; 8];
            volatile.iter().for_each(|(area, _)| counts[usize::from(area.0)] += 1);
            let lot = &mut self.in_force[which].lot;
            for (kept, count) in kept.iter_mut().zip(counts).filter(|(_, count)| *count > 0) {
                *kept = below(lot.bits(on.draws), count + 1);
            }
            tears_replaced = !atomic_replace;
        }
        let mut seen = [0_u32; 8];
        for (place, (area, write)) in volatile.into_iter().enumerate() {
            let (seen, kept) = (&mut seen[usize::from(area.0)], kept[usize::from(area.0)]);
            *seen += 1;
            if *seen <= kept {
                on.durable.apply(area, write);
                continue;
            }
            if keeps.is_some() && *seen == kept + 1 && tear(on.durable, area, write, tears_replaced) {
                on.counters.writes_torn += 1;
            }
            match place < acknowledged {
                true => on.counters.acknowledged_lost += 1,
                false => on.counters.writes_lost += 1,
            }
        }
        on.durable.forget_missing_ends();
    }

    /// Which of the ailments in force makes this crash leave more than was synced, if one does, and whether it leaves
    /// replaced cells whole.
    fn tears(&mut self, draws: Draws) -> Option<(usize, bool)> {
        let hits = |(which, one): (usize, &mut InForce)| {
            let Ailment::TornWrites { share, atomic_replace } = one.ailment else { return None };
            one.lot.hits(share, draws).then_some((which, atomic_replace))
        };
        self.in_force.iter_mut().enumerate().find_map(hits)
    }

    /// A process boots, and reads every record.
    pub(super) fn read(&mut self, on: &mut Platter<'_, R>) {
        self.is_gone = false;
        for one in &mut self.in_force {
            let Ailment::SectorErrors { read, .. } = one.ailment else { continue };
            on.counters.records_unreadable +=
                harm(on.durable, Damage::Unreadable, || one.lot.hits(read, on.draws));
        }
    }

    /// What the device said was durable is lost.
    pub(super) fn forget_cache(&mut self, counters: &mut DiskCounters) {
        counters.acknowledged_lost += self.cache.len() as u64;
        self.cache.clear();
    }

    fn has(&self, ailment: Ailment) -> bool {
        self.in_force.iter().any(|one| one.ailment == ailment)
    }
}

/// Damages each intact record that `hits` says; returns how many.
fn harm<R>(durable: &mut Durable<R>, damage: Damage, mut hits: impl FnMut() -> bool) -> u64 {
    let struck: Vec<(Area, u64)> = durable.intact().filter(|_| hits()).collect();
    struck.iter().for_each(|&(area, position)| durable.harm(area, position, damage));
    struck.len() as u64
}

/// The write does not reach its place: a cell keeps what it held, an appended record is missing, and the next goes behind
/// where it should be.
fn leave_out<R>(durable: &mut Durable<R>, area: Area, write: Write<R>) {
    if let Write::Append(record) = write {
        durable.apply(area, Write::Append(record));
        durable.harm(area, durable.end(area) - 1, Damage::Missing);
    }
}

/// The write was under way when the power went: whether it left something torn. File systems journal truncations: they
/// happen or not.
fn tear<R>(durable: &mut Durable<R>, area: Area, write: Write<R>, tears_replaced: bool) -> bool {
    let leaves_torn = match &write {
        Write::Append(_) => true,
        Write::Replace(_) => tears_replaced,
        Write::TruncateSuffix { .. } | Write::TruncatePrefix { .. } => false,
    };
    if leaves_torn {
        durable.apply(area, write);
        durable.harm(area, durable.end(area) - 1, Damage::Torn);
    }
    leaves_torn
}
