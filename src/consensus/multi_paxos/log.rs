//! The log of one replica: for each slot what it accepted last, and up to which slot it knows what is chosen.
//!
//! Unlike a log that grows at its end, this one may have gaps, and what stands in a slot may change until it is chosen.
//! A prefix digest exists only where everything before is known to be chosen.

use std::collections::VecDeque;

use crate::consensus::replicated_log::Position;
use crate::model::log::{Command, Entry, LogIndex, Term, chained};
use crate::model::membership::Slots;

use super::message::Vote;

/// One slot of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell {
    /// The value accepted last.
    pub entry: Entry,
    /// The ballot in which it was; 0 if nothing was ever accepted here.
    pub ballot: Term,
    /// A digest of the value.
    pub value: u64,
    /// The position of its record in the journal.
    pub record: u64,
    /// At a leader: who accepted it in the leader's ballot.
    pub acceptors: Slots,
    /// The log's prefix digest here, once it is known to be chosen.
    prefix: u64,
}

const EMPTY: Cell = Cell {
    entry: Entry { term: Term(0), command: Command::Noop },
    ballot: Term(0),
    value: 0,
    record: 0,
    acceptors: Slots::NONE,
    prefix: 0,
};

/// The log, from a base on: what lies up to there is in a snapshot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    base: Position,
    cells: VecDeque<Cell>,
    /// The last slot up to which everything is known to be chosen.
    chosen: LogIndex,
}

impl Log {
    /// A log that goes on behind `base`.
    pub fn new(base: Position) -> Log {
        Log { base, cells: VecDeque::new(), chosen: base.index }
    }

    /// Where it begins.
    pub fn base(&self) -> Position {
        self.base
    }

    /// The last slot in which anything was accepted, or the base.
    #[inline]
    pub fn last_index(&self) -> LogIndex {
        LogIndex(self.base.index.0 + self.cells.len() as u64)
    }

    /// What was accepted at `index`; `None` if nothing was, or if it is compacted.
    #[inline]
    pub fn cell(&self, index: LogIndex) -> Option<&Cell> {
        self.cells.get(self.place(index)?).filter(|cell| cell.ballot > Term(0))
    }

    /// The same, to be changed.
    #[inline]
    pub fn cell_mut(&mut self, index: LogIndex) -> Option<&mut Cell> {
        let place = self.place(index)?;
        self.cells.get_mut(place).filter(|cell| cell.ballot > Term(0))
    }

    /// The value accepted at `index`.
    #[inline]
    pub fn entry(&self, index: LogIndex) -> Option<&Entry> {
        self.cell(index).map(|cell| &cell.entry)
    }

    /// The ballot in which the value at `index` was accepted; 0 if nothing was.
    #[inline]
    pub fn ballot(&self, index: LogIndex) -> Term {
        self.cell(index).map_or(Term(0), |cell| cell.ballot)
    }

    /// `entry` is accepted in `ballot` at `index`, behind the base; its record stands at position `record` of the journal.
    #[inline]
    pub fn accept(&mut self, index: LogIndex, ballot: Term, entry: Entry, record: u64) -> &Cell {
        let place = self.place(index).expect("what is compacted is not accepted again");
        let cell = Cell { entry, ballot, value: entry.digest(), record, ..EMPTY };
        if place == self.cells.len() {
            self.cells.push_back(cell);
        } else {
            if place > self.cells.len() {
                self.cells.resize(place + 1, EMPTY);
            }
            self.cells[place] = cell;
        }
        &self.cells[place]
    }

    /// What stands at the first slot not known to be chosen is chosen. Returns where that is.
    #[inline]
    pub fn choose_next(&mut self) -> Position {
        let before = self.position(self.chosen).expect("what was chosen last is known");
        let index = self.chosen.next();
        let cell = self.cell_mut(index).expect("only what is held is known to be chosen");
        cell.prefix = chained(before.prefix, cell.value);
        let (term, prefix) = (cell.entry.term, cell.prefix);
        self.chosen = index;
        Position { index, term, prefix }
    }

    /// The last slot up to which everything is known to be chosen.
    pub fn chosen(&self) -> LogIndex {
        self.chosen
    }

    /// What stands up to `last` is chosen, if it leads to just that position. Returns whether it does: if not, nothing
    /// changes.
    pub fn choose_up_to(&mut self, last: Position) -> bool {
        let mut prefix = self.position(self.chosen).expect("what was chosen last is known").prefix;
        for index in self.chosen.0 + 1..=last.index.0 {
            let Some(cell) = self.cell(LogIndex(index)) else { return false };
            prefix = chained(prefix, cell.value);
        }
        if last.index < self.chosen || prefix != last.prefix {
            return false;
        }
        while self.chosen < last.index {
            self.choose_next();
        }
        true
    }

    /// The position at `index`, the base included; `None` where it is not known that everything up to there is chosen.
    #[inline]
    pub fn position(&self, index: LogIndex) -> Option<Position> {
        if index == self.base.index {
            return Some(self.base);
        }
        let cell = self.cell(index).filter(|_| index <= self.chosen)?;
        Some(Position { index, term: cell.entry.term, prefix: cell.prefix })
    }

    /// Drops the slots up to and including `base`, a position of this log.
    pub fn cut(&mut self, base: Position) {
        assert_eq!(self.position(base.index), Some(base), "only a position of the log can become its base");
        self.cells.drain(..(base.index.0 - self.base.index.0) as usize);
        self.base = base;
    }

    /// What was chosen up to `base` is in a snapshot that another took: the slots up to there go. What was accepted behind
    /// it stays, as it was promised to whoever asks.
    pub fn leap(&mut self, base: Position) {
        assert!(base.index >= self.base.index, "a snapshot takes nobody back");
        let covered = (base.index.0 - self.base.index.0).min(self.cells.len() as u64);
        self.cells.drain(..covered as usize);
        self.base = base;
        self.chosen = base.index;
    }

    /// What was accepted at `from` and behind it, slots rising.
    pub fn votes(&self, from: LogIndex) -> impl Iterator<Item = Vote> {
        let first = from.0.saturating_sub(self.base.index.0 + 1) as usize;
        let cells = self.cells.iter().enumerate().skip(first).filter(|(_, cell)| cell.ballot > Term(0));
        cells.map(|(place, cell)| Vote {
            index: LogIndex(self.base.index.0 + 1 + place as u64),
            ballot: cell.ballot,
            entry: cell.entry,
        })
    }

    /// Values from `from` to `through` that `acceptor` has not accepted, as many in a row as `entries_max` and `bytes_max`
    /// allow, but at least the first, which there must be.
    pub fn batch(
        &self,
        from: LogIndex,
        through: LogIndex,
        acceptor: usize,
        entries_max: u32,
        bytes_max: u32,
    ) -> Vec<Entry> {
        let first = self.place(from).expect("what is sent is not compacted");
        let count = (through.0 - from.0 + 1).min(u64::from(entries_max)) as usize;
        let mut bytes = 0_u64;
        let is_next = |cell: &&Cell| {
            let is_first = bytes == 0;
            bytes += u64::from(cell.entry.command.size());
            is_first
                || (bytes <= u64::from(bytes_max) && cell.ballot > Term(0) && !cell.acceptors.has(acceptor))
        };
        let end = (first + count).min(self.cells.len());
        self.cells.range(first..end).take_while(is_next).map(|cell| cell.entry).collect()
    }

    /// The position in the journal before which there is nothing that this log holds behind `base`; `end` if it holds
    /// nothing there.
    pub fn first_record(&self, base: LogIndex, end: u64) -> u64 {
        let behind = base.0.saturating_sub(self.base.index.0) as usize;
        let held = self.cells.iter().skip(behind).filter(|cell| cell.ballot > Term(0));
        held.map(|cell| cell.record).min().unwrap_or(end)
    }

    /// A new leader counts anew who accepted what.
    pub fn forget_acceptors(&mut self) {
        self.cells.iter_mut().for_each(|cell| cell.acceptors = Slots::NONE);
    }

    /// What this acceptor was counted for behind `through` it may not hold.
    pub fn forget_acceptor(&mut self, acceptor: usize, through: LogIndex) {
        let behind = through.0.saturating_sub(self.base.index.0) as usize;
        let one = Slots::one(acceptor);
        self.cells.iter_mut().skip(behind).for_each(|cell| cell.acceptors = cell.acceptors.without(one));
    }

    #[inline]
    fn place(&self, index: LogIndex) -> Option<usize> {
        Some(index.0.checked_sub(self.base.index.0 + 1)? as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noop(term: u32) -> Entry {
        Entry { term: Term(term), command: Command::Noop }
    }

    #[test]
    fn a_gap_is_nothing_and_what_is_behind_it_stays() {
        let mut log = Log::new(Position::START);
        log.accept(LogIndex(3), Term(2), noop(2), 0);
        assert_eq!((log.last_index(), log.cell(LogIndex(2))), (LogIndex(3), None));
        log.accept(LogIndex(1), Term(4), noop(2), 1);
        assert_eq!(
            log.votes(LogIndex(1)).map(|vote| (vote.index.0, vote.ballot.0)).collect::<Vec<_>>(),
            [(1, 4), (3, 2)]
        );
        assert_eq!([0, 1, 3].map(|base| log.first_record(LogIndex(base), 9)), [0, 0, 9]);
    }

    #[test]
    fn prefixes_do_not_hang_on_the_ballot_in_which_a_value_came() {
        let prefix = |ballots: [u32; 2]| {
            let mut log = Log::new(Position::START);
            for (index, ballot) in (1..).zip(ballots) {
                log.accept(LogIndex(index), Term(ballot), noop(1), index);
            }
            log.choose_next();
            log.choose_next().prefix
        };
        assert_eq!(prefix([1, 1]), prefix([7, 4]));
    }

    #[test]
    fn a_snapshot_of_another_leaves_what_was_accepted_behind_it() {
        let mut log = Log::new(Position::START);
        log.accept(LogIndex(1), Term(1), noop(1), 0);
        log.accept(LogIndex(4), Term(1), noop(1), 1);
        log.leap(Position { index: LogIndex(3), term: Term(2), prefix: 33 });
        assert_eq!((log.ballot(LogIndex(4)), log.cell(LogIndex(3))), (Term(1), None));
        assert_eq!(log.choose_next().index, LogIndex(4));
    }

    #[test]
    fn only_what_is_chosen_has_a_position() {
        let mut log = Log::new(Position::START);
        log.accept(LogIndex(1), Term(1), noop(1), 0);
        assert_eq!(log.position(LogIndex(1)), None);
        let chosen = log.choose_next();
        assert_eq!(log.position(LogIndex(1)), Some(chosen));
        log.cut(chosen);
        assert_eq!((log.base(), log.last_index()), (chosen, LogIndex(1)));
    }
}
