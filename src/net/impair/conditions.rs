//! What a message meets on its link: nothing but the link itself, or the impairments in force there.

use super::{Impairment, Impairments, Slot};
use crate::kernel::{Duration, NodeId, Time};
use crate::net::draw::{Draw, FaultStep};
use crate::net::profile::{Bandwidth, Profile};

/// What a message meets on its link besides the link's own profile.
pub(in crate::net) trait Conditions {
    /// Whether it is sent only now, and was not before it had to wait.
    fn is_new(&self) -> bool;
    /// Whether a fault may have reset the link's streams.
    fn may_have_reset(&self) -> bool;
    /// Whether it has to wait until they end.
    fn clog(&self) -> bool;
    /// Whether nothing passes.
    fn cut(&self) -> bool;
    /// What keeps it from arriving whole, beyond the link's own losses, if it is sent now.
    fn harm(&mut self, draw: Draw) -> Option<Harm>;
    /// How much longer it takes; `None`: no longer.
    fn delay(&self, draw: Draw) -> Option<Duration>;
    /// Whether it arrives twice, though the link itself would not have it so.
    fn duplicates(&self, draw: Draw) -> bool;
    /// The link's bandwidth and buffer.
    fn bandwidth(&self, profile: &Profile) -> (Option<Bandwidth>, Option<u64>);
}

/// Why a message does not arrive whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::net) enum Harm {
    Lost,
    Corrupted,
}

/// Nothing but the link itself. All of it is known when the code is compiled, so that a run without faults pays nothing.
#[derive(Clone, Copy)]
pub(in crate::net) struct Clear;

impl Conditions for Clear {
    #[inline(always)]
    fn is_new(&self) -> bool {
        true
    }

    #[inline(always)]
    fn may_have_reset(&self) -> bool {
        false
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
    fn harm(&mut self, _: Draw) -> Option<Harm> {
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
pub(in crate::net) struct Impaired<'a> {
    impairments: &'a mut Impairments,
    bits: u128,
    link: (NodeId, NodeId),
    is_new: bool,
}

impl<'a> Impaired<'a> {
    pub(in crate::net) fn new(impairments: &'a mut Impairments, now: Time, from: NodeId, to: NodeId) -> Self {
        let bits = impairments.at(now, from, to);
        Impaired { impairments, bits, link: (from, to), is_new: true }
    }

    /// The same for a message that was sent earlier.
    pub(in crate::net) fn after_waiting(self) -> Self {
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

    fn may_have_reset(&self) -> bool {
        true
    }

    fn clog(&self) -> bool {
        self.each().any(|(_, impairment)| *impairment == Impairment::Clog)
    }

    fn cut(&self) -> bool {
        self.each().any(|(_, impairment)| *impairment == Impairment::Cut)
    }

    fn harm(&mut self, draw: Draw) -> Option<Harm> {
        let mut harm = None;
        for (bit, slot) in self.impairments.slots.iter_mut().enumerate() {
            let Some(Slot { key, impairment, chains, .. }) = slot else { continue };
            if self.bits & 1 << bit == 0 {
                continue;
            }
            let bits = |step| draw.bits_of_fault(*key, step);
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
                | Impairment::Clog
                | Impairment::Hold => None,
            };
            // What is lost arrives in no state.
            harm = if found == Some(Harm::Lost) { found } else { harm.or(found) };
        }
        harm
    }

    fn delay(&self, draw: Draw) -> Option<Duration> {
        let delay = |(key, impairment): (u64, &Impairment)| match impairment {
            Impairment::Delay { share, delay } if share.hits(draw.bits_of_fault(key, FaultStep::Strike)) => {
                Some(delay.duration(draw.bits_of_fault(key, FaultStep::Delay)))
            }
            _ => None,
        };
        self.each().filter_map(delay).reduce(|a, b| a + b)
    }

    fn duplicates(&self, draw: Draw) -> bool {
        self.each().any(|(key, impairment)| match impairment {
            Impairment::Duplicate(share) => share.hits(draw.bits_of_fault(key, FaultStep::Duplicate)),
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
    use super::super::{ImpairmentId, Pattern};
    use super::*;

    const A: NodeId = NodeId(0);
    const B: NodeId = NodeId(1);

    #[test]
    fn the_narrowest_bandwidth_counts_and_brings_its_buffer() {
        let mut two = Impairments::new(1, 2);
        let mbit = |n: u64| Bandwidth::from_bits_per_second(n * 1_000_000);
        for (id, bandwidth, buffer) in [(1, 10, Some(5)), (2, 1, None), (3, 5, Some(7))] {
            let narrow = Impairment::Bandwidth { bandwidth: mbit(bandwidth), buffer };
            let narrow = (narrow, Pattern::Steady);
            two.impose(Time::ZERO, ImpairmentId(id), id, narrow, &[A], &[B]).expect("room");
        }
        let profile =
            |n: Option<u64>| Profile { bandwidth: n.map(mbit), buffer: Some(9), ..Profile::default() };
        let link = Impaired::new(&mut two, Time::ZERO, A, B);
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
