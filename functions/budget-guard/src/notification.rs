//! What AWS Budgets writes to a topic: plain text with a block of `Key: value` lines.
//!
//! Only that block is read, whatever stands around it, and none of it is believed: it says that
//! something happened, the API says what.

use nightcap_domain::money::Usd;
use nightcap_domain::text::visible;
use serde::Serialize;

/// The block of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Notification {
    /// `Budget Name`.
    pub budget: Option<String>,
    /// `Budgeted Amount`.
    pub limit: Option<Usd>,
    /// `Alert Type`, in lower case: `actual` or `forecasted`.
    pub kind: Option<String>,
    /// `Alert Threshold`, as it stands there.
    pub threshold: Option<String>,
    /// `ACTUAL Amount` or `FORECASTED Amount`.
    pub amount: Option<Usd>,
}

impl Notification {
    /// Reads a message; none if it is not about a budget.
    ///
    /// ```
    /// use budget_guard::notification::Notification;
    ///
    /// let text = "Dear AWS Customer,\n\nBudget Name: monthly\nBudgeted Amount: $1,500.00\n";
    /// let read = Notification::read(text).unwrap();
    /// assert_eq!(read.budget.as_deref(), Some("monthly"));
    /// assert_eq!(read.limit.unwrap().to_string(), "1500.00");
    /// ```
    pub fn read(text: &str) -> Option<Self> {
        let mut found = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let value = visible(value.trim());
            let (key, value) = (key.trim().to_ascii_lowercase(), value.as_ref());
            if value.is_empty() {
                continue;
            }
            match key.as_str() {
                "budget name" => found.budget = Some(value.to_owned()),
                "budgeted amount" => found.limit = dollars(value),
                "alert type" => found.kind = Some(value.to_ascii_lowercase()),
                "alert threshold" => found.threshold = Some(value.to_owned()),
                "actual amount" | "forecasted amount" => found.amount = dollars(value),
                _ => {}
            }
        }
        found.budget.is_some().then_some(found)
    }
}

/// `$1,234.56`, `1234.56 USD`; anything else is not an amount here.
fn dollars(text: &str) -> Option<Usd> {
    let text = text.trim_start_matches(['>', '<', '=', ' ']);
    let text = text.strip_prefix("USD").unwrap_or(text).trim();
    let text = text.strip_suffix("USD").unwrap_or(text).trim();
    let text = text.strip_prefix('$').unwrap_or(text).trim();
    text.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "AWS Budget Notification November 20, 2026\nAWS Account 111122223333\n\nDear AWS Customer,\n\nYou requested that we alert you when the ACTUAL Cost associated with your greenleaf-monthly budget is greater than $400.00 for the current month: see below.\n\nBudget Name: greenleaf-monthly\nBudget Type: Cost\nBudgeted Amount: $500.00\nAlert Type: ACTUAL\nAlert Threshold: > $400.00\nACTUAL Amount: $412.30\n\n[1] https://console.aws.amazon.com/costmanagement/\n";

    #[test]
    fn the_block_is_read_whatever_stands_around_it() {
        let read = Notification::read(WHOLE).unwrap();
        assert_eq!(read.budget.as_deref(), Some("greenleaf-monthly"));
        assert_eq!(read.kind.as_deref(), Some("actual"));
        assert_eq!(read.threshold.as_deref(), Some("> $400.00"));
        assert_eq!(read.limit, Some(Usd::from_cents(50_000)));
        assert_eq!(read.amount, Some(Usd::from_cents(41_230)));
        let windows = WHOLE.replace('\n', "\r\n");
        assert_eq!(Notification::read(&windows), Some(read.clone()));
        let shouting = WHOLE.replace("Budget Name", "  BUDGET NAME  ");
        assert_eq!(Notification::read(&shouting), Some(read));
    }

    #[test]
    fn every_variant_is_tolerated() {
        let forecast = "Budget Name: a:b\nAlert Type: FORECASTED\nFORECASTED Amount: $1,234.50\n";
        let read = Notification::read(forecast).unwrap();
        assert_eq!(read.budget.as_deref(), Some("a:b"));
        assert_eq!(read.amount, Some(Usd::from_cents(123_450)));
        let odd = "Budget Name: x\nBudgeted Amount: a lot\nACTUAL Amount: 12 USD\n";
        let read = Notification::read(odd).unwrap();
        assert_eq!(
            (read.limit, read.amount),
            (None, Some(Usd::from_cents(1200)))
        );
    }

    #[test]
    fn anything_else_is_not_about_a_budget() {
        for text in [
            "",
            ":",
            "Budget Name:",
            "{\"AlarmName\": \"x\"}",
            "a: b\nc: d",
            "Budget Name",
        ] {
            assert_eq!(Notification::read(text), None, "{text:?}");
        }
    }
}
