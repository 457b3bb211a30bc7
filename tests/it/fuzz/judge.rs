//! What the loader may do with an input, whatever it holds: no panic, no long work, no much memory, every message at a
//! place inside the text, and a valid document that reads back.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Once;

use seedbed::cli::memory;
use seedbed::run::prepare::{Prepared, prepare};
use seedbed::scenario::{LoadOptions, Loaded, check, load_text, render, resolved};
use seedbed::sim::Limits;
use seedbed::spec::{Diagnostic, Level, Origin, SourceId};

use super::input::Input;

/// Longest that one input may take: several times what the heaviest takes on a slow machine, a fraction of what one takes that is
/// compared with itself.
pub const SECONDS_MAX: f64 = 5.0;
/// Most that one input may hold at any moment.
pub const BYTES_MAX: u64 = 1_000_000_000;
/// Longest text of all messages together.
const SAID_MAX: usize = 1_000_000;
/// How often what seems slow is done again: the machine may have been busy.
const TRIES: u32 = 5;

/// What one input cost, and what was wrong about it.
pub struct Judged {
    pub seconds: f64,
    pub bytes: u64,
    pub valid: bool,
    pub errors: usize,
    pub wrong: Option<String>,
}

/// Loads, plans, prints.
pub fn judge(input: &Input, folder: &Path) -> Judged {
    let mut judged = once(input, folder);
    for _ in 1..TRIES {
        if judged.seconds <= SECONDS_MAX || judged.wrong.is_some() {
            break;
        }
        let again = once(input, folder);
        if again.seconds < judged.seconds {
            judged = again;
        }
    }
    if judged.wrong.is_none() && judged.seconds > SECONDS_MAX {
        judged.wrong = Some(format!("slow: {:.2} s", judged.seconds));
    }
    if judged.wrong.is_none() && judged.bytes > BYTES_MAX {
        judged.wrong = Some(format!("large: {} bytes", judged.bytes));
    }
    judged
}

fn once(input: &Input, folder: &Path) -> Judged {
    listen_to_panics();
    let held = memory::start();
    #[allow(clippy::disallowed_types, reason = "what is measured is how long loading takes")]
    let started = std::time::Instant::now();
    let cpu = cpu_seconds();
    PANIC.with(|place| *place.borrow_mut() = Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut loaded = input.load(folder);
        let checked = check(&mut loaded, |scenario, diagnostics, files| {
            let prepared: Option<Prepared> =
                prepare("fuzz", scenario, scenario.seed, Limits::default(), diagnostics, files);
            prepared.map(|prepared| prepared.world)
        });
        let said = render(&loaded.sources, &loaded.diagnostics, false);
        (checked.is_some(), loaded, said)
    }));
    let elapsed = started.elapsed().as_secs_f64();
    let seconds = cpu.zip(cpu_seconds()).map_or(elapsed, |(before, after)| after - before);
    let bytes = held.most();
    let said = PANIC.with(|place| place.borrow_mut().take()).unwrap_or_default();
    match result {
        Err(_) => Judged { seconds, bytes, valid: false, errors: 0, wrong: Some(format!("panic: {said}")) },
        Ok((valid, loaded, said)) => {
            let errors = loaded.diagnostics.error_count();
            Judged { seconds, bytes, valid, errors, wrong: wrong(valid, &loaded, &said) }
        }
    }
}

/// Seconds that this thread has had a core: on a busy machine the clock on the wall measures others. Linux tells.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

fn wrong(valid: bool, loaded: &Loaded, said: &str) -> Option<String> {
    let errors = loaded.diagnostics.error_count();
    if valid == (errors > 0) {
        return Some(format!("verdict: valid is {valid}, with {errors} errors"));
    }
    if said.len() > SAID_MAX {
        return Some(format!("verbose: {} bytes of messages", said.len()));
    }
    let misplaced = |diagnostic: &Diagnostic| {
        let is_error = diagnostic.level == Level::Error;
        let nowhere = is_error && diagnostic.primary.source == SourceId::DEFAULTS;
        let places = std::iter::once(&diagnostic.primary).chain(diagnostic.related.iter().map(|(at, _)| at));
        nowhere || places.into_iter().any(|place| !is_inside(loaded, place))
    };
    if let Some(diagnostic) = loaded.diagnostics.iter().find(|diagnostic| misplaced(diagnostic)) {
        return Some(format!("place: {} ({:?})", diagnostic.message, diagnostic.primary));
    }
    let document = loaded.document.as_ref().filter(|_| valid)?;
    let written = resolved(document, Some(&loaded.sources));
    let again = load_text("again.toml", &written, &LoadOptions::default());
    match again.document {
        Some(again) if again.same_value(document) => None,
        Some(_) => Some("resolved: reads back to other values".to_owned()),
        None => Some("resolved: does not read back".to_owned()),
    }
}

/// Whether a place, and every place it came through, is text of its source.
fn is_inside(loaded: &Loaded, place: &Origin) -> bool {
    let text = &loaded.sources.get(place.source).text;
    let through = place.through.as_ref().is_none_or(|step| is_inside(loaded, &step.at));
    let parts = place.filled.iter().flat_map(|text| text.parts()).all(|part| is_inside(loaded, part));
    text.get(place.span()).is_some() && through && parts
}

thread_local! {
    /// Where this thread panicked; none while panics are none of ours.
    static PANIC: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Panics of the loader are noted and not printed; those of other tests go the way they did.
fn listen_to_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let ours = PANIC.with(|place| {
                place.borrow_mut().as_mut().map(|place| {
                    let at =
                        info.location().map_or(String::new(), |at| format!("{}:{}", at.file(), at.line()));
                    let said = info.payload().downcast_ref::<String>().map_or("", String::as_str);
                    let said = info.payload().downcast_ref::<&str>().copied().unwrap_or(said);
                    *place = format!("{at} {said}");
                })
            });
            if ours.is_none() {
                before(info);
            }
        }));
    });
}
