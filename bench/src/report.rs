//! What was measured, as a table or as JSON: medians with their spread, ratios, targets.

use crate::ambient::load;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;

/// Figures of one thing, one per repetition.
#[derive(Default, Clone)]
pub struct Series(pub Vec<f64>);

impl Series {
    pub fn push(&mut self, figure: f64) {
        self.0.push(figure);
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    pub fn median(&self) -> f64 {
        let sorted = self.sorted();
        let at = |i: usize| sorted.get(i).copied().unwrap_or(f64::NAN);
        let middle = sorted.len() / 2;
        if sorted.len() % 2 == 1 { at(middle) } else { f64::midpoint(at(middle.wrapping_sub(1)), at(middle)) }
    }

    /// The figure that this share of all does not exceed.
    pub fn percentile(&self, share: f64) -> f64 {
        let sorted = self.sorted();
        let at = (sorted.len().saturating_sub(1) as f64 * share).round() as usize;
        sorted.get(at).copied().unwrap_or(f64::NAN)
    }

    fn spread(&self) -> (f64, f64) {
        let sorted = self.sorted();
        let edge = |figure: Option<&f64>| figure.copied().unwrap_or(f64::NAN);
        (edge(sorted.first()), edge(sorted.last()))
    }

    /// On a line of its own.
    pub fn told(&self, name: &str, unit: &str) -> String {
        let (low, high) = self.spread();
        let median = shown(self.median());
        format!("  {name:<44} {median:>8} {unit}  ({}–{})\n", shown(low), shown(high))
    }

    /// Turn by turn, this over that.
    fn over(&self, limit: &Self) -> Self {
        Self(self.0.iter().zip(&limit.0).map(|(own, limit)| own / limit).collect())
    }
}

/// What somebody would pick instead, and what of it was measured.
pub struct Peer {
    pub name: &'static str,
    /// Entente over it.
    pub target: Target,
    /// Or why there is nothing.
    pub figures: Result<Pace, String>,
}

/// How much a second and, where it was looked at, the 99th of 100 in milliseconds.
#[derive(Default)]
pub struct Pace {
    pub rate: Series,
    pub late: Series,
}

/// Entente beside its peers, all measured turn by turn.
pub struct Beside {
    pub name: &'static str,
    pub unit: &'static str,
    pub own: Pace,
    pub peers: Vec<Peer>,
    /// How it was measured.
    pub note: String,
}

/// What must come out.
#[derive(Clone, Copy)]
pub enum Target {
    /// Of the limit just named.
    Share(f64),
    /// So many times as much.
    Times(f64),
    AtLeast(f64),
    Below(f64),
    None,
}

pub struct Limit {
    pub name: &'static str,
    pub figures: Series,
    pub target: Target,
}

pub struct Row {
    pub name: String,
    pub unit: &'static str,
    pub figures: Series,
    /// Of the figure itself.
    pub target: Target,
    pub limits: Vec<Limit>,
    /// How it was measured.
    pub note: String,
}

/// What things cost at each of some sizes.
pub struct Growth {
    sizes: Vec<usize>,
    lines: Vec<Line>,
}

struct Line {
    name: &'static str,
    unit: &'static str,
    figures: Vec<(usize, Series)>,
}

/// A cost that grows by no more counts as flat.
const FLAT: f64 = 1.3;

impl Growth {
    pub fn new(sizes: &[usize]) -> Self {
        Self { sizes: sizes.to_vec(), lines: Vec::new() }
    }

    pub fn push(&mut self, name: &'static str, unit: &'static str, size: usize, figures: Series) {
        match self.lines.iter_mut().find(|line| line.name == name) {
            Some(line) => line.figures.push((size, figures)),
            None => self.lines.push(Line { name, unit, figures: vec![(size, figures)] }),
        }
    }
}

pub struct Report {
    json: bool,
    /// What it is measured on.
    on: &'static str,
    rows: Vec<Value>,
}

fn verdict(target: Target, figure: f64) -> Option<(String, bool)> {
    match target {
        Target::Share(share) => Some((format!("≥ {:.0} %", share * 100.0), figure >= share)),
        Target::Times(times) => Some((format!("≥ {times:.0} ×"), figure >= times)),
        Target::AtLeast(least) => Some((format!("≥ {}", shown(least)), figure >= least)),
        Target::Below(most) => Some((format!("< {}", shown(most)), figure < most)),
        Target::None => None,
    }
}

/// A figure with three or four digits that count.
fn shown(figure: f64) -> String {
    if figure >= 10_000.0 {
        let thousands = (figure / 1_000.0).round();
        if thousands >= 1_000.0 { format!("{:.2}M", figure / 1e6) } else { format!("{thousands:.0}k") }
    } else if figure >= 100.0 {
        format!("{figure:.0}")
    } else {
        format!("{figure:.2}")
    }
}

fn told(target: Target, figure: f64) -> String {
    verdict(target, figure).map_or_else(String::new, |(wanted, is_met)| {
        format!("   target {wanted}: {}", if is_met { "met" } else { "MISSED" })
    })
}

impl Report {
    pub fn new(json: bool, on: &'static str) -> Self {
        let report = Self { json, on, rows: Vec::new() };
        report.say(&format!("On {on}; load of the machine at the beginning: {}\n", load()));
        report
    }

    /// Shown as it comes: the whole takes minutes. Nobody is left to tell when the output is closed.
    pub fn say(&self, text: &str) {
        if !self.json {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
        }
    }

    /// All sizes beside each other, and the last over the first.
    pub fn growth(&mut self, growth: &Growth) {
        let mut text = format!("\nGrowth on {}\n{:<46}", self.on, "");
        for size in &growth.sizes {
            let _ = write!(text, "{size:>10}");
        }
        text.push_str("   last/first\n");
        for line in &growth.lines {
            let _ = write!(text, "  {:<44}", line.name);
            for (_, figures) in &line.figures {
                let _ = write!(text, "{:>10}", shown(figures.median()));
            }
            let of = |end: Option<&(usize, Series)>| end.map_or(f64::NAN, |(_, figures)| figures.median());
            let ratio = of(line.figures.last()) / of(line.figures.first());
            let _ =
                writeln!(text, "   {ratio:.2}{}  {}", if ratio > FLAT { " GROWS" } else { "" }, line.unit);
            let medians: Vec<f64> = line.figures.iter().map(|(_, figures)| figures.median()).collect();
            self.rows.push(json!({
                "growth": line.name.trim(), "on": self.on, "unit": line.unit, "sizes": growth.sizes,
                "medians": medians, "ratio": ratio, "flat": ratio <= FLAT,
            }));
        }
        self.say(&text);
    }

    pub fn row(&mut self, row: &Row) {
        let (low, high) = row.figures.spread();
        let mut text = format!("\n{} ({})\n", row.name, self.on);
        let median = row.figures.median();
        let _ = writeln!(
            text,
            "  Entente  {:>8} {}  ({}–{}){}",
            shown(median),
            row.unit,
            shown(low),
            shown(high),
            told(row.target, median)
        );
        let mut limits = Vec::new();
        for limit in &row.limits {
            let ratios = row.figures.over(&limit.figures);
            let (ratio, (low, high)) = (ratios.median(), ratios.spread());
            let _ = writeln!(
                text,
                "  {:>6.1} % ({:.1}–{:.1}) of {}: {} {}{}",
                ratio * 100.0,
                low * 100.0,
                high * 100.0,
                limit.name,
                shown(limit.figures.median()),
                row.unit,
                told(limit.target, ratio)
            );
            limits.push(json!({
                "limit": limit.name, "figures": limit.figures.0, "median": limit.figures.median(),
                "ratio": ratio, "ratio_low": low, "ratio_high": high,
                "met": verdict(limit.target, ratio).map(|v| v.1),
            }));
        }
        let _ = writeln!(text, "  {}", row.note);
        if self.json {
            self.rows.push(json!({
                "row": row.name, "on": self.on, "unit": row.unit, "figures": row.figures.0, "median": median,
                "low": low, "high": high, "met": verdict(row.target, median).map(|v| v.1),
                "limits": limits, "note": row.note,
            }));
        } else {
            self.say(&text);
        }
    }

    pub fn beside(&mut self, beside: &Beside) {
        let pace = |name: &str, pace: &Pace| {
            let (low, high) = pace.rate.spread();
            let late = if pace.late.0.is_empty() {
                String::new()
            } else {
                format!("  p99 {} ms", shown(pace.late.median()))
            };
            let median = shown(pace.rate.median());
            format!("  {name:<44} {median:>8} {}  ({}–{}){late}", beside.unit, shown(low), shown(high))
        };
        let mut text = format!("\n{} ({})\n{}\n", beside.name, self.on, pace("Entente", &beside.own));
        let mut peers = Vec::new();
        for peer in &beside.peers {
            match &peer.figures {
                Ok(figures) => {
                    let ratios = beside.own.rate.over(&figures.rate);
                    let (ratio, (low, high)) = (ratios.median(), ratios.spread());
                    let _ = writeln!(
                        text,
                        "{}   Entente {ratio:.1} × ({low:.1}–{high:.1}){}",
                        pace(peer.name, figures),
                        told(peer.target, ratio)
                    );
                    peers.push(json!({
                        "peer": peer.name, "figures": figures.rate.0, "median": figures.rate.median(),
                        "p99_ms": figures.late.0, "ratio": ratio, "ratio_low": low, "ratio_high": high,
                        "met": verdict(peer.target, ratio).map(|v| v.1),
                    }));
                }
                Err(reason) => {
                    let _ = writeln!(text, "  {:<44} NOT MEASURED: {reason}", peer.name);
                    peers.push(json!({ "peer": peer.name, "not_measured": reason }));
                }
            }
        }
        let _ = writeln!(text, "  {}", beside.note);
        self.say(&text);
        self.rows.push(json!({
            "beside": beside.name, "on": self.on, "unit": beside.unit, "figures": beside.own.rate.0,
            "median": beside.own.rate.median(), "p99_ms": beside.own.late.0, "peers": peers, "note": beside.note,
        }));
    }

    /// What is left to print at the end.
    pub fn end(&self) -> String {
        if self.json { format!("{:#}\n", json!({ "rows": self.rows })) } else { String::new() }
    }
}
