//! A chart of times: how long the slowest part of all took, on logarithmic axes.

use std::error::Error;
use std::fs;
use std::path::Path;

use plotters::prelude::*;

use super::spread::Spread;

const SIZE: (u32, u32) = (900, 480);
const INK: RGBColor = RGBColor(0x24, 0x29, 0x2f);
const COLORS: [RGBColor; 2] = [RGBColor(0x1f, 0x6f, 0xb4), RGBColor(0xc4, 0x5a, 0x1b)];
/// The right end of the axis: all but one of so many.
const RAREST: f64 = 100_000.0;
/// Points for each tenfold.
const STEPS: i32 = 40;

/// Writes a line for each of them that holds any times.
pub(super) fn write(file: &Path, title: &str, spreads: &[(&str, &Spread)]) -> Result<(), Box<dyn Error>> {
    let mut svg = String::new();
    draw(&mut svg, title, spreads)?;
    Ok(fs::write(file, svg)?)
}

fn draw(svg: &mut String, title: &str, spreads: &[(&str, &Spread)]) -> Result<(), Box<dyn Error>> {
    let lines: Vec<_> = spreads.iter().map(|(name, spread)| (*name, line(spread))).collect();
    let millis = || lines.iter().flat_map(|(_, points)| points).map(|(_, millis)| *millis);
    let low = millis().fold(f64::INFINITY, f64::min).min(1.0) / 1.5;
    let high = millis().fold(1.0, f64::max) * 1.5;
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 24).into_font().color(&INK))
        .margin(12)
        .margin_right(40)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((1.0..RAREST).log_scale(), (low..high).log_scale())?;
    chart
        .configure_mesh()
        .max_light_lines(0)
        .label_style(("sans-serif", 17).into_font().color(&INK))
        .x_desc("part of all that was at least as fast")
        .x_label_formatter(&|one_of| percent(*one_of))
        .y_desc("milliseconds")
        .draw()?;
    for ((name, points), color) in lines.into_iter().zip(COLORS) {
        chart
            .draw_series(LineSeries::new(points, color.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .background_style(WHITE)
        .label_font(("sans-serif", 17).into_font().color(&INK))
        .draw()?;
    area.present()?;
    Ok(())
}

/// One of how many, and how long it took.
fn line(spread: &Spread) -> Vec<(f64, f64)> {
    let tens = RAREST.log10() as i32;
    // Beyond the slowest of all there is nothing to show.
    let last = (spread.count() as f64).min(RAREST);
    let one_of = (0..=tens * STEPS).map(|step| 10_f64.powf(f64::from(step) / f64::from(STEPS)));
    let points = one_of.take_while(|one_of| *one_of <= last);
    points.filter_map(|one_of| Some((one_of, spread.millis_at(1.0 - 1.0 / one_of)?.max(0.001)))).collect()
}

fn percent(one_of: f64) -> String {
    let percent = 100.0 - 100.0 / one_of;
    let digits = (one_of.log10() - 2.0).ceil().max(0.0) as usize;
    format!("{percent:.digits$} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_draws_what_there_is() {
        let mut times = Spread::default();
        for millis in 1..=1000 {
            times.record(millis * 1_000_000);
        }
        let points = line(&times);
        assert_eq!(points.first().unwrap().0, 1.0);
        assert!((points.last().unwrap().0 - 1000.0).abs() < 1e-6 && points.last().unwrap().1 > 990.0);
        assert_eq!([10.0, 100.0, 1000.0, 10_000.0].map(percent), ["90 %", "99 %", "99.9 %", "99.99 %"]);
        let mut svg = String::new();
        draw(&mut svg, "title", &[("full", &times), ("empty", &Spread::default())]).unwrap();
        assert!(svg.contains("title") && svg.contains("99.9 %") && svg.contains("full"), "{svg}");
    }
}
