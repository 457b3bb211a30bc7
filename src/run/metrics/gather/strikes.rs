//! What faults did.

use super::super::catalogue::Label;
use super::super::query::Query;
use crate::run::recording::Recording;

impl Recording {
    /// Strikes of the selected faults that began in the measured time.
    pub(super) fn strikes(&self, query: &Query) -> usize {
        let is_selected = |strike: &&crate::run::recording::FaultWindow| {
            query.admits(Label::Fault, &self.cast().faults[strike.planned])
                && query.admits(Label::Kind, strike.kind)
                && self.covers(query, strike.start)
        };
        self.faults().iter().filter(is_selected).count()
    }
}
