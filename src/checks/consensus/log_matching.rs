//! `log-matching`: if two logs hold an entry of the same index and term, they are equal up to it (Raft §5.3).
//! It is held over all time: an entry that was removed since must match too, for the leader of its term made
//! it once.

use std::collections::BTreeMap;

use crate::kernel::NodeId;
use crate::model::log::{LogIndex, Term};

use super::mirror::UNKNOWN;
use super::violation::{Found, What};
use super::window::Window;

/// Who first held an entry, and behind which prefix.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    prefix: u64,
    term: Term,
    node: NodeId,
}

#[derive(Clone, Debug, Default)]
pub(super) struct LogMatching {
    /// The entry of the highest term at each index.
    entries: Window<Held>,
    /// Those of lower terms: few, as each was overwritten after a change of leader.
    overwritten: BTreeMap<(LogIndex, Term), Held>,
}

impl LogMatching {
    /// `node` holds an entry of `term` at `index`, with this prefix digest.
    #[inline]
    pub fn holds(&mut self, node: NodeId, index: LogIndex, term: Term, prefix: u64) -> Option<Found> {
        let held = Held { prefix, term, node };
        let first = match self.entries.get(index) {
            Some(known) if known.prefix == UNKNOWN => {
                self.entries.set(index, held);
                return None;
            }
            Some(known) if known.term == term => known,
            Some(known) => self.beside(known, index, held),
            None => {
                self.entries.set(index, held);
                return None;
            }
        };
        (first.prefix != prefix).then(|| Found::between(first.node, What::LogsDiffer { index, term }))
    }

    /// The first entry of the term of `held`, which is not that of the entry `known` at `index`.
    #[cold]
    fn beside(&mut self, known: Held, index: LogIndex, held: Held) -> Held {
        if held.term > known.term {
            self.overwritten.insert((index, known.term), known);
            self.entries.set(index, held);
            held
        } else {
            *self.overwritten.entry((index, held.term)).or_insert(held)
        }
    }

    /// Forgets what all replicas have compacted.
    pub fn forget_before(&mut self, index: LogIndex) {
        self.entries.forget_before(index);
        self.overwritten = self.overwritten.split_off(&(index, Term(0)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::Invariant;
    use super::super::tests::Script;

    #[test]
    fn logs_may_differ_where_their_terms_do() {
        let mut script = Script::new(3);
        script.append(0, 1, 1, 11).append(1, 1, 1, 11).append(0, 2, 1, 12);
        script.append(1, 2, 2, 22).append(2, 1, 1, 11).append(2, 2, 1, 12);
        script.holds();
    }

    #[test]
    fn logs_that_differ_below_an_equal_entry_are_found() {
        let mut script = Script::new(3);
        script.append(0, 1, 1, 11).append(1, 1, 1, 12);
        script.violates(
            Invariant::LogMatching,
            "kv.2 and kv.1 hold different logs up to entry 1 of term 1 (t = 0.002 s)",
        );
    }

    #[test]
    fn an_entry_that_was_overwritten_must_match_too() {
        let mut script = Script::new(3);
        script.append(0, 1, 1, 11).append(1, 1, 2, 21).append(2, 1, 1, 12);
        script.violates(
            Invariant::LogMatching,
            "kv.3 and kv.1 hold different logs up to entry 1 of term 1 (t = 0.003 s)",
        );
    }
}
