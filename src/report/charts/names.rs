//! Names cut to their room as a set: two that differ still differ when they are cut.

use super::svg::{fit_name, fit_names, text_width};

const CUT: &str = "\u{2026}";

/// `names`, each cut to `width` pixels where it must be. No two different ones are cut to the same, unless nothing fits at all.
pub(super) fn fit_all<'a>(names: impl IntoIterator<Item = &'a str>, size: f64, width: f64) -> Vec<String> {
    cut_apart(&names.into_iter().collect::<Vec<_>>(), size, width, fit_name)
}

/// The same of names that are lists themselves, such as `nodes=5, load=0.9`: each of the list has its share of the room.
pub(super) fn fit_lists<'a>(names: impl IntoIterator<Item = &'a str>, size: f64, width: f64) -> Vec<String> {
    cut_apart(&names.into_iter().collect::<Vec<_>>(), size, width, fit_names)
}

fn cut_apart(names: &[&str], size: f64, width: f64, fit: fn(&str, f64, f64) -> String) -> Vec<String> {
    let mut labels: Vec<String> = names.iter().map(|name| fit(name, size, width)).collect();
    // What all of them share is cut first, if that is enough: `ch…slow-disk` rather than `ch…w-disk` beside other faults of `chaos`.
    if let Some(differing) = without_what_is_shared(names, size, width) {
        let cut = labels.iter_mut().zip(names).zip(differing);
        cut.filter(|((label, name), _)| label != *name).for_each(|((label, _), whole)| *label = whole);
    }
    for group in alike(names, &labels) {
        let of_group: Vec<&str> = group.iter().map(|place| names[*place]).collect();
        for (place, label) in group.iter().zip(keep_what_differs(&of_group, size, width)) {
            labels[*place] = label;
        }
    }
    // What differs had no room, or was cut to what another name is: such names are counted.
    let mut counted: Vec<&str> = Vec::new();
    for place in alike(names, &labels).concat() {
        let nth = counted.iter().position(|name| *name == names[place]).unwrap_or_else(|| {
            counted.push(names[place]);
            counted.len() - 1
        });
        let number = format!("#{}", nth + 1);
        let room = width - text_width(&number, size);
        labels[place] = if room >= 0.0 { fit(names[place], size, room) + &number } else { String::new() };
    }
    labels
}

/// The places of different names that have the same label, in groups. Empty labels are no labels.
fn alike(names: &[&str], labels: &[String]) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..labels.len()).filter(|place| !labels[*place].is_empty()).collect();
    order.sort_by(|a, b| labels[*a].cmp(&labels[*b]).then(a.cmp(b)));
    let groups = order.chunk_by(|a, b| labels[*a] == labels[*b]);
    groups
        .filter(|group| group.iter().any(|one| names[*one] != names[group[0]]))
        .map(<[usize]>::to_vec)
        .collect()
}

/// The names with all of what differs between them, if there are several that share words at their beginning or end, and that much has
/// room.
fn without_what_is_shared(names: &[&str], size: f64, width: f64) -> Option<Vec<String>> {
    let letters: Vec<Vec<char>> = names.iter().map(|name| name.chars().collect()).collect();
    // Of a list each name has been cut by itself.
    if names.iter().all(|name| *name == names[0]) || names.iter().any(|name| name.contains(", ")) {
        return None;
    }
    let (before, behind) = shared(&letters);
    let (before, behind) = to_words(&letters[0], before, behind);
    let is_enough = |name: &Vec<char>| text_width(&joined(name, before, behind, 0), size) <= width;
    (before + behind > 0 && letters.iter().all(is_enough)).then(|| keep_what_differs(names, size, width))
}

/// Each name as its beginning, what differs between them, and its end: `fantoch…2…us-west1`.
fn keep_what_differs(names: &[&str], size: f64, width: f64) -> Vec<String> {
    let letters: Vec<Vec<char>> = names.iter().map(|name| name.chars().collect()).collect();
    let (before, behind) = shared(&letters);
    if before + behind == 0 {
        return names.iter().map(|name| fit_name(name, size, width)).collect();
    }
    // Whole words, if they have room: `10` and `100` rather than nothing and `0`.
    let (word_before, word_behind) = to_words(&letters[0], before, behind);
    let fits = |(before, behind): (usize, usize)| {
        letters.iter().all(|name| text_width(&joined(name, before, behind, 0), size) <= width)
    };
    let differing = [(word_before, word_behind), (before, behind)].into_iter().find(|ends| fits(*ends));
    let Some((before, behind)) = differing else {
        // Even what differs is too long: it is cut by itself, as those of them that are alike in turn.
        let middles: Vec<String> =
            letters.iter().map(|name| name[before..name.len() - behind].iter().collect()).collect();
        let middles: Vec<&str> = middles.iter().map(String::as_str).collect();
        let cut = cut_apart(&middles, size, width - 2.0 * text_width(CUT, size), fit_name);
        return cut.iter().map(|middle| format!("{CUT}{middle}{CUT}")).collect();
    };
    let cut = |name: &Vec<char>| {
        let label = |around: &usize| joined(name, before, behind, *around);
        let widths = (0..=before + behind).take_while(|around| text_width(&label(around), size) <= width);
        widths.last().map_or(String::new(), |around| label(&around))
    };
    letters.iter().map(cut).collect()
}

/// How many letters all names begin with, and how many behind those they all end in.
fn shared(names: &[Vec<char>]) -> (usize, usize) {
    let shortest = names.iter().map(Vec::len).min().unwrap_or(0);
    let first = &names[0];
    let before = (0..shortest).take_while(|at| names.iter().all(|name| name[*at] == first[*at])).count();
    let from_end = |name: &[char], at: usize| name[name.len() - 1 - at];
    let ends = (0..shortest - before)
        .take_while(|at| names.iter().all(|name| from_end(name, *at) == from_end(first, *at)));
    (before, ends.count())
}

/// The same, less so many letters that what differs begins and ends with whole words.
fn to_words(name: &[char], mut before: usize, mut behind: usize) -> (usize, usize) {
    while before > 0 && name[before - 1].is_alphanumeric() {
        before -= 1;
    }
    while behind > 0 && name[name.len() - behind].is_alphanumeric() {
        behind -= 1;
    }
    (before, behind)
}

/// What differs, with `around` of the letters that are shared: a third of them from the beginning, the rest from the end, or from
/// either what it has.
fn joined(name: &[char], before: usize, behind: usize, around: usize) -> String {
    let from_start = (around / 3).max(around.saturating_sub(behind)).min(before);
    let from_end = (around - from_start).min(behind);
    let text = |letters: &[char]| letters.iter().collect::<String>();
    let (start, end) = (text(&name[..from_start]), text(&name[name.len() - from_end..]));
    let start = if from_start < before { start.trim_end().to_owned() + CUT } else { start };
    let end = if from_end < behind { CUT.to_owned() + end.trim_start() } else { end };
    start + &text(&name[before..name.len() - behind]) + &end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(names: &[&str], width: f64) -> Vec<String> {
        let labels = fit_all(names.iter().copied(), 12.0, width);
        assert!(labels.iter().all(|label| text_width(label, 12.0) <= width), "{labels:?}");
        labels
    }

    #[test]
    fn names_that_fit_are_left_alone() {
        assert_eq!(cut(&["read", "write", "read"], 100.0), ["read", "write", "read"]);
        assert!(cut(&[], 100.0).is_empty());
    }

    #[test]
    fn what_differs_in_the_middle_of_names_stays() {
        let names = [
            "fantoch-f-1-clients-10/us-west1",
            "fantoch-f-2-clients-10/us-west1",
            "wide-area-one-failed/p99.9",
        ];
        let labels = cut(&names, 160.0);
        assert_eq!(labels[..2], ["fanto\u{2026}1\u{2026}-10/us-west1", "fanto\u{2026}2\u{2026}-10/us-west1"]);
        let ten = cut(&["of-many-clients-10-of-a-long-name", "of-many-clients-100-of-a-long-name"], 150.0);
        assert!(ten[0].contains("\u{2026}10\u{2026}") && ten[1].contains("\u{2026}100\u{2026}"), "{ten:?}");
    }

    #[test]
    fn what_all_names_share_is_cut_before_what_tells_them_apart() {
        let labels = cut(&["chaos: slow-disk", "chaos: loss", "chaos: partition"], 88.0);
        assert_eq!(labels, ["ch\u{2026}slow-disk", "chaos: loss", "ch\u{2026}partition"]);
        let lists = ["policy=power-of-d(2), nodes=100", "policy=power-of-d(2), nodes=5"];
        let lists = fit_lists(lists, 12.0, 130.0);
        assert!(lists[0].ends_with("=100") && lists[1].ends_with("=5"), "{lists:?}");
    }

    #[test]
    fn no_two_names_are_cut_to_the_same() {
        let mut names: Vec<String> = Vec::new();
        for protocol in ["fantoch", "fantoch-with-a-long-tail-of-words-that-never-ends"] {
            for f in 1..4 {
                for clients in [10, 100, 1000] {
                    for region in ["us-west1", "us-west2", "europe-west2"] {
                        names.push(format!("{protocol}-f-{f}-clients-{clients}/{region}"));
                        names.push(format!("{}{f}{}", "m".repeat(90), "w".repeat(clients)));
                    }
                }
            }
        }
        names.sort();
        names.dedup();
        for width in [30.0, 60.0, 90.0, 120.0, 160.0, 250.0, 400.0] {
            let mut labels = cut(&names.iter().map(String::as_str).collect::<Vec<_>>(), width);
            let all = labels.len();
            labels.sort();
            labels.dedup();
            assert_eq!(labels.len(), all, "at {width}: {labels:?}");
        }
    }

    #[test]
    fn lists_keep_each_of_their_names_and_stay_apart() {
        let names = [
            "nodes_in_the_cluster=3, arrivals_of_the_clients=100/s",
            "nodes_in_the_cluster=5, arrivals_of_the_clients=100/s",
        ];
        let labels = fit_lists(names, 12.0, 220.0);
        assert_eq!(labels[0], "node\u{2026}cluster=3, arri\u{2026}nts=100/s");
        assert_ne!(labels[0], labels[1]);
        let narrow = fit_lists(
            ["load_of_the_system=0.5, nodes_in_it=300000", "load_of_the_system=0.7, nodes_in_it=300000"],
            12.0,
            60.0,
        );
        assert_ne!(narrow[0], narrow[1]);
    }
}
