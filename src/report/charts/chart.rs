//! The ordinary chart: lines, steps, stacked areas and points over two axes, with fault windows shaded.
//!
//! [`Chart`] says what is on a chart and knows nothing of how it is drawn: plotters stays behind it
//! (see [`super::draw`]), and could be replaced there.

use super::axis::Axis;
use super::bands::FaultBand;
use super::draw;
use super::palette::Ink;
use super::width::Width;

/// Height of an ordinary plot, in pixels; what stands around it comes on top.
pub const PLOT_HEIGHT: f64 = 230.0;

/// How the points of a series are drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// A line from each point to the next.
    Line,
    /// Each value holds until the next point; the last point only ends the one before it.
    Step,
    /// As `Step`, filled, each series standing on those before it. All stacked series share the same x.
    Stack,
    /// A marker at every point.
    Points,
}

/// One set of points with a name.
#[derive(Clone, PartialEq, Debug)]
pub struct Series {
    /// Its entry in the legend; none if empty.
    pub name: String,
    /// Lines, steps, areas or points.
    pub mark: Mark,
    /// Colour and second cue.
    pub ink: Ink,
    /// Places in increasing x. One that is not finite, or not positive on a log axis, is a gap.
    pub points: Vec<(f64, f64)>,
    /// The tooltip of each of the points, or none at all. Only `Mark::Points` shows them.
    pub tips: Vec<String>,
    /// From where to where an interval reaches along y at each of the points, or none at all. Only `Mark::Points` shows them.
    pub bars: Vec<(f64, f64)>,
    /// The same along x.
    pub bars_across: Vec<(f64, f64)>,
}

impl Series {
    /// A series without tooltips.
    pub fn new(name: &str, mark: Mark, ink: Ink, points: Vec<(f64, f64)>) -> Series {
        Series {
            name: name.to_string(),
            mark,
            ink,
            points,
            tips: Vec::new(),
            bars: Vec::new(),
            bars_across: Vec::new(),
        }
    }
}

/// A chart, complete but for its pixels.
#[derive(Clone, PartialEq, Debug)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// Of what: scenario, system, workload, seed. May be empty.
    pub subtitle: String,
    /// How to read it, for screen readers.
    pub description: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// Drawn in this order.
    pub series: Vec<Series>,
    /// Shaded where x is linear.
    pub bands: Vec<FaultBand>,
    /// Height of the plot in pixels, at least 60.
    pub plot_height: f64,
}

impl Chart {
    /// A chart without series.
    pub fn new(title: &str, subtitle: &str, description: &str, x: Axis, y: Axis) -> Chart {
        Chart {
            title: title.to_string(),
            subtitle: subtitle.to_string(),
            description: description.to_string(),
            x,
            y,
            series: Vec::new(),
            bands: Vec::new(),
            plot_height: PLOT_HEIGHT,
        }
    }

    /// The chart as one SVG document of this width. Equal charts give equal bytes, on every machine.
    ///
    /// # Panics
    /// If stacked series differ in their x, or a series has tooltips for some of its points only.
    pub fn to_svg(&self, width: Width) -> String {
        let mut stacked = self.series.iter().filter(|s| s.mark == Mark::Stack);
        if let Some(first) = stacked.next() {
            let same = |s: &Series| {
                s.points.iter().map(|p| p.0.to_bits()).eq(first.points.iter().map(|p| p.0.to_bits()))
            };
            assert!(stacked.all(same), "stacked series stand on each other only at the same x");
        }
        assert!(
            self.series.iter().all(|s| s.tips.is_empty() || s.tips.len() == s.points.len()),
            "a series has a tooltip for each point or for none"
        );
        draw::to_svg(self, width)
    }
}
