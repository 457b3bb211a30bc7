//! What nodes did and what became of them: nodes.csv, roles.csv, faults.csv and operations.csv.

use std::io::{self, Write};

use super::facts::PlannedFault;
use super::formats::{FAULTS, NODES, OPERATIONS, ROLES};
use super::table::{Key, Row, Table};
use crate::kernel::{NodeId, Time};
use crate::net::DropReason;
use crate::run::load::{NodeSample, Sample};
use crate::run::recording::{FaultWindow, OrderRecord, Recording};
use crate::systems::kinds::Decides;

/// Writes nodes.csv.
pub(super) fn nodes(out: &mut dyn Write, key: &Key, recording: &Recording) -> io::Result<()> {
    let mut table = Table::new(out, key, &NODES)?;
    for id in (0..recording.cast().nodes.len() as u32).map(NodeId) {
        for pair in recording.samples().windows(2) {
            let [from, until] = pair else { unreachable!("windows of two are pairs") };
            if from.at < until.at {
                stretch(table.row(key)?, recording, id, from, until)?;
            }
        }
    }
    table.end()
}

/// A node between two samples.
fn stretch(
    row: Row<'_, '_>,
    recording: &Recording,
    id: NodeId,
    from: &Sample,
    until: &Sample,
) -> io::Result<()> {
    let cast = recording.cast();
    let node = &cast.nodes[id.index()];
    let (before, after) = (&from.nodes[id.index()], &until.nodes[id.index()]);
    let elapsed = until.at.since(from.at).0 as f64;
    let grown = |of: fn(&NodeSample) -> u64| of(after) - of(before);
    let mean = |of: fn(&NodeSample) -> u128| (of(after) - of(before)) as f64 / elapsed;
    let serves = recording.serves(node.system);
    let row =
        row.text(&node.name)?.text(cast.system_name(node.system))?.seconds(from.at)?.seconds(until.at)?;
    let row = row.float(before.utilisation(after, elapsed, node.cores))?;
    let row = row.float(serves.then(|| mean(|one| one.in_system_time)))?;
    let row = row.integer(serves.then_some(u64::from(after.in_system_max)))?;
    let row = row.float((serves && node.cores.is_some()).then(|| before.queue_length(after, elapsed)))?;
    let row = row.integer(serves.then(|| grown(|one| one.finished)))?;
    let row = row.integer(serves.then(|| grown(|one| one.refused)))?;
    let row = row.integer(grown(|one| one.counters.handled))?;
    let row = row.integer(grown(|one| u64::from(one.counters.boots)))?;
    let row = row.integer(grown(|one| one.counters.network.sent))?;
    let row = row.integer(grown(|one| one.counters.network.bytes))?;
    let row = row.integer(grown(|one| one.counters.network.duplicated))?;
    let row = row.integer(grown(|one| one.counters.network.reordered))?;
    let row = row.integer(grown(|one| one.counters.network.retransmitted))?;
    let row = row.integer(grown(|one| one.counters.network.delayed))?;
    let row = row.integer(grown(|one| one.counters.network.clogged))?;
    let row = row.integer(grown(|one| one.counters.network.held))?;
    let mut row = row.integer(grown(|one| one.counters.network.received))?;
    for reason in DropReason::ALL {
        row =
            row.integer(after.counters.network.dropped(reason) - before.counters.network.dropped(reason))?;
    }
    let replica = |of: fn(&NodeSample) -> u64| (node.decides == Some(Decides::Log)).then(|| grown(of));
    let peer = |of: fn(&NodeSample) -> u64| node.decides.map(|_| grown(of));
    let row = row.integer(peer(|one| one.traffic.peer_messages))?;
    let row = row.integer(peer(|one| one.traffic.peer_bytes))?;
    let row = row.integer(replica(|one| one.traffic.of_leader))?;
    let row = row.integer(replica(|one| one.traffic.committed))?;
    let row = row.integer(grown(|one| one.counters.disk.writes))?;
    let row = row.integer(grown(|one| one.counters.disk.syncs))?;
    let row = row.integer(grown(|one| one.counters.disk.writes_lost))?;
    let row = row.integer(grown(|one| one.counters.disk.writes_torn))?;
    let row = row.integer(grown(|one| one.counters.disk.writes_failed))?;
    let row = row.integer(grown(|one| one.counters.disk.writes_refused))?;
    let row = row.integer(grown(|one| one.counters.disk.writes_misdirected))?;
    let row = row.integer(grown(|one| one.counters.disk.syncs_failed))?;
    let row = row.integer(grown(|one| one.counters.disk.syncs_faked))?;
    let row = row.integer(grown(|one| one.counters.disk.acknowledged_lost))?;
    let row = row.integer(grown(|one| one.counters.disk.records_unreadable))?;
    let row = row.integer(grown(|one| one.counters.disk.records_rotten))?;
    let row = row.integer(grown(|one| one.counters.disk.records_lost))?;
    let row = row.float(grown(|one| one.counters.disk.stalled.0) as f64 / elapsed)?;
    let row = row.float(grown(|one| one.counters.disk.busy.0) as f64 / elapsed)?;
    let row = row.integer(grown(|one| one.counters.disk.lost))?;
    let clock = after.counters.clock;
    row.float(clock.wall_ns as f64 / 1e9)?.float(clock.monotonic_ns as f64 / 1e9)?.end()
}

/// Writes roles.csv.
pub(super) fn roles(
    out: &mut dyn Write,
    key: &Key,
    recording: &Recording,
    planned: &[PlannedFault],
) -> io::Result<()> {
    let mut table = Table::new(out, key, &ROLES)?;
    let cast = recording.cast();
    for change in recording.roles() {
        let row = table.row(key)?.nanoseconds(change.at)?.text(cast.node_name(change.node))?;
        let row = row.text(cast.system_of(change.node))?.text(change.event.name())?;
        let row = row.integer(change.term.map(|term| u64::from(term.0)))?;
        let fault = change.fault.map_or("", |fault| planned[fault].name.as_str());
        let row = row.integer(change.incarnation.map(u64::from))?.text(fault)?;
        let row = row.text(&change.event.reason().map_or_else(String::new, |why| why.to_string()))?;
        row.text(&change.event.voters().unwrap_or_default())?.end()?;
    }
    table.end()
}

/// Writes operations.csv.
pub(super) fn operations(out: &mut dyn Write, key: &Key, recording: &Recording) -> io::Result<()> {
    let mut table = Table::new(out, key, &OPERATIONS)?;
    let cast = recording.cast();
    for (index, operator) in cast.operators.iter().enumerate() {
        for (number, (due, wanted)) in (1..).zip(&operator.orders) {
            let is_it = |order: &&OrderRecord| (order.operator, order.number) == (index, number);
            let order = recording.orders().iter().find(is_it);
            let ended = order.and_then(|order| order.ended);
            let row = table.row(key)?.text(cast.node_name(operator.node))?;
            let row = row.text(cast.system_name(operator.target))?.integer(u64::from(number))?;
            let row = row.text(wanted)?.nanoseconds(*due)?.nanoseconds(order.map(|order| order.began))?;
            let row = row.nanoseconds(ended.map(|(at, ..)| at))?;
            let row = row.text(ended.map_or("unknown", |(_, ended, _)| ended.outcome()))?;
            let row = row.text(&ended.map_or("in-flight".to_owned(), |(_, ended, _)| ended.reason()))?;
            row.integer(ended.map(|(.., attempts)| u64::from(attempts)))?.end()?;
        }
    }
    table.end()
}

/// Writes faults.csv.
pub(super) fn faults(
    out: &mut dyn Write,
    key: &Key,
    recording: &Recording,
    planned: &[PlannedFault],
) -> io::Result<()> {
    let mut table = Table::new(out, key, &FAULTS)?;
    let struck = |fault: usize| recording.faults().iter().any(|window| window.planned == fault);
    let never = (0..planned.len()).filter(|&fault| !struck(fault)).map(|fault| (fault, None));
    let strikes = recording.faults().iter().map(|window| (window.planned, Some(window)));
    for (fault, window) in strikes.chain(never) {
        let PlannedFault { name, kind, intent } = &planned[fault];
        let nodes = window.map_or(&[][..], |window| &window.nodes);
        let nodes: Vec<&str> = nodes.iter().map(|&node| recording.cast().node_name(node)).collect();
        let kind = window.map_or(kind.as_str(), |window| window.kind);
        let row = table.row(key)?.text(name)?.text(kind)?.text(intent)?;
        let row = row.text(window.map_or("", |window| &window.resolved))?.text(&nodes.join(" "))?;
        let row = row.integer(window.map(|window| window.strike as u64))?;
        let end = |window: &FaultWindow| -> Option<Time> { window.end };
        row.nanoseconds(window.map(|window| window.start))?.nanoseconds(window.and_then(end))?.end()?;
    }
    table.end()
}
