//! Lists and numbers of things as a person says them, for what messages tell.

/// The words in a row, the last one behind `link`: `a`, `a and b`, `a, b and c`; empty if there are none.
pub fn listed(words: &[String], link: &str) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} {link} {last}", first.join(", ")),
    }
}

/// So many of a thing whose plural ends in s: `1 run`, `2 runs`.
pub fn counted(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_no_plural() {
        assert_eq!([0, 1, 2].map(|number| counted(number, "run")), ["0 runs", "1 run", "2 runs"]);
    }

    #[test]
    fn only_the_last_word_of_several_stands_behind_the_link() {
        let said =
            |words: &[&str], link| listed(&words.iter().map(ToString::to_string).collect::<Vec<_>>(), link);
        assert_eq!(said(&[], "and"), "");
        assert_eq!(said(&["a"], "and"), "a");
        assert_eq!(said(&["a", "b"], "or"), "a or b");
        assert_eq!(said(&["a", "b", "c"], "and"), "a, b and c");
    }
}
