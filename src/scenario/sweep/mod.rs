//! Sweeps: the combinations of the values in `[sweep]`, each with its own document.
//!
//! Combinations come in declared order, the last variable turning fastest; `zip` makes variables turn
//! together, `where` leaves combinations out. `repeat` is not part of the product: every combination runs with
//! the same seeds, so that variants can be compared in pairs.
//!
//! With `draw` it is the other way round: every seed runs one combination, drawn from it. So thousands of seeds meet
//! thousands of combinations (swarm testing: Groce et al., ISSTA 2012), and a seed alone still says what ran.

mod combinations;
mod comparison;
mod filter;
mod findings;
mod scaling;
mod search;
mod substitute;
mod theory;
mod variables;

use std::collections::BTreeSet;

use crate::kernel::Keyed;
use crate::kernel::random::below;
use crate::spec::{Code, Diagnostics, Entry, Node, Origin, Table, Text, suggest, write};
use crate::spec::{Decode, Decoder, Diagnostic, Located, Named, NoDataFiles, Options, Value};
use combinations::Combinations;
use substitute::Size;
use variables::Variable;

use super::source::bounds::VALUES_MAX;

pub use comparison::{CompareOptions, Comparison, Intervals, PlacedBy};
pub use filter::DEPTH_MAX as FILTER_DEPTH_MAX;
pub use findings::Findings;
pub use scaling::{NUMBERS_MIN, Scaling, number_of};
pub use search::{Extreme, LINEAR_RATIO_MAX, Search, Tried, ValueKind};
pub use theory::{THEORY, Theory};
pub use variables::Parameter;

/// The most runs of one sweep: combinations times `repeat`.
pub const RUNS_MAX: u64 = 100_000;
/// The most combinations before `where` leaves some out; if each seed draws one, and no `where` has to look at each, there may be as
/// many as a `u32` counts.
pub const COMBINATIONS_MAX: u64 = 1_000_000;
/// The most comparisons that `where` makes over all combinations.
pub const COMPARISONS_MAX: u64 = 4_000_000;
/// The most bytes of the keys and strings of a document with a value in each `${name}`: a file that uses long values often
/// is small.
pub const SUBSTITUTED_BYTES_MAX: usize = 4 << 20;

crate::options! {
    /// What to vary over the runs of a scenario.
    pub struct SweepOptions {
        /// Runs of each combination, with seeds that are the same for every combination; with `draw`, runs.
        repeat: u32 [1..=100_000] = 1,
        /// Run one combination for each seed, drawn from it, in place of all of them.
        draw: bool = false,
        /// The values of each variable; `${name}` in the scenario stands for one of them.
        vars: Named<Node>,
        /// Groups of variables that turn together instead of being multiplied.
        zip: Vec<Vec<Located<String>>> = vec![],
        /// Which combinations to run: comparisons of variables, with `and`, `or` and `not`.
        r#where: Option<Text>,
    }
}

/// All combinations of a scenario; exactly one, without parameters, if it has no `[sweep]`.
pub struct Sweep {
    /// Runs of each combination; if each seed draws one, runs.
    pub repeat: u32,
    draws: bool,
    variables: Vec<Variable>,
    combinations: Combinations,
    comparison: Comparison,
    /// The document without `[sweep]` and `[compare]`, which no run depends on.
    document: Node,
    /// The most values of a combination.
    values: usize,
}

/// One combination of values.
#[derive(Clone, Debug)]
pub struct Point {
    /// The values, in declared order of the variables.
    pub parameters: Vec<Parameter>,
    /// The document with every `${name}` replaced.
    pub document: Node,
}

impl Sweep {
    /// The combinations of a document, or reports.
    ///
    /// Every use of every value is checked here, so that [`Sweep::point`] cannot fail.
    pub fn new(document: &Node, diagnostics: &mut Diagnostics) -> Option<Sweep> {
        let errors_before = diagnostics.error_count();
        let mut document = document.clone();
        let entry = match &mut document.value {
            Value::Table(table) => table.remove("sweep").or_else(|| meant_sweep(table, diagnostics)),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Array(_) => None,
        };
        let compare = match &mut document.value {
            Value::Table(table) => table.remove("compare"),
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Array(_) => None,
        };
        let empty =
            Node { value: Value::Table(crate::spec::Table::default()), origin: document.origin.clone() };
        let mut table = entry.map_or(empty, |entry| entry.node);
        let stray = take_stray_variables(&mut table, diagnostics);
        // No value of a sweep names a data file: what it stands for is decoded later.
        let mut decoder = Decoder::new(diagnostics, &NoDataFiles);
        let options = decoder.enter("sweep", |decoder| SweepOptions::decode(&table, decoder));
        let mut options = options.unwrap_or_else(|| salvage(&table));
        if options.vars.entries.is_empty() {
            options.vars = misspelt_vars(&table).unwrap_or_default();
        }
        options.vars.entries.extend(stray);
        let variables = variables::read(&options.vars, diagnostics);
        substitute::check(&document, &table, &variables, diagnostics);
        let compare = compare.as_ref().map(|entry| &entry.node);
        let comparison = Comparison::read(compare, &document, &variables, &options, diagnostics);
        let groups = variables::groups(&variables, &options.zip, diagnostics);
        let filter = options.r#where.as_ref().map(|text| filter::parse(text, &variables)).transpose();
        let filter = match filter {
            Ok(filter) => filter,
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                None
            }
        };
        if diagnostics.error_count() > errors_before {
            return None;
        }
        let combinations =
            Combinations::new(&variables, groups, filter.as_ref(), options.draw, &table, diagnostics)?;
        let products = if options.draw { 1 } else { combinations.len() as u64 };
        let runs = products * u64::from(options.repeat);
        if runs > RUNS_MAX {
            diagnostics.push(too_many(&table, &format!("{runs} runs"), RUNS_MAX));
            return None;
        }
        let Size { values, bytes } = substitute::size(&document, &variables);
        let limits =
            [(values, VALUES_MAX, "values"), (bytes, SUBSTITUTED_BYTES_MAX, "bytes of keys and strings")];
        if let Some((_, most, what)) = limits.into_iter().find(|(size, most, _)| size > most) {
            let message = format!("with a value in each `${{}}` the document has more than {most} {what}");
            let help = "use a variable with large values in fewer places";
            diagnostics.push(Diagnostic::error(Code::TooMany, &table.origin, message).help(help));
            return None;
        }
        let (repeat, draws, comparison) = (options.repeat, options.draw, comparison?);
        Some(Sweep { repeat, draws, variables, combinations, comparison, document, values })
    }

    /// Where what is found in its combinations is collected.
    pub fn findings(&self) -> Findings<'_> {
        Findings::new(self)
    }

    /// How many combinations there are.
    pub fn len(&self) -> usize {
        self.combinations.len()
    }

    /// Whether there is no combination; a sweep that was made has at least one.
    pub fn is_empty(&self) -> bool {
        self.combinations.len() == 0
    }

    /// Whether each seed runs one combination, which it draws.
    pub fn draws(&self) -> bool {
        self.draws
    }

    /// The index of the one combination that runs under `seed`; `None` if all do.
    pub fn drawn(&self, seed: u64) -> Option<usize> {
        let draw = Keyed::new(seed, "sweep").draw(0, 0);
        self.draws.then(|| below(draw, self.len() as u32) as usize)
    }

    /// What its runs are compared by.
    pub fn comparison(&self) -> &Comparison {
        &self.comparison
    }

    /// How many values each of its documents has at most, with those of the parameters.
    pub fn values(&self) -> usize {
        self.values
    }

    /// The names of the variables in declared order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.iter().map(|variable| variable.name.as_str())
    }

    /// One combination. Made on demand: a hundred thousand documents at once would fill the memory.
    ///
    /// # Panics
    /// If `index` is not below [`Sweep::len`].
    pub fn point(&self, index: usize) -> Point {
        let chosen: Vec<(&str, &Node)> = self
            .variables
            .iter()
            .zip(self.combinations.get(index))
            .map(|(variable, value)| (variable.name.as_str(), &variable.values[value as usize]))
            .collect();
        let document = substitute::document(&self.document, &chosen);
        Point { parameters: chosen.into_iter().map(Parameter::new).collect(), document }
    }

    /// The indices of all combinations; of more than `most` those in which a value occurs first, and others evenly
    /// spread, in order. Every value of every variable that `where` leaves occurs in them.
    pub fn sample(&self, most: usize) -> Vec<usize> {
        if self.len() <= most {
            return (0..self.len()).collect();
        }
        let mut chosen: BTreeSet<usize> = (0..most).map(|step| step * self.len() / most).collect();
        chosen.extend(self.combinations.first_of_each(&self.variables));
        chosen.into_iter().collect()
    }

    /// All combinations in order.
    pub fn points(&self) -> impl Iterator<Item = Point> {
        (0..self.len()).map(|index| self.point(index))
    }
}

/// The table that probably was to be `[sweep]`, with a report of its name: without it every `${}` would be a mistake.
fn meant_sweep(table: &mut Table, diagnostics: &mut Diagnostics) -> Option<Entry> {
    let is_meant =
        |entry: &&Entry| entry.node.as_table().is_some() && suggest::closest(&entry.key, ["sweep"]).is_some();
    let key = table.iter().find(is_meant)?.key.clone();
    let entry = table.remove(&key)?;
    let message = format!("unknown key `{key}` at the top level");
    let error = Diagnostic::error(Code::UnknownKey, &entry.key_origin, message);
    diagnostics.push(error.did_you_mean(Some("sweep")));
    Some(entry)
}

/// Takes the lists out of `[sweep]` that probably were to be variables, with a report of each.
fn take_stray_variables(sweep: &mut Node, diagnostics: &mut Diagnostics) -> Vec<(String, Origin, Node)> {
    let Value::Table(table) = &mut sweep.value else { return Vec::new() };
    let known = SweepOptions::table().keys();
    let is_stray = |entry: &&Entry| {
        let is_list = matches!(entry.node.value, Value::Array(_));
        is_list && suggest::closest(&entry.key, known.iter().copied()).is_none()
    };
    let keys: Vec<String> = table.iter().filter(is_stray).map(|entry| entry.key.clone()).collect();
    let taken = keys.iter().filter_map(|key| table.remove(key));
    let report = |Entry { key, key_origin, node }: Entry| {
        let message = format!("unknown key `{key}` in [sweep]");
        let error = Diagnostic::error(Code::UnknownKey, &key_origin, message);
        diagnostics.push(error.help(format!("for a variable write vars.{key} = [..]")));
        (key, key_origin, node)
    };
    taken.map(report).collect()
}

/// What is well-formed in a `[sweep]` that as a whole is not: its mistakes have been reported, and without its
/// variables every `${}` would be one more.
fn salvage(table: &Node) -> SweepOptions {
    let mut silent = Diagnostics::default();
    let mut decoder = Decoder::new(&mut silent, &NoDataFiles);
    let entry = |key| table.as_table().and_then(|table| table.get(key));
    let vars = entry("vars").and_then(|node| Named::decode(node, &mut decoder));
    let zip = entry("zip").and_then(|node| Vec::decode(node, &mut decoder));
    let (vars, zip) = (vars.unwrap_or_default(), zip.unwrap_or_default());
    SweepOptions { vars, zip, ..SweepOptions::defaults() }
}

/// The variables under a key that probably was to be `vars`, which has been reported.
fn misspelt_vars(table: &Node) -> Option<Named<Node>> {
    let known = SweepOptions::table().keys();
    let is_vars = |entry: &&Entry| suggest::closest(&entry.key, known.iter().copied()) == Some("vars");
    let entry = table.as_table()?.iter().find(is_vars)?;
    Named::decode(&entry.node, &mut Decoder::new(&mut Diagnostics::default(), &NoDataFiles))
}

fn too_many(table: &Node, what: &str, most: u64) -> Diagnostic {
    let message = format!("the sweep has {what}; the most is {most}");
    Diagnostic::error(Code::TooManyRuns, &table.origin, message)
        .help("vary less, let variables turn together with `zip`, or leave some out with `where`")
}

/// A value as a parameter is written in CSV files and messages.
fn written(node: &Node) -> String {
    match &node.value {
        Value::String(text) => text.as_str().to_string(),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Array(_) | Value::Table(_) => {
            write::inline(node)
        }
    }
}
