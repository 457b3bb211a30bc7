//! Pages on distributions, arrivals and keys.

use super::Page;
use crate::scenario::nouns::arrivals::ARRIVALS;
use crate::scenario::nouns::keys::KEYS;
use crate::spec::distribution::FAMILIES;

/// A page on each distribution.
pub(super) fn distributions() -> Vec<Page> {
    let page = |family: &crate::spec::distribution::Family| {
        Page::new(family.name, family.doc)
            .fact("usage", family.usage())
            .fact("example", quoted(family.example))
    };
    FAMILIES.iter().map(page).collect()
}

/// A page on each law of arrivals.
pub(super) fn arrivals() -> Vec<Page> {
    let page = |row: &crate::scenario::nouns::arrivals::ArrivalRow| {
        let example = format!("arrival = {}", quoted(row.example));
        Page::new(row.name, row.doc).fact("usage", row.usage()).fact("example", example)
    };
    ARRIVALS.iter().map(page).collect()
}

/// A page on each law over keys.
pub(super) fn keys() -> Vec<Page> {
    let page = |row: &crate::scenario::nouns::keys::KeysRow| {
        let example = format!("keys = {}", quoted(row.example));
        Page::new(row.name, row.doc).fact("usage", row.usage()).fact("example", example)
    };
    KEYS.iter().map(page).collect()
}

/// A TOML string; a literal one where the text has quotes of its own.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
