//! How wide a chart is drawn: for screens, or to a length in print.
//!
//! A chart that is to be narrow is laid out anew rather than made smaller, so that its letters stay as large as they are.

use super::svg::pixels;

/// Millimetres of print that a pixel of a chart takes: 0.6 points, so that its smallest letters, of 12 pixels, have 7.2 points.
const MILLIMETRES: f64 = 0.6 / 72.0 * 25.4;
/// Below so many pixels a chart is narrow: what stands around its plot makes room for it.
const NARROW: f64 = 640.0;

/// How wide a chart is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Width {
    pixels: f64,
    /// Its length in print, if that is told.
    millimetres: Option<f64>,
}

impl Width {
    /// As charts in folders and pages are: 900 pixels, 190.5 mm in print.
    pub const FULL: Width = Width { pixels: 900.0, millimetres: None };
    /// The least and the greatest length in print, in millimetres.
    pub const PRINTED: (f64, f64) = (70.0, 300.0);

    /// So wide in print.
    ///
    /// # Panics
    /// If that is not within [`Width::PRINTED`].
    pub fn millimetres(millimetres: f64) -> Width {
        let (least, most) = Width::PRINTED;
        assert!((least..=most).contains(&millimetres), "{millimetres} mm is no width of a chart");
        Width { pixels: (millimetres / MILLIMETRES).round(), millimetres: Some(millimetres) }
    }

    /// Pixels that it is laid out in.
    pub fn pixels(self) -> f64 {
        self.pixels
    }

    /// Width and height in print, with their unit, of a chart that is so many pixels high; none if no length is told.
    pub(super) fn as_printed(self, height: f64) -> Option<(String, String)> {
        let millimetres = self.millimetres?;
        let written = |pixels_wide: f64| format!("{}mm", pixels(pixels_wide * millimetres / self.pixels));
        Some((written(self.pixels), written(height)))
    }

    /// Whether what stands around a plot makes room for it.
    pub(super) fn is_narrow(self) -> bool {
        self.pixels < NARROW
    }

    /// Left edge of a plot whose labels need no more, in pixels: the same for all charts of a run, so that they line up.
    pub(super) fn left(self) -> f64 {
        if self.is_narrow() { 58.0 } else { 84.0 }
    }

    /// Right edge of a plot, in pixels; leaves room for half the last tick label.
    pub(super) fn right(self) -> f64 {
        self.pixels - 30.0
    }

    /// At most so many pixels for names in front of rows.
    pub(super) fn names_most(self) -> f64 {
        f64::min(150.0, self.pixels * 0.27)
    }
}
