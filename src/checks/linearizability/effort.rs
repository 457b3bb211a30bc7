//! How much the judge may explore: counted in states, so that a verdict is the same on every machine.

/// A budget of explored states, and what was spent of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    budget: u64,
    explored: u64,
}

impl Effort {
    /// Nothing spent of `budget`.
    pub(super) fn new(budget: u64) -> Effort {
        Effort { budget, explored: 0 }
    }

    /// States explored so far.
    pub(super) fn explored(&self) -> u64 {
        self.explored
    }

    /// States that may still be explored.
    pub(super) fn left(&self) -> u64 {
        self.budget.saturating_sub(self.explored)
    }

    /// Counts `states` as explored; false once the budget is overdrawn.
    #[inline]
    pub(super) fn spend(&mut self, states: u64) -> bool {
        self.explored += states;
        self.explored <= self.budget
    }

    /// A part of what is left to spend on one of `shares` equal tasks.
    pub(super) fn share(&self, shares: u64) -> Effort {
        Effort::new(self.left() / shares.max(1))
    }
}
