//! `seedbed explain NAME`: all that is known of a name of the scenario language.

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::catalogue::options::{Asked, Item, Place, Section, asks, choices, items};
use super::catalogue::{self, Page, Topic, sentence};
use super::{Exit, Failure, Format, Terminal, table};
use crate::spec::choices::ChoiceRow;
use crate::spec::options::OptionRow;
use crate::spec::shape::Shape;
use crate::spec::suggest;

/// Explain a name: a type, fault, check, law, table, option, verdict, error code or topic
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// The name, such as raft, crash, zipf, workload, heartbeat, not-seen, S022 or targets; an option also by its path, such
    /// as system.kv.raft.pre_vote
    name: String,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// What a name stands for.
pub(super) enum Meaning {
    /// A page of a topic.
    Page(Topic, Box<Page>),
    /// All that a topic holds.
    Topic(Topic, Vec<Page>),
    /// An option, with the header of its table.
    Option(String, Box<Item>),
    /// A word that stands somewhere: itself, where, and what it means there.
    Word(&'static str, String, String),
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

/// What the name stands for: pages and topics of this name; only if there is none, options; and the words that stand in
/// options and labels.
pub(super) fn meanings(name: &str) -> Vec<Meaning> {
    let name = name.trim();
    let is_it = |other: &str| other.eq_ignore_ascii_case(name);
    let pages = catalogue::all();
    let is_named = |page: &Page| is_it(&page.name) || page.words.iter().any(|word| is_it(word));
    let mut named: Vec<&(Topic, Page)> = pages.iter().filter(|(_, page)| is_named(page)).collect();
    // What is called so before what only begins with the word.
    named.sort_by_key(|(_, page)| !is_it(&page.name));
    let page = |(topic, page): &(Topic, Page)| Meaning::Page(*topic, Box::new(page.clone()));
    let mut meanings: Vec<Meaning> = named.into_iter().map(page).collect();
    let topics = Topic::value_variants().iter().filter(|topic| is_it(&topic.name()));
    meanings.extend(topics.map(|topic| Meaning::Topic(*topic, topic.pages())));
    if meanings.is_empty() {
        // As it stands in a file, `[system.kv.raft]`, or behind `--set`, with its value.
        let path = name.trim_matches(['[', ']']).split('=').next().expect("split gives one").trim();
        let words: Vec<&str> = path.split('.').map(|word| word.trim().trim_matches(['"', '\''])).collect();
        let is_at = |at: &str| matches!(asks(&words, at), Some(Asked::Whole | Asked::Part));
        meanings.extend(pages.iter().filter(|(_, page)| page.at.iter().any(|at| is_at(at))).map(page));
        if meanings.is_empty() {
            meanings.extend(options(&words, &pages));
        }
        if meanings.is_empty() {
            meanings.extend(
                columns(&pages)
                    .filter(|(word, ..)| is_it(word))
                    .map(|(word, place, doc)| Meaning::Word(word, place, doc)),
            );
        }
    }
    for (word, place, doc) in words(&pages) {
        let is_told = |meaning: &Meaning| match meaning {
            Meaning::Page(_, page) => page.doc == doc,
            Meaning::Word(_, other, _) => *other == place,
            Meaning::Topic(..) | Meaning::Option(..) => false,
        };
        if is_it(word) && !meanings.iter().any(is_told) {
            meanings.push(Meaning::Word(word, place, doc));
        }
    }
    meanings
}

/// The options that the words ask for, those that they do best; each once, though several tables may hold its own.
fn options(words: &[&str], pages: &[(Topic, Page)]) -> Vec<Meaning> {
    let mut found: Vec<(Asked, &Section, Place)> = Vec::new();
    for section in pages.iter().flat_map(|(_, page)| &page.options) {
        for place in section.places() {
            let path = |at: &String| format!("{at}.{}", place.path);
            let Some(asked) = section.paths.iter().filter_map(|at| asks(words, &path(at))).min() else {
                continue;
            };
            let is_same = |(_, _, other): &(Asked, &Section, Place)| {
                (other.table, other.row.key) == (place.table, place.row.key)
            };
            match found.iter_mut().find(|one| is_same(one)) {
                Some(one) if one.0 > asked => *one = (asked, section, place),
                Some(_) => {}
                None => found.push((asked, section, place)),
            }
        }
    }
    let best = found.iter().map(|(asked, ..)| *asked).min();
    let meaning = |(_, section, place): (Asked, &Section, Place)| {
        let item = Item { key: place.of, row: place.row, like: None };
        Meaning::Option(section.header.clone(), Box::new(item))
    };
    found.into_iter().filter(|(asked, ..)| Some(*asked) == best).map(meaning).collect()
}

/// Every word that may stand in an option or a label, with where that is and what it means there.
fn words(pages: &[(Topic, Page)]) -> Vec<(&'static str, String, String)> {
    let mut all = Vec::new();
    for (topic, page) in pages {
        let place = format!("`{}`, a {}", page.name, topic.noun());
        all.extend(page.values.iter().map(|(word, doc)| (*word, place.clone(), sentence(doc))));
        for section in &page.options {
            for place in section.places() {
                let at = format!("`{}` in {}", place.of, section.header);
                let rows = choices(&place.row.shape).into_iter();
                all.extend(rows.map(|row| (row.name, at.clone(), sentence(row.doc))));
            }
        }
    }
    all
}

/// Every column and field of the files of results, with its file and what it means there.
fn columns(pages: &[(Topic, Page)]) -> impl Iterator<Item = (&'static str, String, String)> {
    let files = pages.iter().filter(|(topic, _)| *topic == Topic::Files);
    files.flat_map(|(topic, page)| {
        let place = format!("`{}`, a {}", page.name, topic.noun());
        page.facts.iter().map(move |(name, doc)| (*name, place.clone(), sentence(doc)))
    })
}

/// Every name and word that has an explanation of its own, sorted.
pub(super) fn names() -> Vec<String> {
    let pages = catalogue::all();
    let mut names: Vec<String> = Topic::value_variants().iter().map(|topic| topic.name()).collect();
    names.extend(pages.iter().flat_map(|(_, page)| page.words.iter().cloned().chain([page.name.clone()])));
    let options = pages.iter().flat_map(|(_, page)| &page.options);
    names.extend(options.flat_map(Section::items).map(|item| item.row.key.to_owned()));
    names.extend(words(&pages).into_iter().chain(columns(&pages)).map(|(word, ..)| word.to_owned()));
    names.sort();
    names.dedup();
    names
}

fn unknown(name: &str) -> Failure {
    let names = names();
    let failure = Failure::new(Exit::Invalid, format!("nothing here is called `{}`", name.escape_debug()));
    let near = |name| suggest::closest(name, names.iter().map(String::as_str));
    // Of a path it is its last key that has a slip more often than not.
    let last = name.rsplit('.').next().filter(|last| *last != name);
    match last.and_then(near).or_else(|| near(name)) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`seedbed list` shows what there is"),
    }
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
        Meaning::Option(header, item) => {
            let inside =
                inside(item).into_iter().map(|inner| format!("\n  {}\n{}", inner.key, item_text(&inner)));
            format!("{}: option in {header}\n{}{}", item.key, item_text(item), inside.collect::<String>())
        }
        Meaning::Word(word, place, doc) => {
            format!("{word}: word of {place}\n{}", table::paragraph(doc, 6))
        }
    }
}

/// The options of the table that an option holds.
fn inside(item: &Item) -> Vec<Item> {
    fn table_of(shape: &Shape) -> Option<&crate::spec::options::OptionTable> {
        match shape {
            Shape::Table(table) => Some(table),
            other => other.parts().iter().find_map(table_of),
        }
    }
    table_of(&item.row.shape).map(items).unwrap_or_default()
}

fn page_text(topic: Topic, page: &Page) -> String {
    let mut out = format!("{}: {}\n", page.name, topic.noun());
    out.push_str(&table::paragraph(&page.doc, 2));
    if !page.facts.is_empty() {
        let rows = page.facts.iter().map(|(what, text)| vec![format!("  {what}"), text.clone()]);
        out.push_str(&format!("\n{}", table::aligned(&rows.collect::<Vec<_>>())));
    }
    if !page.values.is_empty() {
        let rows = page.values.iter().map(|(word, doc)| vec![format!("  {word}"), sentence(doc)]);
        out.push_str(&format!("\nWords:\n\n{}", table::aligned(&rows.collect::<Vec<_>>())));
    }
    for section in &page.options {
        out.push_str(&format!("\n{}, in {}:\n", section.title, section.header));
        for item in section.items() {
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
    let mut facts = match own_choices(row) {
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
    if let Some(choices) = own_choices(row) {
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

/// The words of an option that is one of them.
fn own_choices(row: &OptionRow) -> Option<&'static [ChoiceRow]> {
    if let Shape::Choice(rows) = row.shape { Some(rows) } else { None }
}

fn json(meaning: &Meaning) -> Json {
    match meaning {
        Meaning::Page(topic, page) => {
            let facts: serde_json::Map<String, Json> =
                page.facts.iter().map(|(what, text)| ((*what).to_owned(), json!(text))).collect();
            let mut document =
                json!({ "name": page.name, "topic": topic.name(), "doc": page.doc, "facts": facts });
            if !page.values.is_empty() {
                let words =
                    page.values.iter().map(|(word, doc)| json!({ "name": word, "doc": sentence(doc) }));
                document["words"] = words.collect();
            }
            if let Some(first) = page.options.first() {
                document["options_in"] = json!(first.header);
                document["options"] =
                    page.options.iter().flat_map(Section::items).map(|item| item_json(&item)).collect();
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
            let inside = inside(item);
            if !inside.is_empty() {
                document["options"] = inside.iter().map(item_json).collect();
            }
            document
        }
        Meaning::Word(word, place, doc) => json!({ "name": word, "word_of": place, "doc": doc }),
    }
}

fn item_json(item: &Item) -> Json {
    let row = &item.row;
    let choice = |row: &ChoiceRow| json!({ "name": row.name, "doc": row.doc.trim() });
    json!({
        "key": item.key,
        "type": row.shape.words(),
        "range": row.limits.as_ref().map(|limits| limits.words.clone()),
        "default": row.default.as_ref().map(crate::spec::shape::to_json),
        "required": row.required,
        "choices": own_choices(row).map(|rows| rows.iter().map(choice).collect::<Vec<Json>>()),
        "doc": row.doc.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}
