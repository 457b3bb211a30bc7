//! The options of tables: as a page lists them, and wherever in a scenario each can stand.

use crate::spec::choices::ChoiceRow;
use crate::spec::options::{OptionRow, OptionTable};
use crate::spec::shape::Shape;

/// Options that stand in one table of a scenario.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Section {
    /// What they are, such as `Options`.
    pub(in crate::cli) title: &'static str,
    /// The table that they stand in, as a person writes it.
    pub(in crate::cli) header: String,
    /// Its paths, with `NAME` for a name of the user's: `system.NAME.raft`; empty for the file itself.
    pub(in crate::cli) paths: Vec<String>,
    pub(in crate::cli) table: OptionTable,
}

/// An option as a page lists it.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Item {
    /// Its keys from the table's header on.
    pub(in crate::cli) key: String,
    pub(in crate::cli) row: OptionRow,
    /// The option that holds a table of the same keys, which are listed there.
    pub(in crate::cli) like: Option<String>,
}

impl Section {
    /// Its options, those of the tables inside behind each; a table that several hold is listed with the first.
    pub(in crate::cli) fn items(&self) -> Vec<Item> {
        items(&self.table)
    }

    /// Every option with the place that it has in the table, whichever others are the same.
    pub(in crate::cli) fn places(&self) -> Vec<Place> {
        let mut walk = Walk { is_whole: true, ..Walk::default() };
        walk.table("", &self.table);
        walk.places
    }
}

/// An option at a place.
#[derive(Clone, Debug)]
pub(in crate::cli) struct Place {
    /// Its path from the table's header on: `link[].from`, `clocks.NAME.drift`.
    pub(in crate::cli) path: String,
    /// The path of the option that it is a part of: a list's item, a name's value.
    pub(in crate::cli) of: String,
    /// The Rust name of the table that declares it.
    pub(in crate::cli) table: &'static str,
    pub(in crate::cli) row: OptionRow,
}

/// The options of a table, those of the tables inside it behind each.
pub(in crate::cli) fn items(table: &OptionTable) -> Vec<Item> {
    let mut walk = Walk::default();
    walk.table("", table);
    walk.items
}

/// The words that a value may be, wherever in its shape.
pub(in crate::cli) fn choices(shape: &Shape) -> Vec<&'static ChoiceRow> {
    match shape {
        Shape::Choice(rows) => rows.iter().collect(),
        other => other.parts().iter().flat_map(choices).collect(),
    }
}

#[derive(Default)]
struct Walk {
    /// Whether tables that were met before are entered again.
    is_whole: bool,
    items: Vec<Item>,
    places: Vec<Place>,
    /// The tables met so far, with the option that holds each.
    seen: Vec<(&'static str, String)>,
}

impl Walk {
    fn table(&mut self, prefix: &str, table: &OptionTable) {
        for row in &table.rows {
            let key = format!("{prefix}{}", row.key);
            self.items.push(Item { key: key.clone(), row: row.clone(), like: None });
            let place = Place { path: key.clone(), of: key.clone(), table: table.name, row: row.clone() };
            self.inside(&key, &place, &row.shape);
            self.places.push(place);
        }
    }

    /// The options of the tables that a value holds, unless they have a page of their own.
    fn inside(&mut self, key: &str, whole: &Place, shape: &Shape) {
        match shape {
            Shape::Table(_) | Shape::Named(_) if has_own_page(key) => {}
            Shape::Table(table) => match self.seen.iter().find(|(name, _)| *name == table.name) {
                Some((_, first)) if !self.is_whole => {
                    let item = self.items.last_mut().expect("the option that holds the table");
                    item.like = Some(first.clone());
                }
                Some(_) | None => {
                    self.seen.push((table.name, key.to_owned()));
                    self.table(&format!("{key}."), table);
                }
            },
            Shape::Named(inner) => self.part(format!("{key}.NAME"), whole, inner),
            Shape::List(inner) => self.part(format!("{key}[]"), whole, inner),
            either => either.parts().iter().for_each(|shape| self.inside(key, whole, shape)),
        }
    }

    fn part(&mut self, key: String, whole: &Place, shape: &Shape) {
        self.inside(&key, whole, shape);
        self.places.push(Place { path: key, ..whole.clone() });
    }
}

/// Whether a key of the top level has a page of its own.
fn has_own_page(key: &str) -> bool {
    matches!(key, "network" | "system" | "workload" | "operation" | "fault" | "check" | "sweep")
}

/// How a person asked for an option.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(in crate::cli) enum Asked {
    /// By its whole path, as in `--set system.kv.raft.pre_vote=true`.
    Whole,
    /// By the whole path of a part of it that is the user's: a name's value, an item of a list.
    Part,
    /// By the end of its path that begins with a key: `pre_vote`, `flap.up`.
    End,
    /// By an end that begins with a name of the user's: `kv.raft.pre_vote`.
    Name,
}

/// A part of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step<'a> {
    Key(&'a str),
    /// A name of the user's.
    Name,
    /// An item of a list, by its number or not at all.
    Item,
}

/// How the words ask for what stands at this path, if they do.
pub(in crate::cli) fn asks(words: &[&str], path: &str) -> Option<Asked> {
    let steps = steps(path);
    let ends_with_key = matches!(steps.last(), Some(Step::Key(_)));
    if fits(&steps, words) {
        return Some(if ends_with_key { Asked::Whole } else { Asked::Part });
    }
    let ends = (1..steps.len()).filter(|start| fits(&steps[*start..], words));
    ends.filter_map(|start| match steps[start] {
        // A name alone can be anything.
        Step::Name if words.len() > 1 => Some(Asked::Name),
        Step::Key(_) if ends_with_key => Some(Asked::End),
        Step::Key(_) | Step::Name | Step::Item => None,
    })
    .min()
}

fn steps(path: &str) -> Vec<Step<'_>> {
    let step = |part| if part == "NAME" { Step::Name } else { Step::Key(part) };
    let parts = path.split('.').filter(|part| !part.is_empty());
    let steps = parts.flat_map(|part| {
        let key = part.trim_end_matches("[]");
        std::iter::once(step(key)).chain((0..(part.len() - key.len()) / 2).map(|_| Step::Item))
    });
    steps.collect()
}

fn fits(steps: &[Step<'_>], words: &[&str]) -> bool {
    match (steps, words) {
        ([], words) => words.is_empty(),
        ([Step::Item, steps @ ..], words) => {
            let is_number = |word: &&&str| word.parse::<usize>().is_ok();
            fits(steps, words) || words.first().filter(is_number).is_some_and(|_| fits(steps, &words[1..]))
        }
        ([_, ..], []) => false,
        ([Step::Name, steps @ ..], [_, words @ ..]) => fits(steps, words),
        ([Step::Key(key), steps @ ..], [word, words @ ..]) => {
            key.eq_ignore_ascii_case(word) && fits(steps, words)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_by_ends_and_names_and_numbers_stand_for_any() {
        let asks = |text: &str, path| asks(&text.split('.').collect::<Vec<_>>(), path);
        let pre_vote = "system.NAME.raft.pre_vote";
        assert_eq!(asks("system.kv.raft.pre_vote", pre_vote), Some(Asked::Whole));
        assert_eq!(asks("raft.Pre_Vote", pre_vote), Some(Asked::End));
        assert_eq!(asks("kv.raft.pre_vote", pre_vote), Some(Asked::Name));
        for other in ["system.pre_vote", "system.kv.raft", "kv", "workload.kv.raft.pre_vote"] {
            assert_eq!(asks(other, pre_vote), None, "{other}");
        }
        for link in ["network.link.0.from", "network.link.from"] {
            assert_eq!(asks(link, "network.link[].from"), Some(Asked::Whole), "{link}");
        }
        assert_eq!(asks("sweep.vars.load", "sweep.vars.NAME"), Some(Asked::Part));
        assert_eq!(asks("load", "sweep.vars.NAME"), None);
        assert_eq!(asks("vars.load", "sweep.vars.NAME"), None);
    }
}
