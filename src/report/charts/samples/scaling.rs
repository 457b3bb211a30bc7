//! Scaling: servers that come into each other's way, and figures that no axis has.

use super::*;

fn dot(n: f64, value: f64) -> ScalingDot {
    let (low, high) = (value * 0.98, value * 1.02);
    ScalingDot { n, speed_up: Interval { value, low, high }, tip: format!("servers={n}: {value:.2}") }
}

/// Two servers and up, each of which costs the others something.
pub fn scaling_input() -> ScalingInput {
    let ns = [2.0, 4.0, 8.0, 16.0, 32.0];
    let law = |contention: f64, coherency: f64| {
        let rate = move |n: f64| n / (1.0 + contention * (n - 1.0) + coherency * n * (n - 1.0));
        move |n: f64| rate(n) / rate(2.0)
    };
    let line = |name: &str, of: &dyn Fn(f64) -> f64| ScalingLine {
        name: name.to_owned(),
        points: (2..=32).map(f64::from).map(|n| (n, of(n))).collect(),
    };
    let (universal, amdahl) = (law(0.02, 0.0012), law(0.06, 0.0));
    ScalingInput {
        metric: "throughput mean".to_owned(),
        subtitle: "scaling: strong scaling; 10 runs each, 95 % intervals".to_owned(),
        variable: "servers".to_owned(),
        is_log: false,
        base: 2.0,
        series: vec![ScalingSeries {
            label: String::new(),
            dots: ns.map(|n| dot(n, universal(n))).to_vec(),
            laws: vec![line("Amdahl's law", &amdahl), line("universal scalability law", &universal)],
        }],
    }
}

/// Nothing, numbers that are none, and many circumstances with hostile names on logarithmic axes.
pub fn scaling_extremes() -> Vec<(&'static str, ChartInput)> {
    let none = ScalingInput { series: Vec::new(), ..scaling_input() };
    let mut odd = scaling_input();
    odd.base = f64::NAN;
    odd.series[0].dots.extend([
        dot(f64::NAN, 1.0),
        dot(1e300, f64::INFINITY),
        dot(-1.0, 0.0),
        dot(5e-324, 1e300),
    ]);
    odd.series[0].laws[0].points.clear();
    let of =
        |nth: usize| ScalingSeries { label: format!("{HOSTILE} {nth}"), ..scaling_input().series[0].clone() };
    let many = ScalingInput {
        metric: HOSTILE.to_owned(),
        variable: HOSTILE.repeat(2),
        is_log: true,
        series: (0..8).map(of).collect(),
        ..scaling_input()
    };
    vec![
        ("scaling-empty", ChartInput::Scaling(none)),
        ("scaling-odd", ChartInput::Scaling(odd)),
        ("scaling-many", ChartInput::Scaling(many)),
    ]
}
