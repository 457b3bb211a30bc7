//! Pages on distributions, arrivals and keys, and on what services choose among.

use super::Page;
use crate::scenario::nouns::arrivals::ARRIVALS;
use crate::scenario::nouns::keys::KEYS;
use crate::scenario::sweep::THEORY;
use crate::spec::choices::{Choice, ChoiceRow};
use crate::spec::distribution::FAMILIES;
use crate::spec::laws::{Law, Laws};
use crate::systems::kinds::queue::DisciplineChoice;
use crate::systems::kinds::service::calls::BACKOFFS;
use crate::systems::kinds::service::policies::POLICIES;

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
    laws("arrival", &ARRIVALS)
}

/// A page on each balancing policy.
pub(super) fn policies() -> Vec<Page> {
    laws("policy", &POLICIES)
}

/// A page on each discipline of cores.
pub(super) fn disciplines() -> Vec<Page> {
    let page = |row: &ChoiceRow| {
        let example = match row.name {
            "round-robin" => r#"queue = { discipline = "round-robin", quantum = "10ms" }"#.to_owned(),
            name => format!("queue = {{ discipline = \"{name}\" }}"),
        };
        Page::new(row.name, row.doc).fact("example", example)
    };
    DisciplineChoice::ROWS.iter().map(page).collect()
}

/// A page on each backoff.
pub(super) fn backoffs() -> Vec<Page> {
    laws("backoff", &BACKOFFS)
}

/// A page on each law over keys.
pub(super) fn keys() -> Vec<Page> {
    laws("keys", &KEYS)
}

/// A page on each queue with a formula.
pub(super) fn theory() -> Vec<Page> {
    let page = |law: &Law<_>| {
        let example = format!("theory = [{}]", quoted(law.example));
        Page::new(law.name, law.doc).fact("usage", law.usage()).fact("example", example)
    };
    THEORY.rows.iter().map(page).collect()
}

fn laws<T>(option: &str, laws: &Laws<T>) -> Vec<Page> {
    let page = |law: &Law<T>| {
        let example = format!("{option} = {}", quoted(law.example));
        Page::new(law.name, law.doc).fact("usage", law.usage()).fact("example", example)
    };
    laws.rows.iter().map(page).collect()
}

/// A TOML string; a literal one where the text has quotes of its own.
fn quoted(text: &str) -> String {
    if text.contains('"') { format!("'{text}'") } else { format!("\"{text}\"") }
}
