//! The expressions inside a scenario's strings: `name(argument, key=value, 0.9: nested(...))`.
//!
//! One grammar serves distributions, arrivals, keys, targets and policies:
//!
//! ```text
//! expression := call | phrase
//! call       := name "(" [ argument { "," argument } [ "," ] ] ")"
//! argument   := [ key "=" | weight ":" ] ( call | phrase | quoted )
//! phrase     := word { word }          such as 150ms, 0.95 of api, link a->b
//! quoted     := '"' text '"' | "'" text "'"
//! ```
//!
//! A word is any run of characters but space, `(`, `)`, `,`, `=` and quotes, so `region:eu` is one word; only
//! after a plain number does `:` end a weight. Every part keeps its bytes.

use std::ops::Range;

use super::code::Code;
use super::diagnostic::Problem;

/// How deep calls may nest.
pub const DEPTH_MAX: usize = 16;

/// A word and its bytes in the string.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// The characters, without quotes.
    pub text: String,
    /// Its bytes; with quotes if it has any.
    pub span: Range<usize>,
    /// Whether it stood in quotes.
    pub quoted: bool,
}

/// A whole expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Expression {
    /// `name(...)`.
    Call(Call),
    /// One word or several; never empty.
    Phrase(Vec<Word>),
}

/// `name(arguments)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// What is called.
    pub name: Word,
    /// With what, in written order.
    pub arguments: Vec<Argument>,
    /// From the name to the closing parenthesis.
    pub span: Range<usize>,
}

/// One argument of a call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Argument {
    /// `key` of `key=value`.
    pub key: Option<Word>,
    /// `weight` of `weight: value`.
    pub weight: Option<Word>,
    /// The value.
    pub value: Expression,
}

impl Expression {
    /// Its bytes.
    pub fn span(&self) -> Range<usize> {
        match self {
            Expression::Call(call) => call.span.clone(),
            Expression::Phrase(words) => match (words.first(), words.last()) {
                (Some(first), Some(last)) => first.span.start..last.span.end,
                (None, _) | (_, None) => 0..0,
            },
        }
    }

    /// The only word of a phrase of one.
    pub fn word(&self) -> Option<&Word> {
        match self {
            Expression::Phrase(words) if words.len() == 1 => words.first(),
            Expression::Phrase(_) | Expression::Call(_) => None,
        }
    }
}

/// Reads a whole expression.
///
/// # Errors
/// The first break of the grammar, with its bytes.
pub fn parse(text: &str) -> Result<Expression, Problem> {
    let mut parser = Parser { text, at: 0 };
    parser.skip_space();
    if parser.at == text.len() {
        return Err(Problem::new(Code::CallSyntax, 0..text.len(), "is empty"));
    }
    let expression = parser.expression(0)?;
    match parser.peek() {
        None => Ok(expression),
        Some(c) => {
            let message = match c {
                ')' => "has a `)` that closes nothing".to_string(),
                _ => "goes on after its end".to_string(),
            };
            let end = if c == ')' { parser.at + 1 } else { text.trim_end().len() };
            Err(Problem::new(Code::CallSyntax, parser.at..end, message))
        }
    }
}

/// Whether the text is one value: a word, a quoted text or a call, and nothing beside it. Only such a text may
/// replace `${x}` inside an expression, since it cannot change the structure around it.
pub fn is_one_value(text: &str) -> bool {
    text.trim() == text
        && match parse(text) {
            Ok(Expression::Call(_)) => true,
            Ok(Expression::Phrase(words)) => words.len() == 1 && !is_weighted(text),
            Err(_) => false,
        }
}

/// `0.9:` would turn what follows into a weighted argument.
fn is_weighted(text: &str) -> bool {
    text.split_once(':').is_some_and(|(before, _)| is_number(before))
}

/// Digits and points, with a sign or not: a negative weight is a weight, so that it can be told so.
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    /// A call or a phrase, and the space after it.
    fn expression(&mut self, depth: usize) -> Result<Expression, Problem> {
        let first = self.word()?;
        if self.peek() == Some('(') && !first.quoted {
            return self.call(first, depth).map(Expression::Call);
        }
        let mut words = vec![first];
        self.skip_space();
        while self.peek().is_some_and(|c| !matches!(c, '(' | ')' | ',' | '=')) {
            words.push(self.word()?);
            self.skip_space();
        }
        if self.peek() == Some('(') {
            let message = "has a `(` without a name right before it";
            return Err(self.problem(self.at..self.at + 1, message));
        }
        Ok(Expression::Phrase(words))
    }

    /// The arguments of `name`, from the opening parenthesis.
    fn call(&mut self, name: Word, depth: usize) -> Result<Call, Problem> {
        if depth == DEPTH_MAX {
            let message = format!("nests deeper than {DEPTH_MAX} calls");
            return Err(self.problem(name.span, &message));
        }
        let open = self.at;
        self.at += 1;
        let mut arguments = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(')') => break,
                Some(',') => {
                    return Err(self.problem(self.at..self.at + 1, "has an empty argument before this `,`"));
                }
                Some(_) => arguments.push(self.argument(depth)?),
                None => return Err(self.unclosed(open)),
            }
            match self.peek() {
                Some(',') => self.at += 1,
                Some(')') => break,
                Some(_) => {
                    let message = "needs a `,` or `)` here";
                    return Err(self.problem(self.at..self.at + 1, message));
                }
                None => return Err(self.unclosed(open)),
            }
        }
        self.at += 1;
        let span = name.span.start..self.at;
        self.skip_space();
        Ok(Call { name, arguments, span })
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, Problem> {
        if let Some(weight) = self.weight() {
            let value = self.value_after(':', depth)?;
            return Ok(Argument { key: None, weight: Some(weight), value });
        }
        let value = self.expression(depth + 1)?;
        if self.peek() != Some('=') {
            return Ok(Argument { key: None, weight: None, value });
        }
        let Some(key) = value.word().filter(|word| !word.quoted).cloned() else {
            return Err(self.problem(value.span(), "has a name before `=` that is not one word"));
        };
        self.at += 1;
        let value = self.value_after('=', depth)?;
        if self.peek() == Some('=') {
            return Err(self.problem(self.at..self.at + 1, "has a second `=` in one argument"));
        }
        Ok(Argument { key: Some(key), weight: None, value })
    }

    fn value_after(&mut self, sign: char, depth: usize) -> Result<Expression, Problem> {
        self.skip_space();
        if self.peek().is_none_or(|c| matches!(c, ',' | ')')) {
            return Err(self.problem(self.at..self.at, &format!("lacks a value after `{sign}`")));
        }
        self.expression(depth + 1)
    }

    /// A plain number that a colon follows, colon included.
    fn weight(&mut self) -> Option<Word> {
        let rest = &self.text[self.at..];
        let colon = rest.find(':')?;
        let number = rest[..colon].trim_end();
        if !is_number(number) {
            return None;
        }
        let span = self.at..self.at + number.len();
        let word = Word { text: number.to_string(), span, quoted: false };
        self.at += colon + 1;
        Some(word)
    }

    fn word(&mut self) -> Result<Word, Problem> {
        let start = self.at;
        let rest = &self.text[start..];
        if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            let Some(length) = rest[1..].find(quote) else {
                return Err(self.problem(start..start + 1, "has a quote that is never closed"));
            };
            self.at = start + length + 2;
            let text = rest[1..=length].to_string();
            return Ok(Word { text, span: start..self.at, quoted: true });
        }
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '=' | '"' | '\'');
        let length = rest.find(ends).unwrap_or(rest.len());
        if length == 0 {
            let message = match rest.chars().next() {
                Some(c) => format!("needs a name or a value before `{c}`"),
                None => "needs a name or a value at its end".to_string(),
            };
            let end = start + rest.chars().next().map_or(0, char::len_utf8);
            return Err(self.problem(start..end, &message));
        }
        self.at = start + length;
        Ok(Word { text: rest[..length].to_string(), span: start..self.at, quoted: false })
    }

    fn problem(&self, span: Range<usize>, message: &str) -> Problem {
        Problem::new(Code::CallSyntax, span, message)
    }

    fn unclosed(&self, open: usize) -> Problem {
        self.problem(open..open + 1, "has a `(` that is never closed").help("close it with `)`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn call(text: &str) -> Call {
        match parse(text) {
            Ok(Expression::Call(call)) => call,
            other => panic!("{text}: {other:?}"),
        }
    }

    fn error(text: &str) -> String {
        let problem = parse(text).expect_err("should be refused");
        format!("{:?} {}", problem.span, problem.message)
    }

    #[test]
    fn arguments_keep_their_key_value_and_bytes() {
        let call = call("lognormal(median=200us, p99 = 2ms)");
        assert_eq!(call.name.text, "lognormal");
        assert_eq!(call.span, 0..34);
        let second = &call.arguments[1];
        assert_eq!(second.key.as_ref().expect("named").text, "p99");
        assert_eq!(second.value.word().expect("one word").span, 30..33);
    }

    #[test]
    fn calls_nest_and_take_weights() {
        let call = call("mixture(0.9: exp(1ms), 0.1: const(50ms))");
        let weights: Vec<&str> =
            call.arguments.iter().map(|a| a.weight.as_ref().expect("weighted").text.as_str()).collect();
        assert_eq!(weights, ["0.9", "0.1"]);
        assert_eq!(call.arguments[1].value.span(), 28..39);
    }

    #[test]
    fn phrases_and_colons_in_words_are_no_structure() {
        let load = call("poisson(load=0.95 of api)");
        assert_eq!(load.arguments[0].value.span(), 13..24);
        assert!(matches!(parse("link a->b"), Ok(Expression::Phrase(words)) if words.len() == 2));
        let any = call("any(region:eu-west-1)");
        assert_eq!(any.arguments[0].value.word().expect("one word").text, "region:eu-west-1");
        let file = call("empirical(\"a, b.csv\")");
        assert_eq!(file.arguments[0].value.word().expect("one word").text, "a, b.csv");
        assert!(call_is_empty("now()"));
    }

    fn call_is_empty(text: &str) -> bool {
        call(text).arguments.is_empty()
    }

    #[test]
    fn every_break_of_the_grammar_is_named_and_placed() {
        assert_eq!(error("  "), "0..2 is empty");
        assert_eq!(error("exp(1ms"), "3..4 has a `(` that is never closed");
        assert_eq!(error("exp(1ms))"), "8..9 has a `)` that closes nothing");
        assert_eq!(error("exp(1ms) twice"), "9..14 goes on after its end");
        assert_eq!(error("exp(, 1ms)"), "4..5 has an empty argument before this `,`");
        assert_eq!(error("exp(mean=)"), "9..9 lacks a value after `=`");
        assert_eq!(error("mixture(0.9: )"), "13..13 lacks a value after `:`");
        assert_eq!(error("exp(a=b=c)"), "7..8 has a second `=` in one argument");
        assert_eq!(error("exp(a b=c)"), "4..7 has a name before `=` that is not one word");
        assert_eq!(error("a (b)"), "2..3 has a `(` without a name right before it");
        assert_eq!(error("(b)"), "0..1 needs a name or a value before `(`");
        assert_eq!(error("f(\"b)"), "2..3 has a quote that is never closed");
        assert_eq!(error("f(g(x) y)"), "7..8 needs a `,` or `)` here");
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = "f(".repeat(40) + &")".repeat(40);
        assert_eq!(error(&deep), "32..33 nests deeper than 16 calls");
    }

    #[test]
    fn one_value_is_what_cannot_change_the_structure_around_it() {
        for one in ["150ms", "0.95", "exp(2ms)", "f(a, b=c)", "\"a, b\"", "region:eu"] {
            assert!(is_one_value(one), "{one}");
        }
        for other in ["1ms, p99=2ms", "1ms)", "a b", "k=v", "0.9: exp(1ms)", "0.9:x", "", " x", "f(", "'x"] {
            assert!(!is_one_value(other), "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,32}|[a-c0-9.:=,()\"' ]{0,32}") {
            if let Err(problem) = parse(&text) {
                prop_assert!(text.get(problem.span).is_some());
            }
        }

        #[test]
        fn one_value_in_an_argument_stays_one_argument(text in "[a-c0-9.:=,()\"' ]{0,12}") {
            if is_one_value(&text) {
                let whole = format!("f(x, k={text}, y)");
                let parsed = call(&whole);
                prop_assert_eq!(parsed.arguments.len(), 3);
                let whole = format!("f(x, {text}, y)");
                prop_assert_eq!(call(&whole).arguments.len(), 3);
            }
        }
    }
}
