//! The charts: for each workload one panel of bars, ours beside the best rivals.

use std::io;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::contest::Role;
use crate::table::{Cell, Entry};
use crate::workload::Unit;

const COLUMNS: usize = 3;
const PANEL: (u32, u32) = (360, 178);
const TITLE: u32 = 40;
/// Right rivals in each panel, the fastest ones.
const RIVALS: usize = 4;

const OURS: RGBColor = RGBColor(0x1f, 0x6f, 0xb4);
const THEIRS: RGBColor = RGBColor(0xb8, 0xbf, 0xc6);
const REFERENCE: RGBColor = RGBColor(0xe3, 0xd5, 0xb0);
const INK: RGBColor = RGBColor(0x24, 0x29, 0x2f);

pub(super) fn bars(title: &str, cells: &[&Cell]) -> io::Result<String> {
    let mut svg = String::new();
    if !cells.is_empty() {
        draw(&mut svg, title, cells).map_err(|error| io::Error::other(error.to_string()))?;
    }
    Ok(svg)
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw(svg: &mut String, title: &str, cells: &[&Cell]) -> Drawn {
    let rows = cells.len().div_ceil(COLUMNS);
    let size = (COLUMNS as u32 * PANEL.0, rows as u32 * PANEL.1 + TITLE);
    let area = SVGBackend::with_string(svg, size).into_drawing_area();
    area.fill(&WHITE)?;
    let (head, body) = area.split_vertically(TITLE);
    head.draw_text(
        &format!("{title}: time, shorter is better"),
        &text(22, HPos::Left).color(&INK),
        (12, TITLE as i32 / 2),
    )?;
    for (panel, cell) in body.split_evenly((rows, COLUMNS)).iter().zip(cells) {
        draw_panel(panel, cell)?;
    }
    area.present()?;
    Ok(())
}

fn draw_panel(panel: &DrawingArea<SVGBackend<'_>, Shift>, cell: &Cell) -> Drawn {
    const NAMES: i32 = 176;
    const STEP: i32 = 20;
    let bars = chosen(cell);
    let (unit, scale) = unit(cell);
    let longest = bars.iter().filter_map(|entry| entry.min).fold(f64::MIN_POSITIVE, f64::max);
    let room = f64::from(PANEL.0 as i32 - NAMES - 56);
    panel.draw_text(&format!("{}, {unit}", cell.workload), &text(16, HPos::Left).color(&INK), (12, 12))?;
    for (index, entry) in bars.iter().enumerate() {
        let Some(min) = entry.min else { continue };
        let middle = 34 + index as i32 * STEP;
        let end = NAMES + (min / longest * room).max(1.0) as i32;
        let fill = match entry.role {
            Role::Ours => OURS,
            Role::Rival => THEIRS,
            Role::Baseline | Role::Floor => REFERENCE,
        };
        let name = entry.name.trim_start_matches("floor: ").trim_end_matches(", unchecked");
        panel.draw_text(name, &text(14, HPos::Right).color(&INK), (NAMES - 6, middle))?;
        panel.draw(&Rectangle::new([(NAMES, middle - 7), (end, middle + 7)], fill.filled()))?;
        panel.draw_text(
            &format!("{:.1}", min * scale),
            &text(14, HPos::Left).color(&INK),
            (end + 4, middle),
        )?;
    }
    Ok(())
}

/// What the labels count, and how much of it a nanosecond per unit is. Bars are times, so labels are times, too,
/// also where the tables give GB/s: there the stream is one event.
fn unit(cell: &Cell) -> (&'static str, f64) {
    match cell.unit {
        Unit::Byte => ("µs/event", cell.units as f64 / 1000.0),
        Unit::Event if cell.units == 1 => ("µs/event", 1.0 / 1000.0),
        unit => (unit.text(), 1.0),
    }
}

fn text(size: i32, side: HPos) -> TextStyle<'static> {
    TextStyle::from(("sans-serif", size)).pos(Pos::new(side, VPos::Center))
}

/// Ours, the best rivals with the right answer, and one reference.
fn chosen(cell: &Cell) -> Vec<&Entry> {
    let mut rivals: Vec<_> = cell.entries.iter().filter(|entry| entry.is_right_rival()).collect();
    rivals.sort_by(|a, b| a.min.unwrap_or(f64::MAX).total_cmp(&b.min.unwrap_or(f64::MAX)));
    let references = ["floor: memchr2_iter", "hand-written loop, unchecked"];
    let ours = cell.entries.iter().filter(|entry| entry.role == Role::Ours);
    let reference = cell.entries.iter().filter(|entry| references.contains(&entry.name));
    ours.chain(rivals.into_iter().take(RIVALS)).chain(reference).collect()
}
