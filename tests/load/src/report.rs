//! The figures of several rounds: the least, the middle and the most.

use std::collections::BTreeMap;

/// Figures by name, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct LoadReport {
    names: Vec<String>,
    figures: BTreeMap<String, Vec<f64>>,
}

impl LoadReport {
    pub(crate) fn say(&mut self, name: &str, figure: f64) {
        if !self.figures.contains_key(name) {
            self.names.push(name.to_owned());
        }
        self.figures.entry(name.to_owned()).or_default().push(figure);
        eprintln!("  {name}: {figure:.2}");
    }

    /// The middle figure of a name.
    pub(crate) fn middle(&self, name: &str) -> f64 {
        let mut figures = self.figures.get(name).cloned().unwrap_or_default();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or_default()
    }

    /// The middle ratio of the figures of two names.
    pub(crate) fn ratio(&self, name: &str, to: &str) -> f64 {
        let figures = |name: &str| self.figures.get(name).into_iter().flatten().copied();
        let mut ratios: Vec<_> = figures(name).zip(figures(to)).map(|(one, other)| one / other).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied().unwrap_or_default()
    }

    /// A line for each name: least, middle, most.
    pub(crate) fn print(&self) {
        println!("{:<44} {:>10} {:>10} {:>10}", "", "least", "middle", "most");
        for name in &self.names {
            let mut figures = self.figures.get(name).cloned().unwrap_or_default();
            figures.sort_by(f64::total_cmp);
            let (least, most) = (figures.first(), figures.last());
            let (least, most) = (least.copied().unwrap_or_default(), most.copied().unwrap_or_default());
            println!("{name:<44} {least:>10.2} {:>10.2} {most:>10.2}", self.middle(name));
        }
    }
}
