//! Names of a scenario: those that it gives, and those that it has not.

use crate::net::Sites;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::{suggest, write};

use super::super::nouns::{NAME_HELP, Scenario, is_name};
use super::{FAULTS_MAX, Planner};

/// What a name of the scenario is the name of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Thing {
    System,
    Service,
    Fault,
    Node,
    /// A node, or a system for all of its nodes.
    NodeOrSystem,
    Region,
}

impl Thing {
    fn words(self) -> &'static str {
        match self {
            Thing::System => "system",
            Thing::Fault => "fault",
            Thing::Service => "service",
            Thing::Node => "node",
            Thing::NodeOrSystem => "node or system",
            Thing::Region => "region",
        }
    }
}

impl Planner<'_> {
    /// Whether there is such a thing of this name, in a table that could not be read.
    pub(super) fn is_hidden(&self, what: Thing, name: &str) -> bool {
        let Scenario { system, workload, fault, .. } = self.scenario;
        let is_of = |broken: &[String], name: &str| broken.iter().any(|one| one == name);
        match what {
            Thing::System | Thing::Service => is_of(&system.broken, name),
            Thing::Fault => is_of(&fault.broken, name),
            Thing::Node | Thing::NodeOrSystem => {
                let system_of = name.split_once('.').map_or(name, |(system, _)| system);
                is_of(&system.broken, system_of) || is_of(&workload.broken, name)
            }
            Thing::Region => false,
        }
    }

    /// Whether a further error would not be shown: it is counted then, and costs nothing. Of a million names a hostile text
    /// can miss very many.
    pub(super) fn is_only_counted(&mut self) -> bool {
        let is_full = self.diagnostics.is_full();
        if is_full {
            self.diagnostics.count_error();
        }
        is_full
    }

    /// Reports a name that is none of those that the scenario has.
    pub(super) fn unknown_name<'n>(
        &mut self,
        what: Thing,
        name: &str,
        origin: &Origin,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        self.unknown_name_or(what, name, origin, known, &[]);
    }

    /// Reports a name that the scenario does not have where one of `words` may stand, too.
    pub(super) fn unknown_name_or<'n>(
        &mut self,
        what: Thing,
        name: &str,
        origin: &Origin,
        known: impl Iterator<Item = &'n str> + Clone,
        words: &[&'n str],
    ) {
        if self.is_hidden(what, name) || self.is_only_counted() {
            return;
        }
        let what = what.words();
        let help = match listed(known.clone()) {
            None => format!("the scenario has no {what}"),
            Some(names) => format!("the scenario has {names}"),
        };
        let message = format!("there is no {what} `{}`", write::excerpt(name));
        // The words first: a scenario may have more names than are compared.
        self.unknown(message, name, origin, words.iter().copied().chain(known), help);
    }

    /// Reports a word that is none of the built-in ones.
    pub(super) fn unknown_word<'n>(
        &mut self,
        what: &str,
        word: &str,
        origin: &Origin,
        known: impl Iterator<Item = &'n str> + Clone,
    ) {
        let help = listed(known.clone()).map_or(String::new(), |names| format!("choose {names}"));
        self.unknown(format!("there is no {what} `{word}`"), word, origin, known, help);
    }

    pub(super) fn unknown<'n>(
        &mut self,
        message: String,
        name: &str,
        origin: &Origin,
        known: impl Iterator<Item = &'n str>,
        help: String,
    ) {
        let near = suggest::closest(name, known);
        let diagnostic = Diagnostic::error(Code::UnknownName, origin, message).did_you_mean(near);
        self.diagnostics.push(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// Names address things: they are words, and those of systems and workloads different.
    pub(super) fn check_names(&mut self) {
        let scenario = self.scenario;
        let systems = scenario.system.entries.iter().map(|(name, origin, _)| (name, origin));
        let workloads = scenario.workload.entries.iter().map(|(name, origin, _)| (name, origin));
        let faults = scenario.fault.entries.iter().map(|(name, origin, _)| (name, origin));
        let checks = scenario.check.entries.iter().map(|(name, origin, _)| (name, origin));
        let operations = scenario.operation.entries.iter().map(|(name, origin, _)| (name, origin));
        let askers = workloads.clone().chain(operations.clone());
        for (name, origin) in systems.clone().chain(askers).chain(faults).chain(checks) {
            if !is_name(name) {
                let message = format!("`{}` cannot be a name", name.escape_debug());
                self.refuse(Code::BadName, origin, message, NAME_HELP.to_owned());
            }
        }
        if let Some((name, origin, _)) = scenario.fault.entries.get(FAULTS_MAX) {
            let message = format!("with `{name}` the scenario has more than {FAULTS_MAX} faults");
            let help = "let one fault strike again and again: every = \"exp(60s)\"".to_owned();
            self.refuse(Code::TooMany, origin, message, help);
        }
        // Each is the name of a node, or the beginning of one.
        let mut share_a_name =
            |name: &String, origin: &Origin, first: Option<&Origin>, one: &str, other: &str| {
                let Some(first) = first else { return };
                let message = format!("the name `{name}` is given to a {one} and to {other}");
                let error =
                    Diagnostic::error(Code::BadName, origin, message).related(first, format!("the {one}"));
                self.diagnostics.push(error.help("rename one of them"));
            };
        for (name, origin) in workloads.clone() {
            let first = systems.clone().find(|(system, _)| *system == name);
            share_a_name(name, origin, first.map(|(_, first)| first), "system", "a workload");
        }
        for (name, origin) in operations {
            let system = systems.clone().find(|(system, _)| *system == name);
            share_a_name(name, origin, system.map(|(_, first)| first), "system", "an operation");
            let workload = workloads.clone().find(|(workload, _)| *workload == name);
            share_a_name(name, origin, workload.map(|(_, first)| first), "workload", "an operation");
        }
    }
}

/// The names as a phrase, those beyond a limit counted; none when there is no name.
pub(super) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let mut names = names.peekable();
    names.peek()?;
    Some(suggest::listed(names))
}

/// The names of the sites, for messages.
pub(super) fn site_names(sites: &Sites) -> impl Iterator<Item = &str> + Clone {
    sites.names().iter().map(String::as_str)
}
