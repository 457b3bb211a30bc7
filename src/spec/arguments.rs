//! Matches the arguments of a call to the parameters of one of its forms, by position or by name.

use std::ops::Range;

use super::call::{Argument, Call, Expression, Word};
use super::code::Code;
use super::diagnostic::Problem;
use super::suggest;

/// One way to call a function: its parameters in positional order.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// The parameters.
    pub parameters: &'static [Parameter],
}

/// A parameter of a form.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name, as in `name=value`.
    pub name: &'static str,
    /// Whether a call may leave it out.
    pub optional: bool,
}

/// A required parameter.
pub const fn required(name: &'static str) -> Parameter {
    Parameter { name, optional: false }
}

/// A parameter that a call may leave out.
pub const fn optional(name: &'static str) -> Parameter {
    Parameter { name, optional: true }
}

/// The arguments of a call by the parameters of a form.
#[derive(Debug)]
pub struct Bound<'a> {
    /// The index of the form that fits.
    pub form: usize,
    /// The call.
    pub call: &'a Call,
    values: Vec<(&'static str, &'a Expression)>,
}

impl<'a> Bound<'a> {
    /// The value of a parameter, unless the call leaves it out.
    pub fn get(&self, parameter: &str) -> Option<&'a Expression> {
        self.values.iter().find(|(name, _)| *name == parameter).map(|(_, value)| *value)
    }

    /// The bytes of a parameter's value; those of the whole call when it is left out.
    pub fn span(&self, parameter: &str) -> Range<usize> {
        self.get(parameter).map_or(self.call.span.clone(), Expression::span)
    }
}

/// Fits a call to the form whose parameters its named arguments name; to the first when none is named.
///
/// # Errors
/// All arguments that are unknown, doubled, too many or absent.
pub fn bind<'a>(call: &'a Call, forms: &[Form]) -> Result<Bound<'a>, Vec<Problem>> {
    let form = nearest_form(call, forms);
    let parameters = forms[form].parameters;
    let mut bound = Bound { form, call, values: Vec::new() };
    let mut problems = Vec::new();
    for (position, argument) in call.arguments.iter().enumerate() {
        match parameter_of(argument, position, parameters, forms, call) {
            Ok(name) if bound.get(name).is_some() => {
                let message = format!("is given `{name}` twice");
                let span = argument.key.as_ref().map_or(argument.value.span(), |key| key.span.clone());
                let help = format!("write {}", usage(&call.name.text, forms));
                problems.push(Problem::new(Code::DuplicateArgument, span, message).help(help));
            }
            Ok(name) => bound.values.push((name, &argument.value)),
            Err(problem) => problems.push(problem),
        }
    }
    let missing = parameters.iter().filter(|p| !p.optional && bound.get(p.name).is_none());
    // With a misspelt name the absence would be said twice.
    if problems.is_empty() {
        problems.extend(missing.map(|p| missing_argument(call, p.name, forms)));
    }
    if problems.is_empty() {
        return Ok(bound);
    }
    Err(problems.into_iter().map(|problem| problem.of(format!("`{}`", call.name.text))).collect())
}

/// The forms as a user writes them: `lognormal(median=, p99=) or lognormal(mean=, cv=)`.
pub fn usage(name: &str, forms: &[Form]) -> String {
    let form = |form: &Form| {
        let parameters: Vec<String> = form
            .parameters
            .iter()
            .map(|p| if p.optional { format!("[{}=]", p.name) } else { format!("{}=", p.name) })
            .collect();
        format!("{name}({})", parameters.join(", "))
    };
    forms.iter().map(form).collect::<Vec<_>>().join(" or ")
}

/// The form with most of the call's names; the first among equals.
fn nearest_form(call: &Call, forms: &[Form]) -> usize {
    let named: Vec<&Word> = call.arguments.iter().filter_map(|argument| argument.key.as_ref()).collect();
    let known =
        |form: &Form| named.iter().filter(|key| form.parameters.iter().any(|p| p.name == key.text)).count();
    let mut best = 0;
    for index in 1..forms.len() {
        if known(&forms[index]) > known(&forms[best]) {
            best = index;
        }
    }
    best
}

fn parameter_of(
    argument: &Argument,
    position: usize,
    parameters: &[Parameter],
    forms: &[Form],
    call: &Call,
) -> Result<&'static str, Problem> {
    let help = format!("write {}", usage(&call.name.text, forms));
    if let Some(weight) = &argument.weight {
        let message = "takes no weighted arguments";
        return Err(Problem::new(Code::UnknownArgument, weight.span.clone(), message).help(help));
    }
    let Some(key) = &argument.key else {
        return parameters.get(position).map(|p| p.name).ok_or_else(|| {
            let message = match parameters.len() {
                0 => "takes no arguments".to_string(),
                1 => "takes one argument only".to_string(),
                count => format!("takes {count} arguments only"),
            };
            Problem::new(Code::TooManyArguments, argument.value.span(), message).help(help)
        });
    };
    let known = parameters.iter().map(|p| p.name).find(|name| *name == key.text);
    known.ok_or_else(|| {
        let all = forms.iter().flat_map(|form| form.parameters);
        let is_elsewhere = all.clone().any(|p| p.name == key.text);
        let message = if is_elsewhere {
            format!("cannot take `{}` together with its other arguments", key.text)
        } else {
            format!("takes no argument `{}`", key.text)
        };
        // Of two forms that are mixed neither is the wrong one.
        let span = if is_elsewhere { call.span.clone() } else { key.span.clone() };
        Problem::new(Code::UnknownArgument, span, message)
            .did_you_mean(suggest::closest(&key.text, all.map(|p| p.name)).filter(|_| !is_elsewhere))
            .help(help)
    })
}

fn missing_argument(call: &Call, name: &str, forms: &[Form]) -> Problem {
    // Two values without a comma between them are one argument.
    let phrase = |argument: &&Argument| match &argument.value {
        Expression::Phrase(words) => argument.key.is_none() && words.len() > 1,
        Expression::Call(_) => false,
    };
    let joined = call.arguments.iter().find(phrase).map(|argument| argument.value.span());
    let problem = |span| Problem::new(Code::MissingArgument, span, format!("lacks its argument `{name}`"));
    let problem = match joined {
        Some(span) => problem(span).help("arguments have a `,` between them"),
        None => problem(call.span.clone()),
    };
    problem.help(format!("write {}", usage(&call.name.text, forms)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::call;

    const FORMS: &[Form] = &[
        Form { parameters: &[required("median"), required("p99"), optional("max")] },
        Form { parameters: &[required("mean"), required("cv")] },
    ];

    fn parsed(text: &str) -> Call {
        match call::parse(text) {
            Ok(Expression::Call(call)) => call,
            other => panic!("{other:?}"),
        }
    }

    fn errors(text: &str) -> Vec<String> {
        let call = parsed(text);
        let problems = bind(&call, FORMS).expect_err("should be refused");
        problems.into_iter().map(|p| format!("{} {:?} {}{}", p.code, p.span, p.message, p.label)).collect()
    }

    #[test]
    fn names_choose_the_form_and_positions_fill_the_first() {
        let call = parsed("l(cv=1, mean=2)");
        let bound = bind(&call, FORMS).expect("second form");
        assert_eq!((bound.form, bound.span("cv"), bound.span("mean")), (1, 5..6, 13..14));
        let call = parsed("l(1, 2)");
        let bound = bind(&call, FORMS).expect("first form");
        assert_eq!((bound.form, bound.span("p99")), (0, 5..6));
        assert!(bound.get("max").is_none());
    }

    #[test]
    fn all_misfits_are_reported() {
        assert_eq!(errors("l(1)"), ["S033 0..4 lacks its argument `p99`"]);
        assert_eq!(errors("l(1 2)"), ["S033 2..5 lacks its argument `p99`"]);
        assert_eq!(
            errors("l()"),
            ["S033 0..3 lacks its argument `median`", "S033 0..3 lacks its argument `p99`"]
        );
        assert_eq!(
            errors("l(medain=1, p99=2, p99=3)"),
            [
                "S032 2..8 takes no argument `medain`did you mean `median`?",
                "S035 19..22 is given `p99` twice"
            ]
        );
        assert_eq!(errors("l(1, 2, 3, 4)"), ["S034 11..12 takes 3 arguments only"]);
        assert_eq!(
            errors("l(median=1, cv=2)"),
            ["S032 0..17 cannot take `cv` together with its other arguments"]
        );
        assert_eq!(errors("l(0.9: 1, 2)"), ["S032 2..5 takes no weighted arguments"]);
    }

    #[test]
    fn usage_shows_every_form() {
        assert_eq!(usage("l", FORMS), "l(median=, p99=, [max=]) or l(mean=, cv=)");
    }
}
