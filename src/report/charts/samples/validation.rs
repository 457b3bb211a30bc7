//! Validations: rows of all outcomes and relations, and names and figures at their extremes.

use super::*;

/// The ends that there are.
fn ends((low, high): (f64, f64)) -> (Option<f64>, Option<f64>) {
    let end = |end: f64| Some(end).filter(|end| !end.is_infinite());
    (end(low), end(high))
}

fn row(name: &str, outcome: ValidationOutcome, ratio: Option<[f64; 3]>, agrees: (f64, f64)) -> ValidationRow {
    let figure = |ratio: f64| format!("{:.1} ms", 250.0 * ratio);
    ValidationRow {
        name: name.to_owned(),
        published: figure(1.0),
        simulated: ratio.map_or("--thorough".to_owned(), |[_, value, _]| figure(value)),
        ratio: ratio.map(|[low, value, high]| Interval { value, low, high }),
        agrees: Some(ends(agrees)),
        outcome,
        tip: format!("{name}: {outcome:?}"),
    }
}

/// Two families, with a row of each outcome, a bound, and one whose interval goes on beyond the axis.
pub fn validation_input() -> ValidationInput {
    use ValidationOutcome::{Exact, Held, Inconclusive, NotRun, Violated};
    let tolerance = |share: f64| (1.0 - share, 1.0 + share);
    let queues = vec![
        row("mm1-50pc/mean", Held, Some([0.985, 0.998, 1.011]), tolerance(0.03)),
        row("mm1-80pc/mean", Held, Some([0.99, 1.012, 1.034]), tolerance(0.04)),
        row("mm1-80pc/later-than-p99-of-23.0", Inconclusive, Some([0.82, 0.97, 1.12]), tolerance(0.1)),
        row("mm1-90pc/mean", Violated, Some([1.06, 1.084, 1.108]), tolerance(0.04)),
        row("mm1-90pc/in-system", Violated, Some([1.31, 1.34, 1.37]), tolerance(0.04)),
        row("mm1-95pc/mean", NotRun, None, tolerance(0.04)),
    ];
    let elections = vec![
        row("wide-area-one-failed/mean", Held, Some([0.978, 0.984, 0.99]), tolerance(0.06)),
        row("wide-area-one-failed/p99.9", Held, Some([0.92, 0.95, 1.02]), (f64::NEG_INFINITY, 1.05)),
        row("fantoch-f-1-clients-10/us-west1", Exact, Some([1.0; 3]), (1.0, 1.0)),
        row("figure-16-150-150/median", Held, Some([1.695, 1.696, 1.697]), (1.0, f64::INFINITY)),
    ];
    let group = |title: &str, rows| ValidationGroup { title: title.to_owned(), rows };
    ValidationInput {
        title: "One core, and elections".to_owned(),
        subtitle: "10 rows, 99 % intervals".to_owned(),
        groups: vec![
            group("mm1: 1/(1-r) (Kleinrock 1975, §3.2)", queues),
            group("wide-area: AvailSim, 10,000 elections", elections),
        ],
    }
}

fn validation_extremes() -> ValidationInput {
    let odd = |ratio: Option<[f64; 3]>, agrees| ValidationRow {
        name: HOSTILE.repeat(2),
        published: HOSTILE.to_owned(),
        simulated: "m".repeat(80),
        ..row("odd", ValidationOutcome::Violated, ratio, agrees)
    };
    let rows = vec![
        odd(Some([-1e300, f64::NAN, 1e300]), (f64::NAN, f64::NAN)),
        odd(Some([f64::NEG_INFINITY, f64::INFINITY, f64::INFINITY]), (2.0, 0.5)),
        odd(None, (f64::NEG_INFINITY, f64::INFINITY)),
        odd(Some([0.0; 3]), (1e-300, 1e300)),
    ];
    let group = |rows| ValidationGroup { title: HOSTILE.repeat(5), rows };
    ValidationInput {
        title: HOSTILE.repeat(3),
        subtitle: HOSTILE.repeat(4),
        groups: vec![group(rows), group(Vec::new())],
    }
}

pub fn extremes() -> Extremes {
    let none = ValidationInput { title: String::new(), subtitle: String::new(), groups: Vec::new() };
    vec![
        ("validate-extremes", ChartInput::Validate(validation_extremes())),
        ("validate-empty", ChartInput::Validate(none)),
    ]
}
