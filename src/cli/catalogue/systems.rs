//! Pages on the types of systems, their policies and their bugs.

use super::Page;
use crate::consensus::bugs::Bug;
use crate::net::Transport;
use crate::spec::choices::Choice;
use crate::systems::kinds::{Kind, KindOptions};

/// A page on each type.
pub(super) fn types() -> Vec<Page> {
    Kind::ALL.iter().zip(Kind::ROWS).map(|(kind, row)| page(*kind, row.doc)).collect()
}

fn page(kind: Kind, doc: &str) -> Page {
    let name = kind.name();
    let transport = match kind.transport() {
        Transport::Datagram => "datagram",
        Transport::Stream => "stream",
        Transport::Either => "that of the other end",
    };
    let takes = match (kind.is_register(), kind.is_store()) {
        (true, _) => "proposals and reads of one key, which is written once",
        (false, true) => "reads and writes of keys",
        (false, false) if kind == Kind::Registry => "heartbeats of instances, and questions of their callers",
        (false, false) => "calls",
    };
    let own = match kind {
        Kind::Raft => "system.NAME.raft",
        Kind::MultiPaxos => "system.NAME.multi-paxos",
        Kind::Paxos => "system.NAME.paxos",
        Kind::Service => "system.NAME.service",
        Kind::Gateway => "system.NAME.gateway",
        Kind::Registry => "system.NAME.registry",
        Kind::Custom => "system.NAME.custom",
    };
    let header = if kind.is_inline() { format!("[system.NAME] or [{own}]") } else { format!("[{own}]") };
    let mut page = Page::new(name, doc).at(&[own]).fact("takes", takes).fact("transport", transport);
    let bugs: Vec<&str> = KindOptions::bugs(kind).map(|bug| bug.name).collect();
    if !bugs.is_empty() {
        page = page.fact("bugs", bugs.join(", "));
    }
    let page = page.fact("see also", "`seedbed explain system` for what every system has");
    let with_options = |page: Page, example| {
        page.options("Options", header, &[own, "system.NAME"], kind.table()).example(example)
    };
    match kind {
        Kind::Raft => with_options(page, RAFT_EXAMPLE),
        Kind::MultiPaxos => with_options(page, MULTI_PAXOS_EXAMPLE),
        Kind::Paxos => with_options(
            page.fact(
                "what it did",
                "ballots.txt and ballots.csv in the run's folder tell it step by step, with `--trace ops`, as a single run \
                 has it, or `full`",
            ),
            PAXOS_EXAMPLE,
        ),
        Kind::Service => with_options(page, SERVICE_EXAMPLE),
        Kind::Gateway => with_options(page, GATEWAY_EXAMPLE),
        Kind::Registry => with_options(page, REGISTRY_EXAMPLE),
        Kind::Custom => page
            .at(&[own, "system.NAME.custom.NAME"])
            .fact("options", "those that the protocol declares, in [system.NAME.custom]"),
    }
}

const RAFT_EXAMPLE: &str = "\
[system.kv]
type = \"raft\"
nodes = 5
disk = { fsync = \"1ms\" }

[system.kv.raft]
election_timeout = \"uniform(600ms, 1200ms)\"
heartbeat = \"150ms\"
";

const MULTI_PAXOS_EXAMPLE: &str = "\
[system.kv]
type = \"multi-paxos\"
nodes = 5
disk = { fsync = \"1ms\" }

[system.kv.multi-paxos]
q2 = 2
election_timeout = \"uniform(600ms, 1200ms)\"
heartbeat = \"150ms\"
";

const PAXOS_EXAMPLE: &str = "\
[system.kv]
type = \"paxos\"
nodes = 5
disk = { fsync = \"1ms\" }

[system.kv.paxos]
backoff = \"exp(50ms)\"
learning = \"distinguished\"

[workload.clients]
target = \"kv\"
arrival = \"closed(clients=3, think=100ms)\"
keys = \"uniform(n=1)\"
mix = { propose = 0.2, read = 0.8 }
route = \"random\"
";

const GATEWAY_EXAMPLE: &str = "\
[system.edge]
type = \"gateway\"
routes = [
    { path = \"/orders\", header = { tier = \"gold\" }, to = \"api\", timeout = \"300ms\", retry = { attempts = 3 } },
    { path = \"/\", to = \"api\", policy = \"power-of-d(2)\" },
]
";

const REGISTRY_EXAMPLE: &str = "\
[system.registry]
type = \"registry\"
nodes = 1
ttl = \"10s\"

[system.users]
type = \"service\"
nodes = 3
work = \"exp(2ms)\"
register = \"registry\"

[system.edge]
type = \"gateway\"
routes = [{ path = \"/users\", to = \"users\", view = { instances = \"2s\" } }]

[operation.leave]
at = \"20s\"
do = \"deregister\"
target = \"users.1\"
";

const SERVICE_EXAMPLE: &str = "\
[system.api]
type = \"service\"
nodes = 4
cores = 2
queue = { limit = 100 }
steps = [{ work = \"exp(2ms)\" }, { call = \"kv\", op = \"read\" }]
";

/// A page on each bug; a bug of the store itself is one of several types.
pub(super) fn bugs() -> Vec<Page> {
    let mut bugs: Vec<(&'static Bug, Vec<&str>)> = Vec::new();
    for kind in Kind::ALL.iter().copied() {
        for bug in KindOptions::bugs(kind) {
            match bugs.iter_mut().find(|(known, _)| known.name == bug.name) {
                Some((_, kinds)) => kinds.push(kind.name()),
                None => bugs.push((bug, vec![kind.name()])),
            }
        }
    }
    let page = |(bug, kinds): (&Bug, Vec<&str>)| {
        Page::new(bug.name, bug.doc)
            .fact(if kinds.len() == 1 { "in the type" } else { "in the types" }, kinds.join(", "))
            .fact("caught by", bug.caught_by.join(", "))
            .fact("seen in", bug.source)
            .fact("switch on by", format!("bugs = [\"{}\"] in [system.NAME]", bug.name))
    };
    bugs.into_iter().map(page).collect()
}
