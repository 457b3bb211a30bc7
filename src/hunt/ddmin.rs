//! Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002): of a set that fails, a
//! part that fails and of which no single element can be left out.

/// Reduces `items`, of which all together fail, by `ddmin`: parts and complements at ever finer granularity. `fails` says
/// whether a selection, in the order of the items, still fails; the caller may answer `false` once it has no more time.
///
/// Returned is a selection that fails; if `fails` was always answered truly it is 1-minimal: without any one of its elements
/// it does not fail. At most `n² + 3n` questions are asked for `n` items, and about `2 log n` where one element is to blame.
pub fn ddmin<T: Clone>(items: &[T], mut fails: impl FnMut(&[T]) -> bool) -> Vec<T> {
    if items.is_empty() || fails(&[]) {
        return Vec::new();
    }
    let mut left = items.to_vec();
    let mut parts = 2;
    while left.len() > 1 {
        let chunks = chunks(&left, parts);
        if let Some(chunk) = chunks.iter().find(|chunk| fails(chunk)) {
            (left, parts) = (chunk.clone(), 2);
            continue;
        }
        let without = |index: usize| {
            let others = chunks.iter().enumerate().filter(|(other, _)| *other != index);
            others.flat_map(|(_, chunk)| chunk.iter().cloned()).collect::<Vec<T>>()
        };
        // Of two parts each is the complement of the other.
        let complements = if parts > 2 { chunks.len() } else { 0 };
        match (0..complements).map(without).find(|rest| fails(rest)) {
            Some(rest) => (left, parts) = (rest, (parts - 1).max(2)),
            None if parts >= left.len() => break,
            None => parts = (2 * parts).min(left.len()),
        }
    }
    left
}

/// `items` in so many parts of nearly the same size, none of them empty.
fn chunks<T: Clone>(items: &[T], parts: usize) -> Vec<Vec<T>> {
    let bound = |part: usize| part * items.len() / parts;
    (0..parts)
        .map(|part| items[bound(part)..bound(part + 1)].to_vec())
        .filter(|part| !part.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is left of 0..n if everything that holds all of one of `causes` fails, and how many questions it took.
    fn reduced(n: u32, causes: &[&[u32]]) -> (Vec<u32>, usize) {
        let items: Vec<u32> = (0..n).collect();
        let mut asked = 0;
        let left = ddmin(&items, |selection| {
            asked += 1;
            causes.iter().any(|cause| cause.iter().all(|one| selection.contains(one)))
        });
        (left, asked)
    }

    #[test]
    fn one_cause_is_found_in_a_logarithm_of_questions() {
        let (left, asked) = reduced(1024, &[&[700]]);
        assert_eq!(left, [700]);
        assert!(asked <= 22, "{asked} questions");
    }

    #[test]
    fn elements_that_are_far_apart_are_found_together_in_their_order() {
        assert_eq!(reduced(100, &[&[3, 50, 99]]).0, [3, 50, 99]);
        assert_eq!(reduced(8, &[&[0, 1, 2, 3, 4, 5, 6, 7]]).0, [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(reduced(1, &[&[0]]).0, [0]);
        assert_eq!(reduced(2, &[&[1]]).0, [1]);
    }

    #[test]
    fn what_fails_with_nothing_needs_nothing() {
        assert_eq!(reduced(10, &[&[]]), (Vec::new(), 1));
        assert_eq!(ddmin(&[] as &[u32], |_| true), [0; 0]);
    }

    #[test]
    fn whoever_has_no_more_time_keeps_what_still_failed() {
        let items: Vec<u32> = (0..64).collect();
        let mut left_to_ask = 3;
        let left = ddmin(&items, |selection| {
            left_to_ask -= 1;
            left_to_ask >= 0 && selection.contains(&5)
        });
        assert!(left.contains(&5) && left.len() < 64, "{left:?}");
    }

    proptest! {
        /// Whatever fails, monotone or not: what is left fails, and without any one of its elements it does not.
        #[test]
        fn what_is_left_is_1_minimal(n in 1_u32..24, key in any::<u64>(), causes in prop::collection::vec(prop::collection::vec(0_u32..24, 1..5), 1..4)) {
            let items: Vec<u32> = (0..n).collect();
            let fails = |selection: &[u32]| {
                let whole = selection.len() == items.len();
                let caused = causes.iter().any(|cause| cause.iter().all(|one| selection.contains(one)));
                // Some selections resolve otherwise, as a changed run may.
                let mixed = selection.iter().fold(key, |mix, one| (mix ^ u64::from(*one)).wrapping_mul(0x9E37_79B9_7F4A_7C15));
                whole || (caused && mixed >> 62 != 0)
            };
            let left = ddmin(&items, fails);
            if !left.is_empty() {
                prop_assert!(fails(&left));
                for index in 0..left.len() {
                    let mut without = left.clone();
                    without.remove(index);
                    prop_assert!(!fails(&without), "{left:?} without {}", left[index]);
                }
            }
        }
    }
}
