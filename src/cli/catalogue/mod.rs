//! What `list` and `explain` speak of: topics, and a page on every name in them, made from the tables that the
//! code itself reads. A new protocol, fault or check gets its page from its own declaration.

mod checks;
mod faults;
mod files;
mod labels;
mod laws;
mod layers;
mod metrics;
mod networks;
pub(super) mod options;
mod systems;
mod tables;
mod verdicts;

use clap::ValueEnum;

use super::exit;
use crate::spec::Code;
use crate::spec::options::OptionTable;
use options::Section;

/// What names are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Topic {
    /// Scenario files in this folder's `scenarios`
    Scenarios,
    /// What can run on the nodes of a system: `type = "..."`
    Systems,
    /// How a service chooses among its instances
    Policies,
    /// Whom the cores of a node serve next: `queue = { discipline = "..." }`
    Disciplines,
    /// How long is waited before a call is made again: `backoff = "..."`
    Backoffs,
    /// What can go wrong: `do = "..."`
    Faults,
    /// Whom a fault strikes: `target = "..."`
    Targets,
    /// What a fault may wait for: `when = "..."`
    Happenings,
    /// What is measured, for assertions and CSV files: `metric = "..."`
    Metrics,
    /// What narrows a metric: `where = { ... }`
    Labels,
    /// Invariants and consistency models
    Checks,
    /// What checks, runs and sweeps come to, and why a run is over
    Verdicts,
    /// Real bugs that can be switched on, so that checks can be seen to catch them: `bugs = [...]`
    Bugs,
    /// Laws of lengths of time and other quantities
    Distributions,
    /// Laws by which operations come: `arrival = "..."`
    Arrivals,
    /// Laws over the keys that operations concern: `keys = "..."`
    Keys,
    /// Queues with formulas, for curves beside what was simulated: `theory = ["..."]` in `[compare]`
    Theory,
    /// Built-in networks: `regions = "..."`
    Networks,
    /// The tables of a scenario file, with every key
    Tables,
    /// What a scenario is made of besides its own file
    Layers,
    /// The files of runs and sweeps, with every column and field
    Files,
    /// Codes of messages about scenarios
    Errors,
    /// What the command ends with
    ExitCodes,
}

impl Topic {
    /// Its name on the command line.
    pub(super) fn name(self) -> String {
        self.value().get_name().to_owned()
    }

    /// What it holds.
    pub(super) fn doc(self) -> String {
        self.value().get_help().map(ToString::to_string).unwrap_or_default()
    }

    fn value(self) -> clap::builder::PossibleValue {
        self.to_possible_value().expect("no topic is hidden")
    }

    /// What one of its names is.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Topic::Scenarios => "scenario file",
            Topic::Systems => "type of system",
            Topic::Policies => "policy",
            Topic::Disciplines => "discipline",
            Topic::Backoffs => "backoff",
            Topic::Faults => "fault",
            Topic::Targets => "target of faults",
            Topic::Happenings => "happening that a fault may wait for",
            Topic::Metrics => "metric",
            Topic::Labels => "label of metrics",
            Topic::Checks => "check",
            Topic::Verdicts => "word of verdicts",
            Topic::Bugs => "bug that can be switched on",
            Topic::Distributions => "distribution",
            Topic::Arrivals => "law of arrivals",
            Topic::Keys => "law over keys",
            Topic::Theory => "queue with a formula",
            Topic::Networks => "network",
            Topic::Tables => "table of a scenario",
            Topic::Layers => "part of a scenario",
            Topic::Files => "file of results",
            Topic::Errors => "error code",
            Topic::ExitCodes => "exit code",
        }
    }

    /// A page on each of its names; none on scenarios, which are files.
    pub(super) fn pages(self) -> Vec<Page> {
        match self {
            Topic::Scenarios => Vec::new(),
            Topic::Systems => systems::types(),
            Topic::Policies => laws::policies(),
            Topic::Disciplines => laws::disciplines(),
            Topic::Backoffs => laws::backoffs(),
            Topic::Faults => faults::kinds(),
            Topic::Targets => faults::targets(),
            Topic::Happenings => faults::waited_for(),
            Topic::Metrics => metrics::pages(),
            Topic::Labels => labels::pages(),
            Topic::Checks => checks::pages(),
            Topic::Verdicts => verdicts::pages(),
            Topic::Bugs => systems::bugs(),
            Topic::Distributions => laws::distributions(),
            Topic::Arrivals => laws::arrivals(),
            Topic::Keys => laws::keys(),
            Topic::Theory => laws::theory(),
            Topic::Networks => networks::pages(),
            Topic::Tables => tables::pages(),
            Topic::Layers => layers::pages(),
            Topic::Files => files::pages(),
            Topic::Errors => Code::ALL.iter().map(|code| Page::new(code.name(), code.summary())).collect(),
            Topic::ExitCodes => {
                let page = |row: &exit::Row| {
                    Page::new(row.code.to_string(), row.doc).fact("word", row.name).word(row.name)
                };
                exit::TABLE.iter().map(page).collect()
            }
        }
    }
}

/// What there is to say of one name.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) name: String,
    /// By which other words it is found.
    pub(super) words: Vec<String>,
    /// The paths of the table that it is about, with `NAME` for a name of the user's: `system.NAME.raft`.
    pub(super) at: Vec<&'static str>,
    /// What it is; `list` shows it too.
    pub(super) doc: String,
    /// What else is known of it.
    pub(super) facts: Vec<(&'static str, String)>,
    /// The words that stand where it stands, each with what it means.
    pub(super) values: Vec<(&'static str, String)>,
    /// Its options.
    pub(super) options: Vec<Section>,
    /// A part of a scenario that uses it.
    pub(super) example: Option<&'static str>,
}

impl Page {
    fn new(name: impl Into<String>, doc: impl Into<String>) -> Page {
        Page {
            name: name.into(),
            words: Vec::new(),
            at: Vec::new(),
            doc: sentence(&doc.into()),
            facts: Vec::new(),
            values: Vec::new(),
            options: Vec::new(),
            example: None,
        }
    }

    fn fact(mut self, what: &'static str, text: impl Into<String>) -> Page {
        self.facts.push((what, text.into()));
        self
    }

    fn word(mut self, word: impl Into<String>) -> Page {
        self.words.push(word.into());
        self
    }

    /// It is about the table at these paths.
    fn at(mut self, paths: &[&'static str]) -> Page {
        self.at = paths.to_vec();
        self
    }

    /// Its options: what they are, the header of the table that they stand in, and its paths.
    fn options(
        mut self,
        title: &'static str,
        header: impl Into<String>,
        paths: &[&str],
        table: OptionTable,
    ) -> Page {
        let paths = paths.iter().map(|&path| path.to_owned()).collect();
        self.options.push(Section { title, header: header.into(), paths, table });
        self
    }

    fn example(mut self, example: &'static str) -> Page {
        self.example = Some(example);
        self
    }
}

/// The word that a form such as `leader(kv)`, `region:x` or `link a->b` begins with.
fn first_word(form: &str) -> &str {
    form.split(['(', ':', ' ']).next().expect("split gives one")
}

/// The text on one line, with a capital and a full stop: the tables of the code have phrases, too.
pub(super) fn sentence(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut rest = text.chars();
    let first = rest.next().map(|first| first.to_ascii_uppercase());
    let end = if text.ends_with('.') || text.is_empty() { "" } else { "." };
    format!("{}{}{end}", first.map_or_else(String::new, String::from), rest.as_str())
}

/// Every page with its topic.
pub(super) fn all() -> Vec<(Topic, Page)> {
    let of_topic = |topic: &Topic| {
        let topic = *topic;
        topic.pages().into_iter().map(move |page| (topic, page))
    };
    Topic::value_variants().iter().flat_map(of_topic).collect()
}
