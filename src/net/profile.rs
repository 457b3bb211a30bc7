//! What a link does to messages besides its base delay: jitter, loss, duplication, reordering, bandwidth.

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, Probability, Time};

use super::draw::{Draw, Step};
use super::impair::Conditions;
use super::links::Link;

/// How a node's messages travel.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Transport {
    /// What is lost is lost, and messages may overtake each other: what protocols are built for.
    Datagram,
    /// In order; a loss costs a retransmission timeout, and a crash of either end resets: what services use.
    Stream,
    /// Whatever the other end uses: clients. Between two such nodes a stream.
    #[default]
    Either,
}

impl Transport {
    #[inline]
    pub(super) fn is_stream_with(self, other: Transport) -> bool {
        self != Transport::Datagram && other != Transport::Datagram
    }
}

/// Bandwidth of a link, as femtoseconds a byte: integer, and exact to 0.1 % up to 8 Tbit/s.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Bandwidth {
    femtos_per_byte: u64,
}

const FEMTOS_PER_NANO: u64 = 1_000_000;

impl Bandwidth {
    /// From bits a second, at least 1.
    pub fn from_bits_per_second(bits: u64) -> Self {
        Bandwidth { femtos_per_byte: (8_000_000_000_000_000 / bits.max(1)).max(1) }
    }

    /// How long a byte occupies it, in femtoseconds; at least 1.
    pub(super) fn femtos_per_byte(self) -> u64 {
        self.femtos_per_byte
    }

    /// The narrower of two limits, each absent if there is none.
    pub(super) fn narrower(one: Option<Bandwidth>, other: Option<Bandwidth>) -> Option<Bandwidth> {
        match (one, other) {
            (Some(one), Some(other)) => Some(if other.is_less_than(one) { other } else { one }),
            (one, other) => one.or(other),
        }
    }

    /// Whether a link of this bandwidth takes longer than one of `other`.
    pub(super) fn is_less_than(self, other: Bandwidth) -> bool {
        self.femtos_per_byte > other.femtos_per_byte
    }

    /// How long `bytes` occupy the link, rounded down.
    #[inline]
    pub fn transmission(self, bytes: u32) -> Duration {
        match u64::from(bytes).checked_mul(self.femtos_per_byte) {
            Some(femtos) => Duration(femtos / FEMTOS_PER_NANO),
            // Hours on the wire: rare, and a division of 128 bits is slow.
            None => {
                let femtos = u128::from(bytes) * u128::from(self.femtos_per_byte);
                Duration(u64::try_from(femtos / u128::from(FEMTOS_PER_NANO)).unwrap_or(u64::MAX))
            }
        }
    }

    /// When the last byte of `size` more has left the link; `None` if they find the buffer full.
    fn serialise(self, buffer: Option<u64>, now: Time, size: u32, link: &mut Link) -> Option<Time> {
        let waits = link.busy_until.since(now);
        if let Some(buffer) = buffer
            && self.bytes_within(waits).saturating_add(size.into()) > buffer
        {
            return None;
        }
        link.busy_until = now + waits + self.transmission(size);
        Some(link.busy_until)
    }

    /// How many bytes are sent within `time`.
    fn bytes_within(self, time: Duration) -> u64 {
        let femtos = u128::from(time.0) * u128::from(FEMTOS_PER_NANO);
        u64::try_from(femtos / u128::from(self.femtos_per_byte)).unwrap_or(u64::MAX)
    }
}

/// Extra delay for some datagrams, so that later ones overtake them.
#[derive(Clone, PartialEq, Debug)]
pub struct Reorder {
    /// The share of datagrams that it strikes.
    pub probability: Probability,
    /// How much later they arrive.
    pub delay: Distribution,
}

/// What a link does to messages besides its base delay.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Profile {
    /// Added to the base delay, drawn for each message.
    pub jitter: Option<Distribution>,
    /// Share of messages lost.
    pub loss: Probability,
    /// Share of datagrams that arrive twice, the copy with a jitter of its own.
    pub duplicate: Probability,
    /// Extra delay for some datagrams.
    pub reorder: Option<Reorder>,
    /// Serialises messages, one after the other.
    pub bandwidth: Option<Bandwidth>,
    /// Bytes that may wait for the link; what exceeds them is dropped. Unlimited when not set.
    pub buffer: Option<u64>,
}

impl Profile {
    /// Whether a message is lost when it is sent for the `attempt`-th time, counted from 0.
    #[inline]
    pub(super) fn loses(&self, draw: Draw, attempt: u32) -> bool {
        self.loss != Probability::ZERO && self.loss.hits(draw.bits_of(Step::Loss, attempt))
    }

    /// When the last byte of a message has left; `None` if it finds the link's buffer full. Only a link of limited
    /// bandwidth is looked up.
    #[inline(always)]
    pub(super) fn transmit<'a>(
        &self,
        conditions: &impl Conditions,
        now: Time,
        size: impl FnOnce() -> u32,
        link: impl FnOnce() -> &'a mut Link,
    ) -> Option<Time> {
        match conditions.bandwidth(self) {
            (None, _) => Some(now),
            (Some(bandwidth), buffer) => bandwidth.serialise(buffer, now, size(), link()),
        }
    }

    #[inline]
    pub(super) fn jitter(&self, draw: Draw, step: Step) -> Duration {
        self.jitter.as_ref().map_or(Duration::ZERO, |jitter| jitter.duration(draw.bits(step)))
    }

    /// Whether it takes each message as long as any other, but for what faults do and what waits for bandwidth.
    #[inline]
    pub(super) fn is_steady(&self) -> bool {
        self.jitter.as_ref().is_none_or(Distribution::is_constant) && self.reorder.is_none()
    }

    #[inline]
    pub(super) fn reorder(&self, draw: Draw) -> Option<Duration> {
        let reorder = self.reorder.as_ref()?;
        let struck = reorder.probability.hits(draw.bits(Step::Reorder));
        struck.then(|| reorder.delay.duration(draw.bits(Step::ReorderDelay)))
    }

    #[inline]
    pub(super) fn duplicates(&self, draw: Draw) -> bool {
        self.duplicate != Probability::ZERO && self.duplicate.hits(draw.bits(Step::Duplicate))
    }
}
