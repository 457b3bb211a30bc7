//! The variables of a sweep and which of them turn together.

use std::collections::BTreeMap;

use super::written;
use crate::spec::{Code, Diagnostic, Diagnostics, Located, Named, Node, Origin, Value, suggest, units};

/// One variable with its values.
pub(super) struct Variable {
    pub(super) name: String,
    /// Where the name was written.
    pub(super) origin: Origin,
    /// At least one, unless an error was reported.
    pub(super) values: Vec<Node>,
}

impl Variable {
    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.values.len()).expect("a file of bounded size has few values")
    }
}

/// The value of one variable in one combination.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// The variable.
    pub name: String,
    /// The value as written, without quotes: `200us`, `0.9`, `power-of-d(2)`.
    pub written: String,
    /// The value in base units if it is a number or a quantity: 200000 (ns), 0.9. See [`units::base_value`].
    pub number: Option<f64>,
    /// The value itself.
    pub value: Node,
}

impl Parameter {
    pub(super) fn new((name, value): (&str, &Node)) -> Parameter {
        let number = match &value.value {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::String(text) => units::base_value(text.as_str()).map(|(_, number)| number),
            Value::Bool(_) | Value::Array(_) | Value::Table(_) => None,
        };
        Parameter { name: name.to_string(), written: written(value), number, value: value.clone() }
    }
}

/// The variables of `vars`; those that are not lists of values are reported.
pub(super) fn read(vars: &Named<Node>, diagnostics: &mut Diagnostics) -> Vec<Variable> {
    let mut variables = Vec::new();
    for (name, origin, node) in &vars.entries {
        let bad = |at: &Origin, message: String| Diagnostic::error(Code::BadVariable, at, message);
        if !is_name(name) {
            let message = format!("`{name}` cannot be the name of a variable");
            diagnostics
                .push(bad(origin, message).help("use letters, digits, `_` and `-`, and start with a letter"));
        }
        // Also a variable that is wrong is known: its uses are no mistakes of their own.
        let values = match &node.value {
            Value::Array(values) if !values.is_empty() => values.clone(),
            Value::Array(_) => {
                let help = format!("write at least one value: vars.{name} = [..]");
                diagnostics.push(bad(&node.origin, format!("`{name}` has no values")).help(help));
                Vec::new()
            }
            Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::String(_) | Value::Table(_) => {
                let message = format!("`{name}` must be a list of values, found {}", node.value.type_name());
                diagnostics.push(bad(&node.origin, message).help(format!("write vars.{name} = [..]")));
                Vec::new()
            }
        };
        variables.push(Variable { name: name.clone(), origin: origin.clone(), values });
    }
    variables
}

/// Whether `${name}` can be written.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

/// The variables by index in groups that turn together; each stands where its first variable is declared.
pub(super) fn groups(
    variables: &[Variable],
    zip: &[Vec<Located<String>>],
    diagnostics: &mut Diagnostics,
) -> Vec<Vec<usize>> {
    let mut zipped: Vec<Vec<usize>> = Vec::new();
    for names in zip {
        let mut group: Vec<usize> = Vec::new();
        for name in names {
            let bad = |message: String| Diagnostic::error(Code::BadZip, &name.origin, message);
            let Some(index) = variables.iter().position(|variable| variable.name == name.value) else {
                let known = variables.iter().map(|variable| variable.name.as_str());
                let message = format!("`zip` names an unknown variable `{}`", name.value);
                diagnostics.push(bad(message).did_you_mean(suggest::closest(&name.value, known)));
                continue;
            };
            if group.contains(&index) || zipped.iter().any(|other| other.contains(&index)) {
                diagnostics.push(bad(format!("`zip` names `{}` twice", name.value)));
                continue;
            }
            if let Some(first) = group.first().map(|first| &variables[*first])
                && first.count() != variables[index].count()
                && first.count().min(variables[index].count()) > 0
            {
                let (a, b) = (first.count(), variables[index].count());
                let message = format!(
                    "`zip` needs as many values of each: `{}` has {a}, `{}` has {b}",
                    first.name, name.value
                );
                let error = bad(message).related(&first.origin, format!("{a} values"));
                diagnostics.push(error.related(&variables[index].origin, format!("{b} values")));
                continue;
            }
            group.push(index);
        }
        zipped.push(group);
    }
    let alone = (0..variables.len()).filter(|index| !zipped.iter().any(|group| group.contains(index)));
    let mut groups: Vec<Vec<usize>> = alone.map(|index| vec![index]).collect();
    groups.extend(zipped.into_iter().filter(|group| !group.is_empty()));
    groups.sort_by_key(|group| group.iter().min().copied());
    groups.iter().for_each(|group| refuse_equal(variables, group, diagnostics));
    groups
}

/// Reports values of variables that turn together which all are as before: the same runs would be made twice.
fn refuse_equal(variables: &[Variable], group: &[usize], diagnostics: &mut Diagnostics) {
    let count = group.iter().map(|index| variables[*index].values.len()).min().unwrap_or(0);
    let mut seen: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for position in 0..count {
        let values: Vec<&Node> = group.iter().map(|index| &variables[*index].values[position]).collect();
        let told = values.iter().map(|value| written(value)).collect();
        if let Some(first) = seen.get(&told) {
            let names: Vec<String> =
                group.iter().map(|index| format!("`{}`", variables[*index].name)).collect();
            let values_of = if group.len() == 1 { "this value of" } else { "these values of" };
            let message =
                format!("{values_of} {} came before: the same runs would be made twice", names.join(" and "));
            let error = Diagnostic::error(Code::BadVariable, &values[0].origin, message);
            let before = &variables[group[0]].values[*first].origin;
            diagnostics.push(
                error.related(before, "here").help("take one of them out; `repeat` makes more runs of each"),
            );
        } else {
            seen.insert(told, position);
        }
    }
}
