//! What is wrong with which combinations: a mistake that only some of them have is shown with the values that bring it
//! about, wherever those were written.

use super::Sweep;
use crate::spec::diagnostic::DIAGNOSTICS_MAX;
use crate::spec::{Diagnostic, Diagnostics, Level, Origin};

/// Collects what is found in one combination after another.
pub struct Findings<'a> {
    sweep: &'a Sweep,
    /// The combinations that were looked at.
    tried: Spread,
    /// Those in which no error was found.
    sound: Spread,
    /// Each message with the combinations that it was found in; at most as many as are shown.
    found: Vec<(Diagnostic, Spread)>,
    /// How many more there were, and how many of these are errors.
    suppressed: (usize, usize),
}

/// A set of combinations, as much of it as messages tell.
struct Spread {
    count: usize,
    /// The first of them.
    first: usize,
    /// For each variable which of its values occur.
    values: Vec<Vec<bool>>,
}

impl Spread {
    fn none(sweep: &Sweep, first: usize) -> Spread {
        let values = sweep.variables.iter().map(|variable| vec![false; variable.values.len()]);
        Spread { count: 0, first, values: values.collect() }
    }

    fn add(&mut self, combination: &[u32]) {
        self.count += 1;
        self.values.iter_mut().zip(combination).for_each(|(values, value)| values[*value as usize] = true);
    }

    /// The combinations of both.
    fn or(&self, other: &Spread) -> Spread {
        let both = |(own, others): (&Vec<bool>, &Vec<bool>)| {
            own.iter().zip(others).map(|(own, other)| *own || *other).collect()
        };
        let values = self.values.iter().zip(&other.values).map(both).collect();
        Spread { count: self.count + other.count, first: self.first, values }
    }

    /// How many values of a variable occur.
    fn values_of(&self, variable: usize) -> usize {
        self.values[variable].iter().filter(|occurs| **occurs).count()
    }
}

impl<'a> Findings<'a> {
    pub(super) fn new(sweep: &'a Sweep) -> Findings<'a> {
        let none = || Spread::none(sweep, 0);
        Findings { sweep, tried: none(), sound: none(), found: Vec::new(), suppressed: (0, 0) }
    }

    /// Adds everything that was found in the combination `index`, if anything was.
    pub fn add(&mut self, index: usize, found: Diagnostics) {
        let combination = &self.sweep.combinations.get(index);
        self.tried.add(combination);
        if !found.has_errors() {
            self.sound.add(combination);
        }
        let mut errors = found.error_count();
        self.suppressed.0 += found.suppressed();
        for diagnostic in found.iter() {
            errors -= usize::from(diagnostic.level == Level::Error);
            let known = self.found.iter().position(|(known, _)| known == diagnostic);
            match known.or_else(|| self.place_for(diagnostic, index)) {
                Some(known) => self.found[known].1.add(combination),
                None => {
                    self.suppressed.0 += 1;
                    self.suppressed.1 += usize::from(diagnostic.level == Level::Error);
                }
            }
        }
        self.suppressed.1 += errors;
    }

    /// The index of a new message, unless there are as many as are shown.
    fn place_for(&mut self, diagnostic: &Diagnostic, index: usize) -> Option<usize> {
        let last = self.found.len();
        (last < DIAGNOSTICS_MAX).then(|| {
            self.found.push((diagnostic.clone(), Spread::none(self.sweep, index)));
            last
        })
    }

    /// Whether there is an error, and further ones would only be counted.
    pub fn is_full(&self) -> bool {
        self.found.len() == DIAGNOSTICS_MAX && self.sound.count < self.tried.count
    }

    /// Hands over every message; one that not every combination gave points at the values that it hangs on.
    pub fn tell(self, diagnostics: &mut Diagnostics) {
        let Findings { sweep, tried, sound, found, suppressed: (messages, errors) } = self;
        for (mut diagnostic, spread) in found {
            if spread.count < tried.count {
                // Another error may have kept a combination from showing this one.
                let told = if sound.count > 0 { spread.or(&sound) } else { spread.or(&tried) };
                for variable in causes(sweep, &diagnostic, &spread, &told) {
                    let value = sweep.combinations.get(spread.first)[variable] as usize;
                    let variable_name = &sweep.variables[variable].name;
                    let label = match spread.values_of(variable) {
                        1 => format!("when `{variable_name}` is this"),
                        values => format!("when `{variable_name}` is this, the first of {values} values"),
                    };
                    diagnostic = diagnostic.related(&sweep.variables[variable].values[value].origin, label);
                }
            }
            diagnostics.push(diagnostic);
        }
        diagnostics.count_suppressed(messages, errors);
    }
}

/// The variables that decide whether a message is given and that it does not show: those with values of `told` that never
/// give it; if it is no single one, all that vary.
fn causes(sweep: &Sweep, diagnostic: &Diagnostic, spread: &Spread, told: &Spread) -> Vec<usize> {
    let places = std::iter::once(&diagnostic.primary).chain(diagnostic.related.iter().map(|(at, _)| at));
    let mut shown = Vec::new();
    places.for_each(|place| names_on_the_way(place, &mut shown));
    let is_hidden = |variable: &usize| !shown.contains(&sweep.variables[*variable].name.as_str());
    let varies = |variable: &usize| told.values_of(*variable) > 1;
    let hidden: Vec<usize> = (0..sweep.variables.len()).filter(is_hidden).filter(varies).collect();
    let decides = |variable: &usize| spread.values_of(*variable) < told.values_of(*variable);
    let deciding: Vec<usize> = hidden.iter().copied().filter(decides).collect();
    if deciding.is_empty() && shown.is_empty() { hidden } else { deciding }
}

/// The variables through which a text came to its place.
fn names_on_the_way<'a>(place: &'a Origin, names: &mut Vec<&'a str>) {
    let parts = place.filled.iter().flat_map(|text| text.parts());
    for origin in parts.chain([place]) {
        let mut step = origin.through.as_deref();
        while let Some(through) = step {
            names.push(&through.name);
            step = through.at.through.as_deref();
        }
    }
}
