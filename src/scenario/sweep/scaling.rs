//! `scaling` in `[compare]`: what the variants must be for a law of scaling to be fitted to their figures.

use super::comparison::CompareOptions;
use super::variables::Variable;
use super::written;
use crate::spec::{Code, Diagnostic, Diagnostics, Node, Value};

crate::choices! {
    /// Whether laws of scaling are fitted to figures over the variants, which are numbers N of servers, cores, clients.
    pub enum Scaling {
        /// They are not.
        None = "none",
        /// The same work for every N: Amdahl's law and the universal scalability law.
        Strong = "strong",
        /// Work that grows in proportion to N: Gustafson's law and the universal scalability law.
        Weak = "weak",
    }
}

/// Fewest values of N: through two points goes any law.
pub const NUMBERS_MIN: usize = 3;

/// The number above nought that a value is written as, without a unit.
pub fn number_of(written: &str) -> Option<f64> {
    written.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0)
}

/// Holds that figures can be scaled by this variable; `None` once it has been reported why not.
pub(super) fn check(options: &CompareOptions, by: &Variable, diagnostics: &mut Diagnostics) -> Option<()> {
    let is_number = |node: &&Node| {
        matches!(node.value, Value::Integer(_) | Value::Float(_)) && number_of(&written(node)).is_some()
    };
    if let Some(wrong) = by.values.iter().find(|node| !is_number(node)) {
        let message =
            format!("`{}` is no number above nought, and `{}` is to be scaled by", written(wrong), by.name);
        let help = "name another variable in `by`: how many servers, cores, replicas or clients there are";
        diagnostics.push(Diagnostic::error(Code::Contradiction, &wrong.origin, message).help(help));
        return None;
    }
    let mut numbers: Vec<(f64, String)> = by.values.iter().filter_map(with_number).collect();
    numbers.sort_by(|one, other| one.0.total_cmp(&other.0));
    numbers.dedup_by(|one, other| one.0 == other.0);
    if numbers.len() < NUMBERS_MIN {
        let message =
            format!("`{}` has fewer than {NUMBERS_MIN} values, and any law goes through two points", by.name);
        let help = "sweep over more of them, such as [1, 2, 4, 8, 16]";
        diagnostics.push(Diagnostic::error(Code::Contradiction, &options.scaling.origin, message).help(help));
        return None;
    }
    let least = numbers.swap_remove(0).1;
    if let Some(baseline) = options.baseline.as_ref().filter(|baseline| written(baseline) != least) {
        let message = format!(
            "what is scaled is told relative to the least, {least}, and not to {}",
            written(baseline)
        );
        let help = format!("leave `baseline` away, or {} out of the values", least);
        diagnostics.push(Diagnostic::error(Code::Contradiction, &baseline.origin, message).help(help));
        return None;
    }
    Some(())
}

fn with_number(node: &Node) -> Option<(f64, String)> {
    let text = written(node);
    Some((number_of(&text)?, text))
}
