//! Impairments: what faults do to links while they last.
//!
//! An impairment is one direction between two sets of nodes; a symmetric partition into k groups is k of them. Each in
//! force owns a bit, set in its senders' and its receivers' masks, so that "does anything impair this link" is one AND,
//! whatever the number of nodes. It concerns what is sent while it is up: what is in flight already arrives as it would
//! have, unless it is held. While it is in force it may come and go.

mod bursty;
mod conditions;
mod pattern;

pub use bursty::GilbertElliott;
pub(super) use conditions::{Clear, Conditions, Harm, Impaired};
pub use pattern::{Flapping, Pattern};

use super::profile::Bandwidth;
use crate::kernel::sample::Distribution;
use crate::kernel::{Keyed, NodeId, Probability, Time};
use bursty::Chains;
use pattern::Course;

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
    /// Those that would arrive are held, in order, and arrive when the impairment ends: also those that were sent before it.
    Hold,
}

/// The impairments in force.
#[derive(Clone)]
pub struct Impairments {
    in_force: u128,
    /// Of them, those that hold what arrives.
    holding: u128,
    senders: Vec<u128>,
    receivers: Vec<u128>,
    /// By bit.
    slots: Vec<Option<Slot>>,
    draws: Keyed,
}

#[derive(Clone)]
struct Slot {
    id: ImpairmentId,
    /// Names its draws.
    key: u64,
    impairment: Impairment,
    course: Course,
    /// In which state its links are, if its losses come in bursts.
    chains: Chains,
}

impl Impairments {
    /// None, between `nodes` nodes.
    pub(super) fn new(seed: u64, nodes: usize) -> Self {
        Impairments {
            in_force: 0,
            holding: 0,
            senders: vec![0; nodes],
            receivers: vec![0; nodes],
            slots: Vec::new(),
            draws: Keyed::new(seed, "flapping links"),
        }
    }

    /// Whether any may hold what arrives somewhere.
    #[inline(always)]
    pub(super) fn hold(&self) -> bool {
        self.holding != 0
    }

    /// Whether none is in force.
    pub(super) fn are_none(&self) -> bool {
        self.in_force == 0
    }

    /// The bits of those that strike messages from `from` to `to`. Nothing strikes what a node sends itself.
    #[inline(always)]
    pub(super) fn on(&self, from: NodeId, to: NodeId) -> u128 {
        if self.in_force == 0 || from == to {
            return 0;
        }
        self.senders[from.index()] & self.receivers[to.index()]
    }

    /// From now on, at the times of `pattern`, `impairment` strikes what any of `from` sends to any of `to`, until
    /// [`Network::lift`](super::Network::lift). Its draws are named by `key`.
    ///
    /// # Errors
    /// [`TooManyImpairments`] if [`IMPAIRMENTS_MAX`] are in force: nothing changes.
    pub fn impose(
        &mut self,
        now: Time,
        id: ImpairmentId,
        key: u64,
        (impairment, pattern): (Impairment, Pattern),
        from: &[NodeId],
        to: &[NodeId],
    ) -> Result<(), TooManyImpairments> {
        let bit = (!self.in_force).trailing_zeros();
        if bit == IMPAIRMENTS_MAX {
            return Err(TooManyImpairments);
        }
        self.in_force |= 1 << bit;
        if impairment == Impairment::Hold {
            self.holding |= 1 << bit;
        }
        let slot = bit as usize;
        if slot == self.slots.len() {
            self.slots.push(None);
        }
        self.slots[slot] =
            Some(Slot { id, key, impairment, course: Course::new(pattern, now), chains: Chains::default() });
        from.iter().for_each(|node| self.senders[node.index()] |= 1 << bit);
        to.iter().for_each(|node| self.receivers[node.index()] |= 1 << bit);
        Ok(())
    }

    /// The bits of those that strike messages from `from` to `to` at `now`.
    fn at(&mut self, now: Time, from: NodeId, to: NodeId) -> u128 {
        let mut bits = self.on(from, to);
        for (bit, slot) in self.slots.iter_mut().enumerate() {
            let strikes = bits & 1 << bit != 0;
            if strikes && slot.as_mut().is_some_and(|slot| !slot.course.is_on(now, self.draws, slot.key)) {
                bits &= !(1 << bit);
            }
        }
        bits
    }

    /// Whether what arrives from `from` at `to` is held at `now`.
    pub(super) fn holds(&mut self, now: Time, from: NodeId, to: NodeId) -> bool {
        self.holding & self.on(from, to) != 0 && self.holding & self.at(now, from, to) != 0
    }

    /// When next one of those may end by itself for which messages wait.
    pub(super) fn next_release(&mut self, now: Time) -> Option<Time> {
        let waits = |slot: &&mut Slot| matches!(slot.impairment, Impairment::Clog | Impairment::Hold);
        let waited_for = self.slots.iter_mut().flatten().filter(waits);
        let change = |slot: &mut Slot| {
            slot.course.is_on(now, self.draws, slot.key); // It may not have been asked for a while.
            slot.course.changes(now)
        };
        waited_for.filter_map(change).min()
    }

    /// Whether the link from `from` to `to`, which has the bandwidth `own` by itself, is narrower for the impairments
    /// imposed under `id` than it is without them.
    pub(super) fn narrows(&self, id: ImpairmentId, from: NodeId, to: NodeId, own: Option<Bandwidth>) -> bool {
        let bits = self.on(from, to);
        let (mut theirs, mut others) = (None, own);
        for (bit, slot) in self.slots.iter().enumerate() {
            if let Some(Slot { id: whose, impairment: Impairment::Bandwidth { bandwidth, .. }, .. }) = slot
                && bits & 1 << bit != 0
            {
                let side = if *whose == id { &mut theirs } else { &mut others };
                *side = Bandwidth::narrower(*side, Some(*bandwidth));
            }
        }
        theirs.is_some_and(|theirs| others.is_none_or(|other| theirs.is_less_than(other)))
    }

    /// Whether any impairment imposed under `id` is in force.
    pub(super) fn has(&self, id: ImpairmentId) -> bool {
        self.slots.iter().flatten().any(|slot| slot.id == id)
    }

    /// Ends every impairment of links between nodes of which neither is among `others`, by id; on links of those it stays in
    /// force.
    ///
    /// # Errors
    /// [`TooManyImpairments`] if what is left is more than can be in force.
    pub(super) fn heal_but(&mut self, others: &[bool]) -> Result<(), TooManyImpairments> {
        for bit in 0..self.slots.len() {
            let Some(slot) = self.slots[bit].clone() else { continue };
            let mask = 1 << bit;
            let any = |masks: &[u128], other: bool| {
                masks.iter().zip(others).any(|(of_node, is_other)| of_node & mask != 0 && *is_other == other)
            };
            if !any(&self.senders, false) || !any(&self.receivers, false) {
                continue; // It strikes none of their links.
            }
            match (any(&self.senders, true), any(&self.receivers, true)) {
                (false, false) => {
                    self.slots[bit] = None;
                    self.in_force &= !mask;
                    self.holding &= !mask;
                    clear(&mut self.senders, others, false, mask);
                    clear(&mut self.receivers, others, false, mask);
                }
                (true, false) => clear(&mut self.senders, others, false, mask),
                (false, true) => clear(&mut self.receivers, others, false, mask),
                // What they send to others is one impairment of its own from now on, what others send another.
                (true, true) => {
                    let free = (!self.in_force).trailing_zeros();
                    if free == IMPAIRMENTS_MAX {
                        return Err(TooManyImpairments);
                    }
                    let to_others = 1 << free;
                    let nodes = self.senders.iter_mut().zip(&mut self.receivers).zip(others);
                    for ((sends, receives), is_other) in nodes {
                        if *sends & mask != 0 && !is_other {
                            *sends = *sends & !mask | to_others;
                        }
                        if *receives & mask != 0 && *is_other {
                            *receives |= to_others;
                        }
                    }
                    self.in_force |= to_others;
                    self.holding |= if slot.impairment == Impairment::Hold { to_others } else { 0 };
                    if free as usize == self.slots.len() {
                        self.slots.push(None);
                    }
                    self.slots[free as usize] = Some(slot);
                }
            }
        }
        Ok(())
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
        self.holding &= !lifted;
        self.senders.iter_mut().chain(&mut self.receivers).for_each(|mask| *mask &= !lifted);
    }
}

/// Takes `mask` from those nodes that are among `others`, or from those that are not.
fn clear(masks: &mut [u128], others: &[bool], is_other: bool, mask: u128) {
    let nodes = masks.iter_mut().zip(others).filter(|(_, other)| **other == is_other);
    nodes.for_each(|(of_node, _)| *of_node &= !mask);
}

/// More than [`IMPAIRMENTS_MAX`] impairments would be in force.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TooManyImpairments;

#[cfg(test)]
mod tests {
    use super::*;

    const A: NodeId = NodeId(0);
    const B: NodeId = NodeId(1);
    const C: NodeId = NodeId(2);

    fn cut(impairments: &mut Impairments, id: u64, from: &[NodeId], to: &[NodeId]) {
        let cut = (Impairment::Cut, Pattern::Steady);
        let imposed = impairments.impose(Time::ZERO, ImpairmentId(id), id, cut, from, to);
        imposed.expect("fewer than the most");
    }

    fn is_cut(impairments: &mut Impairments, from: NodeId, to: NodeId) -> bool {
        Impaired::new(impairments, Time::ZERO, from, to).cut()
    }

    #[test]
    fn an_impairment_has_one_direction() {
        let mut three = Impairments::new(1, 3);
        cut(&mut three, 1, &[A], &[B]);
        assert!(is_cut(&mut three, A, B));
        assert!(!is_cut(&mut three, B, A) && !is_cut(&mut three, A, C));
        three.lift(ImpairmentId(1));
        assert!(!is_cut(&mut three, A, B));
    }

    #[test]
    fn overlapping_ones_are_lifted_one_by_one() {
        let mut three = Impairments::new(1, 3);
        cut(&mut three, 1, &[A], &[B, C]);
        cut(&mut three, 2, &[A, B], &[C]);
        three.lift(ImpairmentId(1));
        assert!(!is_cut(&mut three, A, B), "only the first struck it");
        assert!(is_cut(&mut three, A, C) && is_cut(&mut three, B, C), "the second is still in force");
    }

    #[test]
    fn a_node_reaches_itself_even_in_a_cut_of_all_from_all() {
        let mut two = Impairments::new(1, 2);
        cut(&mut two, 1, &[A, B], &[A, B]);
        assert!(is_cut(&mut two, A, B) && !is_cut(&mut two, A, A));
    }

    /// Every way in which three nodes can send to and receive from each other, healed but for every set of others.
    #[test]
    fn healing_ends_what_is_between_the_healed_and_nothing_else() {
        let set =
            |bits: u32| [A, B, C].into_iter().filter(|node| bits & 1 << node.0 != 0).collect::<Vec<_>>();
        for (senders, receivers, others) in (0..512).map(|n| (n & 7, n >> 3 & 7, n >> 6)) {
            let mut three = Impairments::new(1, 3);
            cut(&mut three, 1, &set(senders), &set(receivers));
            cut(&mut three, 2, &set(receivers), &set(senders));
            let is_other = [A, B, C].map(|node| others & 1 << node.0 != 0);
            let before = three.clone();
            three.heal_but(&is_other).expect("there is room");
            for (from, to) in [(A, B), (A, C), (B, A), (B, C), (C, A), (C, B)] {
                let stays = is_other[from.index()] || is_other[to.index()];
                let expected = stays && is_cut(&mut before.clone(), from, to);
                assert_eq!(
                    is_cut(&mut three, from, to),
                    expected,
                    "{from:?} to {to:?} of {senders:b} {receivers:b} but {others:b}"
                );
            }
            three.lift(ImpairmentId(1));
            three.lift(ImpairmentId(2));
            assert!(three.are_none() && !is_cut(&mut three, A, B));
        }
    }

    #[test]
    fn bits_are_reused_and_their_number_is_a_limit() {
        let mut two = Impairments::new(1, 2);
        for n in 0..u64::from(IMPAIRMENTS_MAX) {
            cut(&mut two, n, &[A], &[B]);
        }
        let cut = || (Impairment::Cut, Pattern::Steady);
        let more = |two: &mut Impairments| two.impose(Time::ZERO, ImpairmentId(999), 0, cut(), &[B], &[A]);
        assert_eq!(more(&mut two), Err(TooManyImpairments));
        two.lift(ImpairmentId(5));
        assert_eq!(more(&mut two), Ok(()));
        assert!(is_cut(&mut two, B, A));
    }
}
