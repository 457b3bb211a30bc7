//! Which values lie between two sequences that are known by their digests alone?
//!
//! A list's reading names its last value only. When values that nobody saw as the last lie between two sequences
//! that were seen, some choice and order of them takes the one digest to the other. Meeting in the middle
//! (Horowitz and Sahni 1974) costs the square root of trying them all: half of the values are put behind the
//! shorter sequence, the other half taken off the longer.

use crate::model::op::{Reading, Stem, Value};

use super::effort::Effort;

/// The most values on either side of the middle.
const HALF_MAX: usize = 8;
/// The most sequences on either side, a bound on memory (about 100 MB).
const SEQUENCES_MAX: u64 = 1 << 22;

/// What was found between two sequences.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Bridge {
    /// These values, in this order.
    Values(Vec<Value>),
    /// Nothing: no choice and order of the candidates leads from the one to the other.
    Absent,
    /// The candidates are too many for the effort that is left.
    TooFar,
}

/// A sequence half-way: its digest, and the candidates that were put behind it or taken off it.
#[derive(Clone, Copy)]
struct Half {
    digest: u64,
    length: u32,
    used: [u16; HALF_MAX],
    count: u8,
}

impl Half {
    fn used(&self) -> &[u16] {
        &self.used[..usize::from(self.count)]
    }
}

/// Finds distinct `candidates` that, put behind `from` one after the other, make the sequence `to`.
pub(super) fn bridge(from: Reading, to: Stem, candidates: &[Value], effort: &mut Effort<'_>) -> Bridge {
    let missing = to.length.saturating_sub(from.length) as usize;
    if missing == 0 || missing > candidates.len() {
        return if from.stem() == to { Bridge::Values(Vec::new()) } else { Bridge::Absent };
    }
    let (front, back) = (missing / 2, missing - missing / 2);
    let affordable = SEQUENCES_MAX.min(effort.left());
    if !effort.pause()
        || back > HALF_MAX
        || candidates.len() > usize::from(u16::MAX)
        || arrangements(candidates.len(), back) > affordable
    {
        return Bridge::TooFar;
    }
    let mut heads =
        expand(from.stem(), front, candidates, |stem, value| stem.ending_in(value).appended(value).stem());
    let tails = expand(to, back, candidates, |stem, value| {
        stem.ending_in(value).before_last().expect("no more values are taken off than the sequence has")
    });
    effort.spend(heads.len() as u64 + tails.len() as u64);
    heads.sort_unstable_by_key(|half| half.digest);
    for tail in &tails {
        let first = heads.partition_point(|head| head.digest < tail.digest);
        let meeting = heads[first..].iter().take_while(|head| head.digest == tail.digest);
        for head in meeting {
            if head.used().iter().all(|candidate| !tail.used().contains(candidate)) {
                let order = head.used().iter().chain(tail.used().iter().rev());
                return Bridge::Values(order.map(|&candidate| candidates[usize::from(candidate)]).collect());
            }
        }
    }
    Bridge::Absent
}

/// Every sequence that `steps` distinct candidates lead to.
fn expand(start: Stem, steps: usize, candidates: &[Value], step: impl Fn(Stem, Value) -> Stem) -> Vec<Half> {
    let mut halves = vec![Half { digest: start.digest, length: start.length, used: [0; HALF_MAX], count: 0 }];
    for _ in 0..steps {
        let mut next = Vec::with_capacity(halves.len() * candidates.len());
        for half in &halves {
            for (candidate, &value) in (0u16..).zip(candidates) {
                if half.used().contains(&candidate) {
                    continue;
                }
                let stem = step(Stem { length: half.length, digest: half.digest }, value);
                let mut longer = Half { digest: stem.digest, length: stem.length, ..*half };
                longer.used[usize::from(half.count)] = candidate;
                longer.count += 1;
                next.push(longer);
            }
        }
        halves = next;
    }
    halves
}

/// How many ways there are to pick and order `picked` of `count` things; saturates.
fn arrangements(count: usize, picked: usize) -> u64 {
    (0..picked).fold(1, |ways: u64, i| ways.saturating_mul((count - i) as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANDIDATES: [Value; 6] = [Value(10), Value(11), Value(12), Value(13), Value(14), Value(15)];

    fn list(values: &[u32]) -> Reading {
        values.iter().fold(Reading::of(Value(1)), |held, &value| held.appended(Value(value)))
    }

    #[test]
    fn finds_the_values_between_two_sequences_in_their_order() {
        for between in [&[12][..], &[15, 10], &[13, 11, 14], &[10, 15, 11, 14, 12, 13]] {
            let found = bridge(list(&[]), list(between).stem(), &CANDIDATES, &mut Effort::new(1_000_000));
            assert_eq!(found, Bridge::Values(between.iter().copied().map(Value).collect()));
        }
    }

    #[test]
    fn says_when_no_order_of_the_candidates_makes_the_sequence() {
        let mut effort = Effort::new(1_000_000);
        for impossible in [&[16][..], &[10, 10], &[10, 16, 11]] {
            assert_eq!(bridge(list(&[]), list(impossible).stem(), &CANDIDATES, &mut effort), Bridge::Absent);
        }
        assert!(effort.explored() > 0);
    }

    #[test]
    fn gives_up_before_it_spends_more_than_is_left() {
        let far = list(&[10, 11, 12, 13, 14, 15]).stem();
        assert_eq!(bridge(list(&[]), far, &CANDIDATES, &mut Effort::new(100)), Bridge::TooFar);
    }
}
