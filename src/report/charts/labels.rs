//! Labels in one line: who comes first has the room, and nobody stands on another.

/// A line of labels.
pub(super) struct Labels {
    /// Where labels may stand, in pixels.
    ends: (f64, f64),
    /// Least distance between two, in pixels.
    gap: f64,
    /// What each label covers.
    taken: Vec<(f64, f64)>,
}

impl Labels {
    /// An empty line.
    pub fn new(ends: (f64, f64), gap: f64) -> Labels {
        Labels { ends, gap, taken: Vec::new() }
    }

    /// Where the centre of a label is that is so wide and would best stand around `centre`: no part of it beyond the ends.
    /// `None` if it would come too near to one that is there.
    pub fn place(&mut self, centre: f64, width: f64) -> Option<f64> {
        let half = width / 2.0;
        let centre = centre.min(self.ends.1 - half).max(self.ends.0 + half);
        let (a, b) = (centre - half, centre + half);
        let is_free = self.taken.iter().all(|(from, to)| a > to + self.gap || b < from - self.gap);
        is_free.then(|| {
            self.taken.push((a, b));
            centre
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_first_has_the_room_and_both_sides_of_it_stay_free() {
        let mut line = Labels::new((0.0, 100.0), 5.0);
        let placed = [(50.0, 20.0), (30.0, 20.0), (70.0, 12.0), (24.0, 20.0), (76.0, 20.0), (99.0, 6.0)];
        let placed = placed.map(|(centre, width)| line.place(centre, width));
        assert_eq!(placed, [Some(50.0), None, None, Some(24.0), Some(76.0), Some(97.0)]);
    }
}
