//! Comparisons: six policies at four loads, and names and figures at their extremes.

use super::*;

fn interval(value: f64, reach: f64) -> Option<Interval> {
    Some(Interval { value, low: value - reach, high: value + reach })
}

/// Latency p99 of six policies at four loads.
pub fn comparison_input() -> ComparisonInput {
    let policies =
        ["weighted-round-robin", "random", "round-robin", "least-connections", "power-of-d(2)", "peak-ewma"];
    let mut noise = Noise::new(11);
    let group = |load: &str, base: f64, noise: &mut Noise| {
        let row = |(variant, name): (usize, &&str), noise: &mut Noise| {
            let value = base * [1.0, 6.0, 5.5, 0.6, 0.72, 1.01][variant] * (0.95 + 0.1 * noise.next());
            let ratio = value / base;
            ComparisonRow {
                name: (*name).to_owned(),
                variant,
                figure: interval(value, value * 0.04),
                ratio: if variant == 0 { None } else { interval(ratio, ratio * 0.03) },
                may_be_chance: variant == 5,
                tip: format!("{name} at load={load}"),
            }
        };
        let rows = policies.iter().enumerate().map(|one| row(one, noise)).collect();
        ComparisonGroup { title: format!("load={load}"), rows }
    };
    let groups = [("0.5", 82.0), ("0.7", 95.0), ("0.9", 160.0), ("0.95", 310.0)];
    ComparisonInput {
        metric: "latency p99".to_owned(),
        subtitle: "six-policies, 30 runs each, 95 % intervals".to_owned(),
        quantity: Quantity::Milliseconds,
        is_log: true,
        baseline: "weighted-round-robin".to_owned(),
        groups: groups.into_iter().map(|(load, base)| group(load, base, &mut noise)).collect(),
    }
}

/// Names of any length, figures that no axis has, and groups without rows.
pub fn comparison_extremes() -> ComparisonInput {
    let long = "a variant whose name is a whole sentence about what it does otherwise".to_owned();
    let row = |figure, ratio| ComparisonRow {
        name: long.clone(),
        variant: 71,
        figure,
        ratio,
        may_be_chance: true,
        tip: "<&>".to_owned(),
    };
    let wide = Some(Interval { value: 1e-9, low: -1e12, high: 1e12 });
    let odd = Some(Interval { value: f64::NAN, low: f64::NEG_INFINITY, high: f64::INFINITY });
    ComparisonInput {
        metric: long.repeat(3),
        subtitle: long.repeat(4),
        quantity: Quantity::Number,
        is_log: true,
        baseline: long.repeat(2),
        groups: vec![
            ComparisonGroup {
                title: long.repeat(5),
                rows: vec![row(wide, odd), row(None, None), row(odd, wide)],
            },
            ComparisonGroup { title: String::new(), rows: Vec::new() },
        ],
    }
}
