//! What the time of requests was spent on, kept for as many of them as a cap allows, and summed up by percentile.

use std::collections::BTreeMap;

use crate::kernel::{NodeId, Time};

use super::cast::{Cast, Class};
use super::phase::{Phase, Timeline};
use super::spans::{Share, Spent};

/// Requests whose time is kept by its parts (`max-breakdowns`); of more, one in so many is, drawn by their numbers.
pub const BREAKDOWNS_MAX: usize = 1 << 16;

/// The levels of latency that are told of: a name, and the least and the greatest share of requests that are faster.
const LEVELS: [(&str, f64, f64); 6] = [
    ("mean", 0.0, 1.0),
    ("p50", 0.495, 0.505),
    ("p90", 0.895, 0.905),
    ("p95", 0.945, 0.955),
    ("p99", 0.985, 0.995),
    ("p999", 0.9985, 0.9995),
];

/// The parts of the time of single requests.
#[derive(Clone, Debug)]
pub struct Breakdowns {
    kept: Vec<Kept>,
    shares: Vec<Share>,
    max: usize,
    /// One in 2^`bits` is kept.
    bits: u32,
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    workload: u16,
    class: u16,
    number: u32,
    arrived: Time,
    latency: u64,
    first: u32,
    count: u32,
}

/// A request that was answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Answered {
    pub(super) workload: usize,
    pub(super) class: Class,
    pub(super) number: u32,
    /// When it was due.
    pub(super) arrived: Time,
    /// From then to its answer, in nanoseconds.
    pub(super) latency: u64,
}

/// What the requests of one level of latency spent their time on.
#[derive(Clone, PartialEq, Debug)]
pub struct Level {
    /// Its name: `mean` for all requests, or a percentile.
    pub name: &'static str,
    /// How many requests these are.
    pub requests: usize,
    /// The latency of the level itself, in nanoseconds: the percentile (nearest-rank), or the mean.
    pub at: u64,
    /// Their mean latency, in nanoseconds.
    pub latency: f64,
    /// What it was spent on, as shares of it: by system and kind, the largest first.
    pub parts: Vec<Part>,
}

/// A part of the latency of a level.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// The system, or on the network and before retries the caller's.
    pub system: String,
    /// What it was spent on there.
    pub spent: Spent,
    /// Its share of the latency.
    pub share: f64,
    /// The node of the system with the largest share, and that.
    pub worst: (NodeId, f64),
}

impl Breakdowns {
    pub(super) fn new(max: usize) -> Breakdowns {
        Breakdowns { kept: Vec::new(), shares: Vec::new(), max, bits: 0 }
    }

    /// Whether the time of the request of that number is kept.
    #[inline]
    pub(super) fn keeps(&self, number: u32) -> bool {
        keeps(number, self.bits)
    }

    /// A request that is kept was answered, and spent its time so.
    #[inline]
    pub(super) fn add(&mut self, answered: Answered, shares: impl Iterator<Item = Share>) {
        let Answered { workload, class, number, arrived, latency } = answered;
        let first = self.shares.len() as u32;
        self.shares.extend(shares);
        let count = self.shares.len() as u32 - first;
        let (workload, class) = (workload as u16, class as u16);
        self.kept.push(Kept { workload, class, number, arrived, latency, first, count });
        if self.kept.len() >= self.max {
            self.thin();
        }
    }

    /// Keeps half of what there is, and of what comes.
    #[cold]
    fn thin(&mut self) {
        while self.kept.len() >= self.max && self.bits < 31 {
            self.bits += 1;
            let (bits, before) = (self.bits, std::mem::take(&mut self.shares));
            self.kept.retain(|kept| keeps(kept.number, bits));
            for kept in &mut self.kept {
                let first = self.shares.len() as u32;
                self.shares.extend_from_slice(&before[kept.first as usize..][..kept.count as usize]);
                kept.first = first;
            }
        }
    }

    /// How many requests one stands for.
    pub fn one_in(&self) -> u32 {
        1 << self.bits
    }

    /// What the requests of a workload and a class spent their time on, after the warm-up; none if there were none.
    pub(super) fn levels(
        &self,
        cast: &Cast,
        timeline: &Timeline,
        workload: usize,
        class: Class,
    ) -> Vec<Level> {
        let is_meant = |kept: &&Kept| {
            usize::from(kept.workload) == workload
                && usize::from(kept.class) == class
                && timeline.phase(kept.arrived) != Phase::Warmup
        };
        let mut kept: Vec<&Kept> = self.kept.iter().filter(is_meant).collect();
        if kept.is_empty() {
            return Vec::new();
        }
        kept.sort_by_key(|kept| (kept.latency, kept.number));
        let level = |&(name, low, high): &(&'static str, f64, f64)| {
            let rank = |share: f64| ((kept.len() as f64 * share) as usize).min(kept.len() - 1);
            let upper = if high >= 1.0 { kept.len() } else { rank(high) + 1 };
            let level = self.level(cast, name, &kept[rank(low)..upper]);
            // The percentile is the middle of its level.
            let nearest = (kept.len() as f64 * (low + high) / 2.0).ceil() as usize;
            let at = if high >= 1.0 { level.latency as u64 } else { kept[nearest.max(1) - 1].latency };
            Level { at, ..level }
        };
        LEVELS.iter().map(level).collect()
    }

    fn level(&self, cast: &Cast, name: &'static str, requests: &[&Kept]) -> Level {
        let total: u128 = requests.iter().map(|kept| u128::from(kept.latency)).sum();
        let mut by_node: BTreeMap<(NodeId, Spent), u128> = BTreeMap::new();
        for kept in requests {
            for share in &self.shares[kept.first as usize..][..kept.count as usize] {
                *by_node.entry((share.node, share.spent)).or_default() += u128::from(share.length);
            }
        }
        let share_of = |length: u128| if total == 0 { 0.0 } else { length as f64 / total as f64 };
        let mut parts: Vec<Part> = Vec::new();
        for ((node, spent), length) in by_node {
            let (system, share) = (cast.system_of(node), share_of(length));
            match parts.iter_mut().find(|part| part.system == system && part.spent == spent) {
                Some(part) => {
                    part.share += share;
                    if share > part.worst.1 {
                        part.worst = (node, share);
                    }
                }
                None => parts.push(Part { system: system.to_owned(), spent, share, worst: (node, share) }),
            }
        }
        parts.sort_by(|a, b| b.share.total_cmp(&a.share));
        Level { name, requests: requests.len(), at: 0, latency: total as f64 / requests.len() as f64, parts }
    }
}

/// Whether the request of that number is among one in 2^`bits`.
#[inline]
fn keeps(number: u32, bits: u32) -> bool {
    number.wrapping_mul(0x9E37_79B9).checked_shr(32 - bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{Duration, SystemId};
    use crate::run::cast::CastNode;

    fn cast() -> Cast {
        let node = |name: &str, system| CastNode {
            name: name.to_owned(),
            system: SystemId(system),
            ..CastNode::default()
        };
        Cast {
            systems: vec!["api".to_owned(), "users".to_owned()],
            nodes: vec![node("api.1", 0), node("api.2", 0), node("users", 1)],
            ..Cast::default()
        }
    }

    fn answer(breakdowns: &mut Breakdowns, number: u32, queue: u64, service: u64) {
        let node = NodeId(number % 2);
        let shares = [
            Share { node, spent: Spent::Queue, length: queue },
            Share { node, spent: Spent::Service, length: service },
        ];
        let arrived = Time::ZERO + Duration(u64::from(number));
        let answered = Answered { workload: 0, class: 5, number, arrived, latency: queue + service };
        if breakdowns.keeps(number) {
            breakdowns.add(answered, shares.into_iter());
        }
    }

    #[test]
    fn the_parts_of_a_level_are_those_of_its_requests() {
        let mut breakdowns = Breakdowns::new(10_000);
        (0..1_000).for_each(|number| answer(&mut breakdowns, number, u64::from(number) * 10, 1_000));
        let timeline = Timeline::new(Time::ZERO, Duration::ZERO);
        let levels = breakdowns.levels(&cast(), &timeline, 0, 5);
        assert_eq!(levels.iter().map(|level| level.name).collect::<Vec<_>>(), LEVELS.map(|(name, ..)| name));
        assert_eq!(levels[0].requests, 1_000);
        // Requests 985 to 995 waited 9,850 to 9,950 of 10,850 to 10,950.
        let p99 = &levels[4];
        assert_eq!((p99.requests, p99.at, p99.latency), (11, 10_890, 10_900.0));
        let queue = &p99.parts[0];
        assert_eq!((queue.system.as_str(), queue.spent), ("api", Spent::Queue));
        assert!((queue.share - 9_900.0 / 10_900.0).abs() < 1e-12, "{queue:?}");
        assert_eq!(queue.worst.0, NodeId(1), "six of the eleven have odd numbers");
        let total: f64 = p99.parts.iter().map(|part| part.share).sum();
        assert!((total - 1.0).abs() < 1e-12);
        assert_eq!(breakdowns.levels(&cast(), &timeline, 0, 6), []);
    }

    #[test]
    fn beyond_the_cap_one_in_so_many_is_kept_with_its_own_parts() {
        let mut breakdowns = Breakdowns::new(100);
        (0..10_000).for_each(|number| answer(&mut breakdowns, number, u64::from(number), 7));
        assert!(breakdowns.kept.len() < 100 && breakdowns.one_in() >= 128, "{}", breakdowns.one_in());
        for kept in &breakdowns.kept {
            let shares = &breakdowns.shares[kept.first as usize..][..kept.count as usize];
            assert_eq!(shares.iter().map(|share| share.length).sum::<u64>(), kept.latency);
            assert_eq!(shares[0].length, u64::from(kept.number));
        }
    }
}
