//! Whether what a scenario says of a fault leaves it a moment in which it can strike.

use crate::faults::KindOptions;
use crate::kernel::Duration;
use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::origin::Origin;
use crate::spec::quantity::duration_text;

use super::super::nouns::fault::{FaultCommon, FaultOptions};
use super::Planner;

impl<'a> Planner<'a> {
    /// Warns of a fault that cannot strike: the run, its `until` or the calm of a nemesis does not leave it the time.
    pub(super) fn check_time_left(&mut self, name: &'a str, fault: &FaultOptions) {
        let FaultOptions { common, kind } = fault;
        let length = self.scenario.duration;
        let Some((first, place)) = first_strike(common) else { return };
        // With `at`, an `until` that is too early is an error.
        let until = common.until.as_ref().filter(|_| common.at.is_none()).map(|until| {
            let ends = duration_text(until.value);
            (until.value, &until.origin, format!("it ends at {ends}"), "let `until` be later")
        });
        let liveness = self.scenario.liveness.as_ref().map(|liveness| {
            let why = format!("[liveness] ends all faults at {}", duration_text(liveness.after.value));
            (liveness.after.value, &liveness.after.origin, why, "let it strike earlier, or `after` be later")
        });
        let calm = calm(kind).map(|(calm, origin)| {
            let begins = length.saturating_sub(calm);
            let why = format!("its calm begins at {}", duration_text(begins));
            (begins, origin, why, "make `calm` shorter, or the run longer")
        });
        let why = format!("the run ends at {}", duration_text(length));
        let run = (length, &place, why, "let it strike earlier, or make the run longer");
        let in_vain =
            [until, Some(run), liveness, calm].into_iter().flatten().find(|(end, ..)| first >= *end);
        if let Some((_, origin, why, help)) = in_vain {
            let message = format!("`{name}` never strikes: {why}");
            self.diagnostics.push(Diagnostic::warning(Code::NeverStrikes, origin, message).help(help));
            self.in_vain.insert(name.to_owned());
            self.never.insert(name);
        }
    }
}

/// Before this it strikes in no run, by what stands at this place; `None` if each node's own clock says when.
fn first_strike(fault: &FaultCommon) -> Option<(Duration, Origin)> {
    let FaultCommon { at, every, when, from, .. } = fault;
    if let Some(at) = at {
        return Some((at.value, at.origin.clone()));
    }
    if let Some(every) = every {
        return Some((every.value.range().0, every.origin.clone()));
    }
    when.as_ref().map(|when| (from.unwrap_or_default(), when.origin_of(0..when.as_str().len())))
}

/// The last part of the run, in which a nemesis leaves its prey alone.
fn calm(kind: &KindOptions) -> Option<(Duration, &Origin)> {
    let KindOptions::Random(random) = kind else { return None };
    Some((random.calm.value, &random.calm.origin))
}
