//! The five nouns of a scenario, as typed tables: network, system, workload, fault, check. One declaration an
//! option; what spans several tables (names, targets, regions) is checked when the world is planned.

pub mod arrivals;
pub mod check;
pub mod fault;
pub mod keys;
pub mod liveness;
pub mod network;
pub mod numbers;
pub mod operation;
pub mod request;
pub mod system;
pub mod warmup;
pub mod words;
pub mod workload;

use std::path::Path;

use crate::kernel::Duration;
use crate::spec::code::Code;
use crate::spec::decode::Decoder;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::options::Places;
use crate::spec::quantity::duration_text;
use crate::spec::scalars::Sections;
use crate::spec::value::Node;

use super::plan::NODES_MAX;
use check::CheckOptions;
use fault::FaultOptions;
use liveness::LivenessOptions;
use network::NetworkOptions;
use operation::OperationOptions;
use system::SystemOptions;
use warmup::Warmup;
use workload::WorkloadOptions;

/// Longest name.
pub const NAME_MAX: usize = 64;
/// Most intervals of a time series.
pub const INTERVALS_MAX: u64 = 1_000_000;

/// What a name may be, for help texts.
pub const NAME_HELP: &str = "a name has up to 64 letters, digits, `_` and single `-`, begins with a letter or digit, and is not `rest` or `that`";

/// Whether this can name a thing of a scenario: names stand in targets of faults, in file names and in CSVs.
pub fn is_name(name: &str) -> bool {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    // `link a--b` reads two dashes as a link.
    is_word
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.len() <= NAME_MAX
        && !name.contains("--")
        && !matches!(name, "rest" | "that")
}

/// What the name of a zone, a rack or a version may be, for help texts.
pub const DOMAIN_HELP: &str = "such a name has up to 64 letters, digits, `.`, `_`, `+` and `-`";

/// Whether this can name a zone, a rack or a version.
pub fn is_domain(name: &str) -> bool {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '-'));
    is_word && !name.is_empty() && name.len() <= NAME_MAX
}

crate::choices! {
    /// In which order events of one instant are handled.
    pub enum Ties {
        /// First in, first out.
        Fifo = "fifo",
        /// In an order drawn from the seed, to show what hangs on it.
        Shuffled = "shuffled",
    }
}

crate::choices! {
    /// What the seed draws.
    pub enum Draws {
        /// Each number as it comes.
        Plain = "plain",
        /// The mirror image: each number `u` between 0 and 1 is `1 - u`, so that who came late comes early, and what was long is short.
        Mirrored = "mirrored",
    }
}

crate::options! {
    /// A scenario: what is simulated, for how long, and what must hold.
    pub struct Scenario {
        /// Version of the format.
        schema: u32 [1..=1] = 1,
        /// Name of the scenario and of its output folder; the file's name when absent.
        name: Option<String>,
        /// One sentence for people.
        description: Option<String>,
        /// The seed, unless the command line gives another; 0 to 2^63-1.
        seed: u64 = 1,
        /// Whether everything is drawn as the seed has it, or as its mirror image: two such runs together are nearer to the mean than two with
        /// seeds of their own (antithetic variates). `antithetic` in `[compare]` takes them together.
        draws: Draws = "plain",
        /// Simulated time.
        duration: Duration [Duration(1)..=Duration::from_secs(31_536_000)],
        /// What begins before this is left out of metrics. `auto` finds it after the run by MSER-5 (White 1997) from the
        /// latencies of answered operations in the order of their arrival; the longest of the workloads counts.
        warmup: Warmup = "0s",
        /// How long after the last fault has healed an operation counts as `recovery`.
        recovery: Duration = "10s",
        /// Width of the intervals of time series; absent: 1/200 of the duration, at least 100 ms.
        interval: Option<Duration> [Duration::from_millis(1)..],
        /// In which order events of one instant are handled.
        ties: Ties = "fifo",
        /// What lies between the nodes.
        network: NetworkOptions = {},
        /// Groups of nodes that run one thing.
        system: Sections<SystemOptions>,
        /// Who asks what, when.
        workload: Sections<WorkloadOptions>,
        /// What operators ask of systems: changes of who takes part, or leads.
        operation: Sections<OperationOptions>,
        /// What goes wrong.
        fault: Sections<FaultOptions>,
        /// What must hold.
        check: Sections<CheckOptions>,
        /// When faults stop, and by when everything must be well again.
        liveness: Option<LivenessOptions>,
        /// Variables and repetitions; read before this table is.
        sweep: Option<Node>,
        /// What the runs of a sweep are compared by; read before this table is.
        compare: Option<Node>,
        /// The file that this one extends; read before this table is.
        extends: Option<String>,
    }
    check check_scenario;
}

fn check_scenario(scenario: &Scenario, places: &Places<'_>, decoder: &mut Decoder<'_>) {
    let is_system_meant = decoder.is_meant("system");
    let refusal = |code: Code, key: &str, message: String, help: &str| {
        Diagnostic::error(code, places.of(key), message).help(help)
    };
    if let Some(name) = scenario.name.as_ref().filter(|name| !is_name(name)) {
        let message = format!("`{name}` cannot be the name of a scenario");
        decoder.report(refusal(Code::BadName, "name", message, NAME_HELP));
    }
    if scenario.system.is_empty() && !is_system_meant {
        let help =
            "add one, such as [system.kv] with type = \"raft\"; `seedbed list systems` shows the types";
        let message = "the scenario has no system, so nothing would happen".to_owned();
        decoder.report(refusal(Code::MissingKey, "system", message, help));
    }
    if let Warmup::For(warmup) = scenario.warmup
        && warmup >= scenario.duration
    {
        let (warmup, duration) = (duration_text(warmup), duration_text(scenario.duration));
        let message = format!("the warm-up of {warmup} leaves nothing to measure: the run lasts {duration}");
        let help = "make the warm-up shorter, or the run longer";
        let error = refusal(Code::Contradiction, "warmup", message, help);
        decoder.report(error.beside(places.given("duration"), "so long is the run"));
    }
    if let Some(interval) =
        scenario.interval.filter(|interval| scenario.duration.0 / interval.0 > INTERVALS_MAX)
    {
        let message =
            format!("intervals of {} are more than {INTERVALS_MAX} over the run", duration_text(interval));
        let error = refusal(Code::TooMany, "interval", message, "make the interval longer");
        decoder.report(error.beside(places.given("duration"), "so long is the run"));
    }
}

impl Scenario {
    /// How many nodes its systems ask for, those included that no world could have.
    pub fn nodes_asked(&self) -> u64 {
        let of_system = |(_, _, system): &(_, _, SystemOptions)| {
            let nodes = system.common.nodes.iter().flat_map(|nodes| &nodes.value.0);
            let groups = system.common.groups.iter().flat_map(|groups| &groups.value);
            nodes.chain(groups).map(|group| u64::from(group.count)).sum::<u64>().min(NODES_MAX as u64)
        };
        self.system.entries.iter().map(of_system).sum()
    }

    /// The name that runs and folders have: the scenario's own, else that of its file with whatever a name may
    /// not have replaced by `-`.
    pub fn name_or_file(&self, file: &Path) -> String {
        if let Some(name) = &self.name {
            return name.clone();
        }
        let stem = file.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let words =
            stem.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
        let name: String = words.collect::<Vec<_>>().join("-").chars().take(NAME_MAX).collect();
        if is_name(&name) { name } else { "scenario".to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_that_targets_and_folders_can_hold() {
        for good in ["kv", "eu-west-1", "3-regions", "a_b", &"x".repeat(64)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "rest", "-kv", "_kv", "a--b", "a.b", "a b", "../up", "näme", &"x".repeat(65)] {
            assert!(!is_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_scenario_without_a_name_is_called_after_its_file() {
        let text = "schema = 1\nduration = \"1s\"\nsystem.kv.type = \"raft\"\n";
        let loaded = crate::scenario::load_text("x", text, &crate::scenario::LoadOptions::default());
        let mut diagnostics = loaded.diagnostics;
        let mut decoder = Decoder::new(&mut diagnostics, &crate::spec::NoDataFiles);
        let document = loaded.document.expect("valid");
        let scenario = crate::spec::Decode::decode(&document, &mut decoder);
        let mut scenario: Scenario = scenario.expect("valid");
        let names = ["dir/three-regions.toml", "my first (try).toml", "..", "rest.toml"];
        let names = names.map(|file| scenario.name_or_file(Path::new(file)));
        assert_eq!(names, ["three-regions", "my-first-try", "scenario", "scenario"]);
        scenario.name = Some("own".to_owned());
        assert_eq!(scenario.name_or_file(Path::new("x.toml")), "own");
    }
}
