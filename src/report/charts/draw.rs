//! Draws a [`Chart`] with plotters: its grid, axes, ticks and series. Words around the plot are [`super::frame`]'s.
//!
//! What keeps plotters deterministic and legible here: its axes are our [`Ruler`]s, label areas are given by hand
//! (plotters takes a text to be 0.7 em a byte wide), its bar series (drawn in hash order) and its triangle (placed by
//! `sin` and `cos`) are not used.

use super::axis::{self, Direction, Ruler, Scale};
use super::bands::BandLayout;
use super::canvas::{Canvas, UNITS, units};
use super::chart::{Chart, Mark, Series};
use super::downsample;
use super::frame::{AREA_OPACITY, AXIS_HEIGHT, Frame, Heading, LegendEntry, Swatch};
use super::palette::{Colour, Dash};
use super::svg::{Anchor, Paint, SMALL, Text};
use super::whisker::{self, Edges, Lies};
use super::width::Width;
use plotters::chart::{ChartBuilder, ChartContext};
use plotters::coord::cartesian::Cartesian2d;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::element::{Circle, EmptyElement, IntoDynElement, Polygon};
use plotters::series::LineSeries;
use plotters::style::{Color, IntoFont, RGBColor, ShapeStyle};
use std::cell::RefCell;
use std::convert::Infallible;
use std::rc::Rc;

type Drawn = Result<(), DrawingAreaErrorKind<Infallible>>;
type Plot<'a> = ChartContext<'a, Canvas, Cartesian2d<Ruler, Ruler>>;

const LINE_WIDTH: f64 = 1.8;
const EDGE_WIDTH: f64 = 1.3;
const MARKER_RADIUS: f64 = 3.6;
/// Points thinned to one for each square of this many pixels, if there are more than `POINTS_MAX`.
const POINT_GRID: f64 = 3.0;
const POINTS_MAX: usize = 1500;
/// Width of a pixel column when points are thinned (see [`downsample`]). Of a layer each of them has four corners; of a lone
/// staircase, which values are read off, none may be out of place by more than a line is wide.
const LINE_COLUMN: f64 = 1.0;
const LAYER_COLUMN: f64 = 2.5;

/// The chart as an SVG document.
pub(super) fn to_svg(chart: &Chart, width: Width) -> String {
    let sums = stack_tops(&chart.series);
    let tops = sums.iter().flatten().copied();
    let y_data = chart
        .series
        .iter()
        .filter(|s| s.mark != Mark::Stack)
        .flat_map(|s| s.points.iter().map(|p| p.1).chain(ends(&s.bars)));
    let plot_height = chart.plot_height.max(60.0);
    let y = Ruler::new(&chart.y, y_data.chain(tops), plot_height, Direction::Up);
    let (left, right) = (width.left().max(y.label_width() + 18.0), width.right());
    let x_data = chart.series.iter().flat_map(|s| s.points.iter().map(|p| p.0).chain(ends(&s.bars_across)));
    let ruler = |pixels| Ruler::new(&chart.x, x_data.clone(), pixels, Direction::Across);
    let (bands, x) = match chart.x.scale {
        Scale::Linear => BandLayout::over(&chart.bands, (left, right), ruler),
        Scale::Log10 | Scale::Categories(_) => (BandLayout::none(left, right), ruler(right - left)),
    };
    let heading = Heading {
        title: &chart.title,
        subtitle: &chart.subtitle,
        description: &chart.description,
        y_label: &chart.y.label,
        legend: chart.series.iter().filter(|s| !s.name.is_empty()).map(legend_entry).collect(),
    };
    let frame = Frame::new(&heading, width, plot_height, bands);
    let canvas = Rc::new(RefCell::new(Canvas::new(frame.begin(&heading), frame.size())));
    draw(chart, &sums, &frame, (x, y), &canvas)
        .expect("drawing into memory cannot fail, and nothing else borrows the canvas while plotters draws");
    let canvas = Rc::into_inner(canvas).expect("plotters has let go of the canvas").into_inner();
    canvas.svg.finish()
}

fn draw(
    chart: &Chart,
    sums: &[Vec<f64>],
    frame: &Frame,
    axes: (Ruler, Ruler),
    canvas: &Rc<RefCell<Canvas>>,
) -> Drawn {
    let root = DrawingArea::from(canvas);
    let (x, y) = axes.clone();
    let mut plot = ChartBuilder::on(&root)
        .margin_top(units(frame.top))
        .margin_right(units(frame.size().0 - frame.right()))
        .margin_bottom(units(frame.size().1 - frame.bottom - AXIS_HEIGHT))
        .x_label_area_size(units(AXIS_HEIGHT))
        .y_label_area_size(units(frame.left))
        .build_cartesian_2d(x, y)?;
    plot.configure_mesh()
        .bold_line_style(rgb(Colour::GRID).stroke_width(units(1.0) as u32))
        .light_line_style(rgb(Colour::GRID_MINOR).stroke_width(units(1.0) as u32))
        .axis_style(rgb(Colour::AXIS).stroke_width(units(1.0) as u32))
        .set_all_tick_mark_size(units(4.0))
        .label_style(("sans-serif", SMALL * UNITS).into_font().color(&rgb(Colour::INK_SOFT)))
        .x_desc(axis::fit_label(&chart.x.label, frame.right() - frame.left))
        .draw()?;

    let size = (frame.right() - frame.left, frame.bottom - frame.top);
    let pen = Pen { canvas, x: axes.0, y: axes.1, size };
    let mut anything = false;
    let mut below: Option<&Vec<f64>> = None;
    let mut layers = sums.iter();
    for series in &chart.series {
        canvas.borrow_mut().svg.open_group(&series.name);
        canvas.borrow_mut().dash = series.ink.dash;
        anything |= match series.mark {
            Mark::Line => pen.line(&mut plot, series)?,
            Mark::Step => pen.step(&mut plot, series)?,
            Mark::Points => pen.points(&mut plot, series)?,
            Mark::Stack => {
                let top = layers.next().expect("each stacked series has its layer");
                let drawn = pen.layer(&mut plot, series, below, top)?;
                below = Some(top);
                drawn
            }
        };
        canvas.borrow_mut().dash = Dash::Solid;
        canvas.borrow_mut().svg.close_group();
    }
    if !anything {
        let (x, y) = ((frame.left + frame.right()) / 2.0, (frame.top + frame.bottom) / 2.0);
        let (anchor, colour) = (Anchor::Middle, Colour::INK_SOFT);
        let content = "no data";
        canvas.borrow_mut().svg.text(&Text { x, y, size: SMALL, anchor, colour, bold: false, content });
    }
    Ok(())
}

fn legend_entry(series: &Series) -> LegendEntry {
    let swatch = match series.mark {
        Mark::Line | Mark::Step => Swatch::Line(series.ink),
        Mark::Stack => Swatch::Area(series.ink),
        Mark::Points => Swatch::Point(series.ink),
    };
    LegendEntry { name: series.name.clone(), swatch }
}

/// Where intervals begin and end.
fn ends(bars: &[(f64, f64)]) -> impl Iterator<Item = f64> + Clone {
    bars.iter().flat_map(|(low, high)| [*low, *high])
}

/// The top of each stacked series: itself and all below it. A gap in one is a gap in all above.
fn stack_tops(series: &[Series]) -> Vec<Vec<f64>> {
    let mut tops: Vec<Vec<f64>> = Vec::new();
    for layer in series.iter().filter(|s| s.mark == Mark::Stack) {
        let below = tops.last();
        let top = |(i, point): (usize, &(f64, f64))| point.1 + below.map_or(0.0, |b| b[i]);
        let top = layer.points.iter().enumerate().map(top).collect();
        tops.push(top);
    }
    tops
}

fn rgb(colour: Colour) -> RGBColor {
    RGBColor(colour.0, colour.1, colour.2)
}

/// Draws series; each method says whether it drew anything.
struct Pen<'a> {
    canvas: &'a Rc<RefCell<Canvas>>,
    x: Ruler,
    y: Ruler,
    /// Width and height of the plot, in pixels.
    size: (f64, f64),
}

impl Pen<'_> {
    fn line(&self, plot: &mut Plot, series: &Series) -> Result<bool, DrawingAreaErrorKind<Infallible>> {
        let values: Vec<f64> = series.points.iter().map(|p| p.1).collect();
        let kept = downsample::keep(&values, |i| self.column(series.points[i].0, LINE_COLUMN));
        let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        for point in kept.into_iter().map(|i| series.points[i]) {
            if self.has_place(point) {
                runs.last_mut().expect("there is a run").push(point);
            } else {
                runs.push(Vec::new());
            }
        }
        self.strokes(plot, series, runs, LINE_WIDTH)
    }

    fn step(&self, plot: &mut Plot, series: &Series) -> Result<bool, DrawingAreaErrorKind<Infallible>> {
        let values: Vec<f64> = series.points.iter().map(|p| p.1).collect();
        let kept = downsample::keep(&values, |i| self.column(series.points[i].0, LINE_COLUMN));
        let points: Vec<(f64, f64)> = kept.into_iter().map(|i| series.points[i]).collect();
        self.strokes(plot, series, self.stairs(&points, |_| true), LINE_WIDTH)
    }

    fn layer(
        &self,
        plot: &mut Plot,
        series: &Series,
        below: Option<&Vec<f64>>,
        top: &[f64],
    ) -> Result<bool, DrawingAreaErrorKind<Infallible>> {
        // Top and bottom of a layer must keep the same points, or it would lean out of its neighbours.
        let column = |i: usize| self.column(series.points[i].0, LAYER_COLUMN);
        let base = |i: usize| below.map_or(0.0, |b| b[i]);
        let own: Vec<f64> = series.points.iter().map(|p| p.1).collect();
        let bases: Vec<f64> = (0..top.len()).map(base).collect();
        let mut kept = downsample::keep(&own, column);
        kept.extend(downsample::keep(top, column));
        kept.extend(downsample::keep(&bases, column));
        kept.sort_unstable();
        kept.dedup();

        let at =
            |of: &[f64]| -> Vec<(f64, f64)> { kept.iter().map(|i| (series.points[*i].0, of[*i])).collect() };
        // Where a layer has no thickness its edge would pass for that of the one below it. The lowest has none below.
        let thick = |i: usize| own[kept[i]] > 0.0 || (below.is_none() && own[kept[i]].is_finite());
        let tops = self.stairs(&at(top), thick);
        let bottoms = self.stairs(&at(&bases), thick);
        for (upper, lower) in tops.iter().zip(&bottoms) {
            let outline: Vec<(f64, f64)> = upper.iter().copied().chain(lower.iter().rev().copied()).collect();
            plot.draw_series([Polygon::new(outline, rgb(series.ink.colour).mix(AREA_OPACITY))])?;
        }
        self.strokes(plot, series, tops, EDGE_WIDTH)
    }

    fn points(&self, plot: &mut Plot, series: &Series) -> Result<bool, DrawingAreaErrorKind<Infallible>> {
        let style = rgb(series.ink.colour).mix(0.6).filled();
        let outline: Vec<(i32, i32)> =
            series.ink.marker.outline(MARKER_RADIUS).into_iter().map(|(x, y)| (units(x), units(y))).collect();
        let thin = series.points.len() > POINTS_MAX;
        let mut cells = std::collections::BTreeSet::new();
        let mut drawn = false;
        for (i, point) in series.points.iter().enumerate().filter(|(_, p)| self.has_place(**p)) {
            let row = self.y.place(point.1).unwrap_or(0.0) * self.size.1 / POINT_GRID;
            if thin && !cells.insert((self.column(point.0, POINT_GRID), row as i64)) {
                continue;
            }
            let tip = series.tips.get(i);
            if let Some(tip) = tip {
                self.canvas.borrow_mut().svg.open_group(tip);
            }
            self.bars(plot, series, i);
            let marker = EmptyElement::at(*point) + Polygon::new(outline.clone(), style);
            plot.draw_series([marker.into_dyn()])?;
            if tip.is_some() {
                self.canvas.borrow_mut().svg.close_group();
            }
            drawn = true;
        }
        Ok(drawn)
    }

    /// The intervals of a point.
    fn bars(&self, plot: &Plot, series: &Series, i: usize) {
        let paint = Paint::stroke(series.ink.colour, EDGE_WIDTH);
        let pixels = |units: i32| f64::from(units) / UNITS;
        let (x, y) = plot.backend_coord(&series.points[i]);
        let (x, y) = (pixels(x), pixels(y));
        let (across, down) = plot.plotting_area().get_pixel_range();
        let svg = &mut self.canvas.borrow_mut().svg;
        if let Some(interval) = series.bars.get(i) {
            let edges = Edges { ruler: &self.y, low: pixels(down.end), high: pixels(down.start) };
            whisker::draw(svg, edges, *interval, (y, x), (Lies::Up, false), paint);
        }
        if let Some(interval) = series.bars_across.get(i) {
            let edges = Edges { ruler: &self.x, low: pixels(across.start), high: pixels(across.end) };
            whisker::draw(svg, edges, *interval, (x, y), (Lies::Across, false), paint);
        }
    }

    /// The corners of a staircase through `points`, cut at gaps and where `wanted` (by index) says so.
    fn stairs(&self, points: &[(f64, f64)], wanted: impl Fn(usize) -> bool) -> Vec<Vec<(f64, f64)>> {
        let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut open = false;
        for (i, pair) in points.windows(2).enumerate() {
            let ((start, value), (end, _)) = (pair[0], pair[1]);
            if !(self.has_place((start, value)) && self.x.place(end).is_some() && wanted(i)) {
                open = false;
                continue;
            }
            if !open {
                runs.push(Vec::new());
                open = true;
            }
            let run = runs.last_mut().expect("a run was opened");
            // A level stretch is one line, however many buckets it has.
            if run.last().is_some_and(|last| last.1 == value) {
                run.pop();
            } else {
                run.push((start, value));
            }
            run.push((end, value));
        }
        runs
    }

    fn strokes(
        &self,
        plot: &mut Plot,
        series: &Series,
        runs: Vec<Vec<(f64, f64)>>,
        width: f64,
    ) -> Result<bool, DrawingAreaErrorKind<Infallible>> {
        let style: ShapeStyle = rgb(series.ink.colour).stroke_width(units(width) as u32);
        let mut drawn = false;
        for run in runs.into_iter().filter(|run| !run.is_empty()) {
            drawn = true;
            if run.len() == 1 {
                // A line through one point would not show.
                plot.draw_series([Circle::new(run[0], units(2.2), style.filled())])?;
            } else {
                plot.draw_series(LineSeries::new(run, style))?;
            }
        }
        Ok(drawn)
    }

    fn has_place(&self, (x, y): (f64, f64)) -> bool {
        self.x.place(x).is_some() && self.y.place(y).is_some()
    }

    /// The column of `x` when columns are `pixels` wide.
    fn column(&self, x: f64, pixels: f64) -> i64 {
        (self.x.place(x).unwrap_or(0.0) * self.size.0 / pixels) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Axis, Ink, Quantity};
    use super::*;

    #[test]
    fn of_many_points_each_square_has_one_whatever_the_shape_of_the_plot() {
        let (x, y) = (Axis::linear("x", Quantity::Number), Axis::linear("y", Quantity::Number));
        let points: Vec<(f64, f64)> = (0..=6000).map(|i| (0.5, f64::from(i) / 6000.0)).collect();
        let mut chart = Chart::new("", "", "", x, y);
        chart.plot_height = 60.0;
        chart.series.push(Series::new("", Mark::Points, Ink::nth(0), points));
        let markers = chart.to_svg(Width::FULL).matches("<polygon").count();
        assert!((15..=20).contains(&markers), "a column of 60 pixels has 20 squares: {markers}");
    }
}
