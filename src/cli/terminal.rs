//! Where a command's words go: its result to stdout, everything else to stderr.

use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};

use clap::ValueEnum;

use super::{Exit, Failure};

/// When text has colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub enum ColorChoice {
    /// If it goes to a terminal and NO_COLOR is not set.
    #[default]
    Auto,
    /// Also into files and pipes.
    Always,
    /// Not even on a terminal.
    Never,
}

impl ColorChoice {
    fn resolve(self, is_terminal: bool) -> bool {
        // https://no-color.org: set to anything but the empty string.
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self {
            ColorChoice::Auto => {
                is_terminal && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|t| t != "dumb")
            }
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        }
    }
}

/// The standard streams of a command.
pub struct Terminal {
    color_stdout: bool,
    color_stderr: bool,
    is_quiet: bool,
    out: Box<dyn Write>,
    err: Box<dyn Write>,
}

impl Terminal {
    /// The streams, with colours as chosen.
    pub fn new(color: ColorChoice) -> Terminal {
        Terminal {
            color_stdout: color.resolve(stdout().is_terminal()),
            color_stderr: color.resolve(stderr().is_terminal()),
            is_quiet: false,
            out: Box::new(stdout()),
            err: Box::new(stderr()),
        }
    }

    /// Other streams, without colours.
    #[cfg(test)]
    pub fn onto(out: Box<dyn Write>, err: Box<dyn Write>) -> Terminal {
        Terminal { color_stdout: false, color_stderr: false, is_quiet: false, out, err }
    }

    /// From now on says nothing but errors.
    pub fn be_quiet(&mut self) {
        self.is_quiet = true;
    }

    /// Does something that says nothing but errors.
    pub fn quietly<R>(&mut self, something: impl FnOnce(&mut Terminal) -> R) -> R {
        let before = std::mem::replace(&mut self.is_quiet, true);
        let result = something(self);
        self.is_quiet = before;
        result
    }

    /// Whether it says nothing but errors.
    pub fn is_quiet(&self) -> bool {
        self.is_quiet
    }

    /// Whether progress may be drawn on stderr.
    pub fn shows_progress(&self) -> bool {
        !self.is_quiet && stderr().is_terminal()
    }

    /// Whether the result may have colours.
    pub fn color_stdout(&self) -> bool {
        self.color_stdout
    }

    /// Whether messages may have colours.
    pub fn color_stderr(&self) -> bool {
        self.color_stderr
    }

    /// Prints a part of the result. Whoever closed the pipe has seen enough: that is no failure.
    ///
    /// # Errors
    /// If stdout cannot be written, such as on a full disk.
    pub fn print(&mut self, text: &str) -> Result<(), Failure> {
        match self.out.write_all(text.as_bytes()).and_then(|()| self.out.flush()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            Err(error) => {
                Err(Failure::new(Exit::InputOutput, format!("the result could not be written: {error}")))
            }
        }
    }

    /// Prints a JSON document as the result.
    ///
    /// # Errors
    /// As [`Terminal::print`].
    pub fn print_json(&mut self, document: &serde_json::Value) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(document).expect("a JSON value can be written");
        self.print(&format!("{text}\n"))
    }

    /// Says a line on stderr. Without stderr there is nobody to tell.
    pub fn say(&mut self, text: &str) {
        let _ = writeln!(self.err, "{text}");
    }

    /// Says a text that may be empty or end with a line end.
    pub fn say_block(&mut self, text: &str) {
        if !text.trim_end().is_empty() {
            self.say(text.trim_end());
        }
    }

    /// Says what is good to know, unless it is to be quiet.
    pub fn note(&mut self, message: &str) {
        if !self.is_quiet {
            self.say(message);
        }
    }

    /// Says what a person should know though nothing went wrong.
    pub fn warn(&mut self, message: &str) {
        if self.is_quiet {
            return;
        }
        match self.color_stderr {
            true => self.say(&format!("\x1b[1m\x1b[33mwarning\x1b[0m: {message}")),
            false => self.say(&format!("warning: {message}")),
        }
    }

    /// Says what went wrong.
    pub fn error(&mut self, message: &str) {
        match self.color_stderr {
            true => self.say(&format!("\x1b[1m\x1b[91merror\x1b[0m\x1b[1m: {message}\x1b[0m")),
            false => self.say(&format!("error: {message}")),
        }
    }
}
