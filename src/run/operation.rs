//! Operations as a recording keeps them: packed into a cache line, because a run may have millions.

use crate::kernel::{NodeId, Time};
use crate::model::history::{Operation, Outcome, Reason, SessionId};
use crate::model::note::Asked;
use crate::model::op::{Answer, Key, Op, OpKind, Reading, Value};

use super::cast::{Class, class_of};

/// One operation of a client, whole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Counts the workload's operations from 1; of what a service asks, the number of the request it serves.
    pub number: u32,
    /// Whose it was.
    pub session: SessionId,
    /// What was asked.
    pub asked: Asked,
    /// When it was due to arrive.
    pub intended: Time,
    /// When its first attempt was sent.
    pub invoked: Time,
    /// When its client was told; for what was still in flight then, the end of the run or the crash of the client.
    pub returned: Time,
    /// How it ended.
    pub outcome: Outcome,
    /// How many times it was sent; 0 for what was in flight, for then it was not told.
    pub attempts: u16,
}

impl Recorded {
    /// From its intended arrival to its return, in nanoseconds: what a client that was held up waited counts
    /// (no coordinated omission).
    #[inline]
    pub fn latency(&self) -> u64 {
        self.returned.since(self.intended).0
    }

    /// Its kind.
    #[inline]
    pub fn class(&self) -> Class {
        class_of(self.asked)
    }

    /// What a judge reads of it; `None` for a call of a service.
    pub fn operation(&self) -> Option<Operation> {
        let Recorded { session, invoked, returned, outcome, .. } = *self;
        match self.asked {
            Asked::Store(op) => Some(Operation { session, op, invoked, returned, outcome }),
            Asked::Call { .. } => None,
        }
    }
}

/// How an operation ended, without what it answered.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Ending {
    /// It took effect and answered.
    Ok,
    /// It certainly had no effect.
    Fail,
    /// It may or may not have taken effect.
    Unknown,
}

impl Ending {
    /// Every ending, in the order of CSV rows.
    pub const ALL: [Ending; 3] = [Ending::Ok, Ending::Fail, Ending::Unknown];

    /// The word used in scenarios and CSVs.
    pub fn name(self) -> &'static str {
        match self {
            Ending::Ok => "ok",
            Ending::Fail => "fail",
            Ending::Unknown => "unknown",
        }
    }

    /// How an outcome ended, and why if not well.
    #[inline]
    pub fn of(outcome: Outcome) -> (Ending, Option<Reason>) {
        match outcome {
            Outcome::Ok(_) => (Ending::Ok, None),
            Outcome::Fail(reason) => (Ending::Fail, Some(reason)),
            Outcome::Unknown(reason) => (Ending::Unknown, Some(reason)),
        }
    }
}

/// A [`Recorded`] in 64 bytes. The node is that of the track it stands on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed {
    pub(super) intended: Time,
    pub(super) invoked: Time,
    pub(super) returned: Time,
    pub(super) slot: u32,
    pub(super) number: u32,
    /// The key, or the path of a call.
    key: u32,
    values: [u32; 2],
    reading: Reading,
    pub(super) attempts: u16,
    /// An [`OpKind`], or [`CALL`].
    kind: u8,
    ended: Ended,
}

const _: () = assert!(size_of::<Packed>() == 64, "an operation fills a cache line");

const CALL: u8 = OpKind::ALL.len() as u8;

/// An outcome in a byte; its reading stands elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Ended(u8);

const DONE: u8 = 0;
const READ: u8 = 1;
const MISMATCH: u8 = 2;
const FAILED: u8 = 3;
const UNKNOWN: u8 = FAILED + Reason::ALL.len() as u8;
const OPEN: u8 = UNKNOWN + Reason::ALL.len() as u8;

impl Packed {
    /// An operation under way.
    pub(super) fn open(slot: u32, number: u32, intended: Time, invoked: Time, asked: Asked) -> Packed {
        let (kind, key, values) = match asked {
            Asked::Store(Op::Read { key }) => (OpKind::Read as u8, key.0, [0; 2]),
            Asked::Store(Op::Write { key, value }) => (OpKind::Write as u8, key.0, [value.0, 0]),
            Asked::Store(Op::Cas { key, expected, new }) => (OpKind::Cas as u8, key.0, [expected.0, new.0]),
            Asked::Store(Op::Append { key, value }) => (OpKind::Append as u8, key.0, [value.0, 0]),
            Asked::Store(Op::Propose { key, value }) => (OpKind::Propose as u8, key.0, [value.0, 0]),
            Asked::Call { path } => (CALL, path.into(), [0; 2]),
        };
        let returned = Time::MAX;
        let (attempts, reading, ended) = (0, Reading::ABSENT, Ended(OPEN));
        Packed { intended, invoked, returned, slot, number, key, values, reading, attempts, kind, ended }
    }

    /// Whether it is still under way.
    pub(super) fn is_open(&self) -> bool {
        self.ended == Ended(OPEN)
    }

    /// It ended.
    #[inline]
    pub(super) fn close(&mut self, at: Time, outcome: Outcome, attempts: u16) {
        let (ended, reading) = match outcome {
            Outcome::Ok(Answer::Done) => (DONE, Reading::ABSENT),
            Outcome::Ok(Answer::Read(reading)) => (READ, reading),
            Outcome::Ok(Answer::Mismatch(reading)) => (MISMATCH, reading),
            Outcome::Fail(reason) => (FAILED + reason as u8, Reading::ABSENT),
            Outcome::Unknown(reason) => (UNKNOWN + reason as u8, Reading::ABSENT),
        };
        (self.returned, self.attempts, self.reading, self.ended) = (at, attempts, reading, Ended(ended));
    }

    /// The same, if its end will never be told: the run ended, or the client's node crashed.
    pub(super) fn forgotten(mut self, at: Time) -> Packed {
        self.close(at, Outcome::Unknown(Reason::InFlight), 0);
        self
    }

    /// The whole operation, as a client of `node` asked it.
    ///
    /// # Panics
    /// If it is still under way.
    #[inline]
    pub(super) fn unpack(&self, node: NodeId) -> Recorded {
        let Packed { intended, invoked, returned, slot, number, attempts, reading, .. } = *self;
        let key = Key(self.key);
        let [first, second] = self.values.map(Value);
        let asked = match OpKind::ALL.get(usize::from(self.kind)) {
            Some(OpKind::Read) => Asked::Store(Op::Read { key }),
            Some(OpKind::Write) => Asked::Store(Op::Write { key, value: first }),
            Some(OpKind::Cas) => Asked::Store(Op::Cas { key, expected: first, new: second }),
            Some(OpKind::Append) => Asked::Store(Op::Append { key, value: first }),
            Some(OpKind::Propose) => Asked::Store(Op::Propose { key, value: first }),
            None => Asked::Call { path: self.key as u16 },
        };
        let reason = |first: u8| Reason::ALL[usize::from(self.ended.0 - first)];
        let outcome = match self.ended.0 {
            DONE => Outcome::Ok(Answer::Done),
            READ => Outcome::Ok(Answer::Read(reading)),
            MISMATCH => Outcome::Ok(Answer::Mismatch(reading)),
            FAILED..UNKNOWN => Outcome::Fail(reason(FAILED)),
            UNKNOWN..OPEN => Outcome::Unknown(reason(UNKNOWN)),
            OPEN.. => panic!("an operation under way has no outcome"),
        };
        let session = SessionId { node, slot };
        Recorded { number, session, asked, intended, invoked, returned, outcome, attempts }
    }
}

/// Sorts operations by their numbers, those of one number as they came. Numbers are counted, so that there is hardly a gap
/// between them unless most are left out: where each goes can be counted, too, and each, a cache line, is moved once.
pub(super) fn sort_by_number(operations: &mut [Packed]) {
    let numbers = || operations.iter().map(|operation| operation.number);
    let (Some(least), Some(greatest)) = (numbers().min(), numbers().max()) else { return };
    let place_of = |number: u32| (number - least) as usize;
    if place_of(greatest) > 4 * operations.len() {
        return operations.sort_by_cached_key(|operation| operation.number);
    }
    let mut next = vec![0_u32; place_of(greatest) + 2];
    numbers().for_each(|number| next[place_of(number) + 1] += 1);
    let mut before = 0;
    for count in &mut next {
        before += *count;
        *count = before;
    }
    let place = |number| {
        let next = &mut next[place_of(number)];
        *next += 1;
        *next - 1
    };
    let mut places: Vec<u32> = numbers().map(place).collect();
    for index in 0..places.len() {
        while places[index] as usize != index {
            let to = places[index] as usize;
            operations.swap(index, to);
            places.swap(index, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_loses_nothing() {
        let key = Key(17);
        let asked = [
            Asked::Store(Op::Read { key }),
            Asked::Store(Op::Write { key, value: Value(1) }),
            Asked::Store(Op::Cas { key, expected: Value(2), new: Value(3) }),
            Asked::Store(Op::Append { key, value: Value(4) }),
            Asked::Store(Op::Propose { key, value: Value(5) }),
            Asked::Call { path: 0 },
            Asked::Call { path: u16::MAX },
        ];
        let reading = Reading::of(Value(9)).appended(Value(10));
        let answers = [Answer::Done, Answer::Read(reading), Answer::Mismatch(reading)].map(Outcome::Ok);
        let reasons = Reason::ALL.iter().flat_map(|&why| [Outcome::Fail(why), Outcome::Unknown(why)]);
        for outcome in answers.into_iter().chain(reasons) {
            for asked in asked {
                let session = SessionId { node: NodeId(70_000), slot: u32::MAX };
                let (number, intended, invoked, returned, attempts) =
                    (8, Time(1), Time(1 << 60), Time(1 << 61), 300);
                let whole =
                    Recorded { number, session, asked, intended, invoked, returned, outcome, attempts };
                let mut packed = Packed::open(session.slot, number, intended, invoked, asked);
                assert!(packed.is_open());
                packed.close(returned, outcome, attempts);
                assert!(!packed.is_open());
                assert_eq!(packed.unpack(session.node), whole);
            }
        }
    }

    #[test]
    fn sorting_by_number_is_stable_whether_numbers_are_dense_or_not() {
        let mut rng = crate::kernel::Stream::new(7, "operations", "order");
        for (count, most) in [(0, 1), (1, 1), (100, 50), (100, 100), (100, 400), (100, 100_000)] {
            let operation = |slot: u32, number: u32| {
                Packed::open(slot, number, Time(0), Time(0), Asked::Call { path: 0 })
            };
            let mut sorted: Vec<Packed> =
                (0..count).map(|slot| operation(slot, 5 + rng.below(most))).collect();
            let mut expected = sorted.clone();
            expected.sort_by_key(|operation| operation.number);
            sort_by_number(&mut sorted);
            let order = |operations: &[Packed]| -> Vec<(u32, u32)> {
                operations.iter().map(|operation| (operation.number, operation.slot)).collect()
            };
            assert_eq!(order(&sorted), order(&expected), "{count} of {most}");
        }
    }
}
