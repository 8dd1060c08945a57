//! The alert levels: once, again only after a recovery, never on doubtful data.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use chrono::NaiveDate;
use nightcap_cost::alert::{Alert, AlertLedger, AlertRule, Direction, Reading, due, due_at_close};
use nightcap_cost::forecast::{Forecast, ForecastInput, forecast};
use nightcap_cost::gate::{Doubt, Verdict};
use nightcap_cost::{DailyCosts, Usd};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn rule(text: &str) -> AlertRule {
    text.parse().unwrap()
}

fn rules() -> Vec<AlertRule> {
    vec![rule("actual > 80%"), rule("forecast > 100%")]
}

/// A forecast of November 2026 that expects so many dollars, give or take nothing.
fn expecting(total: i64) -> Forecast {
    let daily = Usd::new(Decimal::from(total) / Decimal::from(30));
    let costs: DailyCosts = day("2026-06-01")
        .iter_days()
        .take_while(|d| *d < day("2026-11-11"))
        .map(|d| (d, daily))
        .collect();
    let budget = Usd::from_cents(50_000);
    forecast(&ForecastInput {
        costs: &costs,
        as_of: day("2026-11-11"),
        budget,
        plan: None,
        provisional_days: 0,
    })
    .unwrap()
}

fn reading<'a>(actual: i64, forecast: Option<&'a Forecast>, verdict: &'a Verdict) -> Reading<'a> {
    Reading {
        budget_name: "greenleaf-monthly",
        budget: Usd::from_cents(50_000),
        period: "2026-11".parse().unwrap(),
        actual: Usd::from_cents(actual * 100),
        forecast,
        verdict,
    }
}

/// What is due, as text, and recorded.
fn step(ledger: &mut AlertLedger, actual: i64, expected: Option<i64>) -> Vec<String> {
    let forecast = expected.map(expecting);
    let verdict = Verdict::default();
    let alerts = due(
        &rules(),
        &reading(actual, forecast.as_ref(), &verdict),
        ledger,
    );
    for alert in &alerts {
        ledger.record(alert);
    }
    alerts.iter().map(text).collect()
}

fn text(alert: &Alert) -> String {
    let way = match alert.key.direction {
        Direction::Up => "up",
        Direction::Down => "down",
        Direction::Close => "close",
    };
    let rule = alert
        .key
        .rule
        .map_or_else(String::new, |rule| rule.to_string());
    format!(
        "{rule} {} {way} #{}{}",
        alert.key.level,
        alert.episode,
        if alert.notify { " mail" } else { "" }
    )
}

#[test]
fn rules_are_read_strictly() {
    assert_eq!(rule(" actual>80% ").to_string(), "actual > 80%");
    assert_eq!(rule("forecast > 99.50%").to_string(), "forecast > 99.5%");
    for wrong in [
        "",
        "actual",
        "actual > 80",
        "spend > 80%",
        "actual < 80%",
        "actual > %",
        "actual > 0%",
        "actual > 1e9%",
        "forecast > -5%",
    ] {
        assert!(wrong.parse::<AlertRule>().is_err(), "{wrong}");
    }
    let json = serde_json::to_string(&rule("actual > 80%")).unwrap();
    assert_eq!(
        serde_json::from_str::<AlertRule>(&json).unwrap(),
        rule("actual > 80%")
    );
}

#[test]
fn a_month_from_quiet_to_bad_and_back() {
    let mut ledger = AlertLedger::default();
    assert_eq!(step(&mut ledger, 100, Some(480)), Vec::<String>::new());
    assert_eq!(
        step(&mut ledger, 150, Some(515)),
        ["forecast > 100% 100 up #0 mail"]
    );
    assert_eq!(
        step(&mut ledger, 160, Some(515)),
        Vec::<String>::new(),
        "told once"
    );
    assert_eq!(
        step(&mut ledger, 200, Some(560)),
        ["forecast > 100% 110 up #0 mail"]
    );
    assert_eq!(
        step(&mut ledger, 402, Some(490)),
        ["actual > 80% 80 up #0 mail", "forecast > 100% 110 down #0"]
    );
    assert_eq!(
        step(&mut ledger, 402, Some(480)),
        Vec::<String>::new(),
        "in the dead band"
    );
    assert_eq!(
        step(&mut ledger, 402, Some(470)),
        ["forecast > 100% 100 down #0 mail"]
    );
    assert_eq!(
        step(&mut ledger, 402, Some(640)),
        [
            "forecast > 100% 100 up #1",
            "forecast > 100% 110 up #1",
            "forecast > 100% 120 up #0 mail"
        ]
    );
    assert_eq!(
        step(&mut ledger, 370, Some(640)),
        ["actual > 80% 80 down #0 mail"],
        "a refund"
    );
}

#[test]
fn the_exact_limit_is_not_passed() {
    let mut ledger = AlertLedger::default();
    assert_eq!(step(&mut ledger, 400, None), Vec::<String>::new());
    assert_eq!(step(&mut ledger, 401, None), ["actual > 80% 80 up #0 mail"]);
}

#[test]
fn doubtful_data_raise_nothing() {
    let verdict = Verdict {
        doubts: vec![Doubt::NoData],
    };
    let forecast = expecting(9000);
    let doubtful = reading(9000, Some(&forecast), &verdict);
    assert_eq!(due(&rules(), &doubtful, &AlertLedger::default()), []);
    assert_eq!(
        due_at_close(&doubtful, day("2026-12-05"), &AlertLedger::default()),
        None
    );
}

#[test]
fn a_new_month_starts_anew() {
    let mut ledger = AlertLedger::default();
    step(&mut ledger, 450, None);
    let verdict = Verdict::default();
    let next = Reading {
        period: "2026-12".parse().unwrap(),
        ..reading(450, None, &verdict)
    };
    assert_eq!(due(&rules(), &next, &ledger).len(), 1);
}

#[test]
fn a_month_is_closed_once_when_its_last_day_is_final() {
    let verdict = Verdict::default();
    let november = reading(480, None, &verdict);
    let mut ledger = AlertLedger::default();
    assert_eq!(
        due_at_close(&november, day("2026-12-01"), &ledger),
        None,
        "the 30th is still provisional"
    );
    let close = due_at_close(&november, day("2026-12-02"), &ledger).unwrap();
    assert_eq!(
        (text(&close).as_str(), close.measured),
        (" 100 close #0 mail", Decimal::from(96))
    );
    ledger.record(&close);
    assert_eq!(due_at_close(&november, day("2026-12-03"), &ledger), None);
}

/// Forecasts are dear to make: a few, made once.
static FORECASTS: LazyLock<Vec<Forecast>> = LazyLock::new(|| {
    [300, 465, 485, 501, 530, 548, 560, 700]
        .map(expecting)
        .into()
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Any walk of totals: up and down alternate for each level, each alert has its own episode,
    /// the same reading again is silent, and at most one mail a rule and step.
    #[test]
    fn told_once_and_again_only_after_a_recovery(walk in prop::collection::vec((0_i64..900, prop::option::of(0_usize..8), any::<bool>()), 1..40)) {
        let good = Verdict::default();
        let bad = Verdict { doubts: vec![Doubt::NoData] };
        let mut ledger = AlertLedger::default();
        let mut last: BTreeMap<(String, Decimal), (Direction, u32)> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for (actual, forecast, plausible) in walk {
            let forecast = forecast.map(|i| &FORECASTS[i]);
            let reading = reading(actual, forecast, if plausible { &good } else { &bad });
            let alerts = due(&rules(), &reading, &ledger);
            prop_assert!(plausible || alerts.is_empty());
            for alert in &alerts {
                ledger.record(alert);
                let rule = alert.key.rule.unwrap().to_string();
                let before = last.insert((rule, alert.key.level), (alert.key.direction, alert.episode));
                let expected = if before.is_none_or(|(direction, _)| direction == Direction::Down) { Direction::Up } else { Direction::Down };
                prop_assert_eq!(alert.key.direction, expected);
                prop_assert!(seen.insert((alert.key.clone(), alert.episode)), "the same alert twice");
            }
            for rule in rules() {
                prop_assert!(alerts.iter().filter(|a| a.notify && a.key.rule == Some(rule)).count() <= 1);
            }
            prop_assert_eq!(due(&rules(), &reading, &ledger), vec![], "told already");
        }
    }
}

/// The table gives entries back in the order of their keys, `down` before `up`.
#[test]
fn the_order_in_which_alerts_are_read_does_not_matter() {
    let verdict = Verdict::default();
    let mut told: Vec<Alert> = vec![];
    let memory = |told: &[Alert], backwards: bool| {
        let mut ledger = AlertLedger::default();
        let mut told = told.to_vec();
        if backwards {
            told.reverse();
        }
        for alert in &told {
            ledger.record(alert);
        }
        ledger
    };
    for total in [560, 300, 560, 300, 300, 620] {
        let forecast = expecting(total);
        let reading = reading(100, Some(&forecast), &verdict);
        let forwards = due(&rules(), &reading, &memory(&told, false));
        let backwards = due(&rules(), &reading, &memory(&told, true));
        assert_eq!(forwards, backwards, "{total} after {} alerts", told.len());
        told.extend(forwards);
        let again = due(&rules(), &reading, &memory(&told, true));
        assert_eq!(again, [], "{total}: told once");
    }
}

#[test]
fn a_lower_level_that_comes_late_is_noted_without_a_mail() {
    let verdict = Verdict::default();
    let forecast = expecting(620);
    let reading = reading(100, Some(&forecast), &verdict);
    let all = due(&rules(), &reading, &AlertLedger::default());
    let highest = all.iter().max_by_key(|alert| alert.key.level).unwrap();
    assert!(highest.notify);
    // The run that was to note the others died: only the highest stands in the ledger.
    let mut ledger = AlertLedger::default();
    ledger.record(highest);
    let late = due(&rules(), &reading, &ledger);
    assert_eq!(late.len(), all.len() - 1);
    assert!(late.iter().all(|alert| !alert.notify), "{late:#?}");
}
