//! A shop of three services through a slow instance, and the extremes of what is drawn of services.

use super::*;

/// Six levels of latency of requests that pass a gateway, two services and a store.
pub fn breakdown_input() -> BreakdownInput {
    use TimeSpent::{Network, Queue, Retry, Service, Store};
    let part = |(system, spent, share): (&str, TimeSpent, f64)| TimePart {
        system: system.into(),
        spent,
        share,
        node: format!("{system}.3"),
        node_share: share * 0.6,
    };
    let level = |i: u32| {
        let slow = f64::from(i) / 5.0;
        let waits = 0.05 + 0.6 * slow;
        let retries = if i > 3 { 0.12 } else { 0.0 };
        let rest = 1.0 - waits - retries;
        let parts = [
            ("orders", Service, rest * 0.4),
            ("orders", Queue, waits * 0.95),
            ("users", Queue, waits * 0.05),
            ("users", Service, rest * 0.28),
            ("kv", Store, rest * 0.2),
            ("clients", Network, rest * 0.1),
            ("gateway", Network, rest * 0.015),
            ("orders", Network, rest * 0.005),
            ("orders", Retry, retries),
        ];
        TimeLevel {
            name: ["mean", "p50", "p90", "p95", "p99", "p999"][i as usize].into(),
            requests: [48_102, 482, 481, 482, 481, 49][i as usize],
            at_ms: [31.2, 12.7, 48.9, 96.0, 412.0, 1_270.0][i as usize],
            mean_ms: [31.2, 12.7, 49.0, 96.5, 415.0, 1_310.0][i as usize],
            parts: parts.map(part).to_vec(),
        }
    };
    BreakdownInput {
        subtitle: "shop, workload clients, /orders, seed 1337".into(),
        levels: (0..6).map(level).collect(),
    }
}

/// Nodes of which the third is slow while the second fault lasts; values from 0 to 1.
pub fn heat_input(nodes: u32, intervals: u32, bands: Vec<FaultBand>) -> HeatInput {
    let mut noise = Noise::new(7);
    let width = 120.0 / f64::from(intervals.max(1));
    let mut row = |i: u32| {
        let cell = |interval: u32| {
            let start_s = f64::from(interval) * width;
            let is_slow = i % 8 == 2 && (80.0..100.0).contains(&start_s);
            let is_down = i.is_multiple_of(8) && (40.0..55.0).contains(&start_s);
            let value = match (is_slow, is_down) {
                (true, _) => 1.0,
                (_, true) => 0.0,
                _ => 0.35 + 0.3 * noise.next() + 0.02 * f64::from(i % 7),
            };
            HeatCell { start_s, end_s: start_s + width, value }
        };
        HeatRow { node: format!("orders.{}", i + 1), cells: (0..intervals).map(cell).collect() }
    };
    let rows = busiest((0..nodes).map(&mut row).collect());
    HeatInput { subtitle: "shop, seed 1337".into(), span_s: SPAN_S, rows, nodes: nodes as usize, bands }
}

pub(super) fn breakdown_extremes() -> Extremes {
    let none = BreakdownInput { subtitle: String::new(), levels: Vec::new() };
    let mut hostile = breakdown_input();
    hostile.subtitle = HOSTILE.repeat(5);
    for (i, level) in hostile.levels.iter_mut().enumerate() {
        let numbers = [f64::NAN, f64::INFINITY, -1.0, 1e300, 5e-324, 0.0];
        (level.at_ms, level.mean_ms, level.requests) = (numbers[i], numbers[i], usize::MAX);
        level.name = HOSTILE.into();
        level.parts[i].share = numbers[i];
        level.parts.iter_mut().for_each(|part| (part.system, part.node) = (HOSTILE.into(), HOSTILE.into()));
    }
    let mut many = breakdown_input();
    for level in &mut many.levels {
        let part = |i: u32| TimePart {
            system: format!("service-{i}"),
            spent: TimeSpent::ALL[i as usize % 5],
            share: 1.0 / 300.0 * if i.is_multiple_of(10) { 7.0 } else { 1.0 / 3.0 },
            node: format!("service-{i}.1"),
            node_share: f64::NAN,
        };
        level.parts = (0..300).map(part).collect();
    }
    vec![
        ("breakdown-empty", ChartInput::Breakdown(none)),
        ("breakdown-hostile", ChartInput::Breakdown(hostile)),
        ("breakdown-300-parts", ChartInput::Breakdown(many)),
    ]
}

pub(super) fn heat_extremes() -> Extremes {
    let none = heat_input(0, 0, Vec::new());
    let dense = heat_input(60, 20_000, many_bands(400));
    let mut broken = heat_input(9, 30, bands());
    let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -3.0, -0.0, 1e300, 5e-324, f64::MAX];
    broken.subtitle = HOSTILE.repeat(3);
    for row in &mut broken.rows {
        row.node = HOSTILE.into();
        for (i, cell) in row.cells.iter_mut().enumerate() {
            let number = numbers[i % numbers.len()];
            match i % 3 {
                0 => cell.value = number,
                1 => cell.start_s = number,
                _ => cell.end_s = number,
            }
        }
    }
    let mut spread = heat_input(24, 200, many_bands(3));
    for cell in spread.rows.iter_mut().flat_map(|row| &mut row.cells) {
        cell.value = if cell.value == 1.0 { 4_812.0 } else { cell.value * 20.0 };
    }
    vec![
        ("load-empty", ChartInput::Load(none.clone())),
        ("load-no-cells", ChartInput::Load(heat_input(3, 0, bands()))),
        ("load-one", ChartInput::Load(heat_input(1, 1, bands()))),
        ("load-60-nodes", ChartInput::Load(dense.clone())),
        ("load-broken", ChartInput::Load(broken.clone())),
        ("queues-empty", ChartInput::Queues(none)),
        ("queues-60-nodes", ChartInput::Queues(dense)),
        ("queues-broken", ChartInput::Queues(broken)),
        ("queues-spread", ChartInput::Queues(spread)),
    ]
}
