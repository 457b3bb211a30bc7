//! What rows are about: suites, chapters of a suite, and families of rows that are held against the same thing.

use super::experiment::Experiment;
use super::{consensus, services};

/// What a command can validate, by a name on the command line.
#[derive(Clone, Copy, Debug)]
pub struct Suite {
    /// The name.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What it holds the simulator against.
    pub doc: &'static str,
    /// What holds for all its rows, in sentences.
    pub about: &'static str,
    /// In the order in which they are told.
    pub chapters: &'static [Chapter],
}

/// The rows of a chart.
#[derive(Clone, Copy, Debug)]
pub struct Chapter {
    /// The name, unique among those of all suites: a part of its chart's.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What its rows can be held against, in order.
    pub families: &'static [Family],
    /// Its experiments, in the order in which they are told.
    pub experiments: fn() -> Vec<Experiment>,
}

/// Experiments that are held against the same thing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Family {
    /// What their names begin with; those of one that has a longer such name are not of this.
    pub name: &'static str,
    /// What they are held against.
    pub against: &'static str,
    /// What is simulated.
    pub simulated: &'static str,
}

impl Suite {
    /// All experiments, in the order in which they are told.
    pub fn experiments(&self) -> Vec<Experiment> {
        self.chapters.iter().flat_map(|chapter| (chapter.experiments)()).collect()
    }

    /// Where the experiment of this name belongs.
    ///
    /// # Panics
    /// If it is of no family.
    pub fn place(&self, experiment: &str) -> (&'static Chapter, &'static Family) {
        let families = self
            .chapters
            .iter()
            .flat_map(|chapter| chapter.families.iter().map(move |family| (chapter, family)));
        let fitting = families.filter(|(_, family)| family.has(experiment));
        fitting.max_by_key(|(_, family)| family.name.len()).expect("a test holds that each has a family")
    }
}

impl Family {
    /// Whether an experiment's name begins so: with whole words.
    fn has(&self, experiment: &str) -> bool {
        experiment.strip_prefix(self.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }
}

/// Every suite.
pub static SUITES: [Suite; 2] = [
    Suite {
        name: "consensus",
        title: "Consensus",
        doc: "Elections and commit latency of Raft, Multi-Paxos and Flexible Paxos, against formulas and published figures",
        about: "A latency L is one way, as a share of the range of election timeouts, which are uniform over one and two times the shortest \
                unless a row says otherwise; s of n servers are up.",
        chapters: consensus::CHAPTERS,
    },
    Suite {
        name: "services",
        title: "Services",
        doc: "Queues, disciplines, networks, balancing and fan-out of services, against closed forms",
        about: "The network takes no time (delay and jitter are 0, so that fronts and gateways cost nothing), work has a mean of 10 ms, which \
                figures are multiples of, and all times are those of clients. Runs begin with empty queues; what ends in the warm-up does \
                not count. The interval is over the means of independent runs, with Student's t, as there are 10 to 24 of them. Figures of \
                one load share their seeds, and so their arrivals: they are off together. r is the load, C² the squared coefficient of \
                variation of the work.",
        chapters: services::CHAPTERS,
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_experiment_has_a_family_of_its_own_chapter_and_every_family_experiments() {
        for suite in &SUITES {
            for chapter in suite.chapters {
                let mut met = Vec::new();
                for experiment in (chapter.experiments)() {
                    let (place, family) = suite.place(&experiment.name);
                    assert_eq!(place.name, chapter.name, "{}", experiment.name);
                    met.push(family.name);
                }
                met.dedup();
                let families: Vec<&str> = chapter.families.iter().map(|family| family.name).collect();
                assert_eq!(met, families, "in their order, each at one place");
            }
        }
    }

    #[test]
    fn names_of_chapters_are_unique_and_sentences_are_whole() {
        let chapters: Vec<&Chapter> = SUITES.iter().flat_map(|suite| suite.chapters).collect();
        let names: BTreeSet<&str> = chapters.iter().map(|chapter| chapter.name).collect();
        assert_eq!(names.len(), chapters.len());
        for family in chapters.iter().flat_map(|chapter| chapter.families) {
            for text in [family.against, family.simulated] {
                assert!(!text.is_empty() && !text.ends_with('.') && !text.contains('|'), "{}", family.name);
            }
        }
    }
}
