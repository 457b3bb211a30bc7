//! `seedbed man`: the manual pages, made from the same declarations as `--help`.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_mangen::Man;

use super::{Exit, Failure, Terminal, command};
use crate::run::outputs::{Disk, Sink, write_file};

/// Print the manual page, or write one for each command
#[derive(Args, Debug)]
pub(super) struct Manual {
    /// A folder for the pages of all commands: seedbed.1, seedbed-run.1 ...
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Manual {
    pub(super) fn run(&self, program: &str, terminal: &mut Terminal) -> Result<Exit, Failure> {
        let pages = pages(program);
        let Some(folder) = &self.out else {
            terminal.print(&pages[0].text)?;
            return Ok(Exit::Passed);
        };
        write(&Disk, folder, &pages)?;
        let (count, shown) = (super::count(pages.len() as u64, "page"), folder.display());
        terminal.say(&format!("wrote {count} to {shown}; next: man {shown}/{}", pages[0].file));
        Ok(Exit::Passed)
    }
}

/// A manual page.
struct Page {
    file: String,
    /// In roff.
    text: String,
}

/// The page of the program, then one for each of its commands.
fn pages(program: &str) -> Vec<Page> {
    let mut whole = command().name(program.to_owned()).bin_name(program.to_owned());
    whole.build();
    let own = whole.clone().disable_help_subcommand(true);
    // A command's own name is how a person types it, that of its page how `man` finds it.
    let of_command = |command: &clap::Command| {
        let name = format!("{program}-{}", command.get_name());
        page(command.clone().display_name(name.clone()), &name)
    };
    let commands = whole.get_subcommands().filter(|command| command.get_name() != "help");
    std::iter::once(page(own, program)).chain(commands.map(of_command)).collect()
}

fn page(command: clap::Command, name: &str) -> Page {
    let mut text = Vec::new();
    Man::new(command).title(name.to_uppercase()).render(&mut text).expect("writing to memory cannot fail");
    Page { file: format!("{name}.1"), text: String::from_utf8_lossy(&text).into_owned() }
}

/// Writes the pages, each whole or not at all.
fn write(sink: &dyn Sink, folder: &Path, pages: &[Page]) -> Result<(), Failure> {
    let failure =
        |error: crate::run::outputs::OutputError| Failure::new(Exit::InputOutput, error.to_string());
    for page in pages {
        write_file(sink, &folder.join(&page.file), page.text.as_bytes()).map_err(failure)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;
    use crate::run::outputs::failing::{Failing, What, When};

    #[test]
    fn each_page_is_written_whole_or_not_at_all_whichever_step_fails() {
        let pages = &pages("seedbed")[..2];
        for kind in [ErrorKind::StorageFull, ErrorKind::PermissionDenied, ErrorKind::Interrupted] {
            for step in 0.. {
                let top = tempfile::tempdir().expect("there is room");
                let folder = top.path().join("man");
                let disk = Failing::new(When::Once(step), kind);
                let written = write(&disk, &folder, pages);
                let failed = disk.failed();
                let is_again = failed.iter().all(|step| step.what == What::Write);
                let entries = std::fs::read_dir(&folder).map_or(Vec::new(), |entries| {
                    entries.map(|entry| entry.expect("it can be read").path()).collect()
                });
                for path in &entries {
                    let page =
                        pages.iter().find(|page| path.ends_with(&page.file)).expect("no other file is left");
                    assert_eq!(std::fs::read_to_string(path).expect("it can be read"), page.text);
                }
                if failed.is_empty() || (kind == ErrorKind::Interrupted && is_again) {
                    assert!(written.is_ok() && entries.len() == pages.len());
                } else {
                    let failure = written.expect_err("the disk failed");
                    assert_eq!(failure.exit, Exit::InputOutput);
                    assert!(
                        failure.message.starts_with(&folder.display().to_string()),
                        "{}",
                        failure.message
                    );
                }
                if failed.is_empty() {
                    assert!(step >= 10, "two files are made, written, flushed and named");
                    break;
                }
            }
        }
    }
}
