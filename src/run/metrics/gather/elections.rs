//! Who led, and when nobody did.

use crate::kernel::{Duration, SystemId};

use super::super::aggregate::Values;
use super::super::catalogue::Label;
use super::super::query::Query;
use super::window;
use crate::run::recording::Recording;

impl Recording {
    /// By system: whether a query selects it and it elects leaders; `None` if it selects none.
    fn electing(&self, query: &Query) -> Option<Vec<bool>> {
        let admitted = |system: SystemId| {
            self.elects(system) && query.admits(Label::System, self.cast().system_name(system))
        };
        let electing: Vec<bool> = self.systems().map(admitted).collect();
        electing.contains(&true).then_some(electing)
    }

    pub(super) fn election_durations(&self, query: &Query) -> Option<Values> {
        let electing = self.electing(query)?;
        let selected = self.elections().iter().filter(|election| electing[election.system.index()]);
        let measured = selected.filter(|election| self.covers(query, election.start));
        Some(Values::exact(measured.map(|election| election.end.since(election.start).0).collect()))
    }

    /// How many elections were won, but for the first of each system.
    pub(super) fn leader_changes(&self, query: &Query) -> Option<u64> {
        let electing = self.electing(query)?;
        let mut led = vec![false; electing.len()];
        let mut changes = 0;
        for election in self.elections().iter().filter(|election| electing[election.system.index()]) {
            let is_first = !std::mem::replace(&mut led[election.system.index()], true);
            changes += u64::from(!is_first && self.covers(query, election.end));
        }
        Some(changes)
    }

    pub(super) fn times_without_leader(&self, query: &Query) -> Option<Values> {
        let electing = self.electing(query)?;
        let (from, until) = window(query);
        let missing = self.leaderless().iter().filter(|one| electing[one.system.index()]);
        let times =
            missing.map(|one| self.timeline().time_in(query.phase, one.start.max(from), one.end.min(until)));
        // A system that never missed its leader was without it for no time at all: that is a figure.
        let times = times.filter(|&time| time > Duration::ZERO).map(|time| time.0);
        let times: Vec<u64> = times.collect();
        Some(Values::exact(if times.is_empty() { vec![0] } else { times }))
    }
}
