//! The backtest as a table for people.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Backtest, Holdout, MethodScore, MonthScore};
use crate::table::{Align, Table};

/// The days of the month shown, if they were tested.
const SHOWN: [u32; 6] = [2, 5, 10, 15, 20, 25];

impl Backtest {
    /// Methods side by side, then this forecast month by month. Errors and coverage in per cent.
    pub fn table(&self) -> String {
        let methods = methods(&self.methods, self.months.len());
        let mut months = Table::new(&[
            ("month", Align::Left),
            ("total USD", Align::Right),
            ("error", Align::Right),
            ("coverage", Align::Right),
            ("false alarm", Align::Right),
            ("missed", Align::Right),
        ]);
        for score in &self.by_month {
            months.row(month_row(score));
        }
        format!("{methods}\n{months}")
    }
}

/// A hold-out, and what was chosen.
pub(super) fn holdout(holdout: &Holdout) -> String {
    let cuts = methods(&holdout.all_cuts, holdout.months_of_all_cuts);
    let methods = methods(&holdout.methods, holdout.months.len());
    let mut choices = Table::new(&[
        ("month", Align::Left),
        ("chosen from the months before", Align::Left),
        ("range", Align::Left),
    ]);
    for choice in &holdout.choices {
        choices.row(vec![
            choice.month.to_string(),
            choice.level.clone(),
            choice.range.clone(),
        ]);
    }
    format!(
        "{}, constants chosen on other data\n\n{methods}\n{choices}\n\
         {}, its days cut into months at four places\n\n{cuts}",
        holdout.bill, holdout.bill
    )
}

fn methods(scores: &[MethodScore], of: usize) -> Table {
    let mut methods = Table::new(&[("method", Align::Left), ("error", Align::Right)]);
    for day in SHOWN {
        methods.column(&format!("day {day}"), Align::Right);
    }
    for name in ["coverage", "false alarms", "missed"] {
        methods.column(name, Align::Right);
    }
    for score in scores {
        methods.row(method_row(score, of));
    }
    methods
}

fn method_row(score: &MethodScore, of: usize) -> Vec<String> {
    let mut row = vec![score.method.clone(), tenths(score.mean_error)];
    row.extend(
        SHOWN
            .iter()
            .map(|day| score.by_origin.get(day).map_or("-".into(), |e| tenths(*e))),
    );
    row.push(score.coverage.map_or("-".into(), tenths));
    row.push(format!("{}/{of}", score.false_alarms));
    row.push(format!("{}/{of}", score.missed));
    row
}

fn month_row(score: &MonthScore) -> Vec<String> {
    let yes = |yes: bool| if yes { "yes" } else { "-" }.to_owned();
    vec![
        score.month.to_string(),
        score.total.to_string(),
        tenths(score.mean_error),
        tenths(score.coverage),
        yes(score.false_alarm),
        yes(score.missed),
    ]
}

/// To one digit, rounded: a decimal's own format cuts off.
fn tenths(value: Decimal) -> String {
    let rounded = value.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero);
    format!("{rounded:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_rounded_and_not_cut_off() {
        let shown = |text: &str| tenths(text.parse().unwrap_or_default());
        assert_eq!(shown("6.67"), "6.7");
        assert_eq!(shown("6.65"), "6.7");
        assert_eq!(shown("6.64"), "6.6");
        assert_eq!(shown("100"), "100.0");
    }
}
