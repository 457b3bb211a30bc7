//! What is wrong with a scenario: messages with places, collected so that all of them show at once.

use std::ops::Range;

use super::code::Code;
use super::origin::Origin;
use super::value::Text;

/// After this many, further messages are counted only.
pub const DIAGNOSTICS_MAX: usize = 200;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// The scenario cannot run.
    Error,
    /// It runs, but probably not as meant.
    Warning,
}

/// One message about a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// How bad it is.
    pub level: Level,
    /// One sentence without a full stop.
    pub message: String,
    /// The text at fault.
    pub primary: Origin,
    /// What to say right under that text; may be empty.
    pub label: String,
    /// Other places that belong to it, with what to say there.
    pub related: Vec<(Origin, String)>,
    /// What to do, one advice a line.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: Code, primary: &Origin, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            level: Level::Error,
            message: message.into(),
            primary: primary.clone(),
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, primary: &Origin, message: impl Into<String>) -> Diagnostic {
        Diagnostic { level: Level::Warning, ..Diagnostic::error(code, primary, message) }
    }

    /// Says something right under the text at fault.
    pub fn label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Under the text at fault: `did you mean ...?`, when there is a suggestion.
    pub fn did_you_mean(self, suggestion: Option<&str>) -> Diagnostic {
        match suggestion {
            Some(name) => self.label(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Points at another place that belongs to it.
    pub fn related(mut self, origin: &Origin, label: impl Into<String>) -> Diagnostic {
        self.related.push((origin.clone(), label.into()));
        self
    }

    /// Points at another place that belongs to it, if it was written anywhere.
    pub fn beside(self, origin: Option<&Origin>, label: impl Into<String>) -> Diagnostic {
        match origin {
            Some(origin) => self.related(origin, label),
            None => self,
        }
    }

    /// Adds an advice.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help.push(help.into());
        self
    }
}

/// An error found inside a string, before anyone knows where the string was written or whose value it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Its kind.
    pub code: Code,
    /// Bytes of the string.
    pub span: Range<usize>,
    /// Who has the problem, when that is not the option itself: "`mean` of `exp`".
    pub subject: Option<String>,
    /// A predicate without its subject: "needs a unit: 150 could be ms or s".
    pub message: String,
    /// What to say right under the text; may be empty.
    pub label: String,
    /// What to do.
    pub help: Vec<String>,
}

impl Problem {
    /// A problem with the bytes `span`.
    pub fn new(code: Code, span: Range<usize>, message: impl Into<String>) -> Problem {
        Problem { code, span, subject: None, message: message.into(), label: String::new(), help: Vec::new() }
    }

    /// Names who has the problem, unless it is named already.
    pub fn of(mut self, subject: impl Into<String>) -> Problem {
        self.subject.get_or_insert(subject.into());
        self
    }

    /// Says something right under the text at fault.
    pub fn label(mut self, label: impl Into<String>) -> Problem {
        self.label = label.into();
        self
    }

    /// Under the text at fault: `did you mean ...?`, when there is a suggestion.
    pub fn did_you_mean(self, suggestion: Option<&str>) -> Problem {
        match suggestion {
            Some(name) => self.label(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// Adds an advice.
    pub fn help(mut self, help: impl Into<String>) -> Problem {
        self.help.push(help.into());
        self
    }

    /// The same problem in a longer string, of which this one starts at `offset`.
    pub fn shifted(mut self, offset: usize) -> Problem {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }

    /// The error at a place; `subject`, such as "`heartbeat`", has it unless the problem knows better.
    pub fn at(self, subject: &str, origin: &Origin) -> Diagnostic {
        let subject = self.subject.as_deref().unwrap_or(subject);
        Diagnostic {
            label: self.label,
            help: self.help,
            ..Diagnostic::error(self.code, origin, format!("{subject} {}", self.message))
        }
    }

    /// The error, with its subject, in the string it was found in.
    pub fn within(self, subject: &str, text: &Text) -> Diagnostic {
        let origin = text.origin_of(self.span.clone());
        self.at(subject, &origin)
    }
}

/// Collects messages. Equal ones are kept once, so that a sweep may decode the same text many times.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    suppressed: usize,
    errors: usize,
}

impl Diagnostics {
    /// Adds a message, unless it is already there.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.list.contains(&diagnostic) {
            return;
        }
        self.errors += usize::from(diagnostic.level == Level::Error);
        if self.list.len() < DIAGNOSTICS_MAX {
            self.list.push(diagnostic);
        } else {
            self.suppressed += 1;
        }
    }

    /// The messages in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many messages are errors, those beyond the limit included.
    pub fn error_count(&self) -> usize {
        self.errors
    }

    /// Whether any message is an error.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether a further message would only be counted.
    pub fn is_full(&self) -> bool {
        self.list.len() == DIAGNOSTICS_MAX
    }

    /// Counts an error that would not be shown.
    ///
    /// # Panics
    /// If it would be.
    pub fn count_error(&mut self) {
        assert!(self.is_full(), "what can be shown is shown");
        self.errors += 1;
        self.suppressed += 1;
    }

    /// Counts messages that were kept out elsewhere, and the errors among them.
    pub fn count_suppressed(&mut self, messages: usize, errors: usize) {
        self.suppressed += messages;
        self.errors += errors;
    }

    /// How many messages [`DIAGNOSTICS_MAX`] kept out.
    pub fn suppressed(&self) -> usize {
        self.suppressed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_messages_are_kept_once_and_the_rest_is_counted() {
        let mut diagnostics = Diagnostics::default();
        let at = Origin::default_value();
        diagnostics.push(Diagnostic::warning(Code::UnusedVariable, &at, "w"));
        for n in 0..DIAGNOSTICS_MAX + 5 {
            let error = Diagnostic::error(Code::UnknownKey, &at, format!("{n}"));
            diagnostics.push(error.clone());
            diagnostics.push(error);
        }
        assert_eq!(diagnostics.iter().count(), DIAGNOSTICS_MAX);
        // Beyond the limit equal messages cannot be told apart, and count twice.
        assert_eq!(diagnostics.suppressed(), 12);
        assert!(diagnostics.has_errors());
    }
}
