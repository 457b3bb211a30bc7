//! What is drawn of comparisons beside their figures, and its extremes.

use super::*;

/// Percentiles over so many loads and numbers of nodes.
pub fn map_input(columns: usize, rows: usize) -> MapInput {
    let axis = |name: &str, unit: &str, count: usize| MapAxis {
        name: name.to_owned(),
        values: (0..count).map(|i| format!("{}{unit}", (i + 1) * 10)).collect(),
    };
    let cell = |row: usize, column: usize| {
        let is_there = (row + column) % 11 != 10;
        is_there.then(|| 4.0 * (row + 1) as f64 / (1.0 - 0.9 * (column + 1) as f64 / (columns + 1) as f64))
    };
    MapInput {
        metric: "latency p99".into(),
        subtitle: "lb-6-policies, 150 runs; medians".into(),
        quantity: Quantity::Milliseconds,
        unit: String::new(),
        is_log: false,
        x: axis("load", "%", columns),
        y: axis("nodes", "", rows),
        rows: (0..rows).map(|row| (0..columns).map(|column| cell(row, column)).collect()).collect(),
    }
}

/// So many variants against the load, beside two formulas.
pub fn against_input(variants: usize) -> AgainstInput {
    let of_load = |variant: usize, load: f64| (12.0 + 3.0 * variant as f64) / (1.0 - load);
    let point = |variant: usize, i: u32| {
        let x = 0.1 + 0.1 * f64::from(i);
        let value = of_load(variant, x);
        AgainstPoint { x, figure: Interval { value, low: value * 0.9, high: value * 1.12 } }
    };
    let series = |variant: usize| AgainstSeries {
        name: format!("policy-{variant}"),
        points: (0..9).map(|i| point(variant, i)).collect(),
    };
    let curve = |i: u32| (0.1 + 0.008 * f64::from(i), of_load(0, 0.1 + 0.008 * f64::from(i)));
    AgainstInput {
        metric: "latency p99".into(),
        subtitle: "lb-6-policies: 20 runs each, paired by seed; intervals of 95 % by Student's t".into(),
        y_label: "latency p99 (log scale)".into(),
        quantity: Quantity::Milliseconds,
        y_log: true,
        variable: "load".into(),
        variable_quantity: Quantity::Share,
        x_log: false,
        series: (0..variants).map(series).collect(),
        curves: vec![AgainstCurve { name: "10 x M/M/1".into(), points: (0..=100).map(curve).collect() }],
    }
}

/// Three policies.
pub fn ecdf_input() -> EcdfInput {
    EcdfInput {
        subtitle: "lb-6-policies, load=0.9: 20 runs of each policy".into(),
        series: ccdf_input().series,
    }
}

/// So many numbers of servers, and what latency they bring.
pub fn pareto_input(variants: u32) -> ParetoInput {
    let axis = |name: &str, quantity| ParetoAxis {
        name: name.into(),
        quantity,
        is_log: false,
        is_more_better: false,
    };
    let point = |i: u32| {
        let (x, y) = (f64::from(4 + 2 * i), 300.0 / f64::from(1 + i) + 20.0 * f64::from(i % 3));
        ParetoPoint {
            name: format!("policy-{}", i % 3),
            tip: format!("servers={x}"),
            x: Interval { value: x, low: x, high: x },
            y: Interval { value: y, low: y * 0.93, high: y * 1.08 },
        }
    };
    ParetoInput {
        subtitle: "how-many-servers: 20 runs each".into(),
        x: axis("servers", Quantity::Number),
        y: axis("latency p99", Quantity::Milliseconds),
        points: (0..variants).map(point).collect(),
    }
}

pub(super) fn extremes() -> Extremes {
    let mut map = map_input(40, 40);
    (map.x.values[3], map.y.values[4]) = (HOSTILE.into(), HOSTILE.into());
    (map.rows[0][0], map.rows[1][1], map.rows[2][2]) = (Some(f64::NAN), Some(1e300), Some(-1.0));
    let mut against = against_input(12);
    against.series[0].name = HOSTILE.into();
    let odd = [f64::NAN, f64::INFINITY, -3.0, 0.0, 1e300];
    for (point, value) in against.series[1].points.iter_mut().zip(odd) {
        (point.figure.value, point.figure.low, point.figure.high) = (value, -value, value);
    }
    let mut pareto = pareto_input(30);
    pareto.points[0].x.low = f64::NEG_INFINITY;
    pareto.points[1].y.value = f64::NAN;
    let alike = MapInput { rows: vec![vec![Some(5.0); 3]; 3], ..map_input(3, 3) };
    vec![
        ("map-40", ChartInput::Map(map)),
        ("map-log", ChartInput::Map(MapInput { is_log: true, ..map_input(3, 3) })),
        ("map-alike", ChartInput::Map(alike)),
        ("map-empty", ChartInput::Map(map_input(0, 0))),
        ("against-12", ChartInput::Against(against)),
        ("against-empty", ChartInput::Against(AgainstInput { curves: Vec::new(), ..against_input(0) })),
        ("ecdf-empty", ChartInput::Ecdf(EcdfInput { series: Vec::new(), ..ecdf_input() })),
        ("pareto-30", ChartInput::Pareto(pareto)),
        ("pareto-empty", ChartInput::Pareto(pareto_input(0))),
    ]
}
