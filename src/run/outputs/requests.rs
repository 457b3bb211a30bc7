//! Single operations: requests.csv and history.jsonl.

use std::io::{self, Write};

use serde::Serialize;

use super::facts::hexadecimal;
use super::formats::REQUESTS;
use super::table::{Key, Table};
use crate::kernel::SystemId;
use crate::model::history::{Outcome, Reason};
use crate::model::note::Asked;
use crate::model::op::{Answer, Op, Reading};
use crate::model::status::Status;
use crate::run::operation::{Ending, Recorded};
use crate::run::recording::Recording;

/// Writes requests.csv.
pub(super) fn requests(out: &mut dyn Write, key: &Key, recording: &Recording) -> io::Result<()> {
    let mut table = Table::new(out, key, &REQUESTS)?;
    let cast = recording.cast();
    for workload in 0..cast.workloads.len() {
        for one in recording.operations(workload) {
            let (ending, reason) = Ending::of(one.outcome);
            let store_key = match one.asked {
                Asked::Store(op) => Some(u64::from(op.key().0)),
                Asked::Call { .. } => None,
            };
            let attempts = (one.attempts > 0).then_some(u64::from(one.attempts));
            let row = table.row(key)?.text(cast.workload_name(workload))?.text(cast.target_name(workload))?;
            let row = row.integer(u64::from(one.number))?.text(cast.node_name(one.session.node))?;
            let row =
                row.integer(u64::from(one.session.slot))?.text(cast.class_name(workload, one.class()))?;
            let row = row.integer(store_key)?;
            let row = row.nanoseconds(one.intended)?.nanoseconds(one.invoked)?.nanoseconds(one.returned)?;
            let row = row.integer(one.latency())?.text(recording.timeline().phase(one.intended).name())?;
            let row = row.text(ending.name())?.text(reason.map_or("", Reason::name))?;
            row.integer(status(&one))?.integer(attempts)?.end()?;
        }
    }
    table.end()
}

/// The HTTP status that says the same as how a call ended, if that was told.
fn status(one: &Recorded) -> Option<u64> {
    let Asked::Call { .. } = one.asked else { return None };
    let status = match Ending::of(one.outcome).1 {
        None => Some(Status::Ok),
        Some(reason) => Status::of(reason),
    };
    status.map(|status| u64::from(status.http()))
}

/// Writes history.jsonl.
pub(super) fn history(out: &mut dyn Write, recording: &Recording) -> io::Result<()> {
    let cast = recording.cast();
    for system in (0..cast.systems.len()).map(|system| SystemId(system as u16)) {
        for (caller, one) in recording.asked_of(system) {
            let Asked::Store(op) = one.asked else { continue };
            let names = [caller, system].map(|system| cast.system_name(system));
            let line = Line::new(names, cast.node_name(one.session.node), op, &one);
            serde_json::to_writer(&mut *out, &line)?;
            out.write_all(b"\n")?;
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Line<'a> {
    system: &'a str,
    caller: &'a str,
    number: u32,
    client: &'a str,
    slot: u32,
    op: &'static str,
    key: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new: Option<u32>,
    invoked_ns: u64,
    returned_ns: u64,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    matched: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reading: Option<ReadingLine>,
}

#[derive(Serialize)]
struct ReadingLine {
    last: u32,
    length: u32,
    digest: String,
}

impl<'a> Line<'a> {
    fn new([caller, system]: [&'a str; 2], client: &'a str, op: Op, one: &Recorded) -> Line<'a> {
        let (value, expected, new) = match op {
            Op::Read { .. } => (None, None, None),
            Op::Write { value, .. } | Op::Append { value, .. } | Op::Propose { value, .. } => {
                (Some(value.0), None, None)
            }
            Op::Cas { expected, new, .. } => (None, Some(expected.0), Some(new.0)),
        };
        let is_cas = matches!(op, Op::Cas { .. } | Op::Propose { .. });
        let (matched, reading) = match one.outcome {
            Outcome::Ok(Answer::Done) => (is_cas.then_some(true), None),
            Outcome::Ok(Answer::Read(reading)) => (None, Some(reading)),
            Outcome::Ok(Answer::Mismatch(reading)) => (Some(false), Some(reading)),
            Outcome::Fail(_) | Outcome::Unknown(_) => (None, None),
        };
        let line_of = |reading: Reading| {
            let digest = hexadecimal(reading.digest());
            ReadingLine { last: reading.last.0, length: reading.length, digest }
        };
        let (ending, reason) = Ending::of(one.outcome);
        Line {
            system,
            caller,
            number: one.number,
            client,
            slot: one.session.slot,
            op: op.kind().name(),
            key: op.key().0,
            value,
            expected,
            new,
            invoked_ns: one.invoked.0,
            returned_ns: one.returned.0,
            outcome: ending.name(),
            reason: reason.map(Reason::name),
            matched,
            reading: reading.map(line_of),
        }
    }
}
