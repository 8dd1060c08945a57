//! Plans and comparisons for people.

use std::fmt::Write as _;

use super::{Comparison, CostClass, CostPlan, Saving};
use crate::price::PriceStatus;
use crate::table::{Align, Table};
use nightcap_model::names::EnvironmentName;

impl CostPlan {
    /// Line by line, then environments by class, then what is missing or unsure.
    pub fn table(&self) -> String {
        let mut lines = Table::new(&[
            ("environment", Align::Left),
            ("line", Align::Left),
            ("class", Align::Left),
            ("quantity", Align::Right),
            ("hours", Align::Right),
            ("USD", Align::Right),
            ("price", Align::Left),
        ]);
        for line in &self.lines {
            let mark = match line.status {
                None | Some(PriceStatus::Found) => "",
                Some(PriceStatus::FoundOld) => "old",
                Some(PriceStatus::Inferred) => "inferred",
            };
            lines.row(vec![
                line.environment.to_string(),
                line.name.clone(),
                line.class.name().to_owned(),
                line.quantity.normalize().to_string(),
                line.hours.round_dp(1).normalize().to_string(),
                line.amount.to_string(),
                mark.to_owned(),
            ]);
        }
        format!("{lines}\n{}\n{}", self.summary(), self.notes())
    }

    /// Environments by class, with sums.
    pub fn summary(&self) -> String {
        let classes: Vec<CostClass> = self.by_class().keys().copied().collect();
        let mut table = Table::new(&[("environment", Align::Left)]);
        for class in &classes {
            table.column(class.name(), Align::Right);
        }
        table.column("total USD", Align::Right);
        for (environment, total) in self.by_environment() {
            let mut row = vec![environment.to_string()];
            row.extend(
                classes
                    .iter()
                    .map(|class| self.of(&environment, *class).to_string()),
            );
            row.push(total.to_string());
            table.row(row);
        }
        let by_class = self.by_class();
        let mut row = vec!["all".to_owned()];
        row.extend(by_class.values().map(ToString::to_string));
        row.push(self.total().to_string());
        table.row(row);
        table.to_string()
    }

    fn notes(&self) -> String {
        let mut text = format!(
            "{} % of the total rests on prices marked old or inferred\n",
            self.unsure_share().normalize()
        );
        for gap in &self.gaps {
            let _ = writeln!(text, "gap: {gap}; the sums lack it");
        }
        if !self.incomplete.is_empty() {
            let names: Vec<&str> = self
                .incomplete
                .iter()
                .map(EnvironmentName::as_str)
                .collect();
            let _ = writeln!(
                text,
                "incomplete for want of prices: {}; no per cent is given",
                names.join(", ")
            );
        }
        text
    }
}

fn percent(saving: Option<rust_decimal::Decimal>) -> String {
    saving.map_or_else(|| "-".to_owned(), |percent| format!("{percent:.1} %"))
}

impl Comparison {
    /// The two sides by environment, the saving, and what it means in hours.
    pub fn table(&self) -> String {
        let (a, b) = (&self.baseline, &self.proposed);
        let mut table = Table::new(&[("USD", Align::Left)]);
        for name in [
            a.name.as_str(),
            b.name.as_str(),
            "saving",
            "per cent",
            "in compute",
            "per cent",
        ] {
            table.column(name, Align::Right);
        }
        for (environment, saving) in &self.by_environment {
            let compute = self.compute_by_environment.get(environment).copied();
            let compute = compute.unwrap_or(Saving {
                usd: crate::Usd::ZERO,
                percent: None,
            });
            table.row(vec![
                environment.to_string(),
                a.by_environment
                    .get(environment)
                    .copied()
                    .unwrap_or_default()
                    .to_string(),
                b.by_environment
                    .get(environment)
                    .copied()
                    .unwrap_or_default()
                    .to_string(),
                saving.usd.to_string(),
                percent(saving.percent),
                compute.usd.to_string(),
                percent(compute.percent),
            ]);
        }
        table.row(vec![
            "all".to_owned(),
            a.total.to_string(),
            b.total.to_string(),
            self.saving.usd.to_string(),
            percent(self.saving.percent),
        ]);
        format!(
            "{}\n{table}\nCompute hours: {} against {}, {} saved ({})\n{}",
            self.period,
            a.compute_hours.round_dp(1).normalize(),
            b.compute_hours.round_dp(1).normalize(),
            self.hours_saved.round_dp(1).normalize(),
            percent(self.hours_saved_percent),
            b.plan.notes(),
        )
    }
}
