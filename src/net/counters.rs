//! What was sent and what became of it: every message ends in exactly one of these.

/// Why a message did not arrive.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum DropReason {
    /// Lost on the link.
    Loss,
    /// It arrived damaged, which the receiver's checksum found.
    Corruption,
    /// A partition or a blocked link stood between.
    Partition,
    /// The link's buffer was full.
    BufferFull,
    /// The receiver was down.
    ReceiverDown,
    /// Its stream was reset: by a crash, or by a fault.
    Reset,
    /// No fibre leads there that is not cut.
    NoRoute,
}

impl DropReason {
    /// Every reason, in the order of CSV columns.
    pub const ALL: [DropReason; 7] = [
        DropReason::Loss,
        DropReason::Corruption,
        DropReason::Partition,
        DropReason::BufferFull,
        DropReason::ReceiverDown,
        DropReason::Reset,
        DropReason::NoRoute,
    ];

    /// The name used in CSVs.
    pub fn name(self) -> &'static str {
        match self {
            DropReason::Loss => "loss",
            DropReason::Corruption => "corruption",
            DropReason::Partition => "partition",
            DropReason::BufferFull => "buffer-full",
            DropReason::ReceiverDown => "receiver-down",
            DropReason::Reset => "reset",
            DropReason::NoRoute => "no-route",
        }
    }
}

/// Counters of one node. All but `received` count what it sent; over all nodes,
/// `sent + duplicated = received + dropped + in flight + waiting`. What every message counts stands first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[repr(C)]
pub struct Counters {
    /// Messages handed to the network.
    pub sent: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Messages and copies that reached it while it ran.
    pub received: u64,
    /// Copies the network made.
    pub duplicated: u64,
    /// Messages given an extra delay so that others overtake them.
    pub reordered: u64,
    /// Times a stream sent a message again.
    pub retransmitted: u64,
    /// Messages that a fault made take longer.
    pub delayed: u64,
    /// Messages that waited at it for a clog to end, or wait still.
    pub clogged: u64,
    /// Messages that were held when they arrived, counted at their sender.
    pub held: u64,
    dropped: [u64; DropReason::ALL.len()],
}

impl Counters {
    /// Messages and copies dropped for `reason`.
    pub fn dropped(&self, reason: DropReason) -> u64 {
        self.dropped[reason as usize]
    }

    /// Messages and copies dropped for any reason.
    pub fn dropped_total(&self) -> u64 {
        self.dropped.iter().sum()
    }

    /// Counts a message of `size` bytes handed to the network.
    #[inline(always)]
    pub(super) fn count_sent(&mut self, size: u32) {
        // No run comes near 2^64 of either.
        self.sent = self.sent.wrapping_add(1);
        self.bytes = self.bytes.wrapping_add(size.into());
    }

    /// Counts one that reached it.
    #[inline(always)]
    pub fn count_received(&mut self) {
        self.received = self.received.wrapping_add(1);
    }

    /// Counts one drop.
    #[inline]
    pub fn drop_one(&mut self, reason: DropReason) {
        self.dropped[reason as usize] += 1;
    }

    /// Counts `n` drops.
    pub fn drop_many(&mut self, reason: DropReason, n: u64) {
        self.dropped[reason as usize] += n;
    }

    /// Adds the counters of another node.
    pub fn add(&mut self, other: &Counters) {
        self.sent += other.sent;
        self.bytes += other.bytes;
        self.duplicated += other.duplicated;
        self.reordered += other.reordered;
        self.retransmitted += other.retransmitted;
        self.delayed += other.delayed;
        self.clogged += other.clogged;
        self.held += other.held;
        self.received += other.received;
        for (mine, theirs) in self.dropped.iter_mut().zip(other.dropped) {
            *mine += theirs;
        }
    }
}
