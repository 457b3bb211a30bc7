//! What clients saw.

use crate::model::history::Reason;
use crate::model::op::OpKind;
use crate::model::status::Status;

use super::super::aggregate::Values;
use super::super::catalogue::Label;
use super::super::query::Query;
use super::window;
use crate::run::cast::{Class, is_call};
use crate::run::histogram::Histogram;
use crate::run::operation::Ending;
use crate::run::phase::Phase;
use crate::run::recording::Recording;
use crate::run::tally::{Counts, Tallies};

impl Recording {
    /// The workloads that a query selects.
    fn workloads(&self, query: &Query) -> impl Iterator<Item = usize> {
        let admitted = |&workload: &usize| {
            query.admits(Label::Workload, self.cast().workload_name(workload))
                && query.admits(Label::System, self.cast().target_name(workload))
                && query.admits(Label::Region, &self.cast().workloads[workload].region)
        };
        (0..self.cast().workloads.len()).filter(admitted)
    }

    /// The kinds of operations that a query selects, by workload; `None` if there are none.
    fn kinds(&self, query: &Query) -> Option<Vec<(usize, Vec<Class>)>> {
        let of_workload = |workload| {
            let admitted = |&class: &Class| query.admits(Label::Op, self.cast().class_name(workload, class));
            let classes: Vec<Class> = (0..self.cast().classes(workload)).filter(admitted).collect();
            (!classes.is_empty()).then_some((workload, classes))
        };
        let kinds: Vec<_> = self.workloads(query).filter_map(of_workload).collect();
        (!kinds.is_empty()).then_some(kinds)
    }

    pub(super) fn latencies(&self, query: &Query) -> Option<Values> {
        self.latencies_of(self.kinds(query)?, query)
    }

    /// Of the kinds that change something.
    pub(super) fn commit_latencies(&self, query: &Query) -> Option<Values> {
        let mut kinds = self.kinds(query)?;
        let changes = |class: &Class| OpKind::ALL.get(*class).is_some_and(|kind| *kind != OpKind::Read);
        kinds.iter_mut().for_each(|(_, classes)| classes.retain(changes));
        self.latencies_of(kinds, query)
    }

    fn latencies_of(&self, kinds: Vec<(usize, Vec<Class>)>, query: &Query) -> Option<Values> {
        let outcome = query.labels.get(&Label::Outcome).map_or(Ending::Ok.name(), String::as_str);
        let wanted = |ending: &Ending| ending.name() == outcome;
        if self.sampling().is_complete() {
            // Names are compared once, not for each of the operations.
            let endings = Ending::ALL.map(|ending| wanted(&ending));
            let mut values = Vec::new();
            for (workload, classes) in kinds {
                let mut is_of_kind = vec![false; self.cast().classes(workload)];
                classes.iter().for_each(|&class| is_of_kind[class] = true);
                let operations = self.operations(workload).filter(|one| {
                    is_of_kind[one.class()]
                        && endings[Ending::of(one.outcome).0 as usize]
                        && self.covers(query, one.intended)
                });
                values.extend(operations.map(|one| one.latency()));
            }
            return Some(Values::exact(values));
        }
        if query.window.is_some() {
            return None;
        }
        let mut all = Histogram::default();
        for (workload, class) in pairs(&kinds) {
            for phase in phases(query) {
                let tally = self.tallies().class(workload, class).phase(phase);
                Ending::ALL.into_iter().filter(wanted).for_each(|ending| all.merge(tally.latency(ending)));
            }
        }
        Some(Values::Rounded(all))
    }

    pub(super) fn counts(
        &self,
        query: &Query,
        figure: fn(&Counts, f64, &[Reason]) -> Option<f64>,
    ) -> Option<f64> {
        let kinds = self.kinds(query)?;
        let within: Tallies;
        let tallies = match query.window {
            None => self.tallies(),
            Some(window) => {
                within = self.tallies_within(window)?;
                &within
            }
        };
        let mut counts = Counts::default();
        let status = query.labels.get(&Label::Status);
        // What is asked of stores has no status.
        let counted = |class: Class| status.is_none() || is_call(class);
        for (workload, class) in pairs(&kinds).filter(|(_, class)| counted(*class)) {
            phases(query).for_each(|phase| counts.add(&tallies.class(workload, class).phase(phase).counts));
        }
        let (from, until) = window(query);
        let seconds = self.timeline().time_in(query.phase, from, until.min(self.end())).as_secs_f64();
        let is_of = |reason: &Reason| {
            query.admits(Label::Reason, reason.name())
                && status.is_none_or(|class| Status::of(*reason).is_some_and(|one| one.class() == class))
        };
        let reasons: Vec<Reason> = Reason::ALL.into_iter().filter(is_of).collect();
        figure(&counts, seconds, &reasons)
    }

    /// The longest unavailable window of each workload that offered anything, 0 if it had none.
    pub(super) fn unavailable_windows(&self, query: &Query) -> Option<Values> {
        let mut lengths = Vec::new();
        for workload in self.workloads(query) {
            let (offered, longest) = match query.window {
                None => {
                    let measured = |tally: &crate::run::ClassTally| {
                        Phase::MEASURED.into_iter().any(|phase| tally.phase(phase).counts.offered > 0)
                    };
                    let offered = self.tallies().classes(workload).any(|(_, tally)| measured(tally));
                    (offered, self.longest_outage(workload))
                }
                Some(window) => {
                    let offered = self.operations(workload).any(|one| self.covers(query, one.intended));
                    (offered, self.longest_outage_within(workload, window)?)
                }
            };
            // What was offered before may still be waited for.
            if offered || longest.is_some() {
                lengths.push(longest.map_or(0, |outage| outage.length().0));
            }
        }
        Some(Values::exact(lengths))
    }
}

fn pairs(kinds: &[(usize, Vec<Class>)]) -> impl Iterator<Item = (usize, Class)> + '_ {
    kinds.iter().flat_map(|(workload, classes)| classes.iter().map(|&class| (*workload, class)))
}

/// The measured phases that a query selects.
fn phases(query: &Query) -> impl Iterator<Item = Phase> + use<> {
    let wanted = query.phase;
    Phase::MEASURED.into_iter().filter(move |&phase| wanted.is_none_or(|wanted| wanted == phase))
}
