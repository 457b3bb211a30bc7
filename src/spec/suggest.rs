//! "Did you mean": the known name nearest to a mistyped one.

/// The candidate that `word` most likely stands for, or none that is near enough to be worth showing.
///
/// Case and `-`, `_` count for nothing; otherwise about one edit for three letters is near. The first of
/// equally near candidates wins.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let allowed = (folded.chars().count() / 3).clamp(1, 4);
    let distance = |candidate: &str| {
        let candidate = fold(candidate);
        // A one-letter name is within one edit of every other: near only when equal after folding.
        let short = folded.chars().count() < 2 || candidate.chars().count() < 2;
        let distance = strsim::damerau_levenshtein(&folded, &candidate);
        if short && distance > 0 { usize::MAX } else { distance }
    };
    candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn fold(word: &str) -> String {
    word.to_lowercase().replace('_', "-")
}

/// The names as a phrase: `a`, `a or b`, `a, b or c`, each in backquotes.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => "nothing".to_string(),
        Some((only, [])) => only.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_suggested_and_a_stranger_is_not() {
        let keys = ["election_timeout", "heartbeat", "pre_vote"];
        assert_eq!(closest("election_timout", keys), Some("election_timeout"));
        assert_eq!(closest("Pre-Vote", keys), Some("pre_vote"));
        assert_eq!(closest("batch", keys), None);
        assert_eq!(closest("k", ["n", "s"]), None);
    }

    #[test]
    fn names_read_as_a_phrase() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
