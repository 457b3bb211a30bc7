//! `seedbed man`: the manual pages, made from the same declarations as `--help`, with the usual sections behind.

use std::path::{Path, PathBuf};

use clap::Args;
use clap_mangen::Man;

use super::{Exit, Failure, Terminal, command, exit};
use crate::kernel::counted;
use crate::run::outputs::{Disk, REPORT, Sink, write_file};

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
        let (count, shown) = (counted(pages.len() as u64, "page"), folder.display());
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
    let commands: Vec<&clap::Command> =
        whole.get_subcommands().filter(|command| command.get_name() != "help").collect();
    let own_name = |command: &clap::Command| format!("{program}-{}", command.get_name());
    let names: Vec<String> =
        std::iter::once(program.to_owned()).chain(commands.iter().map(|one| own_name(one))).collect();
    // A command's own name is how a person types it, that of its page how `man` finds it.
    let of_command = |command: &&clap::Command| {
        let name = own_name(command);
        let sections = sections(command.get_name(), program, &names);
        page((*command).clone().display_name(name.clone()), &name, &sections)
    };
    let first = page(own, program, &sections("", program, &names));
    std::iter::once(first).chain(commands.iter().map(of_command)).collect()
}

fn page(command: clap::Command, name: &str, sections: &[Section]) -> Page {
    let source = format!("seedbed {}", env!("CARGO_PKG_VERSION"));
    let man = Man::new(command.clone()).title(name.to_uppercase()).source(source);
    let mut text = Vec::new();
    let out = &mut text;
    let written = man
        .render_title(out)
        .and_then(|()| man.render_name_section(out))
        .and_then(|()| man.render_synopsis_section(out))
        .and_then(|()| man.render_description_section(out))
        .and_then(|()| man.render_options_section(out))
        .and_then(|()| match command.has_subcommands() {
            true => man.render_subcommands_section(out),
            false => Ok(()),
        });
    written.expect("writing to memory cannot fail");
    let mut text = String::from_utf8_lossy(&text).into_owned();
    if let Some(notes) = command.get_after_help() {
        let notes: String = notes.to_string();
        let paragraphs = notes.split("\n\n").map(|paragraph| format!(".PP\n{}\n", roff(paragraph)));
        text += &format!(".SH NOTES\n{}", paragraphs.collect::<String>());
    }
    for Section { heading, rows } in sections {
        let row = |(term, meaning): &(String, String)| match meaning.as_str() {
            "" => format!(".PP\n{}\n", roff(term)),
            meaning => format!(".TP\n\\fB{}\\fR\n{}\n", roff(term), roff(meaning)),
        };
        let heading = if heading.contains(' ') { format!("\"{heading}\"") } else { (*heading).to_owned() };
        text += &format!(".SH {heading}\n{}", rows.iter().map(row).collect::<String>());
    }
    if command.get_version().is_some() {
        let mut version = Vec::new();
        man.render_version_section(&mut version).expect("writing to memory cannot fail");
        text += &String::from_utf8_lossy(&version);
    }
    Page { file: format!("{name}.1"), text }
}

/// A section of a page: terms with what they mean, or sentences without.
struct Section {
    heading: &'static str,
    rows: Vec<(String, String)>,
}

/// What stands behind the options of a command; of the program itself if that is empty.
fn sections(command: &str, program: &str, names: &[String]) -> Vec<Section> {
    let exits = |exits: &[Exit]| {
        let rows = exit::TABLE.iter().filter(|row| exits.contains(&row.exit));
        rows.map(|row| (row.code.to_string(), row.doc.to_owned())).collect()
    };
    let pair = |(term, meaning): &(&str, &str)| ((*term).to_owned(), (*meaning).to_owned());
    let example =
        |(arguments, meaning): &(&str, &str)| (format!("{program} {arguments}"), (*meaning).to_owned());
    let own = match command {
        "" => program.to_owned(),
        command => format!("{program}-{command}"),
    };
    let others: Vec<String> =
        names.iter().filter(|name| **name != own).map(|name| format!("{name}(1)")).collect();
    let mut sections = vec![Section { heading: "EXIT STATUS", rows: exits(exit::of_command(command)) }];
    let files: Vec<_> = files(command).iter().map(pair).collect();
    if !files.is_empty() {
        sections.push(Section { heading: "FILES", rows: files });
    }
    let examples: Vec<_> = examples(command).iter().map(example).collect();
    sections.push(Section { heading: "EXAMPLES", rows: examples });
    sections.push(Section { heading: "SEE ALSO", rows: vec![(others.join(", "), String::new())] });
    sections
}

/// What a command writes, and reads without being told.
fn files(command: &str) -> &'static [(&'static str, &'static str)] {
    match command {
        "run" | "repro" => &FILES,
        "compare" => &FILES_OF_COMPARISONS,
        "hunt" => &FILES_OF_HUNTS,
        "validate" => &FILES_OF_VALIDATIONS,
        _ => &[],
    }
}

const FILES_OF_COMPARISONS: [(&str, &str); 1] = [(
    "outputs/NAME/compare-ID",
    "compare.csv, compare.md, charts and a page: what was found; search.csv: by which runs --find found it; the runs lie in the folders of \
     their sweeps",
)];

const FILES_OF_VALIDATIONS: [(&str, &str); 1] = [(
    "outputs/validate-ID",
    "validate.csv, validate.md, charts and a page: what is published, and what is simulated",
)];

const FILES: [(&str, &str); 4] = [
    (
        "outputs/NAME/RUN",
        "the files of a run: RUN is its id, NAME its scenario's name; RUN.partial of one that was cut short",
    ),
    ("outputs/NAME/sweep-ID", "those of many runs, each in runs/RUN"),
    ("outputs/latest", "a link to what was made last"),
    (REPORT, "in each: the page to open in a browser; `explain files` says what else there is"),
];

const FILES_OF_HUNTS: [(&str, &str); 3] = [
    ("outputs/NAME/hunt-ID-CHECK/minimal.toml", "the least scenario that fails; `run` runs it"),
    (
        "outputs/NAME/hunt-ID-CHECK/capsule.json",
        "the failure in one file, to keep or to send; `repro` replays it",
    ),
    ("outputs/NAME/hunt-ID-CHECK/RUN", "the files of its run, with a page as any other"),
];

/// Commands to begin with, as arguments of the program.
pub(super) fn examples(command: &str) -> &'static [(&'static str, &'static str)] {
    match command {
        "" => &[
            ("new raft my.toml", "writes a scenario to begin with"),
            ("check my.toml", "says what is wrong with it"),
            ("run my.toml --seeds 1..20", "runs it with twenty seeds, and says what came of them"),
            ("explain leader-lost", "says what a word of scenarios or results means"),
        ],
        "new" => &[
            ("new", "lists the templates"),
            ("new service my.toml", "writes one to a file that is not there yet"),
        ],
        "list" => &[("list", "lists the topics"), ("list faults", "lists what can go wrong")],
        "explain" => &[
            ("explain partition", "a kind of fault, with its options"),
            ("explain system.kv.raft.pre_vote", "an option, by its path in a scenario"),
            ("explain not-seen", "a word of a verdict"),
        ],
        "check" => &[
            ("check my.toml --set system.kv.nodes=5", "with one value replaced"),
            ("check my.toml --resolved", "merged with what it extends, with the place of every value"),
            ("check -", "from standard input"),
        ],
        "run" => &[
            ("run my.toml --seed 7", "one run"),
            ("run my.toml --seeds 1..100 --fail-fast", "up to a hundred, until one fails"),
            (
                "run my.toml --set system.kv.disk.fsync=5ms --charts png",
                "with one value replaced, and with pictures",
            ),
            ("run sweep.toml --only nodes=5 --resume", "a part of a sweep, without what is finished"),
        ],
        "compare" => &[
            ("compare my.toml", "the values of a swept variable, in pairs of runs with the same seeds"),
            (
                "compare my.toml --seeds 1..30 --metric latency.p99 --table md",
                "thirty runs of each, as a table for a report",
            ),
            (
                "compare my.toml --find 'max load where p99 < 100ms'",
                "how much each carries, between the ends of vars.load",
            ),
            (
                "compare my.toml --by servers --scaling strong --metric throughput",
                "speed-up and efficiency over the number of servers, and laws of scaling",
            ),
            ("compare old.toml new.toml", "two scenarios with as many runs, the first as the baseline"),
        ],
        "merge" => &[(
            "merge part-1/sweep-0badcafe part-2/sweep-deadbeef",
            "the sweep that two machines ran in parts, with --partition hash:1/2 and hash:2/2",
        )],
        "plot" => &[
            ("plot outputs/latest", "all charts of what was made last, in plots/"),
            ("plot outputs/latest --chart latency --format pdf --width 85mm", "one for a column of print"),
        ],
        "hunt" => &[
            ("hunt my.toml", "a thousand seeds, until a check fails"),
            (
                "hunt my.toml --seeds 1..100000 --budget 10m --check agreement",
                "for ten minutes, for one check",
            ),
        ],
        "validate" => &[
            ("validate consensus", "elections and commit latencies against what was published"),
            ("validate services", "queues, disciplines and balancing against closed forms"),
            ("validate --only split-vote --thorough", "some rows, with ten times the seeds"),
            ("validate --table md --charts png", "everything, as a table for a report and with pictures"),
            ("validate --show figure-16-150-155", "the scenario of a row"),
            ("validate --matrix pings.csv --leader paris --q2 2", "a matrix of one's own"),
        ],
        "repro" => &[
            ("repro outputs/latest", "does the last run again and compares every event"),
            ("repro capsule.json --until 84s --dump", "a failure, and every node's state at a time"),
            ("repro 3a6e3ab0", "a run by its id, wherever in outputs it is"),
        ],
        "schema" => &[("schema", "for completion in an editor; docs/installing.md says how")],
        "completions" => &[("completions bash", "for ~/.local/share/bash-completion/completions")],
        "man" => &[("man --out man1", "writes the pages of all commands")],
        _ => &[],
    }
}

/// Text as roff takes it.
fn roff(text: &str) -> String {
    let line = |line: &str| {
        let line = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        // What begins a line with a dot is an order.
        if line.starts_with('.') { format!("\\&{line}") } else { line }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
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
