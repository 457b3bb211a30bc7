//! Whether what callers know of instances can ever be known.

use crate::spec::code::Code;
use crate::spec::diagnostic::Diagnostic;
use crate::spec::quantity::duration_text;
use crate::systems::kinds::KindOptions;
use crate::systems::kinds::service::calls::CallOptions;
use crate::systems::plan::SystemPlan;

use super::Planner;
use super::calls::calls_of;

impl Planner<'_> {
    /// No view is slower than the run.
    pub(super) fn check_views(&mut self, systems: &[SystemPlan]) {
        for (plan, (.., system)) in systems.iter().zip(&self.scenario.system.entries) {
            calls_of(&system.kind).iter().for_each(|call| self.check_view(call.how));
            if let KindOptions::Service(service) = &system.kind
                && !plan.extra.is_empty()
            {
                self.check_view(&service.front);
            }
        }
    }

    fn check_view(&mut self, how: &CallOptions) {
        let Some(view) = how.view.as_ref().map(|view| &view.value) else { return };
        let end = self.scenario.duration;
        let (reports, instances) = (
            "write for example refresh = \"50ms\": before the first time callers know their own requests only",
            "write for example instances = \"5s\": before the first time callers call whoever was there at the start",
        );
        let ages =
            view.refresh.iter().map(|refresh| (refresh, reports)).chain([(&view.instances, instances)]);
        for (age, help) in ages.filter(|(age, _)| age.value >= end) {
            let message = format!(
                "the view is slower than the run: it is made anew every {}, and the run ends at {}",
                duration_text(age.value),
                duration_text(end)
            );
            self.diagnostics.push(Diagnostic::warning(Code::NoEffect, &age.origin, message).help(help));
        }
    }
}
