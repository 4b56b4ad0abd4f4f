//! The table: what is slower without a path, and how far equal code differs.

use std::fmt::Write as _;

use crate::builds::FastPath;
use crate::cells::Counted;
use crate::rounds::Plan;

/// Cells that a row names; all of a few paths that were asked for.
const NAMED: usize = 3;

const HOW_TO_READ: &str = "\
Each time is the least of all rounds, in ns per event (keep-alives: per comment), by `decode_event`. *Mean* is the geometric \
mean, over all cells, of the time without the path over the time with it: 1.100 means a tenth more without it. `random 17` is \
`peers --sweep --cell 17`. The first row is the noise: the decoder as it is, built a second time with other symbol names.";

/// A build beside the base.
struct Row<'p> {
    title: String,
    path: Option<&'p FastPath>,
    /// By cell: the time without the path over the base's.
    ratios: Vec<f64>,
}

impl Row<'_> {
    fn mean(&self) -> f64 {
        (self.ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / self.ratios.len() as f64).exp()
    }

    /// How many cells are slower by more than `noise` without the path, and how many faster.
    fn clear(&self, noise: f64) -> (usize, usize) {
        let moves = || self.ratios.iter().map(|ratio| ratio.ln());
        (moves().filter(|by| *by > noise).count(), moves().filter(|by| *by < -noise).count())
    }
}

/// `times` by build and cell: the base, the base again, and then without each of `paths`.
pub(crate) fn markdown(
    profile: &str,
    plan: &Plan,
    paths: &[FastPath],
    cells: &[Counted],
    times: &[Vec<f64>],
) -> String {
    let base = &times[0];
    let ratios = |times: &Vec<f64>| times.iter().zip(base).map(|(time, base)| time / base).collect();
    let again = Row { title: "(nothing)".into(), path: None, ratios: ratios(&times[1]) };
    let mut rows: Vec<_> = paths
        .iter()
        .zip(&times[2..])
        .map(|(path, times)| Row {
            title: format!("`{}`", path.name),
            path: Some(path),
            ratios: ratios(times),
        })
        .collect();
    rows.sort_by(|a, b| b.mean().total_cmp(&a.mean()));

    let mut moves: Vec<_> = again.ratios.iter().map(|ratio| ratio.ln().abs()).collect();
    moves.sort_by(f64::total_cmp);
    let of_moves = |tenths: usize| moves[(moves.len() - 1) * tenths / 10];
    let clear = 2.0 * of_moves(9);

    let mut text = format!(
        "Profile {profile}, {} cells, {} rounds. {HOW_TO_READ}\n\n\
         Noise: half of the cells differ by less than {:.1} %, nine of ten by less than {:.1} %, the largest by {:.1} %. A cell \
         is counted as slower or faster if it moves by more than twice what nine of ten do: {:.1} %.\n\n\
         | without | where | mean | slower, faster cells | the cells that move most |\n|---|---|--:|--:|---|\n",
        cells.len(),
        plan.rounds,
        percent(of_moves(5)),
        percent(of_moves(9)),
        percent(of_moves(10)),
        percent(clear),
    );
    let named = if paths.len() > NAMED { NAMED } else { cells.len() };
    for row in [&again].into_iter().chain(&rows) {
        let (slower, faster) = row.clear(clear);
        let place = row.path.map_or(String::new(), |path| format!("`{}`", path.file));
        let _ = writeln!(
            text,
            "| {} | {place} | {:.3} | {slower}, {faster} | {} |",
            row.title,
            row.mean(),
            most(row, cells, base, clear, named),
        );
    }
    let idle: Vec<_> =
        rows.iter().filter(|row| row.clear(clear).0 == 0).map(|row| row.title.as_str()).collect();
    if !idle.is_empty() {
        let _ = writeln!(text, "\nNo cell is clearly slower without {}.", idle.join(", "));
    }
    text
}

/// The cells that are slower, the one that moves most first, then those that are faster.
fn most(row: &Row<'_>, cells: &[Counted], base: &[f64], clear: f64, named: usize) -> String {
    let mut order: Vec<_> = (0..cells.len()).filter(|&cell| row.ratios[cell].ln().abs() > clear).collect();
    order.sort_by(|&a, &b| row.ratios[b].total_cmp(&row.ratios[a]));
    let (slower, mut faster): (Vec<_>, Vec<_>) = order.into_iter().partition(|&cell| row.ratios[cell] > 1.0);
    faster.reverse();
    let name = |cell: usize| {
        let before = base[cell] / cells[cell].units;
        format!("{} {} → {}", cells[cell].cell.name, digits(before), digits(before * row.ratios[cell]))
    };
    let shown = slower.into_iter().take(named).chain(faster.into_iter().take(named.div_ceil(3)));
    shown.map(name).collect::<Vec<_>>().join("; ")
}

fn percent(logarithm: f64) -> f64 {
    (logarithm.exp() - 1.0) * 100.0
}

fn digits(nanoseconds: f64) -> String {
    if nanoseconds < 100.0 { format!("{nanoseconds:.1}") } else { format!("{nanoseconds:.0}") }
}
