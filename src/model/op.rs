//! Operations on a key-value store, in the one vocabulary that clients, stores, histories and judges share.
//!
//! A key holds the values written since its last plain write: `write` makes it one value, `append` adds one.
//! A reading names that sequence by its last value, its length and a digest over it, so that a register and a
//! list cost the same 16 bytes, and two readings are equal exactly when the sequences are (up to a 64-bit
//! collision). Values are identities, not data: their size in bytes stands beside them in the request.

use std::fmt;

/// A key, counted from 0. Printed as `k17`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Key(pub u32);

/// The identity of a value. Workloads write every value at most once unless told otherwise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Value(pub u32);

/// One operation on one key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    /// Returns the key's reading.
    Read {
        /// What is read.
        key: Key,
    },
    /// Makes the key hold exactly `value`.
    Write {
        /// What is written.
        key: Key,
        /// The new value.
        value: Value,
    },
    /// Makes the key hold exactly `new` if it holds exactly `expected`; a mismatch changes nothing and answers
    /// with the reading that did not match.
    Cas {
        /// What is compared and written.
        key: Key,
        /// The one value the key must hold.
        expected: Value,
        /// The value it then holds.
        new: Value,
    },
    /// Adds `value` behind what the key holds.
    Append {
        /// What is appended to.
        key: Key,
        /// The value added.
        value: Value,
    },
    /// Makes the key hold exactly `value` if it is absent; otherwise changes nothing and answers with what it holds. On a key
    /// that knows no other change it is the consensus object: the first of all proposals is everybody's answer.
    Propose {
        /// What is decided.
        key: Key,
        /// The value proposed.
        value: Value,
    },
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Op::Read { key } => write!(f, "read k{}", key.0),
            Op::Write { key, value } => write!(f, "write k{} = {}", key.0, value.0),
            Op::Append { key, value } => write!(f, "append k{} += {}", key.0, value.0),
            Op::Cas { key, expected, new } => write!(f, "cas k{} {} -> {}", key.0, expected.0, new.0),
            Op::Propose { key, value } => write!(f, "propose k{} = {}", key.0, value.0),
        }
    }
}

impl Op {
    /// The key that the operation touches.
    pub fn key(self) -> Key {
        match self {
            Op::Read { key }
            | Op::Write { key, .. }
            | Op::Cas { key, .. }
            | Op::Append { key, .. }
            | Op::Propose { key, .. } => key,
        }
    }

    /// Lets a digest absorb the whole operation.
    pub fn absorb_into(self, digest: &mut crate::kernel::Digest) {
        let (key, first, second) = match self {
            Op::Read { key } => (key, 0, 0),
            Op::Write { key, value } | Op::Append { key, value } | Op::Propose { key, value } => {
                (key, value.0, 0)
            }
            Op::Cas { key, expected, new } => (key, expected.0, new.0),
        };
        digest.absorb(u64::from(key.0) << 32 | u64::from(first));
        digest.absorb((self.kind() as u64) << 32 | u64::from(second));
    }

    /// Its kind.
    pub fn kind(self) -> OpKind {
        match self {
            Op::Read { .. } => OpKind::Read,
            Op::Write { .. } => OpKind::Write,
            Op::Cas { .. } => OpKind::Cas,
            Op::Append { .. } => OpKind::Append,
            Op::Propose { .. } => OpKind::Propose,
        }
    }
}

/// The kind of an operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum OpKind {
    /// [`Op::Read`]
    Read,
    /// [`Op::Write`]
    Write,
    /// [`Op::Cas`]
    Cas,
    /// [`Op::Append`]
    Append,
    /// [`Op::Propose`]
    Propose,
}

impl OpKind {
    /// Every kind, in the order of CSV rows.
    pub const ALL: [OpKind; 5] = [OpKind::Read, OpKind::Write, OpKind::Cas, OpKind::Append, OpKind::Propose];

    /// The name used in scenarios and CSVs.
    pub fn name(self) -> &'static str {
        match self {
            OpKind::Read => "read",
            OpKind::Write => "write",
            OpKind::Cas => "cas",
            OpKind::Append => "append",
            OpKind::Propose => "propose",
        }
    }
}

/// What a key holds: the sequence of values since its last plain write, named by last value, length and digest.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Reading {
    /// The last value of the sequence; meaningless while `length` is 0.
    pub last: Value,
    /// How many values the sequence has; 0 means that the key is absent.
    pub length: u32,
    /// The digest over the whole sequence, in order: low half, high half. (Halves, so that a reading needs no
    /// 8-byte alignment and a message that carries one stays within 32 bytes.)
    digest: [u32; 2],
}

impl Reading {
    /// The reading of a key that was never written.
    pub const ABSENT: Reading = Reading { last: Value(0), length: 0, digest: [0; 2] };

    /// The reading after a plain write of `value`.
    #[inline]
    pub fn of(value: Value) -> Reading {
        Reading::ABSENT.appended(value)
    }

    /// The reading after `value` is added behind this one.
    #[inline]
    pub fn appended(self, value: Value) -> Reading {
        let mixed = (self.digest() ^ (u64::from(value.0) + 1)).wrapping_mul(MIX);
        self.stem().next(value, mixed ^ (mixed >> 32))
    }

    /// The sequence by length and digest alone.
    #[inline]
    pub fn stem(self) -> Stem {
        Stem { length: self.length, digest: self.digest() }
    }

    /// The sequence as it was before its last value was added; `None` when the key is absent.
    #[inline]
    pub fn before_last(self) -> Option<Stem> {
        let length = self.length.checked_sub(1)?;
        Some(Stem { length, digest: unmix(self.digest()) ^ (u64::from(self.last.0) + 1) })
    }

    /// A digest over the whole sequence, in order; 0 when the key is absent.
    #[inline]
    pub fn digest(self) -> u64 {
        u64::from(self.digest[1]) << 32 | u64::from(self.digest[0])
    }
}

/// A sequence of values whose last is not known: what is left of a [`Reading`] once its last value is taken away.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Stem {
    /// How many values the sequence has.
    pub length: u32,
    /// [`Reading::digest`] of it.
    pub digest: u64,
}

impl Stem {
    /// The reading of this very sequence, given that `last` is its last value.
    #[inline]
    pub fn ending_in(self, last: Value) -> Reading {
        Reading { last, length: self.length, digest: [self.digest as u32, (self.digest >> 32) as u32] }
    }

    /// The value that alone makes up the sequence; `None` unless there is exactly one.
    #[inline]
    pub fn only_value(self) -> Option<Value> {
        let value = u32::try_from(unmix(self.digest).checked_sub(1)?).ok()?;
        (self.length == 1).then_some(Value(value))
    }

    #[inline]
    fn next(self, last: Value, digest: u64) -> Reading {
        Stem { length: self.length + 1, digest }.ending_in(last)
    }
}

/// Odd, so that multiplying by it loses nothing: 2^64 over the golden ratio (Knuth, TAOCP 3, 6.4).
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
/// The inverse of [`MIX`] modulo 2^64.
const UNMIX: u64 = 0xF1DE_83E1_9937_733D;

/// Undoes the mixing of one value into a digest. That it can be undone is what lets a judge name the sequence
/// that a value was appended to.
#[inline]
fn unmix(digest: u64) -> u64 {
    (digest ^ (digest >> 32)).wrapping_mul(UNMIX)
}

impl fmt::Display for Reading {
    /// `nothing`, `41`, `a list of 2 values ending in 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.length {
            0 => f.write_str("nothing"),
            1 => write!(f, "{}", self.last.0),
            length => write!(f, "a list of {length} values ending in {}", self.last.0),
        }
    }
}

/// What an operation that took effect answered.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Answer {
    /// A read's observation.
    Read(Reading),
    /// A write, an append, a compare-and-set that matched, or a proposal that found nothing before it.
    Done,
    /// A compare-and-set or a proposal that found something else, and what it found.
    Mismatch(Reading),
}

impl fmt::Display for Answer {
    /// `ok`, `41`, `no match: 41`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::Read(reading) => reading.fmt(f),
            Answer::Done => f.write_str("ok"),
            Answer::Mismatch(reading) => write!(f, "no match: {reading}"),
        }
    }
}

impl Op {
    /// Applies the operation to what its key holds: the sequential specification of the store, used by
    /// replicas and judges alike. Returns what the key holds afterwards and the answer.
    #[inline]
    pub fn apply(self, held: Reading) -> (Reading, Answer) {
        match self {
            Op::Read { .. } => (held, Answer::Read(held)),
            Op::Write { value, .. } => (Reading::of(value), Answer::Done),
            Op::Append { value, .. } => (held.appended(value), Answer::Done),
            Op::Propose { value, .. } if held == Reading::ABSENT => (Reading::of(value), Answer::Done),
            Op::Propose { .. } => (held, Answer::Mismatch(held)),
            Op::Cas { expected, new, .. } => {
                if held == Reading::of(expected) {
                    (Reading::of(new), Answer::Done)
                } else {
                    (held, Answer::Mismatch(held))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Key = Key(0);

    #[test]
    fn a_write_forgets_what_was_appended_before_it() {
        let (held, _) = Op::Append { key: KEY, value: Value(7) }.apply(Reading::of(Value(1)));
        assert_eq!(held.length, 2);
        let (held, _) = Op::Write { key: KEY, value: Value(9) }.apply(held);
        assert_eq!(held, Reading::of(Value(9)));
    }

    #[test]
    fn the_order_of_appends_shows_in_the_reading() {
        let ab = Reading::of(Value(1)).appended(Value(2));
        let ba = Reading::of(Value(2)).appended(Value(1));
        assert_ne!(ab.digest(), ba.digest());
    }

    #[test]
    fn a_reading_knows_what_it_was_before_its_last_value() {
        let one = Reading::of(Value(u32::MAX));
        let two = one.appended(Value(7));
        assert_eq!(two.before_last(), Some(one.stem()));
        assert_eq!(one.stem().only_value(), Some(Value(u32::MAX)));
        assert_eq!(two.stem().only_value(), None);
        assert_eq!(one.before_last(), Some(Reading::ABSENT.stem()));
        assert_eq!(Reading::ABSENT.before_last(), None);
        assert_eq!(one.stem().ending_in(Value(u32::MAX)), one);
    }

    #[test]
    fn a_cas_that_does_not_match_changes_nothing_and_says_what_it_found() {
        let held = Reading::of(Value(3));
        let cas = Op::Cas { key: KEY, expected: Value(4), new: Value(5) };
        assert_eq!(cas.apply(held), (held, Answer::Mismatch(held)));
        let cas = Op::Cas { key: KEY, expected: Value(3), new: Value(5) };
        assert_eq!(cas.apply(held), (Reading::of(Value(5)), Answer::Done));
    }

    #[test]
    fn the_first_proposal_decides_and_the_others_are_told_what_it_was() {
        let propose = |value| Op::Propose { key: KEY, value: Value(value) };
        let (held, answer) = propose(7).apply(Reading::ABSENT);
        assert_eq!((held, answer), (Reading::of(Value(7)), Answer::Done));
        assert_eq!(propose(8).apply(held), (held, Answer::Mismatch(held)));
        assert_eq!(propose(7).apply(held), (held, Answer::Mismatch(held)), "one proposal is one operation");
    }
}
