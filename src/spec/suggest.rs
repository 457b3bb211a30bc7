//! "Did you mean": the known name nearest to a mistyped one.

use crate::kernel::phrase;

use super::write;

/// Most candidates that are compared: a world can have a million names.
pub const CANDIDATES_MAX: usize = 1_000;

/// Letters of the longest name that is compared: what a comparison costs grows with the square of them.
const COMPARED_MAX: usize = 128;

/// The candidate that `word` most likely stands for, or none that is near enough to be worth showing.
///
/// Of more than [`CANDIDATES_MAX`] candidates the others are not looked at. Case and `-`, `_` count for nothing. What other
/// tools and textbooks call by this word comes first: `majority` is a `quorum`, however near `minority` is. Otherwise about
/// one edit for three letters is near, two letters swapped being one; the first of equally near candidates wins. When none
/// is near, it may be a part of the word (`timeout_ms`), or begin like it.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(word);
    let candidates: Vec<&str> = candidates.into_iter().take(CANDIDATES_MAX).collect();
    let same = candidates.iter().find(|candidate| fold(candidate) == folded).copied();
    same.or_else(|| synonym(&folded, &candidates))
        .or_else(|| near(&folded, &candidates))
        .or_else(|| part(&folded, &candidates))
        .or_else(|| beginning(&folded, &candidates))
}

/// The candidate within a few edits.
fn near<'a>(folded: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let length = folded.chars().count();
    let allowed = (length / 3).clamp(1, 4);
    let distance = |candidate: &str| {
        let candidate = fold(candidate);
        let candidate_length = candidate.chars().count();
        // At least as many edits as the lengths differ; and no name that can be is so long.
        if length.abs_diff(candidate_length) > allowed || candidate_length > COMPARED_MAX {
            return usize::MAX;
        }
        // A one-letter name is within one edit of every other: near only when equal after folding.
        let short = length.min(candidate_length) < 2;
        let distance = strsim::damerau_levenshtein(folded, &candidate);
        if short && distance > 0 { usize::MAX } else { distance }
    };
    candidates
        .iter()
        .map(|candidate| (distance(candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The only candidate that is some of the words in `folded`, and no short one.
fn part<'a>(folded: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let inside = |candidate: &&&str| {
        let candidate = fold(candidate);
        candidate.len() > 3 && format!("-{folded}-").contains(&format!("-{candidate}-"))
    };
    let mut found = candidates.iter().filter(inside);
    found.next().filter(|_| found.next().is_none()).copied()
}

/// The only candidate that begins like `folded`: one is the beginning of the other, or most of the word is the same.
fn beginning<'a>(folded: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let is_alike = |candidate: &&&str| {
        let candidate = fold(candidate);
        let same: usize = folded
            .chars()
            .zip(candidate.chars())
            .take_while(|(a, b)| a == b && *a != '-')
            .map(|(c, _)| c.len_utf8())
            .sum();
        let is_whole = [folded, &candidate].iter().any(|word| {
            // `read-write` is no form of `read`.
            word.len() == same && !(folded[same..].starts_with('-') || candidate[same..].starts_with('-'))
        });
        same > 3 && (is_whole || same * 5 >= folded.len() * 3)
    };
    let mut found = candidates.iter().filter(is_alike);
    found.next().filter(|_| found.next().is_none()).copied()
}

/// Words of other tools and textbooks, and ours for them; where a word has several, those that are known in its place
/// count.
const SYNONYMS: [(&str, &[&str]); 22] = [
    ("nodes", &["replicas", "servers", "size", "count", "instances", "members", "peers", "hosts", "region"]),
    ("system", &["cluster", "service", "store", "database"]),
    ("workload", &["client", "clients", "load", "traffic"]),
    ("fault", &["failure", "nemesis", "chaos", "injection"]),
    ("check", &["assert", "assertion", "invariant", "property"]),
    ("network", &["net", "link", "links", "topology"]),
    ("sweep", &["matrix", "grid", "parameters"]),
    ("schema", &["version"]),
    ("name", &["title", "id"]),
    ("duration", &["length", "run-time", "runtime", "time", "until"]),
    ("extends", &["include", "import", "base", "inherits"]),
    ("type", &["kind", "protocol", "class"]),
    ("disk", &["fsync", "storage"]),
    ("cores", &["cpu", "cpus", "threads"]),
    ("arrival", &["rate", "rps", "qps", "tps", "load", "ops"]),
    ("attempts", &["retries", "tries", "retry"]),
    ("value_size", &["payload", "payload-size", "size", "bytes"]),
    ("at", &["start", "when", "after", "begin", "time"]),
    ("for", &["duration", "lasts", "length"]),
    ("do", &["type", "kind", "action"]),
    ("target", &["system", "node", "victim", "to"]),
    ("model", &["consistency"]),
];

/// What is called otherwise elsewhere: values as well as keys.
const OTHERS: [(&str, &[&str]); 26] = [
    ("keys", &["keyspace"]),
    ("regions", &["latency", "region", "delays", "matrix"]),
    ("from", &["since", "start", "after", "source", "src"]),
    ("to", &["until", "end", "before", "destination", "dst"]),
    ("repeat", &["runs", "seeds", "repetitions"]),
    ("vars", &["variables", "parameters", "params"]),
    ("work", &["service-time", "time", "cost"]),
    ("limit", &["max", "capacity", "size", "length"]),
    ("offset", &["skew"]),
    ("crash", &["kill", "stop", "fail", "restart"]),
    ("delay", &["latency", "lag", "slow-network"]),
    ("leader", &["primary", "master"]),
    ("any", &["random", "one"]),
    ("quorum", &["majority"]),
    ("stream", &["tcp"]),
    ("datagram", &["udp"]),
    ("local", &["stale", "eventual"]),
    ("read", &["get", "load"]),
    ("write", &["put", "set", "store", "update"]),
    ("healthy", &["normal", "calm", "steady"]),
    ("op", &["operation", "operations"]),
    ("violated", &["fail", "failed", "false"]),
    ("constant", &["uniform", "fixed", "deterministic"]),
    ("diurnal", &["sine", "sinusoid", "daily"]),
    ("mean", &["average", "avg"]),
    ("max", &["maximum"]),
];

/// The candidate that `folded` is another word for.
fn synonym<'a>(folded: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let means = |candidate: &&&str| {
        let mut rows = SYNONYMS.iter().chain(&OTHERS);
        rows.any(|(ours, others)| ours == *candidate && others.contains(&folded))
    };
    candidates.iter().find(means).copied()
}

fn fold(word: &str) -> String {
    word.to_lowercase().replace('_', "-")
}

/// A name in a phrase; of one that no name can be, its beginning.
fn quoted(name: &str) -> String {
    format!("`{}`", write::excerpt(name))
}

/// The names as a phrase: `a`, `a or b`, `a, b or c`, each in backquotes.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted_names: Vec<String> = names.into_iter().map(quoted).collect();
    if quoted_names.is_empty() { "nothing".to_string() } else { phrase::listed(&quoted_names, "or") }
}

/// Most names that one message lists.
pub const NAMES_SHOWN: usize = 20;

/// The names as a phrase, those beyond a limit counted.
pub fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let mut names = names.into_iter();
    let shown: Vec<&str> = names.by_ref().take(NAMES_SHOWN).collect();
    match names.count() {
        0 => one_of(shown),
        more => {
            let shown: Vec<String> = shown.into_iter().map(quoted).collect();
            format!("{} and {more} more", shown.join(", "))
        }
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
        assert_eq!(closest("rset", ["kv.1", "rest"]), Some("rest"), "two letters swapped are one edit");
        assert_eq!(closest("k", ["n", "s"]), None);
    }

    #[test]
    fn a_part_of_the_word_and_the_words_of_others_are_suggested_where_they_fit() {
        assert_eq!(closest("timeout_ms", ["target", "timeout"]), Some("timeout"));
        assert_eq!(closest("packet-loss", ["crash", "loss"]), Some("loss"));
        assert_eq!(closest("read_write", ["read", "write"]), None, "either could be meant");
        assert_eq!(closest("replicas", ["type", "nodes"]), Some("nodes"));
        assert_eq!(closest("replicas", ["target", "arrival"]), None);
        assert_eq!(closest("latency", ["crash", "delay"]), Some("delay"));
        assert_eq!(closest("majority", ["minority", "quorum"]), Some("quorum"), "and not what is near");
        assert_eq!(closest("majority", ["minority"]), Some("minority"));
        assert_eq!(closest("time", ["times", "at"]), Some("at"));
        assert_eq!(closest("Delay", ["hold", "delay"]), Some("delay"), "a word itself before all others");
        assert_eq!(closest("automatic", ["auto"]), Some("auto"));
        assert_eq!(closest("unavailability", ["unavailable_window", "latency"]), Some("unavailable_window"));
        assert_eq!(closest("unavailability", ["unavailable_window", "unavailable_time"]), None);
    }

    #[test]
    fn names_read_as_a_phrase() {
        assert_eq!(one_of(["a"]), "`a`");
        assert_eq!(one_of(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(listed(["a", "b", "c"]), "`a`, `b` or `c`");
        assert!(listed(["a"; 22]).ends_with("`a`, `a` and 2 more"));
    }
}
