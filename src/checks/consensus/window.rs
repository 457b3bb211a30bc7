//! Values by log index, from a first index on: what lies before it is forgotten.

use std::collections::VecDeque;

use crate::model::log::LogIndex;

/// A dense run of values, one an index.
#[derive(Clone, Debug, Default)]
pub(super) struct Window<T> {
    first: u64,
    values: VecDeque<T>,
}

impl<T: Copy + Default> Window<T> {
    /// Nothing but `value` at `index`.
    pub fn starting(index: LogIndex, value: T) -> Window<T> {
        Window { first: index.0, values: VecDeque::from([value]) }
    }

    /// The first index that is not forgotten.
    pub fn first(&self) -> LogIndex {
        LogIndex(self.first)
    }

    /// The index behind the last value.
    #[inline]
    pub fn end(&self) -> LogIndex {
        LogIndex(self.first + self.values.len() as u64)
    }

    /// The value at `index`; `None` outside of the run.
    #[inline]
    pub fn get(&self, index: LogIndex) -> Option<T> {
        self.values.get(self.place(index)?).copied()
    }

    /// Puts `value` at `index`: what lies between the end and there becomes the default, and what is
    /// forgotten stays so.
    #[inline]
    pub fn set(&mut self, index: LogIndex, value: T) {
        let Some(place) = self.place(index) else { return };
        if place == self.values.len() {
            self.values.push_back(value);
        } else if let Some(held) = self.values.get_mut(place) {
            *held = value;
        } else {
            self.values.resize(place, T::default());
            self.values.push_back(value);
        }
    }

    /// Removes the values at `from` and after.
    pub fn truncate(&mut self, from: LogIndex) {
        self.values.truncate(self.place(from).unwrap_or(0));
    }

    /// Forgets the values before `first`; nothing happens if they are forgotten.
    pub fn forget_before(&mut self, first: LogIndex) {
        let Some(count) = self.place(first) else { return };
        self.values.drain(..count.min(self.values.len()));
        self.first = first.0;
    }

    #[inline]
    fn place(&self, index: LogIndex) -> Option<usize> {
        usize::try_from(index.0.checked_sub(self.first)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(through: u64) -> Window<u64> {
        let mut window = Window::default();
        (0..=through).for_each(|index| window.set(LogIndex(index), 10 * index));
        window
    }

    #[test]
    fn indices_survive_what_is_forgotten_before_them() {
        let mut window = filled(5);
        window.forget_before(LogIndex(3));
        window.set(LogIndex(1), 7);
        assert_eq!([2, 3, 5, 6].map(|index| window.get(LogIndex(index))), [None, Some(30), Some(50), None]);
        assert_eq!((window.first(), window.end()), (LogIndex(3), LogIndex(6)));
    }

    #[test]
    fn forgetting_beyond_the_end_moves_the_run_there() {
        let mut window = filled(2);
        window.forget_before(LogIndex(9));
        assert_eq!((window.first(), window.end()), (LogIndex(9), LogIndex(9)));
        window.set(LogIndex(9), 90);
        assert_eq!(window.get(LogIndex(9)), Some(90));
    }

    #[test]
    fn a_gap_is_filled_with_the_default() {
        let mut window = filled(1);
        window.set(LogIndex(4), 40);
        assert_eq!([2, 3, 4].map(|index| window.get(LogIndex(index))), [Some(0), Some(0), Some(40)]);
    }

    #[test]
    fn truncation_keeps_what_is_before_and_may_take_all() {
        let mut window = filled(5);
        window.truncate(LogIndex(2));
        assert_eq!(window.end(), LogIndex(2));
        window.forget_before(LogIndex(1));
        window.truncate(LogIndex(0));
        assert_eq!((window.first(), window.end()), (LogIndex(1), LogIndex(1)));
    }
}
