//! `seedbed new TEMPLATE [FILE]`: starter scenarios.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};

use super::internal::quoted;
use super::{Exit, Failure, Format, Terminal, table};
use crate::spec::suggest;

/// Write a starter scenario to a file, or print it
#[derive(Args, Debug)]
pub(super) struct New {
    /// Which template
    #[arg(required_unless_present = "list")]
    template: Option<String>,
    /// The file to write; one that exists is not overwritten
    file: Option<PathBuf>,
    /// List the templates
    #[arg(long, conflicts_with = "template")]
    list: bool,
    /// How the list is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", requires = "list")]
    format: Format,
}

/// A starter scenario.
pub(super) struct Template {
    pub(super) name: &'static str,
    /// What it shows, in one line.
    pub(super) doc: &'static str,
    pub(super) text: &'static str,
}

/// Every template, the simplest first.
pub(super) const TEMPLATES: [Template; 3] = [
    Template {
        name: "raft",
        doc: "a replicated store that loses its leader, judged for safety and linearizability",
        text: include_str!("templates/raft.toml"),
    },
    Template {
        name: "service",
        doc: "instances with queues under rising load, one of them slow for a while",
        text: include_str!("templates/service.toml"),
    },
    Template {
        name: "service-over-raft",
        doc: "a service that keeps its data in a replicated store which is partitioned",
        text: include_str!("templates/service-over-raft.toml"),
    },
];

impl New {
    pub(super) fn run(&self, program: &str, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let Some(name) = self.template.as_deref() else {
            self.list(terminal)?;
            return Ok(Exit::Passed);
        };
        let template =
            TEMPLATES.iter().find(|template| template.name == name).ok_or_else(|| unknown(name))?;
        let Some(file) = &self.file else {
            terminal.print(template.text)?;
            return Ok(Exit::Passed);
        };
        let shown = file.display();
        let opened = OpenOptions::new().write(true).create_new(true).open(file);
        let written = opened.and_then(|mut opened| {
            opened.write_all(template.text.as_bytes()).inspect_err(|_| {
                // It is ours, and half of it helps nobody; what matters is the first error.
                let _ = std::fs::remove_file(file);
            })
        });
        written.map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Failure::new(Exit::Invalid, format!("`{shown}` exists already"))
                .help("remove it first, or name another file: nothing is overwritten"),
            _ => Failure::new(Exit::InputOutput, format!("`{shown}` cannot be written: {error}")),
        })?;
        terminal.say(&format!("wrote {shown}; next: {} check {shown}", quoted(program)));
        Ok(Exit::Passed)
    }

    fn list(&self, terminal: &mut Terminal) -> Result<(), Failure> {
        match self.format {
            Format::Text => {
                let rows =
                    TEMPLATES.iter().map(|template| vec![template.name.to_owned(), template.doc.to_owned()]);
                terminal.print(&table::aligned(&rows.collect::<Vec<_>>()))
            }
            Format::Json => {
                let rows =
                    TEMPLATES.iter().map(|template| json!({ "name": template.name, "doc": template.doc }));
                terminal.print_json(&json!({ "templates": rows.collect::<Vec<Json>>() }))
            }
        }
    }
}

fn unknown(name: &str) -> Failure {
    let names = || TEMPLATES.iter().map(|template| template.name);
    let failure = Failure::new(Exit::Invalid, format!("there is no template `{name}`"));
    match suggest::closest(name, names()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("choose {}", suggest::one_of(names()))),
    }
}
