//! `seedbed explain NAME`: all that is known of a name of the scenario language.

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::catalogue::{self, Page, Topic};
use super::{Exit, Failure, Format, Terminal, table};
use crate::spec::options::{OptionRow, OptionTable};
use crate::spec::shape::Shape;
use crate::spec::suggest;

/// Explain a name: a type, fault, check, law, table, option, error code or topic
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The name, such as raft, crash, zipf, workload, heartbeat, S022 or targets
    name: String,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// An option as it is explained.
struct Item {
    /// Its keys from the table's header on.
    key: String,
    row: OptionRow,
    /// The option that holds a table of the same keys, which are listed there.
    like: Option<String>,
}

/// What a name stands for.
enum Meaning {
    /// A page of a topic.
    Page(Topic, Box<Page>),
    /// All that a topic holds.
    Topic(Topic, Vec<Page>),
    /// An option, with the header of its table.
    Option(String, Box<Item>),
}

impl Explain {
    pub(super) fn run(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let meanings = meanings(&self.name);
        if meanings.is_empty() {
            return Err(unknown(&self.name));
        }
        match self.format {
            Format::Text => terminal.print(&meanings.iter().map(text).collect::<Vec<_>>().join("\n"))?,
            Format::Json => {
                let meanings: Vec<Json> = meanings.iter().map(json).collect();
                terminal.print_json(&json!({ "name": self.name, "meanings": meanings }))?;
            }
        }
        Ok(Exit::Passed)
    }
}

/// What the name stands for: pages and topics of this name; only if there is none, options.
fn meanings(name: &str) -> Vec<Meaning> {
    let is_it = |other: &str| other.eq_ignore_ascii_case(name.trim());
    let pages = catalogue::all();
    let mut meanings: Vec<Meaning> = pages
        .iter()
        .filter(|(_, page)| is_it(&page.name))
        .map(|(topic, page)| Meaning::Page(*topic, Box::new(page.clone())))
        .collect();
    let topics = Topic::value_variants().iter().filter(|topic| is_it(&topic.name()));
    meanings.extend(topics.map(|topic| Meaning::Topic(*topic, topic.pages())));
    if meanings.is_empty() {
        for (header, table) in pages.into_iter().filter_map(|(_, page)| page.options) {
            let items = items(&table).into_iter().filter(|item| is_it(item.row.key) || is_it(&item.key));
            meanings.extend(items.map(|item| Meaning::Option(header.clone(), Box::new(item))));
        }
    }
    meanings
}

fn unknown(name: &str) -> Failure {
    let pages = catalogue::all();
    let mut names: Vec<String> = Topic::value_variants().iter().map(|topic| topic.name()).collect();
    names.extend(pages.iter().map(|(_, page)| page.name.clone()));
    let options = pages.iter().filter_map(|(_, page)| page.options.as_ref());
    names.extend(options.flat_map(|(_, table)| items(table)).map(|item| item.row.key.to_owned()));
    let failure = Failure::new(Exit::Invalid, format!("nothing here is called `{}`", name.escape_debug()));
    match suggest::closest(name, names.iter().map(String::as_str)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`seedbed list` shows what there is"),
    }
}

/// The options of a table, those of the tables inside it behind each.
fn items(table: &OptionTable) -> Vec<Item> {
    let mut collector = Collector::default();
    collector.table("", table);
    collector.items
}

#[derive(Default)]
struct Collector {
    items: Vec<Item>,
    /// The tables listed so far, with the option that holds each.
    seen: Vec<(&'static str, String)>,
}

impl Collector {
    fn table(&mut self, prefix: &str, table: &OptionTable) {
        for row in &table.rows {
            let key = format!("{prefix}{}", row.key);
            self.items.push(Item { key: key.clone(), row: row.clone(), like: None });
            self.inside(&key, &row.shape);
        }
    }

    /// The options of the tables that a value holds, unless they have a page of their own.
    fn inside(&mut self, key: &str, shape: &Shape) {
        match shape {
            Shape::Table(_) | Shape::Named(_) if has_own_page(key) => {}
            Shape::Table(table) => match self.seen.iter().find(|(name, _)| *name == table.name) {
                Some((_, first)) => {
                    let item = self.items.last_mut().expect("the option that holds the table");
                    item.like = Some(first.clone());
                }
                None => {
                    self.seen.push((table.name, key.to_owned()));
                    self.table(&format!("{key}."), table);
                }
            },
            Shape::Named(inner) => self.inside(&format!("{key}.NAME"), inner),
            Shape::List(inner) => self.inside(&format!("{key}[]"), inner),
            Shape::Either(shapes) => shapes.iter().for_each(|shape| self.inside(key, shape)),
            Shape::Bool
            | Shape::Integer
            | Shape::Number
            | Shape::Text
            | Shape::Quantity(_)
            | Shape::Distribution(_)
            | Shape::Choice(_)
            | Shape::Call(..)
            | Shape::Any => {}
        }
    }
}

/// Whether a key of the top level has a page of its own.
fn has_own_page(key: &str) -> bool {
    matches!(key, "network" | "system" | "workload" | "fault" | "check" | "sweep")
}

fn text(meaning: &Meaning) -> String {
    match meaning {
        Meaning::Page(topic, page) => page_text(*topic, page),
        Meaning::Topic(topic, pages) => {
            let rows = pages.iter().map(|page| vec![format!("  {}", page.name), page.doc.clone()]);
            let rows = table::aligned(&rows.collect::<Vec<_>>());
            let is_files = *topic == Topic::Scenarios;
            let hint = if is_files { "\n  `seedbed list scenarios` shows them\n" } else { "" };
            format!("{}: {}\n{rows}{hint}", topic.name(), topic.doc())
        }
        Meaning::Option(header, item) => format!("{}: option in {header}\n{}", item.key, item_text(item)),
    }
}

fn page_text(topic: Topic, page: &Page) -> String {
    let mut out = format!("{}: {}\n", page.name, topic.noun());
    out.push_str(&table::paragraph(&page.doc, 2));
    if !page.facts.is_empty() {
        let rows = page.facts.iter().map(|(what, text)| vec![format!("  {what}"), text.clone()]);
        out.push_str(&format!("\n{}", table::aligned(&rows.collect::<Vec<_>>())));
    }
    if let Some((header, options)) = &page.options {
        out.push_str(&format!("\nOptions, in {header}:\n"));
        for item in items(options) {
            out.push_str(&format!("\n  {}\n{}", item.key, item_text(&item)));
        }
    }
    if let Some(example) = page.example {
        let lines =
            example.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") });
        out.push_str(&format!("\nExample:\n\n{}", lines.collect::<String>()));
    }
    out
}

/// Type, default and range of an option, then what it means, then its choices.
fn item_text(item: &Item) -> String {
    let row = &item.row;
    let mut facts = match choices(&row.shape) {
        Some(_) => Vec::new(),
        None => vec![row.shape.words()],
    };
    facts.extend(item.like.as_ref().map(|other| format!("the same keys as `{other}`")));
    facts.extend(row.limits.as_ref().map(|limits| limits.words.clone()));
    facts.extend(match (&row.default_text(), row.required) {
        (Some(default), _) if is_informative(default) => Some(format!("default {default}")),
        (Some(_), _) => None,
        (None, true) => Some("required".to_owned()),
        (None, false) => Some("optional".to_owned()),
    });
    let mut out = if facts.is_empty() { String::new() } else { table::paragraph(&facts.join("; "), 6) };
    out.push_str(&table::paragraph(&row.doc, 6));
    if let Some(choices) = choices(&row.shape) {
        let rows = choices.iter().map(|choice| {
            let doc = choice.doc.split_whitespace().collect::<Vec<_>>().join(" ");
            vec![format!("        \"{}\"", choice.name), doc]
        });
        out.push_str(&table::aligned(&rows.collect::<Vec<_>>()));
    }
    out
}

/// Whether a default says more than that nothing is given.
fn is_informative(default: &str) -> bool {
    !matches!(default, "{}" | "[]")
}

fn choices(shape: &Shape) -> Option<&'static [crate::spec::choices::ChoiceRow]> {
    if let Shape::Choice(rows) = shape { Some(rows) } else { None }
}

fn json(meaning: &Meaning) -> Json {
    match meaning {
        Meaning::Page(topic, page) => {
            let facts: serde_json::Map<String, Json> =
                page.facts.iter().map(|(what, text)| ((*what).to_owned(), json!(text))).collect();
            let mut document =
                json!({ "name": page.name, "topic": topic.name(), "doc": page.doc, "facts": facts });
            if let Some((header, options)) = &page.options {
                document["options_in"] = json!(header);
                document["options"] = items(options).iter().map(item_json).collect();
            }
            if let Some(example) = page.example {
                document["example"] = json!(example);
            }
            document
        }
        Meaning::Topic(topic, pages) => {
            let rows: Vec<Json> =
                pages.iter().map(|page| json!({ "name": page.name, "doc": page.doc })).collect();
            json!({ "topic": topic.name(), "doc": topic.doc(), "names": rows })
        }
        Meaning::Option(header, item) => {
            let mut document = item_json(item);
            document["options_in"] = json!(header);
            document
        }
    }
}

fn item_json(item: &Item) -> Json {
    let row = &item.row;
    let choice = |row: &crate::spec::choices::ChoiceRow| json!({ "name": row.name, "doc": row.doc.trim() });
    json!({
        "key": item.key,
        "type": row.shape.words(),
        "range": row.limits.as_ref().map(|limits| limits.words.clone()),
        "default": row.default.as_ref().map(crate::spec::shape::to_json),
        "required": row.required,
        "choices": choices(&row.shape).map(|rows| rows.iter().map(choice).collect::<Vec<Json>>()),
        "doc": row.doc.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}
