//! Checks a loaded scenario without running it: every combination of its sweep decoded and planned.

use std::ops::RangeInclusive;

use crate::spec::{DataFiles, Diagnostics};
use crate::systems::{Custom, Never};

use super::plan::World;
use super::sweep::Comparison;
use super::{Loaded, Scenario, Sweep, read};

/// The most combinations that are planned; of a larger sweep a sample.
pub const POINTS_MAX: usize = 1_000;
/// The same of a sweep that is drawn from: there are many, and `run` and `hunt` plan all that their seeds draw.
const POINTS_OF_DRAWN_MAX: usize = 200;
/// After so many nodes no further combination is planned: a sweep over worlds of a million nodes must not take
/// minutes to check.
pub const NODES_PLANNED_MAX: u64 = 1_000_000;
/// The most values that are decoded, over all combinations: of a large document fewer combinations are planned.
pub const VALUES_DECODED_MAX: usize = 200_000;

/// After so many errors, those of several combinations counted in each, no further combination is planned: what is wrong in
/// all of them takes its time in each.
pub const ERRORS_FOUND_MAX: usize = 2_000;

/// What a valid scenario would run.
pub struct Checked<X: Custom = Never> {
    /// The first combination, decoded.
    pub first: Scenario,
    /// The world of the first combination under the scenario's own seed.
    pub world: World<X>,
    /// Its combinations.
    pub combinations: usize,
    /// Whether each seed runs one of them, which it draws.
    pub draws: bool,
    /// Runs of each combination.
    pub repeat: u32,
    /// What its runs are compared by.
    pub comparison: Comparison,
    /// Nodes that the scenario lists, over the combinations that were planned.
    pub nodes: RangeInclusive<usize>,
}

impl<X: Custom> Checked<X> {
    /// How many runs the scenario has.
    pub fn runs(&self) -> u64 {
        let products = if self.draws { 1 } else { self.combinations as u64 };
        products * u64::from(self.repeat)
    }
}

/// Decodes and plans the combinations of a scenario: all, or of more than [`POINTS_MAX`] (fewer where seeds draw them) a sample in which every
/// value of every variable occurs, unless those would be more than [`VALUES_DECODED_MAX`] allows. `plan` makes the world
/// of one combination; the caller may hold it to more than [`super::plan()`] does. `None` once every mistake has been
/// added to the diagnostics.
pub fn check<X: Custom>(
    loaded: &mut Loaded,
    mut plan: impl FnMut(&Scenario, &mut Diagnostics, &dyn DataFiles) -> Option<World<X>>,
) -> Option<Checked<X>> {
    let files = loaded.files();
    let diagnostics = &mut loaded.diagnostics;
    let errors_before = diagnostics.error_count();
    let sweep = Sweep::new(loaded.document.as_ref()?, diagnostics)?;
    let mut first = None;
    let (mut least, mut most, mut planned, mut errors) = (usize::MAX, 0, 0, 0);
    let budget = (VALUES_DECODED_MAX / sweep.values()).max(1);
    let points = if sweep.draws() { POINTS_OF_DRAWN_MAX } else { POINTS_MAX };
    let sample = sweep.sample(points.min(budget));
    let step = sample.len().div_ceil(budget);
    let mut findings = sweep.findings();
    for index in sample.into_iter().step_by(step) {
        let document = sweep.point(index).document;
        let mut found = Diagnostics::default();
        let scenario = read(&document, &mut found, &files);
        // Also nodes that a mistake elsewhere keeps out of a world are placed.
        planned += scenario.as_ref().map_or(0, Scenario::nodes_asked);
        let planned_one = scenario.and_then(|scenario| {
            let world = plan(&scenario, &mut found, &files)?;
            Some((scenario, world))
        });
        errors += found.error_count();
        findings.add(index, found);
        if let Some((scenario, world)) = planned_one {
            let nodes = listed_nodes(&world);
            (least, most) = (least.min(nodes), most.max(nodes));
            first.get_or_insert((scenario, world));
        }
        if findings.is_full() || planned > NODES_PLANNED_MAX || errors > ERRORS_FOUND_MAX {
            break;
        }
    }
    findings.tell(diagnostics);
    let (first, world) = first.filter(|_| diagnostics.error_count() == errors_before)?;
    let (combinations, draws, repeat) = (sweep.len(), sweep.draws(), sweep.repeat);
    let comparison = sweep.comparison().clone();
    Some(Checked { first, world, combinations, draws, repeat, comparison, nodes: least..=most })
}

/// The nodes that the scenario lists: neither clients nor what a type adds.
fn listed_nodes<X: Custom>(world: &World<X>) -> usize {
    world.systems.iter().map(|system| system.plan.nodes.len()).sum()
}
