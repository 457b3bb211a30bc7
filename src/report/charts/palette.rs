//! Colours that colour-blind readers tell apart (Okabe & Ito, "Color Universal Design", 2008), each with a second cue.

/// A colour, as red, green and blue from 0 to 255.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// Okabe-Ito orange.
    pub const ORANGE: Colour = Colour(0xE6, 0x9F, 0x00);
    /// Okabe-Ito sky blue.
    pub const SKY: Colour = Colour(0x56, 0xB4, 0xE9);
    /// Okabe-Ito bluish green.
    pub const GREEN: Colour = Colour(0x00, 0x9E, 0x73);
    /// Okabe-Ito blue.
    pub const BLUE: Colour = Colour(0x00, 0x72, 0xB2);
    /// Okabe-Ito vermillion.
    pub const VERMILLION: Colour = Colour(0xD5, 0x5E, 0x00);
    /// Okabe-Ito reddish purple.
    pub const PURPLE: Colour = Colour(0xCC, 0x79, 0xA7);
    /// Titles and labels.
    pub const INK: Colour = Colour(0x1F, 0x24, 0x28);
    /// Subtitles and tick labels.
    pub const INK_SOFT: Colour = Colour(0x57, 0x60, 0x6A);
    /// Axis lines.
    pub const AXIS: Colour = Colour(0x8C, 0x95, 0x9F);
    /// Lines of the grid at labelled ticks.
    pub const GRID: Colour = Colour(0xE1, 0xE4, 0xE8);
    /// Lines of the grid between labelled ticks.
    pub const GRID_MINOR: Colour = Colour(0xF1, 0xF3, 0xF5);
    /// Windows in which a fault was active, and their names.
    pub const FAULT: Colour = Colour(0x6A, 0x4C, 0x93);
    /// Paper.
    pub const WHITE: Colour = Colour(0xFF, 0xFF, 0xFF);

    /// `#rrggbb`.
    pub(super) fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// How a line is broken up: the second cue of lines.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dash {
    /// Unbroken.
    Solid,
    /// Long dashes.
    Dashed,
    /// Dots.
    Dotted,
    /// A dash, then a dot.
    DashDot,
    /// A dash, then two dots; of no series of equal standing, so that it can stand for something else than they do.
    DashDotDot,
}

impl Dash {
    /// The lengths of strokes and gaps in pixels, as SVG writes them; empty for an unbroken line.
    pub(super) fn array(self) -> &'static str {
        match self {
            Dash::Solid => "",
            Dash::Dashed => "7 3",
            Dash::Dotted => "2 3",
            Dash::DashDot => "8 3 2 3",
            Dash::DashDotDot => "10 3 2 3 2 3",
        }
    }
}

/// The outline of a point: the second cue of scattered points.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Marker {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle that points up.
    Triangle,
    /// A square on its corner.
    Diamond,
    /// A triangle that points down.
    Wedge,
}

impl Marker {
    /// The corners of a marker around its centre, for one about `radius` pixels in size. All are polygons of about the
    /// same area, so that none shouts; a disc has twelve corners, which at this size is round.
    pub(super) fn outline(self, radius: f64) -> Vec<(f64, f64)> {
        let r = radius;
        match self {
            // The sines of 30 and 60 degrees; calling `sin` would tie the bytes to the machine.
            Marker::Circle => {
                let (a, b) = (0.5 * r, 0.866_025 * r);
                let quarter = [(r, 0.0), (b, a), (a, b)];
                (0..4).flat_map(|turn| quarter.map(|point| quarter_turns(point, turn))).collect()
            }
            Marker::Square => [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)]
                .map(|(x, y)| (x * 0.88 * r, y * 0.88 * r))
                .to_vec(),
            Marker::Triangle => vec![(0.0, -1.2 * r), (1.15 * r, 0.85 * r), (-1.15 * r, 0.85 * r)],
            Marker::Diamond => vec![(0.0, -1.25 * r), (1.25 * r, 0.0), (0.0, 1.25 * r), (-1.25 * r, 0.0)],
            Marker::Wedge => vec![(0.0, 1.2 * r), (1.15 * r, -0.85 * r), (-1.15 * r, -0.85 * r)],
        }
    }
}

fn quarter_turns((x, y): (f64, f64), turns: u32) -> (f64, f64) {
    (0..turns).fold((x, y), |(x, y), _| (-y, x))
}

/// How one series is told from another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ink {
    /// First cue.
    pub colour: Colour,
    /// Second cue of a line.
    pub dash: Dash,
    /// Second cue of points.
    pub marker: Marker,
}

impl Ink {
    /// The ink of the `index`-th of several series of equal standing. All three cues repeat with different periods,
    /// so that the first 60 inks differ.
    pub fn nth(index: usize) -> Ink {
        use Colour as C;
        const COLOURS: [Colour; 6] = [C::BLUE, C::VERMILLION, C::GREEN, C::PURPLE, C::ORANGE, C::SKY];
        const DASHES: [Dash; 4] = [Dash::Solid, Dash::Dashed, Dash::DashDot, Dash::Dotted];
        const MARKERS: [Marker; 5] =
            [Marker::Circle, Marker::Square, Marker::Triangle, Marker::Diamond, Marker::Wedge];
        Ink { colour: COLOURS[index % 6], dash: DASHES[index % 4], marker: MARKERS[index % 5] }
    }

    /// An unbroken line, or discs, in `colour`.
    pub fn plain(colour: Colour) -> Ink {
        Ink { colour, dash: Dash::Solid, marker: Marker::Circle }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixty_series_have_sixty_inks() {
        for a in 0..60 {
            for b in 0..a {
                assert_ne!(Ink::nth(a), Ink::nth(b), "{a} {b}");
            }
        }
    }
}
