//! What a link does to messages besides its base delay: jitter, loss, duplication, reordering, bandwidth.

use crate::kernel::sample::Distribution;
use crate::kernel::{Duration, NodeId, Time};

use super::counters::DropReason;
use super::draw::{Draw, Step};
use super::links::Links;

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

/// A probability, as the share of all 64-bit numbers: one integer comparison a draw.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Probability(u64);

impl Probability {
    /// Never.
    pub const ZERO: Probability = Probability(0);

    /// From a number in `0..=1`; what lies outside is clamped.
    pub fn new(share: f64) -> Self {
        // 2^64 itself is not a u64: a float-to-integer `as` saturates to 2^64 - 1, which misses once in 2^64 draws.
        Probability((share * 18_446_744_073_709_551_616.0) as u64)
    }

    #[inline]
    fn hits(self, bits: u64) -> bool {
        bits < self.0
    }
}

/// Bandwidth of a link, as picoseconds a byte: integer, and exact to 0.1 % up to 8 Tbit/s.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bandwidth {
    picos_per_byte: u64,
}

impl Bandwidth {
    /// From bits a second, at least 1.
    pub fn from_bits_per_second(bits: u64) -> Self {
        Bandwidth { picos_per_byte: (8_000_000_000_000 / bits.max(1)).max(1) }
    }

    /// How long `bytes` occupy the link.
    #[inline]
    pub fn transmission(self, bytes: u32) -> Duration {
        Duration(u64::from(bytes) * self.picos_per_byte / 1000)
    }

    /// How many bytes are sent within `time`.
    fn bytes_within(self, time: Duration) -> u64 {
        time.0.saturating_mul(1000) / self.picos_per_byte
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
    /// Whether a message passes the link, and when its last byte has left.
    #[inline]
    pub(super) fn pass(
        &self,
        now: Time,
        size: u32,
        links: &mut Links,
        to: NodeId,
        draw: Draw,
    ) -> Result<Time, DropReason> {
        if self.loss != Probability::ZERO && self.loss.hits(draw.bits(Step::Loss)) {
            return Err(DropReason::Loss);
        }
        let Some(bandwidth) = self.bandwidth else {
            return Ok(now);
        };
        let link = links.get(to);
        let waits = link.busy_until.since(now);
        if let Some(buffer) = self.buffer
            && bandwidth.bytes_within(waits) + u64::from(size) > buffer
        {
            return Err(DropReason::BufferFull);
        }
        link.busy_until = now + waits + bandwidth.transmission(size);
        Ok(link.busy_until)
    }

    #[inline]
    pub(super) fn jitter(&self, draw: Draw, step: Step) -> Duration {
        self.jitter.as_ref().map_or(Duration::ZERO, |jitter| jitter.duration(draw.bits(step)))
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
