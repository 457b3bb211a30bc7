//! `seedbed list [TOPIC]`: the names that scenarios and results use.

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::{Value as Json, json};

use super::catalogue::Topic;
use super::{Exit, Failure, Format, Terminal, table};
use crate::run::outputs::is_result;
use crate::scenario::{LoadOptions, load};
use crate::spec::{Node, Value};

/// The most scenario files that are listed, and folders that are entered.
const FILES_MAX: usize = 10_000;

/// List the names that scenarios and results use, or without a topic the topics
#[derive(Args, Debug)]
pub(super) struct List {
    /// What to list
    #[arg(value_enum)]
    topic: Option<Topic>,
    /// The folder in which `scenarios` is looked for [default: this one]
    #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
    root: PathBuf,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// A scenario file.
struct File {
    path: String,
    name: Option<String>,
    description: Option<String>,
    is_readable: bool,
}

impl List {
    pub(super) fn run(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        match self.topic {
            None => self.overview(terminal),
            Some(Topic::Scenarios) => self.scenarios(terminal),
            Some(topic) => {
                let pages = topic.pages();
                match self.format {
                    Format::Text => {
                        let rows = pages.into_iter().map(|page| vec![page.name, page.doc]);
                        terminal.print(&table::aligned(&rows.collect::<Vec<_>>()))?;
                    }
                    Format::Json => {
                        let rows =
                            pages.into_iter().map(|page| json!({ "name": page.name, "doc": page.doc }));
                        terminal.print_json(&json!({ topic.name(): rows.collect::<Vec<Json>>() }))?;
                    }
                }
                Ok(Exit::Passed)
            }
        }
    }

    fn overview(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let count = |topic: Topic| match topic {
            Topic::Scenarios => files(&self.root).map_or(0, |files| files.len()),
            topic => topic.pages().len(),
        };
        let topics = Topic::value_variants().iter().map(|topic| (topic.name(), count(*topic), topic.doc()));
        match self.format {
            Format::Text => {
                let rows = topics.map(|(name, count, doc)| vec![name, format!("{count:>3}"), doc]);
                terminal.print(&table::aligned(&rows.collect::<Vec<_>>()))?;
                terminal.say(
                    "\n`seedbed list TOPIC` shows the names, `seedbed explain NAME` what is behind each",
                );
            }
            Format::Json => {
                let rows =
                    topics.map(|(name, count, doc)| json!({ "topic": name, "count": count, "doc": doc }));
                terminal.print_json(&json!({ "topics": rows.collect::<Vec<Json>>() }))?;
            }
        }
        Ok(Exit::Passed)
    }

    fn scenarios(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let paths = files(&self.root)?;
        let files: Vec<File> = paths.iter().map(|path| describe(path)).collect();
        match self.format {
            Format::Text => {
                let row = |file: &File| {
                    let doc =
                        if file.is_readable { file.description.clone() } else { Some(unreadable(file)) };
                    vec![file.path.clone(), doc.or_else(|| file.name.clone()).unwrap_or_default()]
                };
                terminal.print(&table::aligned(&files.iter().map(row).collect::<Vec<_>>()))?;
            }
            Format::Json => {
                let row = |file: &File| {
                    json!({
                        "file": file.path, "name": file.name, "description": file.description,
                        "readable": file.is_readable,
                    })
                };
                terminal.print_json(&json!({ "scenarios": files.iter().map(row).collect::<Vec<Json>>() }))?;
            }
        }
        if files.is_empty() {
            terminal.say(&format!("there are no scenarios in {}", self.root.display()));
            return Ok(Exit::NothingSelected);
        }
        Ok(Exit::Passed)
    }
}

fn unreadable(file: &File) -> String {
    format!("not valid: see `seedbed check {}`", file.path)
}

/// What a scenario file says of itself.
fn describe(path: &Path) -> File {
    let loaded = load(path, &LoadOptions::default());
    let text = |key: &str| match loaded.document.as_ref().and_then(|document| document.at(key)) {
        Some(Node { value: Value::String(text), .. }) => Some(text.as_str().to_owned()),
        Some(_) | None => None,
    };
    File {
        path: path.display().to_string(),
        name: text("name"),
        description: text("description"),
        is_readable: loaded.document.is_some(),
    }
}

/// The scenario files below the folder `scenarios` in `root`, or below `root` if that is its name, without those of results;
/// sorted.
fn files(root: &Path) -> Result<Vec<PathBuf>, Failure> {
    let inside = root.join("scenarios");
    let is_scenarios = root.canonicalize().is_ok_and(|real| real.ends_with("scenarios"));
    let top = if is_scenarios && !inside.is_dir() { root.to_path_buf() } else { inside };
    let mut found = Vec::new();
    let mut folders = if top.is_dir() { vec![top] } else { Vec::new() };
    let mut entered = 0;
    while let Some(folder) = folders.pop() {
        entered += 1;
        let unreadable = |error: std::io::Error| {
            Failure::new(Exit::InputOutput, format!("`{}` cannot be read: {error}", folder.display()))
        };
        for entry in fs::read_dir(&folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // A link to a folder could lead in a circle.
            let is_folder = entry.file_type().map_err(unreadable)?.is_dir();
            let path = entry.path();
            match is_folder {
                // A resolved scenario among results is not one that a person wrote.
                true if is_result(&path) => {}
                true => folders.push(path),
                false if path.extension().is_some_and(|extension| extension == "toml") => found.push(path),
                false => {}
            }
        }
        if found.len() > FILES_MAX || entered > FILES_MAX {
            let message = format!("`{}` holds more than {FILES_MAX} files or folders", root.display());
            return Err(Failure::new(Exit::Invalid, message).help("name a smaller folder with --root"));
        }
    }
    let tidy = |path: PathBuf| path.strip_prefix("./").map(Path::to_path_buf).unwrap_or(path);
    let mut found: Vec<PathBuf> = found.into_iter().map(tidy).collect();
    found.sort();
    Ok(found)
}
