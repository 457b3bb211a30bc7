//! A violation in words: which answer cannot be, because of which others.

use crate::kernel::Time;
use crate::model::history::{Operation, Outcome, SessionId};
use crate::model::op::{Answer, Op, OpKind};

use super::conflict::Cause;
use super::violation::Violation;

/// How many operations are listed where every order was tried.
const LISTED_MAX: usize = 12;

/// Says in one sentence, without a full stop, why the operation that the violation names cannot be explained.
/// `operations` is the history that was judged; `name` names a session, such as `shoppers#3`.
pub fn explain(
    violation: &Violation,
    operations: &[Operation],
    name: &dyn Fn(SessionId) -> String,
) -> String {
    let words = Words { operations, name };
    let reason = words.reason(violation);
    let own = if violation.own_order_wrong { " (in the system's own order as in any other)" } else { "" };
    format!("key k{}: {reason}{own}", violation.key.0)
}

struct Words<'a> {
    operations: &'a [Operation],
    name: &'a dyn Fn(SessionId) -> String,
}

impl Words<'_> {
    fn reason(&self, violation: &Violation) -> String {
        let failing = violation.operation;
        match violation.cause {
            Cause::Impossible => format!("{}, which its own question rules out", self.told(failing)),
            Cause::NeverWritten => {
                let writers = self.list(violation, &[failing]);
                let made = if writers.is_empty() { String::new() } else { format!("; involved: {writers}") };
                let Operation { op, outcome, .. } = self.operations[failing];
                let what = match (op, outcome) {
                    (Op::Cas { expected, .. }, Outcome::Ok(Answer::Done)) => {
                        format!("but nothing invoked by then can have written {}", expected.0)
                    }
                    (Op::Propose { .. }, Outcome::Ok(Answer::Done)) => {
                        "but the key cannot have been absent".to_owned()
                    }
                    (
                        Op::Read { .. }
                        | Op::Write { .. }
                        | Op::Append { .. }
                        | Op::Cas { .. }
                        | Op::Propose { .. },
                        _,
                    ) => "which nothing invoked by then can have made".to_owned(),
                };
                format!("{}, {what}{made}", self.told(failing))
            }
            Cause::Future { write } => format!(
                "{} before {} was invoked at t = {}",
                self.told(failing),
                self.asked(write),
                self.operations[write].invoked.exact()
            ),
            Cause::Failed { write } => {
                let Operation { returned, outcome, .. } = self.operations[write];
                let returned = returned.exact();
                let reason = match outcome {
                    Outcome::Fail(reason) | Outcome::Unknown(reason) => reason.name(),
                    Outcome::Ok(_) => "ok",
                };
                let write = self.asked(write);
                format!("{} although {write} had failed ({reason}, t = {returned})", self.told(failing))
            }
            Cause::Fork { one, other } => {
                format!("{}, and {}: neither continues the other", self.told(one), self.told(other))
            }
            Cause::LostUpdate { one, other } => {
                let is_proposal = |index: usize| matches!(self.operations[index].op, Op::Propose { .. });
                let why = match is_proposal(one) && is_proposal(other) {
                    true => "only one can be",
                    false => "both replaced the same value",
                };
                format!("{}, and {}: {why}", self.told(one), self.told(other))
            }
            Cause::Circle => {
                format!("each of these needs another of them first: {}", self.list(violation, &[]))
            }
            Cause::Stale { older, newer } => self.stale(violation, older, newer),
            Cause::Crossed { old, new, newer, older } => {
                let lists = [older, newer].map(|index| self.operations[index].op.kind());
                let lost = if lists == [OpKind::Read, OpKind::Append] { ", and without it" } else { "" };
                let stale = format!("{} {}{lost}", self.late(older), self.after(newer));
                let Some(old) = old else { return stale };
                let links = self.links(violation, &[old, new, newer, older]);
                let (old, asked, invoked) =
                    (self.told(old), self.asked(new), self.operations[new].invoked.exact());
                format!("{stale}; {old} before {asked} was invoked at t = {invoked}{links}")
            }
            Cause::NoOrder => {
                format!(
                    "{}, which no order explains of: {}",
                    self.told(failing),
                    self.list(violation, &[failing])
                )
            }
        }
    }

    fn stale(&self, violation: &Violation, older: usize, newer: usize) -> String {
        let shown = self.list(violation, &[older, newer]);
        let shown = if shown.is_empty() { shown } else { format!("; shown by: {shown}") };
        match self.operations[older].op {
            Op::Read { .. } | Op::Cas { .. } | Op::Propose { .. } => {
                format!("{} after {}{shown}", self.late(older), self.told(newer))
            }
            Op::Write { .. } | Op::Append { .. } => format!(
                "{} must take effect before {} did, but was invoked at t = {}, after {}{shown}",
                self.asked(older),
                self.asked(newer),
                self.operations[older].invoked.exact(),
                self.told(newer)
            ),
        }
    }

    /// The compare-and-sets, but those in `but`, that hold the values of the explanation together.
    fn links(&self, violation: &Violation, but: &[usize]) -> String {
        let is_link = |index: &usize| {
            matches!(self.operations[*index].op, Op::Cas { .. } | Op::Propose { .. }) && !but.contains(index)
        };
        let links: Vec<String> = violation
            .involved
            .iter()
            .filter(|index| is_link(index))
            .map(|&index| self.asked(index))
            .collect();
        if links.is_empty() { String::new() } else { format!("; linked by {}", links.join(", ")) }
    }

    /// The operation as it was asked: `write of 42 by shoppers#3`.
    fn asked(&self, index: usize) -> String {
        let Operation { session, op, .. } = self.operations[index];
        let name = (self.name)(session);
        match op {
            Op::Read { .. } => format!("read by {name}"),
            Op::Write { value, .. } => format!("write of {} by {name}", value.0),
            Op::Append { value, .. } => format!("append of {} by {name}", value.0),
            Op::Cas { expected, new, .. } => format!("cas {} to {} by {name}", expected.0, new.0),
            Op::Propose { value, .. } => format!("proposal of {} by {name}", value.0),
        }
    }

    /// The operation and its answer: `read by shoppers#3 returned 41 (t = 84.113 s)`.
    fn told(&self, index: usize) -> String {
        let Operation { returned, .. } = self.operations[index];
        format!("{} (t = {})", self.answered(index), returned.exact())
    }

    /// The operation and its answer, with both of its instants.
    fn late(&self, index: usize) -> String {
        let Operation { invoked, returned, outcome, .. } = self.operations[index];
        match outcome {
            // Within a millisecond one of them tells it.
            Outcome::Ok(_) if invoked.to_string() == returned.to_string() => self.told(index),
            Outcome::Ok(_) => {
                let (answered, returned, invoked) = (self.answered(index), returned.exact(), invoked.exact());
                format!("{answered} (t = {returned}, invoked at {invoked})")
            }
            Outcome::Fail(_) | Outcome::Unknown(_) => {
                format!("{} (invoked at {})", self.answered(index), invoked.exact())
            }
        }
    }

    fn answered(&self, index: usize) -> String {
        let asked = self.asked(index);
        match self.operations[index].outcome {
            Outcome::Ok(Answer::Read(seen)) => format!("{asked} returned {seen}"),
            Outcome::Ok(Answer::Mismatch(seen)) => format!("{asked} found {seen}"),
            Outcome::Ok(Answer::Done) if matches!(self.operations[index].op, Op::Cas { .. }) => {
                format!("{asked} matched")
            }
            Outcome::Ok(Answer::Done) if matches!(self.operations[index].op, Op::Propose { .. }) => {
                format!("{asked} was the first")
            }
            Outcome::Ok(Answer::Done) => format!("{asked} was acknowledged"),
            Outcome::Fail(reason) => format!("{asked} failed ({})", reason.name()),
            Outcome::Unknown(reason) => format!("{asked} was never answered ({})", reason.name()),
        }
    }

    /// After what the newer value was known to be there: `after 42 was acknowledged at t = 84.020 s`.
    fn after(&self, index: usize) -> String {
        let Operation { op, returned, outcome, session, .. } = self.operations[index];
        let by = (self.name)(session);
        let at = |told: String, returned: Time| format!("after {told} at t = {}", returned.exact());
        match (op, outcome) {
            (Op::Write { value, .. }, Outcome::Ok(_)) => {
                at(format!("{} was acknowledged to {by}", value.0), returned)
            }
            (Op::Append { value, .. }, Outcome::Ok(_)) => {
                at(format!("the append of {} was acknowledged to {by}", value.0), returned)
            }
            (
                Op::Read { .. } | Op::Write { .. } | Op::Append { .. } | Op::Cas { .. } | Op::Propose { .. },
                _,
            ) => at(self.answered(index), returned),
        }
    }

    /// The involved operations but those in `but`, and how they ended.
    fn list(&self, violation: &Violation, but: &[usize]) -> String {
        let rest: Vec<usize> =
            violation.involved.iter().copied().filter(|index| !but.contains(index)).collect();
        let listed: Vec<String> = rest.iter().take(LISTED_MAX).map(|&index| self.late(index)).collect();
        let more = rest.len().saturating_sub(LISTED_MAX);
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        format!("{}{more}", listed.join(", "))
    }
}
