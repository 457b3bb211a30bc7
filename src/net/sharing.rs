//! Capacity that flows share: every message on its way takes part of each fibre and access link that it uses, and all of them
//! together get rates that are max-min fair.
//!
//! A flow is what one node sends another: its messages go one after the other, and the flow has a rate while it has any.
//! Rates change when a flow begins, ends or takes another way, and only then; between two changes what remains of a message
//! shrinks by rate times time, in whole numbers, so that no order of computing it makes a difference.
//!
//! Max-min fair: nobody's rate could be larger without making smaller that of somebody who has no more. Found by
//! progressive filling (Bertsekas, Gallager, *Data Networks*, 1992, 6.5.2): of all capacities the one that gives its flows
//! least fixes their rates; what they use of others is taken off; and again with the rest.

use std::collections::{BTreeMap, VecDeque};

use super::profile::Bandwidth;
use crate::kernel::{Duration, NodeId, Time};

/// Bytes in units of 2^-64: what remains of a message, and how much of it passes in a nanosecond.
type Amount = u128;

const BYTE: Amount = 1 << 64;
/// Without limit, and still far from the end of the type.
const UNLIMITED: Amount = 1 << 120;

/// What a message may use.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Way {
    /// Capacities, each once.
    pub(super) uses: Vec<u32>,
    /// What its own link carries, shared with nobody.
    pub(super) own: Option<Bandwidth>,
}

/// A message on its way to the far end's access link.
#[derive(Clone, Debug)]
struct Piece<T> {
    size: u32,
    way: Way,
    what: T,
}

impl<T> Piece<T> {
    /// What it takes of its capacities: nothing, where none has a limit.
    fn amount(&self) -> Amount {
        let is_free = self.way.uses.is_empty() && self.way.own.is_none();
        if is_free { 0 } else { Amount::from(self.size) * BYTE }
    }
}

/// What one node sends another.
#[derive(Clone, Debug)]
struct Flow<T> {
    /// The first is being sent; there is one.
    pieces: VecDeque<Piece<T>>,
    /// Of the pieces.
    bytes: u64,
    /// Of the first.
    remains: Amount,
    /// What its last nanosecond could have carried more than the piece before needed.
    spare: Amount,
    rate: Amount,
}

/// Capacities and the flows that share them.
#[derive(Clone, Debug)]
pub(super) struct Sharing<T> {
    /// By id: units a nanosecond.
    capacities: Vec<Amount>,
    flows: BTreeMap<(NodeId, NodeId), Flow<T>>,
    /// Until when what remains has been worked out.
    at: Time,
    /// When the next piece is done, as it was last told.
    next: Option<Time>,
    /// Counts what was told: earlier ones are stale.
    generation: u32,
}

impl<T> Sharing<T> {
    /// Nothing is on its way; `None` is a capacity without limit.
    pub(super) fn new(capacities: impl IntoIterator<Item = Option<Bandwidth>>) -> Self {
        let capacities = capacities.into_iter().map(|limit| limit.map_or(UNLIMITED, amount_per_nano));
        let capacities = capacities.collect();
        Sharing { capacities, flows: BTreeMap::new(), at: Time::ZERO, next: None, generation: 0 }
    }

    /// Bytes of the messages from `from` to `to` that are being sent or wait for it.
    pub(super) fn bytes(&self, from: NodeId, to: NodeId) -> u64 {
        self.flows.get(&(from, to)).map_or(0, |flow| flow.bytes)
    }

    /// `from` sends `to` a message of `size` bytes.
    pub(super) fn begin(&mut self, now: Time, from: NodeId, to: NodeId, size: u32, mut way: Way, what: T) {
        self.settle(now);
        way.uses.retain(|capacity| self.capacities[*capacity as usize] < UNLIMITED);
        let piece = Piece { size, way, what };
        if let Some(flow) = self.flows.get_mut(&(from, to)) {
            flow.bytes += u64::from(size);
            flow.pieces.push_back(piece);
            return;
        }
        let remains = piece.amount();
        let flow = Flow { bytes: size.into(), pieces: [piece].into(), remains, spare: 0, rate: 0 };
        self.flows.insert((from, to), flow);
        self.allot();
    }

    /// Takes out what is done by `now`, in the order of senders and receivers.
    pub(super) fn finish(&mut self, now: Time) -> Vec<(NodeId, NodeId, T)> {
        self.settle(now);
        let mut done = Vec::new();
        let mut is_changed = false;
        for (&(from, to), flow) in &mut self.flows {
            while flow.remains == 0
                && let Some(piece) = flow.pieces.pop_front()
            {
                flow.bytes -= u64::from(piece.size);
                if let Some(next) = flow.pieces.front() {
                    let whole = next.amount();
                    let spared = flow.spare.min(whole);
                    (flow.remains, flow.spare) = (whole - spared, flow.spare - spared);
                    is_changed |= next.way != piece.way;
                }
                done.push((from, to, piece.what));
            }
            is_changed |= flow.pieces.is_empty();
        }
        if is_changed {
            self.flows.retain(|_, flow| !flow.pieces.is_empty());
            self.allot();
        }
        done
    }

    /// When the next piece is done, with the generation to tell it by, if that is not what was last told.
    pub(super) fn next(&mut self) -> Option<(Time, u32)> {
        let next = self.flows.values().map(|flow| self.at + Duration(nanos(flow.remains, flow.rate))).min();
        if next == self.next {
            return None;
        }
        self.next = next;
        self.generation = self.generation.wrapping_add(1);
        next.map(|next| (next, self.generation))
    }

    /// Whether this is what was told last; it is over then.
    pub(super) fn is_due(&mut self, generation: u32) -> bool {
        let due = generation == self.generation && self.next.is_some();
        if due {
            self.next = None;
        }
        due
    }

    /// Works out what remains now.
    fn settle(&mut self, now: Time) {
        let passed = Amount::from(now.since(self.at).0);
        self.at = now;
        if passed == 0 {
            return;
        }
        for flow in self.flows.values_mut() {
            // The next piece done is never later than now, so that this is at most a nanosecond more than remains.
            let carried = flow.rate * passed;
            flow.spare = carried.saturating_sub(flow.remains);
            flow.remains = flow.remains.saturating_sub(carried);
        }
    }

    /// Gives every flow its rate.
    fn allot(&mut self) {
        let ways: Vec<&Way> = self.flows.values().map(|flow| &flow.pieces[0].way).collect();
        let rates = max_min(&self.capacities, &ways);
        for (flow, rate) in self.flows.values_mut().zip(rates) {
            flow.rate = rate;
        }
    }
}

fn amount_per_nano(bandwidth: Bandwidth) -> Amount {
    (BYTE * 1_000_000 / Amount::from(bandwidth.femtos_per_byte())).max(1)
}

/// How long the amount takes, rounded up.
fn nanos(amount: Amount, rate: Amount) -> u64 {
    u64::try_from(amount.div_ceil(rate)).unwrap_or(u64::MAX)
}

/// The max-min fair rates of flows that go these ways.
fn max_min(capacities: &[Amount], ways: &[&Way]) -> Vec<Amount> {
    /// What is left of a capacity, and for how many.
    struct Left {
        amount: Amount,
        flows: u32,
    }
    let mut left: BTreeMap<u32, Left> = BTreeMap::new();
    for capacity in ways.iter().flat_map(|way| &way.uses) {
        let amount = capacities[*capacity as usize];
        left.entry(*capacity).or_insert(Left { amount, flows: 0 }).flows += 1;
    }
    let own: Vec<Amount> = ways.iter().map(|way| way.own.map_or(UNLIMITED, amount_per_nano)).collect();
    let mut rates: Vec<Option<Amount>> = vec![None; ways.len()];
    loop {
        let shared = left.iter().filter(|(_, left)| left.flows > 0);
        let shared = shared.map(|(capacity, left)| (left.amount / Amount::from(left.flows), Some(*capacity)));
        let waiting = (0..ways.len()).filter(|flow| rates[*flow].is_none());
        // Of equals a flow's own limit first, then the capacity of the least id.
        let Some((level, tightest)) = shared.chain(waiting.map(|flow| (own[flow], None))).min() else {
            return rates.into_iter().map(|rate| rate.expect("every flow has its rate")).collect();
        };
        for (flow, way) in
            ways.iter().enumerate().filter(|(flow, _)| rates[*flow].is_none()).collect::<Vec<_>>()
        {
            let is_fixed = match tightest {
                Some(capacity) => way.uses.contains(&capacity),
                None => own[flow] == level,
            };
            if is_fixed {
                rates[flow] = Some(level);
                for capacity in &way.uses {
                    let left = left.get_mut(capacity).expect("it was counted");
                    left.amount -= level;
                    left.flows -= 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A byte a nanosecond, and so on: capacities in whole bytes.
    fn rates(capacities: &[u64], flows: &[(&[u32], Option<u64>)]) -> Vec<f64> {
        let capacities: Vec<Amount> = capacities.iter().map(|bytes| Amount::from(*bytes) * BYTE).collect();
        let bytes = |bytes: u64| Bandwidth::from_bits_per_second(bytes * 8_000_000_000);
        let ways: Vec<Way> =
            flows.iter().map(|(uses, own)| Way { uses: uses.to_vec(), own: own.map(bytes) }).collect();
        let rates = max_min(&capacities, &ways.iter().collect::<Vec<_>>());
        for (capacity, amount) in (0_u32..).zip(&capacities) {
            let users = ways.iter().zip(&rates).filter(|(way, _)| way.uses.contains(&capacity));
            let used: Amount = users.map(|(_, rate)| rate).sum();
            assert!(used <= *amount, "capacity {capacity} is exceeded");
        }
        rates.into_iter().map(|rate| rate as f64 / BYTE as f64).collect()
    }

    fn assert_near(found: &[f64], expected: &[f64]) {
        let near = |(found, expected): (&f64, &f64)| (found - expected).abs() < 1e-15 * expected.max(1.0);
        assert!(
            found.len() == expected.len() && found.iter().zip(expected).all(near),
            "{found:?}, not {expected:?}"
        );
    }

    #[test]
    fn rates_are_those_of_the_textbook() {
        assert_near(&rates(&[10], &[(&[0], None), (&[0], None)]), &[5.0, 5.0]);
        // The narrow link holds two flows back, and what they leave of the wide one is the third's.
        let (first, both, second): (&[u32], &[u32], &[u32]) = (&[0], &[0, 1], &[1]);
        assert_near(&rates(&[10, 4], &[(first, None), (both, None), (second, None)]), &[8.0, 2.0, 2.0]);
        // Bertsekas and Gallager, figure 6.16: five sessions over four links of capacity 1 (here 6).
        let sessions: [(&[u32], Option<u64>); 5] =
            [(&[1], None), (&[0, 1], None), (&[1], None), (&[2], None), (&[2, 3], None)];
        assert_near(&rates(&[6, 6, 12, 6], &sessions), &[2.0, 2.0, 2.0, 6.0, 6.0]);
        // A flow of little bandwidth of its own leaves the rest to the others.
        assert_near(&rates(&[10], &[(&[0], Some(1)), (&[0], None), (&[0], None)]), &[1.0, 4.5, 4.5]);
        // One third is rounded down to 2^-64 of a byte.
        assert_near(&rates(&[1], &[(&[0], None), (&[0], None), (&[0], None)]), &[1.0 / 3.0; 3]);
    }

    /// Sends (at, from, to, bytes, capacities) and returns when each was done, by its position.
    fn times(capacities: &[u64], sends: &[(u64, u32, u32, u32, &[u32])]) -> Vec<u64> {
        let bytes = |bytes: &u64| Some(Bandwidth::from_bits_per_second(bytes * 8_000_000_000));
        let mut sharing = Sharing::new(capacities.iter().map(bytes));
        let mut order: Vec<usize> = (0..sends.len()).collect();
        order.sort_by_key(|index| sends[*index].0);
        let mut to_send = order.into_iter().peekable();
        let mut pending: Option<(Time, u32)> = None;
        let mut done = vec![0; sends.len()];
        loop {
            let send = to_send.peek().map(|index| Time(sends[*index].0));
            match (pending, send) {
                (Some((at, generation)), send) if send.is_none_or(|send| at <= send) => {
                    assert!(sharing.is_due(generation));
                    for (.., index) in sharing.finish(at) {
                        done[index] = at.0;
                    }
                    pending = None;
                }
                (_, Some(at)) => {
                    let index = to_send.next().expect("it was peeked");
                    let (_, from, to, size, uses) = sends[index];
                    let way = Way { uses: uses.to_vec(), own: None };
                    sharing.begin(at, NodeId(from), NodeId(to), size, way, index);
                }
                (_, None) => {
                    assert!(sharing.flows.is_empty());
                    return done;
                }
            }
            pending = sharing.next().or(pending);
        }
    }

    #[test]
    fn two_equal_flows_take_twice_as_long_and_a_late_one_slows_the_first() {
        assert_eq!(times(&[1], &[(0, 0, 1, 1_000, &[0])]), [1_000]);
        assert_eq!(times(&[1], &[(0, 0, 1, 1_000, &[0]), (0, 2, 3, 1_000, &[0])]), [2_000, 2_000]);
        // Half is done when the second comes; both have half each, then the second has all.
        assert_eq!(times(&[1], &[(0, 0, 1, 1_000, &[0]), (500, 2, 3, 1_000, &[0])]), [1_500, 2_000]);
    }

    #[test]
    fn messages_of_one_flow_go_one_after_the_other_without_a_gap() {
        let thirds: Vec<(u64, u32, u32, u32, &[u32])> = (0..9).map(|_| (0, 0, 1, 10, &[0_u32][..])).collect();
        let other = (0, 2, 3, 1_000_000, &[0_u32][..]);
        let another = (0, 4, 5, 1_000_000, &[0_u32][..]);
        let all: Vec<_> = thirds.into_iter().chain([other, another]).collect();
        let done = times(&[1], &all);
        // A third of a byte a nanosecond, rounded down: 30 ns each, the nanosecond that is begun is lost once and not nine
        // times.
        assert_eq!(done[..9], [30, 60, 90, 120, 150, 180, 210, 240, 270].map(|at| at + 1));
    }

    #[test]
    fn every_byte_passes_whatever_comes_when_and_in_whatever_order_it_is_told() {
        // splitmix64
        let mut state = 5_u64;
        let mut draw = |below: u64| {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (z ^ (z >> 31)) % below
        };
        const WAYS: [&[u32]; 5] = [&[0], &[0, 1], &[1], &[1, 2], &[0, 2]];
        for _ in 0..200 {
            let sends: Vec<(u64, u32, u32, u32, &[u32])> = (0..30)
                .map(|n| (draw(5_000), n, n + 100, draw(3_000) as u32 + 1, WAYS[draw(5) as usize]))
                .collect();
            let done = times(&[1, 2, 3], &sends);
            let mut reversed = sends.clone();
            reversed.reverse();
            let mut done_reversed = times(&[1, 2, 3], &reversed);
            done_reversed.reverse();
            assert_eq!(done, done_reversed);
            // Busy from the first to the last, capacity 0 carries a byte a nanosecond at most.
            let through: u64 =
                sends.iter().filter(|send| send.4.contains(&0)).map(|send| u64::from(send.3)).sum();
            let last =
                sends.iter().zip(&done).filter(|(send, _)| send.4.contains(&0)).map(|(_, done)| *done).max();
            let first = sends.iter().filter(|send| send.4.contains(&0)).map(|send| send.0).min();
            if let (Some(first), Some(last)) = (first, last) {
                assert!(last - first >= through, "{through} bytes in {} ns", last - first);
            }
        }
    }
}
