//! `seedbed check FILE...`: everything that can be said of a scenario without running it.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::{Exit, Failure, Format, Terminal, input};
use crate::compare::check_asked;
use crate::kernel::counted;
use crate::run::prepare::prepare;
use crate::scenario::render::context;
use crate::scenario::{Checked, LoadOptions, Loaded, check, render, resolved};
use crate::sim::Limits;
use crate::spec::{Diagnostic, Level, SourceKind};
use crate::systems::Custom;

/// Read scenarios and say what is wrong with them, without running them
#[derive(Args, Debug)]
pub(super) struct Check {
    /// Scenario files; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Replace a value of the scenario, such as system.kv.disk.fsync=1ms; repeatable
    #[arg(long, value_name = "PATH=VALUE")]
    set: Vec<String>,
    /// The folder that no path in a scenario may leave [default: the nearest folder named `scenarios`]
    #[arg(long, value_name = "DIR", value_parser = input::folder())]
    root: Option<PathBuf>,
    /// Print each scenario merged with what it extends, with the origin of every value
    #[arg(long, conflicts_with = "format")]
    resolved: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// One file and what became of it.
struct Outcome<X: Custom> {
    file: String,
    loaded: Loaded,
    checked: Option<Checked<X>>,
}

impl Check {
    pub(super) fn run<X: Custom>(&self, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let options = LoadOptions { root: self.root.clone(), set: self.set.clone() };
        let mut exits = Vec::new();
        let mut documents = Vec::new();
        for path in &self.files {
            let (mut loaded, path) = (input::load(path, &options), input::shown(path));
            let checked = check(&mut loaded, |scenario, diagnostics, files| {
                let prepared =
                    prepare::<X>("", scenario, scenario.seed, Limits::default(), diagnostics, files);
                prepared.map(|prepared| prepared.world)
            });
            let checked =
                checked.filter(|checked| check_asked(&checked.comparison, &mut loaded.diagnostics).is_some());
            let outcome = Outcome { file: path.display().to_string(), loaded, checked };
            outcome.say(terminal);
            exits.push(if outcome.checked.is_some() { Exit::Passed } else { Exit::Invalid });
            match (self.format, self.resolved) {
                (Format::Json, _) => documents.push(outcome.json(path)),
                (Format::Text, true) => terminal.print(&outcome.resolved(self.files.len() > 1))?,
                (Format::Text, false) => terminal.print(&outcome.text(path))?,
            }
        }
        if self.format == Format::Json {
            terminal.print_json(&json!({ "files": documents }))?;
        }
        Ok(Exit::of_many(exits))
    }
}

impl<X: Custom> Outcome<X> {
    /// What is wrong, for people.
    fn say(&self, terminal: &mut Terminal) {
        let diagnostics = &self.loaded.diagnostics;
        if diagnostics.is_empty() {
            return;
        }
        let text = render(&self.loaded.sources, diagnostics, terminal.color_stderr());
        terminal.say(text.trim_end());
        let errors = diagnostics.error_count() as u64;
        let warnings =
            diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Warning).count() as u64;
        let parts = [(errors, "error"), (warnings, "warning")];
        let parts =
            parts.into_iter().filter(|(number, _)| *number > 0).map(|(number, what)| counted(number, what));
        terminal.say(&format!("\n{}: {}", self.file, parts.collect::<Vec<_>>().join(", ")));
    }

    /// One line on a valid scenario.
    fn text(&self, path: &std::path::Path) -> String {
        let Some(checked) = &self.checked else { return String::new() };
        let systems: Vec<String> =
            systems(checked).map(|(name, kind, _)| format!("{name} ({kind})")).collect();
        let (least, most) = (*checked.nodes.start(), *checked.nodes.end());
        let nodes =
            if least == most { counted(most as u64, "node") } else { format!("{least} to {most} nodes") };
        let (name, runs) = (checked.first.name_or_file(path), counted(checked.runs(), "run"));
        format!("{}: {name}, {runs}, {nodes}: {}\n", self.file, systems.join(", "))
    }

    fn resolved(&self, is_one_of_many: bool) -> String {
        let (Some(_), Some(document)) = (&self.checked, &self.loaded.document) else { return String::new() };
        let text = resolved(document, Some(&self.loaded.sources));
        if is_one_of_many { format!("# {}\n{text}\n", self.file.escape_debug()) } else { text }
    }

    fn json(&self, path: &std::path::Path) -> Json {
        let diagnostics: Vec<Json> =
            self.loaded.diagnostics.iter().map(|diagnostic| self.diagnostic(diagnostic)).collect();
        let mut document =
            json!({ "file": self.file, "valid": self.checked.is_some(), "diagnostics": diagnostics });
        if let Some(checked) = &self.checked {
            let systems: Vec<Json> = systems(checked)
                .map(|(name, kind, nodes)| json!({ "name": name, "type": kind, "nodes": nodes }))
                .collect();
            document["scenario"] = json!(checked.first.name_or_file(path));
            document["runs"] = json!(checked.runs());
            document["combinations"] = json!(checked.combinations);
            document["repeat"] = json!(checked.repeat);
            document["nodes_min"] = json!(checked.nodes.start());
            document["nodes_max"] = json!(checked.nodes.end());
            document["systems"] = json!(systems);
        }
        document
    }

    fn diagnostic(&self, diagnostic: &Diagnostic) -> Json {
        let sources = &self.loaded.sources;
        let (line, column) = sources.position(&diagnostic.primary);
        // Of several settings it takes the text to tell which.
        let source = sources.get(diagnostic.primary.source);
        let set = (source.kind == SourceKind::Set).then_some(&source.text);
        let related = context(sources, diagnostic).into_iter().map(|(origin, label)| {
            let (line, column) = sources.position(origin);
            json!({ "file": sources.get(origin.source).name, "line": line, "column": column, "label": label })
        });
        json!({
            "level": match diagnostic.level { Level::Error => "error", Level::Warning => "warning" },
            "code": diagnostic.code.name(),
            "message": diagnostic.message,
            "label": diagnostic.label,
            "help": diagnostic.help,
            "file": sources.get(diagnostic.primary.source).name,
            "line": line,
            "column": column,
            "set": set,
            "related": related.collect::<Vec<_>>(),
        })
    }
}

/// Name, type and number of nodes of each system, in the first combination.
fn systems<X: Custom>(checked: &Checked<X>) -> impl Iterator<Item = (&str, &'static str, usize)> {
    checked
        .world
        .systems
        .iter()
        .map(|system| (system.plan.name.as_str(), system.kind.name(), system.plan.nodes.len()))
}
