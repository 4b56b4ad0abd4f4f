//! What a run found: the same figures as a table and as JSON, which has what is too long for a table, too.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::proc::Cpu;
use super::spread::Spread;

/// The parts of all times that are shown, with the names that they have in JSON and in the table.
const PARTS: [(&str, f64); 4] = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

pub(super) struct Report {
    title: String,
    json: Map<String, Value>,
    rows: Vec<(String, String)>,
}

impl Report {
    pub(super) fn new(run: &str) -> Self {
        let json = Map::from_iter([("run".to_owned(), json!(run))]);
        Self { title: format!("live load {run}"), json, rows: Vec::new() }
    }

    pub(super) fn count(&mut self, key: &str, name: &str, count: u64) {
        self.put(key, name, json!(count), grouped(count as f64, 0));
    }

    /// A figure with its unit and so many digits after the point; `None` is not known.
    pub(super) fn figure(&mut self, key: &str, name: &str, figure: Option<f64>, digits: usize, unit: &str) {
        let text =
            figure.map_or("not known".to_owned(), |figure| format!("{} {unit}", grouped(figure, digits)));
        self.put(key, name, json!(figure.map(|figure| rounded(figure, digits + 1))), text);
    }

    /// Bytes that were added, also for each connection.
    pub(super) fn memory(&mut self, key: &str, name: &str, bytes: Option<f64>, connections: u64) {
        let each = bytes.map(|bytes| bytes / connections as f64);
        self.figure(&format!("{key}_mib"), name, bytes.map(|bytes| bytes / 1_048_576.0), 1, "MiB");
        let each_name = format!("{name}, each connection");
        self.figure(&format!("{key}_bytes_per_connection"), &each_name, each, 0, "bytes");
    }

    pub(super) fn cpu(&mut self, key: &str, name: &str, cpu: Option<Cpu>) {
        let text = cpu.map_or("not known".to_owned(), |cpu| {
            format!("{:.2} s ({:.2} user, {:.2} kernel)", cpu.sum(), cpu.user, cpu.kernel)
        });
        let json = cpu.map(|cpu| json!({"user": rounded(cpu.user, 2), "kernel": rounded(cpu.kernel, 2)}));
        self.put(key, name, json!(json), text);
    }

    pub(super) fn spread(&mut self, key: &str, name: &str, spread: &Spread) {
        let mut json = Map::new();
        let parts = PARTS.into_iter().map(|(part, at)| (part, spread.millis_at(at)));
        for (part, millis) in parts.chain([("max", spread.max_millis())]) {
            let text = millis.map_or("not known".to_owned(), |millis| format!("{} ms", grouped(millis, 2)));
            self.rows.push((format!("{name}, {part}"), text));
            json.insert(part.to_owned(), json!(millis));
        }
        self.json.insert(key.to_owned(), Value::Object(json));
    }

    pub(super) fn counts(&mut self, key: &str, name: &str, counts: &BTreeMap<String, u64>) {
        for (what, count) in counts {
            self.rows.push((format!("{name}: {what}"), grouped(*count as f64, 0)));
        }
        self.json.insert(key.to_owned(), json!(counts));
    }

    /// One after the other: in JSON alone.
    pub(super) fn series(&mut self, key: &str, series: &[u64]) {
        self.json.insert(key.to_owned(), json!(series));
    }

    fn put(&mut self, key: &str, name: &str, json: Value, text: String) {
        self.json.insert(key.to_owned(), json);
        self.rows.push((name.to_owned(), text));
    }

    pub(super) fn title(&self) -> &str {
        &self.title
    }

    pub(super) fn table(&self) -> String {
        let width = self.rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let mut table = format!("{}\n", self.title);
        for (name, text) in &self.rows {
            table += &format!("  {name:width$}  {text}\n");
        }
        table
    }

    pub(super) fn json(&self) -> String {
        format!("{}\n", json!(self.json))
    }
}

/// To so many digits after the point.
fn rounded(figure: f64, digits: usize) -> f64 {
    let power = 10_f64.powi(i32::try_from(digits).unwrap_or(i32::MAX));
    (figure * power).round() / power
}

/// With a comma before each three digits.
fn grouped(figure: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", figure.abs());
    let whole = text.split('.').next().unwrap_or_default();
    let mut out = if figure < 0.0 { "-".to_owned() } else { String::new() };
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + &text[whole.len()..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_grouped() {
        for (figure, digits, text) in [
            (0.0, 0, "0"),
            (999.0, 0, "999"),
            (1000.0, 0, "1,000"),
            (1234567.891, 2, "1,234,567.89"),
            (-1234.5, 1, "-1,234.5"),
        ] {
            assert_eq!(grouped(figure, digits), text);
        }
    }

    #[test]
    fn table_and_json_have_the_same_figures() {
        let mut report = Report::new("idle");
        report.count("connections", "connections", 100_000);
        report.figure("opened_s", "opened in", Some(12.345), 1, "s");
        report.figure("gone", "gone", None, 1, "s");
        let mut spread = Spread::default();
        spread.record(2_000_000);
        report.spread("opening_ms", "opening", &spread);
        report.counts("losses", "loss", &BTreeMap::from([("refused".to_owned(), 3)]));
        report.series("requests", &[1, 2]);
        let table = report.table();
        for line in [
            "live load idle\n",
            "connections     100,000\n",
            "opened in       12.3 s\n",
            "gone            not known\n",
            "opening, max    2.00 ms\n",
            "loss: refused   3\n",
        ] {
            assert!(table.contains(line), "{line} in {table}");
        }
        let json: Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!(json["run"], "idle");
        assert_eq!(json["connections"], 100_000);
        assert_eq!(json["opened_s"], 12.35);
        assert_eq!(json["gone"], Value::Null);
        assert_eq!(json["opening_ms"]["p99"], 2.0);
        assert_eq!(json["losses"]["refused"], 3);
        assert_eq!(json["requests"], json!([1, 2]));
    }
}
