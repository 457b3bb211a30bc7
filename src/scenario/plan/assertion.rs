//! Assertions as written: `p99 < 600ms`. What the words mean depends on the metric, which another layer knows.

use crate::spec::code::Code;
use crate::spec::diagnostic::Problem;

/// The signs of comparisons, the longer ones first.
pub const COMPARISONS: [&str; 5] = ["<=", ">=", "==", "<", ">"];

/// The three parts of an assertion.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Assertion<'a> {
    /// What is compared: `p99`, `mean`, `max`.
    pub aggregate: &'a str,
    /// How: one of [`COMPARISONS`].
    pub comparison: &'static str,
    /// With what, as written: `600ms`.
    pub value: &'a str,
}

impl<'a> Assertion<'a> {
    /// Splits the text of an assertion.
    ///
    /// # Errors
    /// If it is not one word, one comparison and one value.
    pub fn split(text: &'a str) -> Result<Assertion<'a>, Problem> {
        let bad = |message: &str| {
            let help = "write an aggregate, a comparison and a value: assert = \"p99 < 600ms\"";
            Err(Problem::new(Code::BadAssertion, 0..text.len(), message).help(help))
        };
        let Some(at) = text.find(['<', '>', '=']) else {
            return bad("has no comparison: `<`, `<=`, `>`, `>=` or `==`");
        };
        let Some(comparison) = COMPARISONS.into_iter().find(|sign| text[at..].starts_with(sign)) else {
            return bad("compares by `=`; write `==`");
        };
        let (aggregate, value) = (text[..at].trim(), text[at + comparison.len()..].trim());
        if aggregate.is_empty() || aggregate.contains(char::is_whitespace) {
            return bad("does not begin with one aggregate, such as `p99` or `max`");
        }
        if value.is_empty() || value.contains(char::is_whitespace) || value.contains(['<', '>', '=']) {
            return bad("does not end in one value, such as `600ms`");
        }
        Ok(Assertion { aggregate, comparison, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assertion_has_three_parts_with_or_without_spaces() {
        let expected = Assertion { aggregate: "p99", comparison: "<=", value: "600ms" };
        for text in ["p99 <= 600ms", "p99<=600ms", "  p99  <=600ms "] {
            assert_eq!(Assertion::split(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_assertion_says_why() {
        let reason = |text| Assertion::split(text).expect_err("malformed").message;
        assert!(reason("p99 600ms").starts_with("has no comparison"));
        assert!(reason("p99 = 600ms").starts_with("compares by `=`"));
        assert!(reason("< 5s").starts_with("does not begin"));
        assert!(reason("p 99 < 5s").starts_with("does not begin"));
        assert!(reason("p99 < ").starts_with("does not end"));
        assert!(reason("p99 < 5 s").starts_with("does not end"));
        assert!(reason("p99 < 5s < 6s").starts_with("does not end"));
    }
}
