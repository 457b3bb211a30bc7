//! The combinations of a sweep: the product of its groups of variables, without what `where` leaves out.

use super::filter::Filter;
use super::variables::Variable;
use super::{COMBINATIONS_MAX, COMPARISONS_MAX, too_many};
use crate::spec::{Code, Diagnostic, Diagnostics, Node};

/// Combinations by number. None is stored: each is computed when it is asked for.
pub(super) struct Combinations {
    /// Variables that turn together, by their positions.
    groups: Vec<Vec<usize>>,
    /// How many values those of each group have.
    lengths: Vec<u32>,
    /// How many variables there are.
    variables: usize,
    /// How many combinations the product has.
    total: u64,
    /// The numbers in the product of those that `where` keeps; `None`: of all.
    kept: Option<Vec<u64>>,
}

impl Combinations {
    /// Of the values of these variables, or reports.
    ///
    /// If `are_drawn`, there may be as many as a `u32` counts, unless a filter has to look at each.
    pub(super) fn new(
        variables: &[Variable],
        groups: Vec<Vec<usize>>,
        filter: Option<&Filter>,
        are_drawn: bool,
        table: &Node,
        diagnostics: &mut Diagnostics,
    ) -> Option<Combinations> {
        let lengths: Vec<u32> = groups.iter().map(|group| variables[group[0]].count()).collect();
        let most = if are_drawn && filter.is_none() { u64::from(u32::MAX) } else { COMBINATIONS_MAX };
        let total = lengths.iter().try_fold(1_u64, |product, length| product.checked_mul(u64::from(*length)));
        let Some(total) = total.filter(|total| *total <= most) else {
            diagnostics.push(too_many(table, "too many combinations", most));
            return None;
        };
        let mut all = Combinations { groups, lengths, variables: variables.len(), total, kept: None };
        if let Some(filter) = filter {
            all.kept = Some(all.filtered(variables, filter, table, diagnostics)?);
        }
        Some(all)
    }

    fn filtered(
        &self,
        variables: &[Variable],
        filter: &Filter,
        table: &Node,
        diagnostics: &mut Diagnostics,
    ) -> Option<Vec<u64>> {
        let comparisons = self.total * filter.comparisons();
        if comparisons > COMPARISONS_MAX {
            let what = format!("a `where` that would make {comparisons} comparisons");
            diagnostics.push(too_many(table, &what, COMPARISONS_MAX));
            return None;
        }
        let mut kept = Vec::new();
        for number in 0..self.total {
            match filter.holds(variables, &self.nth(number)) {
                Ok(true) => kept.push(number),
                Ok(false) => {}
                Err(diagnostic) => {
                    diagnostics.push(*diagnostic);
                    return None;
                }
            }
        }
        if kept.is_empty() {
            let origin =
                table.as_table().and_then(|table| table.get("where")).unwrap_or(table).origin.clone();
            let message = format!("`where` leaves none of {} combinations", self.total);
            diagnostics.push(Diagnostic::error(Code::NoRuns, &origin, message));
            return None;
        }
        Some(kept)
    }

    /// How many there are; at least one.
    pub(super) fn len(&self) -> usize {
        self.kept.as_ref().map_or(self.total as usize, Vec::len)
    }

    /// For each variable the index of its value.
    ///
    /// # Panics
    /// If `index` is not below [`Combinations::len`].
    pub(super) fn get(&self, index: usize) -> Vec<u32> {
        assert!(index < self.len(), "there are {} combinations", self.len());
        self.nth(self.kept.as_ref().map_or(index as u64, |kept| kept[index]))
    }

    /// For each value of each variable the index of a combination that has it; without those that `where` leaves nowhere.
    pub(super) fn first_of_each(&self, variables: &[Variable]) -> Vec<usize> {
        if self.kept.is_none() {
            // Those in which all other groups stand at their first value.
            let stride = |group: usize| -> u64 {
                self.lengths[group + 1..].iter().map(|length| u64::from(*length)).product()
            };
            let of_group = |group: usize| {
                (0..u64::from(self.lengths[group])).map(move |digit| (digit * stride(group)) as usize)
            };
            return (0..self.groups.len()).flat_map(of_group).collect();
        }
        let mut seen: Vec<Vec<bool>> =
            variables.iter().map(|variable| vec![false; variable.values.len()]).collect();
        let mut first = Vec::new();
        for index in 0..self.len() {
            for (seen, value) in seen.iter_mut().zip(self.get(index)) {
                if !std::mem::replace(&mut seen[value as usize], true) {
                    first.push(index);
                }
            }
        }
        first
    }

    /// The digits of `number` in the mixed radix of the groups' lengths, spread over the variables.
    fn nth(&self, number: u64) -> Vec<u32> {
        let mut combination = vec![0; self.variables];
        let mut rest = number;
        for (group, length) in self.groups.iter().zip(&self.lengths).rev() {
            let digit = u32::try_from(rest % u64::from(*length)).expect("below a u32");
            rest /= u64::from(*length);
            for variable in group {
                combination[*variable] = digit;
            }
        }
        combination
    }
}
