//! Sets of operation numbers: which of a workload's operations are invoked.

use std::fmt;
use std::ops::RangeInclusive;

/// Numbers of operations, counted from 1.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Numbers(Vec<RangeInclusive<u32>>);

impl Numbers {
    /// The numbers in these ranges; `None` unless there is one, none is empty or begins at 0, and each begins behind the one
    /// before it.
    pub fn new(ranges: Vec<RangeInclusive<u32>>) -> Option<Numbers> {
        let are_apart = ranges.windows(2).all(|pair| pair[0].end() < pair[1].start());
        let are_numbers = ranges.iter().all(|range| !range.is_empty() && *range.start() > 0);
        (!ranges.is_empty() && are_apart && are_numbers).then_some(Numbers(ranges))
    }

    /// These numbers, which ascend.
    ///
    /// # Panics
    /// If they do not, or there is none, or 0 is among them.
    pub fn of(numbers: impl IntoIterator<Item = u32>) -> Numbers {
        let mut ranges: Vec<RangeInclusive<u32>> = Vec::new();
        for number in numbers {
            match ranges.last_mut() {
                Some(last) if *last.end() + 1 == number => *last = *last.start()..=number,
                Some(_) | None => ranges.push(number..=number),
            }
        }
        Numbers::new(ranges).expect("the numbers ascend from 1")
    }

    /// Whether this is one of them.
    pub fn contains(&self, number: u32) -> bool {
        let after = self.0.partition_point(|range| *range.end() < number);
        self.0.get(after).is_some_and(|range| range.contains(&number))
    }

    /// The greatest of them.
    pub fn last(&self) -> u32 {
        *self.0.last().expect("there is at least one").end()
    }
}

impl fmt::Display for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, range) in self.0.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { ", " })?;
            match range.start() == range.end() {
                true => write!(f, "{}", range.start())?,
                false => write!(f, "{}..{}", range.start(), range.end())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_ranges_and_hold_what_they_list() {
        let numbers = Numbers::of([1, 2, 3, 7, 9, 10]);
        assert_eq!(numbers.to_string(), "1..3, 7, 9..10");
        let held: Vec<u32> = (0..12).filter(|number| numbers.contains(*number)).collect();
        assert_eq!(held, [1, 2, 3, 7, 9, 10]);
        assert_eq!(numbers.last(), 10);
    }

    #[test]
    fn ranges_ascend_from_one() {
        for wrong in
            [vec![], vec![0..=3], vec![RangeInclusive::new(4, 3)], vec![1..=3, 3..=4], vec![5..=6, 1..=2]]
        {
            assert_eq!(Numbers::new(wrong.clone()), None, "{wrong:?}");
        }
    }
}
