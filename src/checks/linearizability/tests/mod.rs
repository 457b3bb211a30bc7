//! Tests of the judge as a whole, and the histories they are made of.

mod brute;
mod cases;
mod explanations;
mod random;
mod scale;

use crate::kernel::{NodeId, Time};
use crate::model::history::{Operation, Outcome, Reason, SessionId};
use crate::model::op::{Answer, Key, Op, Reading, Value};

use super::{Judge, Judgement, judge};

const BUDGET: u64 = 1_000_000;

/// The operation of a session of its own between two instants.
fn operation(session: u32, op: Op, (invoked, returned): (u64, u64), outcome: Outcome) -> Operation {
    let session = SessionId { node: NodeId(0), slot: session };
    Operation { session, op, invoked: Time(invoked), returned: Time(returned), outcome }
}

/// A history of key 0, one operation after the other; the number of each is its session.
#[derive(Default)]
struct History(Vec<Operation>);

impl History {
    fn push(mut self, op: Op, span: (u64, u64), outcome: Outcome) -> History {
        let session = u32::try_from(self.0.len()).expect("a short history");
        self.0.push(operation(session, op, span, outcome));
        self
    }

    fn read(self, span: (u64, u64), seen: &[u32]) -> History {
        self.push(Op::Read { key: KEY }, span, Outcome::Ok(Answer::Read(list(seen))))
    }

    fn write(self, span: (u64, u64), value: u32) -> History {
        self.push(Op::Write { key: KEY, value: Value(value) }, span, Outcome::Ok(Answer::Done))
    }

    fn append(self, span: (u64, u64), value: u32) -> History {
        self.push(Op::Append { key: KEY, value: Value(value) }, span, Outcome::Ok(Answer::Done))
    }

    fn cas(self, span: (u64, u64), expected: u32, new: u32) -> History {
        self.push(cas(expected, new), span, Outcome::Ok(Answer::Done))
    }

    fn mismatch(self, span: (u64, u64), expected: u32, new: u32, seen: &[u32]) -> History {
        self.push(cas(expected, new), span, Outcome::Ok(Answer::Mismatch(list(seen))))
    }

    /// Makes the last operation end in this outcome instead.
    fn but(mut self, outcome: Outcome) -> History {
        self.0.last_mut().expect("an operation to change").outcome = outcome;
        self
    }

    fn unknown(self) -> History {
        self.but(Outcome::Unknown(Reason::Timeout))
    }

    fn judged(&self) -> Judgement {
        judge(&self.0, None, BUDGET)
    }
}

const KEY: Key = Key(0);

fn cas(expected: u32, new: u32) -> Op {
    Op::Cas { key: KEY, expected: Value(expected), new: Value(new) }
}

/// The reading of exactly these values.
fn list(values: &[u32]) -> Reading {
    values.iter().fold(Reading::ABSENT, |held, &value| held.appended(Value(value)))
}

/// A judge for keys that hold `initial` at first.
fn judge_from(initial: Reading) -> Judge {
    Judge { initial, budget: BUDGET }
}

/// The history, one operation a line.
fn show(operations: &[Operation]) -> String {
    let line = |(index, o): (usize, &Operation)| {
        let read = |seen: Reading| format!("{} x {} #{:x}", seen.length, seen.last.0, seen.digest() >> 48);
        let asked = match o.op {
            Op::Read { .. } => "read".to_owned(),
            Op::Write { value, .. } => format!("write {}", value.0),
            Op::Append { value, .. } => format!("append {}", value.0),
            Op::Cas { expected, new, .. } => format!("cas {} to {}", expected.0, new.0),
            Op::Propose { value, .. } => format!("propose {}", value.0),
        };
        let told = match o.outcome {
            Outcome::Ok(Answer::Read(seen)) => format!("read {}", read(seen)),
            Outcome::Ok(Answer::Mismatch(seen)) => format!("mismatch {}", read(seen)),
            Outcome::Ok(Answer::Done) => "done".to_owned(),
            Outcome::Fail(reason) => format!("fail {}", reason.name()),
            Outcome::Unknown(reason) => format!("unknown {}", reason.name()),
        };
        format!("\n  {index}: [{}, {}] {asked}: {told}", o.invoked.0, o.returned.0)
    };
    operations.iter().enumerate().map(line).collect()
}
