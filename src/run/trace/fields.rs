//! What the lines of trace.jsonl hold, for docs/file-formats.md.

use crate::run::outputs::{Column, columns};

/// The fields of a line of trace.jsonl.
pub const TRACE_FIELDS: &[Column] = columns! {
    "event": "Counts the run's events from 1: the n-th line is the n-th event.",
    "at_ns": "When it happened.",
    "kind": "`boot`: a node booted. `message`: one reached a running process. `timer`: one fired. `sync`: a process \
             learned that its disk is done. `work`: its cores are done. `bounced`: a message came back to its sender, as no process ran where it went. \
             `reset`: a node learned that its streams with another are gone. `fault`: one was due. `fault-step`: \
             one that has several steps went on. `fault-end`: a strike ended.",
    "node": "Whose event it is; of a message its receiver. Faults have none.",
    "from": "Of a message: its sender.",
    "name": "Of a message: its kind, such as `append-entries`. Of a timer: what it is for, such as `election`. Of a \
             fault: its name.",
    "by": "Of a message that came back: where no process ran.",
    "message": "Of a message that came back: its kind.",
    "peer": "Of a reset: the other node.",
    "timer": "Of a timer: its number on its node, which tells conversations apart.",
    "token": "Of a sync or work: what the process asked for it under.",
    "error": "Of a sync that failed: why.",
    "strike": "Of a fault: counts the run's strikes from 0.",
    "script": "Of a step of a fault: which of the strike's scripts went on, from 0.",
    "resolved": "Of a fault that struck: what its target came to.",
    "missed": "Of a fault that was due and found nothing to strike: true.",
    "notes": "What the event caused, in order: what its process noted, and which nodes crashed, were paused or resumed. \
              Left out when there is nothing.",
    "digest": "The digest over the run up to this event and its notes, as 16 hexadecimal digits.",
    "end": "In the last line alone, which is no event: `complete`; or `max-trace-events`, at which the trace ends and the \
            run does not.",
    "events": "In the last line: how many events are traced.",
    "of": "In the last line: how many events the run has.",
};

/// The fields of a note in a line of trace.jsonl.
pub const NOTE_FIELDS: &[Column] = columns! {
    "note": "Of a replica: `asked-pre-vote`, `campaigned`, `promised` (no lower term, and this one to nobody but `to`), \
             `elected` (`by` these), `became-leader`, `stepped-down`, `appended`, `truncated` (from `index`), `synced` (through `index`), `committed`, `applied`, `served` (a read), `installed` (a snapshot), \
             `compacted` (through `index`), `configured`, `recovering` (its disk was replaced: it learns \
             what it held), `rejoined` or `halted`. Of an operator: `ordered` or `order-ended`. Of a client, or a service that asks a store: `invoked` or `returned`. Of a \
             server: `taken` (a request), `refused` (one), `called` (an attempt of a call begins), `heard` (a call ended), `forked` and \
             `joined` (a parallel branch), or `finished` (a request was answered). Of a node: `crashed`, `disk-lost`, `paused` or `resumed`.",
    "term": "The term that it names, of the entry at `index` if there is one.",
    "index": "The index in the replicated log; of a new leader its last.",
    "voters": "Of `configured`: the members that vote, such as `1 2 3`.",
    "outgoing": "Of `configured`, while two configurations rule together: the voters of the old one.",
    "to": "To whom the term is promised: the node that a replica votes for. Of `called`: where the attempt goes.",
    "by": "Those who promised the leader its term, such as `1 2 3`.",
    "why": "Of `halted`: why it takes part no more.",
    "prefix": "The digest of the log up to `index`, terms included, as 16 hexadecimal digits.",
    "client": "Of an operation applied or served: the node of the client that asked for it.",
    "slot": "The session on the client's node.",
    "sequence": "Counts the session's operations, or the uses of a call's slot.",
    "number": "Counts the workload's operations from 1; of what a service asks, that of the request it serves; of an \
               order, those of its operator.",
    "server": "The node that is asked first.",
    "intended_ns": "When the operation was due to arrive, by the node's clock.",
    "op": "`read`, `write`, `cas` or `append`.",
    "key": "The key, as a number.",
    "value": "Of a write or an append: the value's identity.",
    "expected": "Of a compare-and-set: the value that the key must hold.",
    "new": "Of a compare-and-set: the value that it then holds.",
    "path": "Of a call: which of the workload's paths, from 0.",
    "attempts": "How many times it was sent.",
    "outcome": "`ok`, `fail` or `unknown`; of an order that of operations.csv.",
    "reason": "Why it did not end `ok`.",
    "matched": "Of a compare-and-set that found something else: false.",
    "last": "What was read: the last of the key's values.",
    "length": "What was read: how many values the key has since it was last written.",
    "reading": "What was read: the digest over those values, as 16 hexadecimal digits.",
    "frame": "Of a server: the request's place there, or that of its branch.",
    "caller": "Of a request that was taken: the node that called.",
    "call": "Of a request that was taken: the caller's place for it. Of a call: the server's own.",
    "in_system": "Requests at the server, this one included.",
    "attempt": "Which attempt of the call, counted from 1.",
    "status": "How a request or a call ended: `ok`, or why not.",
    "parent": "Of a branch: the place of the request that waits for it.",
    "decides": "Of a branch that ended: whether the request goes on, or fails, because of it.",
    "answers": "Of a request that is over: whether its caller is told only now.",
    "service_ns": "What its work needed on an unloaded core of the server.",
    "node": "The node that crashed, was paused or resumed.",
};
