//! Pages on the metrics of the catalogue.

use super::Page;
use crate::run::metrics::{CATALOGUE, Entry, Unit, UnitKind};

/// A page on each metric.
pub(super) fn pages() -> Vec<Page> {
    CATALOGUE.iter().map(page).collect()
}

fn page(entry: &Entry) -> Page {
    let labels: Vec<&str> = entry.labels.iter().map(|label| label.name()).collect();
    let aggregates: Vec<&str> = entry.aggregates.iter().map(|aggregate| aggregate.name()).collect();
    let first = aggregates.first().copied().unwrap_or_default();
    let assertion = format!("metric = \"{}\" with assert = \"{first} < {}\"", entry.name, value(entry.unit));
    Page::new(entry.name, entry.meaning)
        .fact("unit", entry.unit.name())
        .fact("narrowed by", labels.join(", "))
        .fact("aggregates", aggregates.join(", "))
        .fact("in [check.NAME]", assertion)
}

/// A value as assertions write it.
fn value(unit: Unit) -> &'static str {
    match unit.kind() {
        UnitKind::Time => "600ms",
        UnitKind::Rate => "500/s",
        UnitKind::Share => "0.5%",
        UnitKind::Number => "10",
    }
}
