//! Impairments: what faults do to links while they last.
//!
//! An impairment is one direction between two sets of nodes; a symmetric partition into k groups is k of them. Each in
//! force owns a bit, set in its senders' and its receivers' masks, so that "does anything impair this link" is one AND,
//! whatever the number of nodes. It concerns what is sent while it is up: what is in flight already arrives as it would
//! have.

mod bursty;

pub use bursty::GilbertElliott;

use super::draw::{Draw, FaultStep};
use super::profile::{Bandwidth, Probability, Profile};
use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, NodeId};
use bursty::Chains;

/// Most impairments in force at once.
pub const IMPAIRMENTS_MAX: u32 = u128::BITS;

/// Names impairments to whoever made them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ImpairmentId(pub u64);

/// What happens to the messages of a link.
#[derive(Clone, PartialEq, Debug)]
pub enum Impairment {
    /// Every one is dropped; a stream stalls, and tries again after its timeouts.
    Cut,
    /// This share of them is lost; a stream sends those again.
    Loss(Probability),
    /// They are lost in bursts; a stream sends those again.
    BurstyLoss(GilbertElliott),
    /// This share of datagrams arrives twice.
    Duplicate(Probability),
    /// This share of them arrives damaged, which the receiver's checksum finds: it drops them, and a stream sends them
    /// again.
    Corrupt(Probability),
    /// A share of them takes longer; a stream keeps its order.
    Delay {
        /// Which share.
        share: Probability,
        /// How much longer.
        delay: Distribution,
    },
    /// The link has at most this bandwidth.
    Bandwidth {
        /// How much.
        bandwidth: Bandwidth,
        /// Bytes that may wait for it, in place of the link's own buffer. A large one is bufferbloat.
        buffer: Option<u64>,
    },
    /// They wait at their sender, in order, and leave when the impairment ends.
    Clog,
}

/// The impairments in force.
#[derive(Clone)]
pub struct Impairments {
    in_force: u128,
    senders: Vec<u128>,
    receivers: Vec<u128>,
    /// By bit.
    slots: Vec<Option<Slot>>,
}

#[derive(Clone)]
struct Slot {
    id: ImpairmentId,
    /// Names its draws.
    key: u64,
    impairment: Impairment,
    /// In which state its links are, if its losses come in bursts.
    chains: Chains,
}

impl Impairments {
    /// None, between `nodes` nodes.
    pub(super) fn new(nodes: usize) -> Self {
        Impairments { in_force: 0, senders: vec![0; nodes], receivers: vec![0; nodes], slots: Vec::new() }
    }

    /// The bits of those that strike messages from `from` to `to`. Nothing strikes what a node sends itself.
    #[inline(always)]
    pub(super) fn on(&self, from: NodeId, to: NodeId) -> u128 {
        if self.in_force == 0 || from == to {
            return 0;
        }
        self.senders[from.index()] & self.receivers[to.index()]
    }

    /// From now on `impairment` strikes what any of `from` sends to any of `to`, until [`Impairments::lift`]. Its draws
    /// are named by `key`.
    ///
    /// # Errors
    /// [`TooManyImpairments`] if [`IMPAIRMENTS_MAX`] are in force: nothing changes.
    pub fn impose(
        &mut self,
        id: ImpairmentId,
        key: u64,
        impairment: Impairment,
        from: &[NodeId],
        to: &[NodeId],
    ) -> Result<(), TooManyImpairments> {
        let bit = (!self.in_force).trailing_zeros();
        if bit == IMPAIRMENTS_MAX {
            return Err(TooManyImpairments);
        }
        self.in_force |= 1 << bit;
        let slot = bit as usize;
        if slot == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[slot] = Some(Slot { id, key, impairment, chains: Chains::default() });
        from.iter().for_each(|node| self.senders[node.index()] |= 1 << bit);
        to.iter().for_each(|node| self.receivers[node.index()] |= 1 << bit);
        Ok(())
    }

    /// Whether an impairment imposed under `id` narrows the link from `from` to `to`.
    pub(super) fn narrows(&self, id: ImpairmentId, from: NodeId, to: NodeId) -> bool {
        let bits = self.on(from, to);
        self.slots.iter().enumerate().any(|(bit, slot)| {
            let narrow =
                |slot: &Slot| slot.id == id && matches!(slot.impairment, Impairment::Bandwidth { .. });
            bits & 1 << bit != 0 && slot.as_ref().is_some_and(narrow)
        })
    }

    /// Ends every impairment imposed under `id`.
    pub(super) fn lift(&mut self, id: ImpairmentId) {
        let mut lifted = 0;
        for (bit, slot) in self.slots.iter_mut().enumerate() {
            if slot.as_ref().is_some_and(|slot| slot.id == id) {
                *slot = None;
                lifted |= 1 << bit;
            }
        }
        self.in_force &= !lifted;
        self.senders.iter_mut().chain(&mut self.receivers).for_each(|mask| *mask &= !lifted);
    }
}

/// More than [`IMPAIRMENTS_MAX`] impairments would be in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyImpairments;

/// What a message meets on its link besides the link's own profile.
pub(super) trait Conditions {
    /// Whether it is sent only now, and was not before it had to wait.
    fn is_new(&self) -> bool;
    /// Whether it has to wait until they end.
    fn clog(&self) -> bool;
    /// Whether nothing passes.
    fn cut(&self) -> bool;
    /// What becomes of it when it is sent for the `attempt`-th time, counted from 0, beyond the link's own losses.
    fn harm(&mut self, draw: Draw, attempt: u32) -> Option<Harm>;
    /// How much longer it takes; `None`: no longer.
    fn delay(&self, draw: Draw) -> Option<Duration>;
    /// Whether it arrives twice, though the link itself would not have it so.
    fn duplicates(&self, draw: Draw) -> bool;
    /// The link's bandwidth and buffer.
    fn bandwidth(&self, profile: &Profile) -> (Option<Bandwidth>, Option<u64>);
}

/// Why a message does not arrive whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Harm {
    Lost,
    Corrupted,
}

/// Nothing but the link itself. All of it is known when the code is compiled, so that a run without faults pays nothing.
#[derive(Clone, Copy)]
pub(super) struct Clear;

impl Conditions for Clear {
    #[inline(always)]
    fn is_new(&self) -> bool {
        true
    }

    #[inline(always)]
    fn clog(&self) -> bool {
        false
    }

    #[inline(always)]
    fn cut(&self) -> bool {
        false
    }

    #[inline(always)]
    fn harm(&mut self, _: Draw, _: u32) -> Option<Harm> {
        None
    }

    #[inline(always)]
    fn delay(&self, _: Draw) -> Option<Duration> {
        None
    }

    #[inline(always)]
    fn duplicates(&self, _: Draw) -> bool {
        false
    }

    #[inline(always)]
    fn bandwidth(&self, profile: &Profile) -> (Option<Bandwidth>, Option<u64>) {
        (profile.bandwidth, profile.buffer)
    }
}

/// The impairments of one link.
pub(super) struct Impaired<'a> {
    impairments: &'a mut Impairments,
    bits: u128,
    link: (NodeId, NodeId),
    is_new: bool,
}

impl<'a> Impaired<'a> {
    pub(super) fn new(impairments: &'a mut Impairments, from: NodeId, to: NodeId) -> Self {
        let bits = impairments.on(from, to);
        Impaired { impairments, bits, link: (from, to), is_new: true }
    }

    /// The same for a message that was sent earlier.
    pub(super) fn after_waiting(self) -> Self {
        Impaired { is_new: false, ..self }
    }

    fn each(&self) -> impl Iterator<Item = (u64, &Impairment)> {
        let slots = self.impairments.slots.iter().enumerate();
        let of_link = slots.filter(|(bit, _)| self.bits & 1 << bit != 0);
        of_link.filter_map(|(_, slot)| slot.as_ref().map(|slot| (slot.key, &slot.impairment)))
    }
}

impl Conditions for Impaired<'_> {
    fn is_new(&self) -> bool {
        self.is_new
    }

    fn clog(&self) -> bool {
        self.each().any(|(_, impairment)| *impairment == Impairment::Clog)
    }

    fn cut(&self) -> bool {
        self.each().any(|(_, impairment)| *impairment == Impairment::Cut)
    }

    fn harm(&mut self, draw: Draw, attempt: u32) -> Option<Harm> {
        let mut harm = None;
        for (bit, slot) in self.impairments.slots.iter_mut().enumerate() {
            let Some(Slot { key, impairment, chains, .. }) = slot else { continue };
            if self.bits & 1 << bit == 0 {
                continue;
            }
            let bits = |step| draw.bits_of_fault(*key, step, attempt);
            // Every one is asked, so that none moves the chain of another.
            let found = match impairment {
                Impairment::Loss(share) => share.hits(bits(FaultStep::Loss)).then_some(Harm::Lost),
                Impairment::BurstyLoss(law) => chains
                    .pass(self.link, law, bits(FaultStep::Chain), bits(FaultStep::Loss))
                    .then_some(Harm::Lost),
                Impairment::Corrupt(share) => share.hits(bits(FaultStep::Corrupt)).then_some(Harm::Corrupted),
                Impairment::Cut
                | Impairment::Duplicate(_)
                | Impairment::Delay { .. }
                | Impairment::Bandwidth { .. }
                | Impairment::Clog => None,
            };
            // What is lost arrives in no state.
            harm = if found == Some(Harm::Lost) { found } else { harm.or(found) };
        }
        harm
    }

    fn delay(&self, draw: Draw) -> Option<Duration> {
        let delay = |(key, impairment): (u64, &Impairment)| match impairment {
            Impairment::Delay { share, delay }
                if share.hits(draw.bits_of_fault(key, FaultStep::Strike, 0)) =>
            {
                Some(delay.duration(draw.bits_of_fault(key, FaultStep::Delay, 0)))
            }
            _ => None,
        };
        self.each().filter_map(delay).reduce(|a, b| a + b)
    }

    fn duplicates(&self, draw: Draw) -> bool {
        self.each().any(|(key, impairment)| match impairment {
            Impairment::Duplicate(share) => share.hits(draw.bits_of_fault(key, FaultStep::Duplicate, 0)),
            _ => false,
        })
    }

    fn bandwidth(&self, profile: &Profile) -> (Option<Bandwidth>, Option<u64>) {
        let mut link = (profile.bandwidth, profile.buffer);
        for (_, impairment) in self.each() {
            if let Impairment::Bandwidth { bandwidth, buffer } = impairment
                && link.0.is_none_or(|known| bandwidth.is_less_than(known))
            {
                link = (Some(*bandwidth), buffer.or(link.1));
            }
        }
        link
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(0);
    const B: NodeId = NodeId(1);
    const C: NodeId = NodeId(2);

    fn cut(impairments: &mut Impairments, id: u64, from: &[NodeId], to: &[NodeId]) {
        let imposed = impairments.impose(ImpairmentId(id), id, Impairment::Cut, from, to);
        imposed.expect("fewer than the most");
    }

    fn is_cut(impairments: &mut Impairments, from: NodeId, to: NodeId) -> bool {
        Impaired::new(impairments, from, to).cut()
    }

    #[test]
    fn an_impairment_has_one_direction() {
        let mut three = Impairments::new(3);
        cut(&mut three, 1, &[A], &[B]);
        assert!(is_cut(&mut three, A, B));
        assert!(!is_cut(&mut three, B, A) && !is_cut(&mut three, A, C));
        three.lift(ImpairmentId(1));
        assert!(!is_cut(&mut three, A, B));
    }

    #[test]
    fn overlapping_ones_are_lifted_one_by_one() {
        let mut three = Impairments::new(3);
        cut(&mut three, 1, &[A], &[B, C]);
        cut(&mut three, 2, &[A, B], &[C]);
        three.lift(ImpairmentId(1));
        assert!(!is_cut(&mut three, A, B), "only the first struck it");
        assert!(is_cut(&mut three, A, C) && is_cut(&mut three, B, C), "the second is still in force");
    }

    #[test]
    fn a_node_reaches_itself_even_in_a_cut_of_all_from_all() {
        let mut two = Impairments::new(2);
        cut(&mut two, 1, &[A, B], &[A, B]);
        assert!(is_cut(&mut two, A, B) && !is_cut(&mut two, A, A));
    }

    #[test]
    fn bits_are_reused_and_their_number_is_a_limit() {
        let mut two = Impairments::new(2);
        for n in 0..u64::from(IMPAIRMENTS_MAX) {
            cut(&mut two, n, &[A], &[B]);
        }
        let more = |two: &mut Impairments| two.impose(ImpairmentId(999), 0, Impairment::Cut, &[B], &[A]);
        assert_eq!(more(&mut two), Err(TooManyImpairments));
        two.lift(ImpairmentId(5));
        assert_eq!(more(&mut two), Ok(()));
        assert!(is_cut(&mut two, B, A));
    }

    #[test]
    fn the_narrowest_bandwidth_counts_and_brings_its_buffer() {
        let mut two = Impairments::new(2);
        let mbit = |n: u64| Bandwidth::from_bits_per_second(n * 1_000_000);
        for (id, bandwidth, buffer) in [(1, 10, Some(5)), (2, 1, None), (3, 5, Some(7))] {
            let narrow = Impairment::Bandwidth { bandwidth: mbit(bandwidth), buffer };
            two.impose(ImpairmentId(id), id, narrow, &[A], &[B]).expect("room");
        }
        let profile =
            |n: Option<u64>| Profile { bandwidth: n.map(mbit), buffer: Some(9), ..Profile::default() };
        let link = Impaired::new(&mut two, A, B);
        assert_eq!(
            link.bandwidth(&profile(None)),
            (Some(mbit(1)), Some(5)),
            "the second keeps what it finds"
        );
        assert_eq!(
            link.bandwidth(&profile(Some(1))),
            (Some(mbit(1)), Some(9)),
            "no impairment widens a link"
        );
    }
}
