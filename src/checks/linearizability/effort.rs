//! How much the judge may explore: counted in states, so that a verdict is the same on every machine. A state may take any number
//! of looks at calls that do not lead to a new one; whoever waits for the judge is asked every so many of these whether he still
//! does.

use std::cell::{Cell, RefCell};
use std::fmt;

/// Looks between two questions: some tenths of a millisecond.
const LOOKS: u32 = 1 << 14;

/// Somebody who waits for a judge, and may give it up.
pub(super) struct Patience<'a> {
    has_ended: RefCell<&'a mut dyn FnMut() -> bool>,
    looks: Cell<u32>,
    is_over: Cell<bool>,
}

impl<'a> Patience<'a> {
    /// It is over once `has_ended` says so.
    pub(super) fn new(has_ended: &'a mut dyn FnMut() -> bool) -> Patience<'a> {
        Patience { has_ended: RefCell::new(has_ended), looks: Cell::new(0), is_over: Cell::new(false) }
    }

    /// Whether it is over, as far as was asked.
    pub(super) fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// Asks every so often; false once it is over.
    #[inline]
    fn look(&self) -> bool {
        self.looks.set(self.looks.get() + 1);
        if self.looks.get() < LOOKS {
            return !self.is_over();
        }
        self.looks.set(0);
        self.ask()
    }

    /// Asks; false once it is over.
    fn ask(&self) -> bool {
        if !self.is_over() {
            self.is_over.set((self.has_ended.borrow_mut())());
        }
        !self.is_over()
    }
}

impl fmt::Debug for Patience<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patience").field("is_over", &self.is_over()).finish()
    }
}

/// A budget of explored states, and what was spent of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort<'a> {
    budget: u64,
    explored: u64,
    /// Of whoever waits, if anybody may give up.
    patience: Option<&'a Patience<'a>>,
}

impl<'a> Effort<'a> {
    /// Nothing spent of `budget`.
    pub(super) fn new(budget: u64) -> Effort<'a> {
        Effort { budget, explored: 0, patience: None }
    }

    /// Nothing spent of `budget`, which is used up once the patience is over.
    pub(super) fn waited_for(budget: u64, patience: &'a Patience<'a>) -> Effort<'a> {
        Effort { patience: Some(patience), ..Effort::new(budget) }
    }

    fn is_given_up(&self) -> bool {
        self.patience.is_some_and(Patience::is_over)
    }

    /// States explored so far.
    pub(super) fn explored(&self) -> u64 {
        self.explored
    }

    /// States that may still be explored.
    pub(super) fn left(&self) -> u64 {
        if self.is_given_up() { 0 } else { self.budget.saturating_sub(self.explored) }
    }

    /// Counts `states` as explored; false once the budget is overdrawn.
    #[inline]
    pub(super) fn spend(&mut self, states: u64) -> bool {
        self.explored += states;
        self.explored <= self.budget
    }

    /// Looks at a call; false once nobody waits any more.
    #[inline]
    pub(super) fn look(&self) -> bool {
        self.patience.is_none_or(Patience::look)
    }

    /// What follows takes long: false if nobody waits any more.
    pub(super) fn pause(&self) -> bool {
        self.patience.is_none_or(Patience::ask)
    }

    /// A part of what is left to spend on one of `shares` equal tasks.
    pub(super) fn share(&self, shares: u64) -> Effort<'a> {
        Effort { budget: self.left() / shares.max(1), explored: 0, patience: self.patience }
    }
}
