//! What axes are called: with a unit, where numbers are written without one.

use crate::report::charts::Quantity;
use crate::run::metrics::Unit;
use crate::spec::units::{self, Dimension};

use super::quantity_of;

/// A swept variable as an axis names it: `rate (/s)`. Durations and shares are written with their units, and names have none.
pub fn variable_label<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> String {
    let mut units = values.into_iter().map(unit);
    // Of values of several kinds no unit is that of all.
    let Some(first) = units.next() else { return name.to_owned() };
    match first.filter(|first| units.all(|other| other == Some(*first))) {
        Some(unit) => format!("{name} ({unit})"),
        None => name.to_owned(),
    }
}

/// The unit that [`number`](super::number) takes from a value and does not give back with it.
fn unit(value: &str) -> Option<&'static str> {
    let (dimension, _) = units::base_value(value)?;
    match dimension {
        Dimension::Bytes => Some("bytes"),
        Dimension::Bandwidth => Some("bit/s"),
        Dimension::Rate => Some("/s"),
        Dimension::Ppm => Some("ppm"),
        Dimension::Duration | Dimension::Ratio => None,
    }
}

/// A measure as an axis names it: `throughput mean (op/s)`.
pub fn measure_label(name: &str, unit: Unit) -> String {
    match quantity_of(unit).0 {
        Quantity::Number => format!("{name} ({})", unit.name()),
        Quantity::Milliseconds | Quantity::Share | Quantity::ShareAbove => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_the_unit_that_its_numbers_lack() {
        let label = |values: &[&str]| variable_label("x", values.iter().copied());
        let all = [
            (["20/s", "6/m"], "x (/s)"),
            (["1KiB", "2MB"], "x (bytes)"),
            (["1Gbit/s", "10MB/s"], "x (bit/s)"),
            (["50ppm", "-50ppm"], "x (ppm)"),
            (["1ms", "2s"], "x"),
            (["50%", "75%"], "x"),
            (["3", "5"], "x"),
            (["random", "jsq"], "x"),
            (["20/s", "none"], "x"),
            (["20/s", "1KiB"], "x"),
        ];
        for (values, named) in all {
            assert_eq!(label(&values), named, "{values:?}");
        }
        assert_eq!(label(&[]), "x");
        assert_eq!(measure_label("throughput mean", Unit::OperationsPerSecond), "throughput mean (op/s)");
        assert_eq!(measure_label("latency p99", Unit::Nanoseconds), "latency p99");
    }
}
