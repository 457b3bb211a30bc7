//! `seedbed new TEMPLATE [FILE]`: starter scenarios.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};

use super::internal::quoted;
use super::{Exit, Failure, Format, Terminal, table};
use crate::run::outputs::{Disk, Sink, write_new};
use crate::spec::suggest;

/// Write a starter scenario to a file, or print it; without a template list them
#[derive(Args, Debug)]
pub(super) struct New {
    /// Which template
    template: Option<String>,
    /// The file to write, TOML like the template; one that exists is not overwritten; - is standard output
    file: Option<PathBuf>,
    /// List the templates, as without any argument
    #[arg(long, conflicts_with = "template")]
    list: bool,
    /// How the list is printed
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "template")]
    format: Option<Format>,
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

impl Template {
    /// Writes it to a file that is not there yet, whole or not at all.
    fn write(&self, sink: &dyn Sink, file: &Path) -> Result<(), Failure> {
        let shown = file.display();
        write_new(sink, file, self.text.as_bytes()).map_err(|error| match error.source.kind() {
            ErrorKind::AlreadyExists => Failure::new(Exit::Invalid, format!("`{shown}` exists already"))
                .help("remove it first, or name another file: nothing is overwritten"),
            _ => Failure::new(Exit::InputOutput, format!("`{shown}` cannot be written: {}", error.source)),
        })
    }
}

impl New {
    pub(super) fn run(&self, program: &str, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let Some(name) = self.template.as_deref() else {
            self.list(program, terminal)?;
            return Ok(Exit::Passed);
        };
        let template =
            TEMPLATES.iter().find(|template| template.name == name).ok_or_else(|| unknown(name))?;
        let Some(file) = self.file.as_deref().filter(|file| *file != Path::new("-")) else {
            terminal.print(template.text)?;
            return Ok(Exit::Passed);
        };
        let shown = file.display();
        if file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
            let message = format!("`{shown}` would be read as JSON, and templates are TOML");
            return Err(Failure::new(Exit::Invalid, message).help("name a file that ends in .toml"));
        }
        template.write(&Disk, file)?;
        terminal.say(&format!("wrote {shown}; next: {} check {shown}", quoted(program)));
        Ok(Exit::Passed)
    }

    fn list(&self, program: &str, terminal: &mut Terminal) -> Result<(), Failure> {
        match self.format.unwrap_or_default() {
            Format::Text => {
                let rows =
                    TEMPLATES.iter().map(|template| vec![template.name.to_owned(), template.doc.to_owned()]);
                terminal.print(&table::aligned(&rows.collect::<Vec<_>>()))?;
                let program = quoted(program);
                terminal.say(&format!(
                    "\n`{program} new TEMPLATE FILE` writes one, `{program} new TEMPLATE` prints it"
                ));
                Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::outputs::failing::{Failing, What, When};

    #[test]
    fn a_template_is_written_whole_or_not_at_all_whichever_step_fails() {
        let folder = tempfile::tempdir().expect("there is room");
        let file = folder.path().join("mine.toml");
        for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied, ErrorKind::Interrupted] {
            for step in 0.. {
                let disk = Failing::new(When::Once(step), kind);
                let written = TEMPLATES[0].write(&disk, &file);
                let failed = disk.failed();
                // What was interrupted is written again.
                let is_again = failed.iter().all(|step| step.what == What::Write);
                if failed.is_empty() || (kind == ErrorKind::Interrupted && is_again) {
                    assert!(
                        written.is_ok()
                            && std::fs::read_to_string(&file).expect("it is there") == TEMPLATES[0].text
                    );
                    std::fs::remove_file(&file).expect("it is there");
                } else {
                    let failure = written.expect_err("the disk failed");
                    assert_eq!(failure.exit, Exit::InputOutput);
                    assert!(
                        failure.message.starts_with(&format!("`{}`", file.display())),
                        "{}",
                        failure.message
                    );
                    assert!(!file.exists(), "nothing is left: {failed:?}");
                }
                if failed.is_empty() {
                    assert!(step >= 3, "a file is made, written and flushed");
                    break;
                }
            }
        }
    }
}
