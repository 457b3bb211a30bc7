//! Internal errors: a panic anywhere becomes a message that says what the program was doing, and the exit code 70.

use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{Write, stderr};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::sync::atomic::{AtomicBool, Ordering};

use super::Exit;

thread_local! {
    /// The commands that would repeat what this thread is doing, the innermost last.
    static DOING: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// While it lives, an internal error of this thread names the command that repeats what it was doing.
#[must_use = "it counts while it lives"]
pub struct Doing(());

/// Remembers `command`, such as `seedbed run a.toml --seed 7`, for the message of an internal error.
pub fn doing(command: String) -> Doing {
    DOING.with_borrow_mut(|doing| doing.push(command));
    Doing(())
}

impl Drop for Doing {
    fn drop(&mut self) {
        DOING.with_borrow_mut(|doing| doing.pop());
    }
}

/// From now on a panic is reported as an internal error of the command `program` with these arguments.
pub(super) fn report_panics(program: &str, arguments: &[OsString]) {
    let whole = command_line(program, arguments);
    // One message is enough when many workers meet the same mistake.
    let told = AtomicBool::new(false);
    panic::set_hook(Box::new(move |info| {
        if !told.swap(true, Ordering::Relaxed) {
            // Without stderr there is nobody to tell.
            let _ = stderr().write_all(message(info, &whole).as_bytes());
        }
    }));
}

/// What `body` gives, or [`Exit::Internal`] if it panics.
pub(super) fn catch(body: impl FnOnce() -> Exit) -> Exit {
    panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or(Exit::Internal)
}

fn message(info: &PanicHookInfo<'_>, whole: &str) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let payload = text.or(payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    let place = info.location().map_or(String::new(), |at| format!(" ({}:{})", at.file(), at.line()));
    let repeat = DOING.with_borrow(|doing| doing.last().cloned()).unwrap_or_else(|| whole.to_owned());
    let version = env!("CARGO_PKG_VERSION");
    let mut text = format!(
        "internal error: {payload}{place}\n\
         This is a mistake in seedbed {version}, not in the scenario. Please report it with the scenario and this line:\n\
         reproduce: {repeat}\n"
    );
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        text.push_str(&format!("{}\n", std::backtrace::Backtrace::force_capture()));
    }
    text
}

/// The arguments as a line that a shell reads back.
fn command_line(program: &str, arguments: &[OsString]) -> String {
    let rest = arguments.iter().skip(1).map(|argument| quoted(&argument.to_string_lossy()));
    [quoted(program)].into_iter().chain(rest).collect::<Vec<_>>().join(" ")
}

/// An argument, quoted for a shell where it must be.
pub(super) fn quoted(argument: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%@".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        return argument.to_owned();
    }
    format!("'{}'", argument.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_quoted_for_a_shell() {
        let arguments = ["/bin/x", "check", "a b.toml", "--set", "a=it's", ""].map(OsString::from);
        assert_eq!(command_line("seedbed", &arguments), r"seedbed check 'a b.toml' --set 'a=it'\''s' ''");
    }

    #[test]
    fn commands_name_the_program_that_runs() {
        let arguments = ["/bin/x", "check", "a.toml"].map(OsString::from);
        assert_eq!(command_line("my store", &arguments), "'my store' check a.toml");
    }

    #[test]
    fn what_a_thread_is_doing_ends_with_its_guard() {
        let outer = doing("outer".to_owned());
        let inner = doing("inner".to_owned());
        assert_eq!(DOING.with_borrow(Vec::len), 2);
        drop(inner);
        assert_eq!(DOING.with_borrow(|doing| doing.last().cloned()).as_deref(), Some("outer"));
        drop(outer);
        assert_eq!(DOING.with_borrow(Vec::len), 0);
    }
}
