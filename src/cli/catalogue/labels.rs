//! Pages on what narrows a metric, and the words that stand there.

use super::Page;
use crate::faults::FaultKind;
use crate::model::history::Reason;
use crate::model::op::OpKind;
use crate::model::status::Status;
use crate::net::DropReason;
use crate::run::metrics::{CATALOGUE, Label};
use crate::run::{Ending, Phase};
use crate::spec::choices::Choice;

/// A page on each label.
pub(super) fn pages() -> Vec<Page> {
    Label::ALL.iter().map(|label| page(*label)).collect()
}

fn page(label: Label) -> Page {
    let metrics = CATALOGUE.iter().filter(|entry| entry.labels.contains(&label)).map(|entry| entry.name);
    let mut page = Page::new(label.name(), doc(label))
        .fact("narrows", metrics.collect::<Vec<_>>().join(", "))
        .fact("in [check.NAME]", format!("where = {{ {} = \"{}\" }}", label.name(), example(label)));
    page.values = values(label).into_iter().map(|(word, doc)| (word, doc.to_owned())).collect();
    page
}

fn doc(label: Label) -> &'static str {
    match label {
        Label::Workload => "A workload, by its name.",
        Label::System => "A system, by its name; for operations the one that the workload calls.",
        Label::Node => "A node, by its name.",
        Label::Region => "Where clients are: a region of the network, by its name.",
        Label::Op => "The kind of an operation.",
        Label::Outcome => "How an operation ended for its client.",
        Label::Reason => "Why an operation did not end `ok`, or why a message did not arrive.",
        Label::Status => {
            "The class of the HTTP status that says why a call of a service did not end `ok`. What is asked of stores has none, \
             and neither has what was in flight when the run ended."
        }
        Label::Phase => {
            "The part of a run by its faults: each operation belongs to that in which it was sent. What comes before \
             the end of `warmup` belongs to none of them."
        }
        Label::Fault => "A fault, by its name.",
        Label::Kind => "The kind of a fault; of a nemesis, what it drew.",
    }
}

fn example(label: Label) -> &'static str {
    match label {
        Label::Workload => "clients",
        Label::System => "kv",
        Label::Node => "kv.2",
        Label::Region => "eu-west-1",
        Label::Op => OpKind::Write.name(),
        Label::Outcome => Ending::Unknown.name(),
        Label::Reason => Reason::Timeout.name(),
        Label::Status => Status::Unavailable.class(),
        Label::Phase => Phase::Healthy.name(),
        Label::Fault => "leader-crash",
        Label::Kind => FaultKind::Crash.name(),
    }
}

/// The words that it takes, where they are not names of the user's.
fn values(label: Label) -> Vec<(&'static str, &'static str)> {
    match label {
        Label::Workload | Label::System | Label::Node | Label::Region | Label::Fault => Vec::new(),
        Label::Op => OpKind::ALL.iter().map(|op| (op.name(), op_doc(*op))).collect(),
        Label::Outcome => Ending::ALL.map(|ending| (ending.name(), ending_doc(ending))).to_vec(),
        Label::Reason => {
            let of_operations = Reason::ALL.map(|reason| (reason.name(), reason_doc(reason)));
            of_operations.into_iter().chain(DropReason::ALL.map(|why| (why.name(), drop_doc(why)))).collect()
        }
        Label::Status => Status::CLASSES_OF_FAILURES.map(|class| (class, class_doc(class))).to_vec(),
        Label::Phase => Phase::MEASURED.map(|phase| (phase.name(), phase_doc(phase))).to_vec(),
        Label::Kind => FaultKind::ROWS.iter().map(|row| (row.name, row.doc)).collect(),
    }
}

fn class_doc(class: &str) -> &'static str {
    if class == Status::NotFound.class() {
        "there is nothing to be found (404), or it was refused before any work (429)"
    } else {
        "nobody was there who could serve it (503), or no answer came in time (504)"
    }
}

fn phase_doc(phase: Phase) -> &'static str {
    match phase {
        Phase::Warmup => "before figures are taken",
        Phase::Healthy => "no fault is active, and none ended a short while ago",
        Phase::Fault => "at least one fault is active",
        Phase::Recovery => "the last active fault ended less than `recovery` ago",
    }
}

fn ending_doc(ending: Ending) -> &'static str {
    match ending {
        Ending::Ok => "it took effect and was answered",
        Ending::Fail => "it certainly had no effect",
        Ending::Unknown => "it may take effect at any time after it was sent, or never",
    }
}

fn op_doc(op: OpKind) -> &'static str {
    match op {
        OpKind::Read => "asks for what a key holds",
        OpKind::Write => "replaces what a key holds",
        OpKind::Cas => "compare and set: replaces what a key holds if that is what the client expects",
        OpKind::Append => "adds a value to what a key holds",
        OpKind::Propose => "makes an absent key hold a value, or asks for the one that came first",
    }
}

fn reason_doc(reason: Reason) -> &'static str {
    match reason {
        Reason::Timeout => "of an operation: no answer came in time, after all attempts (504)",
        Reason::Rejected => "of an operation: a server refused it, such as for a full queue (429)",
        Reason::NotFound => {
            "of an operation: no route leads there, or what it leads to is not registered (404)"
        }
        Reason::Unavailable => {
            "of an operation: whoever should serve it is down, or nobody could be found who does (503)"
        }
        Reason::InFlight => "of an operation: the run ended first",
    }
}

fn drop_doc(reason: DropReason) -> &'static str {
    match reason {
        DropReason::Loss => "of a message: lost on the link",
        DropReason::Corruption => "of a message: damaged, which the receiver's checksum found",
        DropReason::Partition => "of a message: a partition or a blocked link stood between",
        DropReason::BufferFull => "of a message: the link's buffer was full",
        DropReason::ReceiverDown => "of a message: the receiver was down",
        DropReason::Reset => "of a message: its stream was reset, by a crash or by a fault",
        DropReason::NoRoute => "of a message: no fibre leads there that is not cut",
    }
}
