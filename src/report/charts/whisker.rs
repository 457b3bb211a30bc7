//! Intervals around points: where one ends, a stroke across it; where it goes on beyond the edge of a plot, a chevron there.
//!
//! On a log axis an interval may reach to 0 or below, where there is no place. Without a sign of it the point would look like its
//! own bound.

use super::axis::Ruler;
use super::svg::{Paint, Svg};

/// Half of the little strokes at the ends of an interval, in pixels.
pub(super) const CAP: f64 = 3.5;

/// A plot's axis from one edge to the other, in pixels.
#[derive(Clone, Copy)]
pub(super) struct Edges<'a> {
    pub ruler: &'a Ruler,
    /// Where the low end of the axis is.
    pub low: f64,
    /// Where the high end is; less than `low` on an axis that points up.
    pub high: f64,
}

impl Edges<'_> {
    /// Where `value` is drawn along the axis, in pixels, and which way it goes on if it lies beyond: -1 towards smaller pixels, 1
    /// towards larger ones, 0 if it is on the axis. `None` if it is no number.
    pub fn end(&self, value: f64) -> Option<(f64, f64)> {
        let (place, is_beyond) = self.ruler.reach(value)?;
        let towards_high = if self.high > self.low { 1.0 } else { -1.0 };
        let direction = if place < 0.5 { -towards_high } else { towards_high };
        Some((self.low + place * (self.high - self.low), if is_beyond { direction } else { 0.0 }))
    }
}

/// Which way an interval lies.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lies {
    Across,
    Up,
}

/// Draws the interval from `low` to `high` of a point that lies at `at` pixels on the other axis and at `middle` on this one; an
/// end that is no number is left out. `has_caps` says whether strokes mark where it ends.
pub(super) fn draw(
    svg: &mut Svg,
    edges: Edges,
    (low, high): (f64, f64),
    (middle, at): (f64, f64),
    (lies, has_caps): (Lies, bool),
    paint: Paint,
) {
    // Along the interval, and across it.
    let turned = |(along, across): (f64, f64)| match lies {
        Lies::Across => (along, across),
        Lies::Up => (across, along),
    };
    let ends = [low, high].map(|value| edges.end(value));
    let [from, to] = ends.map(|end| end.map_or(middle, |(place, _)| place));
    svg.line(turned((from, at)), turned((to, at)), paint);
    for (place, direction) in ends.into_iter().flatten() {
        if direction != 0.0 {
            let back = place - direction * CAP;
            let corners = [(back, at - CAP), (place, at), (back, at + CAP)];
            svg.path(corners.into_iter().map(turned), false, paint);
        } else if has_caps {
            svg.line(turned((place, at - CAP)), turned((place, at + CAP)), paint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::{Axis, Direction};
    use super::super::number::Quantity;
    use super::super::palette::Colour;
    use super::super::width::Width;
    use super::*;

    fn drawn(axis: Axis, interval: (f64, f64), lies: Lies) -> String {
        let ruler = Ruler::new(&axis, [1.0, 100.0].into_iter(), 300.0, Direction::Across);
        let edges = match lies {
            Lies::Across => Edges { ruler: &ruler, low: 100.0, high: 400.0 },
            Lies::Up => Edges { ruler: &ruler, low: 400.0, high: 100.0 },
        };
        let mut svg = Svg::new(Width::FULL, 500.0, "", "");
        draw(&mut svg, edges, interval, (250.0, 50.0), (lies, true), Paint::stroke(Colour::INK, 1.0));
        svg.finish()
    }

    #[test]
    fn what_reaches_to_nought_on_a_log_axis_ends_in_a_chevron_at_the_edge() {
        let log = || Axis::log10("", Quantity::Number);
        for (low, high, chevron) in [
            (0.0, 10.0, "103.5,46.5 100,50 103.5,53.5"),
            (-5.0, 10.0, "103.5,46.5 100,50 103.5,53.5"),
            (10.0, f64::INFINITY, "396.5,46.5 400,50 396.5,53.5"),
        ] {
            let svg = drawn(log(), (low, high), Lies::Across);
            assert_eq!(svg.matches("<polyline").count(), 1, "{svg}");
            assert!(svg.contains(chevron), "{svg}");
            assert_eq!(
                svg.matches("<line").count(),
                2,
                "the interval, and the stroke at its other end: {svg}"
            );
        }
        let up = drawn(log(), (0.0, 10.0), Lies::Up);
        assert!(up.contains("46.5,396.5 50,400 53.5,396.5"), "{up}");
    }

    #[test]
    fn what_ends_on_the_axis_ends_in_strokes_and_what_is_no_number_in_nothing() {
        let svg = drawn(Axis::log10("", Quantity::Number), (1.0, 100.0), Lies::Across);
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<line").count()), (0, 3));
        let svg = drawn(Axis::linear("", Quantity::Number), (f64::NAN, 50.0), Lies::Across);
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<line").count()), (0, 2));
    }
}
