//! Texts within the limits that could make much of little: too large to be kept in `tests/fuzz`.

use super::input::Input;
use super::judge::judge;
use crate::scenarios::check_text;

#[test]
fn what_could_make_much_of_little_takes_neither_long_nor_much() {
    let word = "w".repeat(4_096);
    let list = |text: &str, count| format!("a = [{}]\n", vec![format!("\"{text}\""); count].join(","));
    let filler = format!("# {}\n", "-".repeat(98)).repeat(10_000);
    let inputs = [
        // A word of 4,096 bytes, used 819 times in each of 250 strings, and once in each of many.
        (
            "strings in which a long value stands often",
            format!("{}[sweep]\nvars.x = [\"{word}\"]\n", list(&format!("{}b", "${x} ".repeat(818)), 250)),
            "this text of 3351347 bytes is longer than 4096",
        ),
        (
            "many strings with a long value",
            format!("{}[sweep]\nvars.x = [\"{}\"]\n", list("${x} b", 90_000), "w".repeat(4_000)),
            "more than 4194304 bytes of keys and strings",
        ),
        (
            "a value at the end of the file that is used often",
            format!("duration = \"{}b\"\n{filler}[sweep]\nvars.x = [\"1s\"]\n", "${x} ".repeat(800)),
            "`${x}` is this",
        ),
    ];
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, text, said) in inputs {
        let text = format!("schema = 1\n{text}");
        assert_eq!(judge(&Input::plain(text.clone()), folder.path()).wrong, None, "{name}");
        let messages = check_text("test.toml", &text).messages;
        assert!(messages.contains(said), "{name}:\n{messages}");
    }
}
