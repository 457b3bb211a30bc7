//! Signals that would end the program where an error says more.

/// From now on a write beyond the file size limit (`ulimit -f`) is an error like that of a full disk. Its signal would
/// end the program in the middle of a file. Threads inherit this from the one that starts them, so that it is called
/// before any is.
#[cfg(unix)]
pub(super) fn fail_beyond_the_file_size_limit() {
    use nix::sys::signal::{SigSet, Signal};

    // A signal that cannot be blocked ends the program as it would have.
    let _ = SigSet::from(Signal::SIGXFSZ).thread_block();
}

/// There is no such limit.
#[cfg(not(unix))]
pub(super) fn fail_beyond_the_file_size_limit() {}
