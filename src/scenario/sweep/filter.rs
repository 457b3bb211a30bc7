//! The `where` of a sweep: `load < 1 and not policy == "random"`.
//!
//! ```text
//! filter     := all { "or" all }
//! all        := one { "and" one }
//! one        := "not" one | "(" filter ")" | operand comparison operand
//! comparison := == | != | < | <= | > | >=
//! operand    := variable | number | quantity | quoted text | true | false
//! ```

use std::cmp::Ordering;
use std::ops::Range;

use super::variables::{Variable, is_name};
use crate::spec::units::{self, Dimension};
use crate::spec::{Code, Diagnostic, Node, Problem, Text, Value, suggest};

/// How deep `not` and parentheses may nest.
pub const DEPTH_MAX: usize = 32;

/// A condition on the values of variables.
pub(super) struct Filter {
    text: Text,
    condition: Condition,
}

enum Condition {
    Or(Vec<Condition>),
    And(Vec<Condition>),
    Not(Box<Condition>),
    Compare { left: Operand, comparison: Comparison, right: Operand, span: Range<usize> },
}

enum Operand {
    /// By index.
    Variable(usize),
    Literal(Scalar),
}

#[derive(Clone, Copy)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// What can be compared with its own kind.
#[derive(Clone, Debug)]
enum Scalar {
    Bool(bool),
    Number(f64),
    Quantity(Dimension, f64),
    Text(String),
    /// A list or a table.
    Other,
}

impl Scalar {
    fn of(node: &Node) -> Scalar {
        match &node.value {
            Value::Bool(value) => Scalar::Bool(*value),
            Value::Integer(value) => Scalar::Number(*value as f64),
            Value::Float(value) => Scalar::Number(*value),
            Value::String(text) => Scalar::of_text(text.as_str()),
            Value::Array(_) | Value::Table(_) => Scalar::Other,
        }
    }

    fn of_text(text: &str) -> Scalar {
        match units::base_value(text) {
            Some((dimension, value)) => Scalar::Quantity(dimension, value),
            None => Scalar::Text(text.to_string()),
        }
    }

    /// The kind in words.
    fn kind(&self) -> &'static str {
        match self {
            Scalar::Bool(_) => "true or false",
            Scalar::Number(_) => "a number",
            Scalar::Quantity(dimension, _) => dimension.name(),
            Scalar::Text(_) => "a text",
            Scalar::Other => "a list or table",
        }
    }
}

/// Reads a filter.
pub(super) fn parse(text: &Text, variables: &[Variable]) -> Result<Filter, Box<Diagnostic>> {
    let parse = || {
        let tokens = tokens(text.as_str())?;
        let mut parser = Parser { tokens, at: 0, end: text.as_str().len(), variables };
        let condition = parser.any(0)?;
        match parser.peek() {
            None => Ok(condition),
            Some(token) => Err(syntax(token.span.clone(), "goes on where only `and` or `or` may follow")),
        }
    };
    match parse() {
        Ok(condition) => Ok(Filter { text: text.clone(), condition }),
        Err(problem) => Err(Box::new(problem.within("`where`", text))),
    }
}

impl Filter {
    /// How many comparisons it makes for each combination.
    pub(super) fn comparisons(&self) -> u64 {
        self.condition.comparisons()
    }

    /// Whether the combination, given by the index of each variable's value, is to run.
    pub(super) fn holds(&self, variables: &[Variable], combination: &[u32]) -> Result<bool, Box<Diagnostic>> {
        self.condition
            .holds(variables, combination)
            .map_err(|problem| Box::new(problem.within("`where`", &self.text)))
    }
}

impl Condition {
    fn comparisons(&self) -> u64 {
        match self {
            Condition::Or(parts) | Condition::And(parts) => parts.iter().map(Condition::comparisons).sum(),
            Condition::Not(part) => part.comparisons(),
            Condition::Compare { .. } => 1,
        }
    }

    fn holds(&self, variables: &[Variable], combination: &[u32]) -> Result<bool, Problem> {
        // Every part is evaluated: whether kinds fit must not hang on the order.
        let all = |parts: &[Condition]| -> Result<Vec<bool>, Problem> {
            parts.iter().map(|part| part.holds(variables, combination)).collect()
        };
        match self {
            Condition::Or(parts) => Ok(all(parts)?.contains(&true)),
            Condition::And(parts) => Ok(!all(parts)?.contains(&false)),
            Condition::Not(part) => part.holds(variables, combination).map(|holds| !holds),
            Condition::Compare { left, comparison, right, span } => {
                let value = |operand: &Operand| match operand {
                    Operand::Literal(scalar) => scalar.clone(),
                    Operand::Variable(index) => {
                        Scalar::of(&variables[*index].values[combination[*index] as usize])
                    }
                };
                compare(&value(left), *comparison, &value(right))
                    .map_err(|message| Problem::new(Code::FilterTypes, span.clone(), message))
            }
        }
    }
}

fn compare(left: &Scalar, comparison: Comparison, right: &Scalar) -> Result<bool, String> {
    let ordering = match (left, right) {
        (Scalar::Number(a), Scalar::Number(b)) => a.partial_cmp(b),
        (Scalar::Quantity(a_kind, a), Scalar::Quantity(b_kind, b)) if a_kind == b_kind => a.partial_cmp(b),
        (Scalar::Text(a), Scalar::Text(b)) => return equality(a == b, comparison, "texts"),
        (Scalar::Bool(a), Scalar::Bool(b)) => return equality(a == b, comparison, "true and false"),
        (Scalar::Number(_) | Scalar::Quantity(..) | Scalar::Text(_) | Scalar::Bool(_) | Scalar::Other, _) => {
            None
        }
    };
    let Some(ordering) = ordering else {
        return Err(format!("compares {} with {}", left.kind(), right.kind()));
    };
    Ok(match comparison {
        Comparison::Equal => ordering == Ordering::Equal,
        Comparison::NotEqual => ordering != Ordering::Equal,
        Comparison::Less => ordering == Ordering::Less,
        Comparison::AtMost => ordering != Ordering::Greater,
        Comparison::Greater => ordering == Ordering::Greater,
        Comparison::AtLeast => ordering != Ordering::Less,
    })
}

fn equality(equal: bool, comparison: Comparison, what: &str) -> Result<bool, String> {
    match comparison {
        Comparison::Equal => Ok(equal),
        Comparison::NotEqual => Ok(!equal),
        Comparison::Less | Comparison::AtMost | Comparison::Greater | Comparison::AtLeast => {
            Err(format!("orders {what}, which can only be equal or not"))
        }
    }
}

struct Token {
    text: String,
    span: Range<usize>,
    quoted: bool,
}

fn syntax(span: Range<usize>, message: &str) -> Problem {
    Problem::new(Code::FilterSyntax, span, message)
}

/// Words, quoted texts, comparisons and parentheses.
fn tokens(text: &str) -> Result<Vec<Token>, Problem> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let run = |is_part: fn(char) -> bool| rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let length = match c {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' | ')' => 1,
            '"' | '\'' => match rest[1..].find(c) {
                Some(length) => length + 2,
                None => return Err(syntax(at..at + 1, "has a quote that is never closed")),
            },
            '<' | '>' | '=' | '!' | '&' | '|' => run(|c| matches!(c, '<' | '>' | '=' | '!' | '&' | '|')),
            _ => run(|c| !c.is_whitespace() && !"()\"'<>=!&|".contains(c)),
        };
        let quoted = matches!(c, '"' | '\'');
        let inner = if quoted { &rest[1..length - 1] } else { &rest[..length] };
        tokens.push(Token { text: inner.to_string(), span: at..at + length, quoted });
        at += length;
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: Vec<Token>,
    at: usize,
    end: usize,
    variables: &'a [Variable],
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|token| !token.quoted && token.text == word);
        self.at += usize::from(found);
        found
    }

    fn any(&mut self, depth: usize) -> Result<Condition, Problem> {
        let mut parts = vec![self.all(depth)?];
        while self.accept("or") {
            parts.push(self.all(depth)?);
        }
        Ok(Condition::Or(parts))
    }

    fn all(&mut self, depth: usize) -> Result<Condition, Problem> {
        let mut parts = vec![self.one(depth)?];
        while self.accept("and") {
            parts.push(self.one(depth)?);
        }
        Ok(Condition::And(parts))
    }

    fn one(&mut self, depth: usize) -> Result<Condition, Problem> {
        let here = self.peek().map_or(self.end..self.end, |token| token.span.clone());
        if depth > DEPTH_MAX {
            return Err(syntax(here, &format!("nests deeper than {DEPTH_MAX}")));
        }
        if self.accept("not") {
            return Ok(Condition::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.accept("(") {
            let condition = self.any(depth + 1)?;
            if self.accept(")") {
                return Ok(condition);
            }
            return Err(syntax(here, "has a `(` that is never closed"));
        }
        let left = self.operand()?;
        let comparison = self.comparison()?;
        let right = self.operand()?;
        let span = here.start..self.tokens[self.at - 1].span.end;
        Ok(Condition::Compare { left, comparison, right, span })
    }

    fn comparison(&mut self) -> Result<Comparison, Problem> {
        let Some(token) = self.tokens.get(self.at) else {
            return Err(syntax(self.end..self.end, "lacks a comparison at its end"));
        };
        self.at += 1;
        let meant = match token.text.as_str() {
            "==" if !token.quoted => return Ok(Comparison::Equal),
            "!=" if !token.quoted => return Ok(Comparison::NotEqual),
            "<" if !token.quoted => return Ok(Comparison::Less),
            "<=" if !token.quoted => return Ok(Comparison::AtMost),
            ">" if !token.quoted => return Ok(Comparison::Greater),
            ">=" if !token.quoted => return Ok(Comparison::AtLeast),
            "=" | "===" => Some("=="),
            "<>" => Some("!="),
            "=<" => Some("<="),
            "=>" => Some(">="),
            _ => None,
        };
        let problem = syntax(token.span.clone(), "needs a comparison here");
        Err(problem.did_you_mean(meant).help("the comparisons are ==, !=, <, <=, > and >="))
    }

    fn operand(&mut self) -> Result<Operand, Problem> {
        let Some(token) = self.tokens.get(self.at) else {
            return Err(syntax(self.end..self.end, "lacks a value at its end"));
        };
        self.at += 1;
        let (text, span) = (token.text.as_str(), token.span.clone());
        if token.quoted {
            return Ok(Operand::Literal(Scalar::of_text(text)));
        }
        if let Some(index) = self.variables.iter().position(|variable| variable.name == text) {
            return Ok(Operand::Variable(index));
        }
        match text {
            "true" | "false" => return Ok(Operand::Literal(Scalar::Bool(text == "true"))),
            "&&" | "||" | "!" | "and" | "or" | "not" | "(" | ")" => {
                return Err(syntax(span, "needs a variable or a value here")
                    .help("join comparisons with and, or, not"));
            }
            _ => {}
        }
        if let Ok(number) = text.parse::<f64>()
            && number.is_finite()
        {
            return Ok(Operand::Literal(Scalar::Number(number)));
        }
        if let Some((dimension, value)) = units::base_value(text) {
            return Ok(Operand::Literal(Scalar::Quantity(dimension, value)));
        }
        let known = self.variables.iter().map(|variable| variable.name.as_str());
        let problem = Problem::new(Code::UnknownVariable, span, format!("names no variable `{text}`"));
        let problem = problem.did_you_mean(suggest::closest(text, known));
        Err(if is_name(text) { problem.help(format!("write '{text}' if it is a text")) } else { problem })
    }
}
