//! Ranks with ties: who is shown to be better than whom.

use std::cmp::Ordering;
use std::ops::Range;

use crate::run::metrics::Better;
use crate::statistics::{Paired, holm};

use super::study::{Finding, Study, against};

/// Two rows that were held against each other, by their places.
struct Told {
    rows: [usize; 2],
    /// Which is shown to be worse; `None` if neither is.
    worse: Option<usize>,
}

impl Study {
    /// Gives each row its rank. A pair with the baseline is told apart by its verdict; all other pairs under the same circumstances are compared,
    /// too, and corrected for their number in the whole table.
    pub(super) fn rank(&mut self) {
        let told: Vec<Told> = self.told_by_verdicts().into_iter().chain(self.told_among_others()).collect();
        // In how many pairs each is the worse one; `None` of what was held against nothing.
        let mut worse: Vec<Option<usize>> = vec![None; self.rows.len()];
        for Told { rows, worse: found } in told {
            for row in rows {
                *worse[row].get_or_insert(0) += usize::from(found == Some(row));
            }
        }
        for (row, worse) in self.rows.iter_mut().zip(worse) {
            row.rank = worse.map(|worse| worse + 1);
        }
    }

    /// The places of the rows under the same circumstances, of measures of which it is known which is the better figure. Of what is to be found, only
    /// where all seeds have it: it lies beyond the values of the search for the best and the worst of all.
    fn cells(&self) -> impl Iterator<Item = (Better, Range<usize>)> {
        let chunks = self
            .rows
            .chunk_by(|row, next| (row.measure, row.circumstances) == (next.measure, next.circumstances));
        let mut at = 0;
        chunks.filter_map(move |rows| {
            let cell = at..at + rows.len();
            at = cell.end;
            let measure = &self.measures[rows[0].measure];
            let is_censored = measure.found().is_some() && rows.iter().any(|row| row.missing > 0);
            Some((measure.better.filter(|_| !is_censored)?, cell))
        })
    }

    /// What the comparisons with the baseline find.
    fn told_by_verdicts(&self) -> Vec<Told> {
        let mut told = Vec::new();
        for (better, cell) in self.cells() {
            let baseline = cell.clone().find(|&row| self.rows[row].variant == self.subject.baseline);
            for row in cell {
                let (Some(baseline), Some(against)) = (baseline, &self.rows[row].against) else { continue };
                let worse = match (against.finding, better) {
                    (Finding::Lower, Better::Lower) | (Finding::Higher, Better::Higher) => Some(baseline),
                    (Finding::Lower, Better::Higher) | (Finding::Higher, Better::Lower) => Some(row),
                    (Finding::Same | Finding::NotShown, _) => None,
                };
                told.push(Told { rows: [row, baseline], worse });
            }
        }
        told
    }

    /// What comparisons of all others with each other find.
    fn told_among_others(&self) -> Vec<Told> {
        let mut tests = Vec::new();
        for (better, cell) in self.cells() {
            let others = || cell.clone().filter(|&row| self.rows[row].variant != self.subject.baseline);
            for one in others() {
                for other in others().filter(|&other| other > one) {
                    let values = |row: usize| self.rows[row].values.as_slice();
                    if let Some(against) = against(values(one), values(other), self.settings) {
                        tests.push(([one, other], better, against.paired));
                    }
                }
            }
        }
        let level = 1.0 - self.settings.confidence;
        let corrected = holm(&tests.iter().map(|(.., paired)| paired.p_value).collect::<Vec<_>>());
        let verdict = |((rows, better, paired), corrected): (([usize; 2], Better, Paired), f64)| {
            let is_first_lower = match paired.direction() {
                Ordering::Less => Some(true),
                Ordering::Greater => Some(false),
                Ordering::Equal => None,
            };
            let is_first_better =
                is_first_lower.filter(|_| corrected < level).map(|is| is == (better == Better::Lower));
            Told { rows, worse: is_first_better.map(|is_better| rows[usize::from(is_better)]) }
        };
        tests.into_iter().zip(corrected).map(verdict).collect()
    }
}
