//! Files of costs, good and bad.

use std::fmt::Write as _;
use std::io::{self, Read};

use nightcap_cost::actuals::{
    Actuals, Assumption, Packed, ReadError, read_costs, read_costs_before, read_costs_by_tag,
};
use nightcap_cost::plan::Inventory;
use nightcap_cost::price::PriceBook;
use nightcap_cost::{Usd, forecast_file};
use nightcap_model::names::EnvironmentName;
use proptest::prelude::*;

fn read(text: &str) -> Result<Actuals, ReadError> {
    read_costs(text.as_bytes())
}

fn error(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn sum(actuals: &Actuals) -> Usd {
    actuals.charges.iter().map(|(_, amount)| amount).sum()
}

#[test]
fn the_smallest_file() {
    let actuals = read("date,usd\n2026-11-01,12.50\n2026-11-02,0\n").unwrap();
    assert_eq!((actuals.charges.len(), actuals.rows), (2, 2));
    assert_eq!(sum(&actuals), usd("12.50"));
    assert_eq!(actuals.assumptions, []);
}

#[test]
fn columns_in_any_order_a_byte_order_mark_and_windows_line_ends() {
    let actuals =
        read("\u{feff}\"USD\",Environment,Date\r\n1.5,prod,2026-11-01\r\n2.5,,2026-11-01\r\n")
            .unwrap();
    assert_eq!(sum(&actuals), usd("4"));
    let names: Vec<&str> = actuals
        .by_environment
        .keys()
        .map(EnvironmentName::as_str)
        .collect();
    assert_eq!(names, ["prod", "untagged"]);
    assert_eq!(
        actuals.assumptions,
        [],
        "two environments on a day are no repetition"
    );
}

#[test]
fn what_is_assumed_is_said() {
    let actuals =
        read("date,usd,who\n2026-11-01,5,a\n2026-11-01,6,b\n2026-11-04,-2,c\n2026-11-05,1,d\n")
            .unwrap();
    assert_eq!(
        actuals.charges.get("2026-11-01".parse().unwrap()),
        Some(usd("11"))
    );
    assert_eq!(
        actuals.charges.get("2026-11-04".parse().unwrap()),
        Some(usd("-2")),
        "below zero and no credit by its type: it nets"
    );
    assert_eq!(
        actuals.assumptions,
        [
            Assumption::Netted {
                rows: 1,
                total: usd("-2")
            },
            Assumption::RowsAdded { rows: 1 },
            Assumption::ColumnsIgnored { columns: 1 },
            Assumption::DaysMissing {
                days: 2,
                first: "2026-11-02".parse().unwrap()
            },
        ]
    );
    let json = serde_json::to_value(&actuals).unwrap();
    assert!(
        json["assumptions"][0]
            .as_str()
            .unwrap()
            .contains("are subtracted")
    );
}

#[test]
fn every_error_names_its_line() {
    for (text, want) in [
        ("", "the file is empty"),
        ("date,usd\n", "the file has a header but no row"),
        (
            "day,cost\n1,2\n",
            "line 1: there is no column \"date\" among: day, cost",
        ),
        ("date,eur\n2026-11-01,1\n", "line 1: the amount is in EUR"),
        (
            "date,cost\n2026-11-01,1\n",
            "line 1: there is no column \"usd\" among: date, cost",
        ),
        (
            "date,usd\n2026-11-01,1\n2026-11-31,1\n",
            "line 3: \"2026-11-31\" is not a UTC date",
        ),
        (
            "date,usd\n01/11/2026,1\n",
            "line 2: \"01/11/2026\" is not a UTC date",
        ),
        ("date,usd\n1926-11-01,1\n", "line 2: \"1926-11-01\""),
        ("date,usd\n2026-11-01T00:00:00+02:00,1\n", "line 2: "),
        ("date,usd\n2026-11-01,\n", "line 2: \"\" is not an amount"),
        ("date,usd\n2026-11-01,€5\n", "line 2: the amount is in EUR"),
        (
            "date,usd\n2026-11-01,NaN\n",
            "line 2: \"NaN\" is not an amount",
        ),
        (
            "date,usd\n2026-11-01,\"12,34.5\"\n",
            "line 2: \"12,34.5\" is not an amount",
        ),
        (
            "date,usd\n2026-11-01,\"1,234\"\n2026-11-02,\"1,5\"\n",
            "line 3: the file writes numbers in two ways",
        ),
        ("date,usd\n2026-11-01,1e30\n", "line 2: "),
        (
            "date,usd\n2026-11-01,1\n2026-11-02,1,9\n",
            "line 3: 3 fields, but the header has 2",
        ),
        (
            "date,usd,currency\n2026-11-01,1,USD\n2026-11-02,1,EUR\n",
            "line 3: the amount is in EUR",
        ),
        (
            "date,usd,currency\n2026-11-01,1,Dollars\n",
            "line 2: \"Dollars\" is not a currency code",
        ),
    ] {
        assert!(error(text).starts_with(want), "{text:?}: {}", error(text));
    }
    let bytes = b"date,usd,environment\n2026-11-01,1,pr\xe9prod\n";
    assert_eq!(
        read_costs(&bytes[..]).unwrap_err(),
        ReadError::NotText { line: 2 }
    );
}

#[test]
fn thousands_of_columns_are_a_count_in_the_answer() {
    let names: Vec<String> = (0..5000).map(|i| format!("c{i}")).collect();
    let cells = vec!["1"; 5000].join(",");
    let actuals = read(&format!(
        "{},date,usd\n{cells},2026-11-01,7\n",
        names.join(",")
    ))
    .unwrap();
    assert_eq!(sum(&actuals), usd("7"));
    assert_eq!(
        actuals.assumptions,
        [Assumption::ColumnsIgnored { columns: 5000 }]
    );
    let missing = error(&format!("{}\n{cells}\n", names.join(",")));
    assert!(
        missing.contains("and 4992 more") && missing.len() < 400,
        "{missing}"
    );
}

/// A file that is never in memory: rows made as they are asked for.
struct Endless {
    line: u64,
    lines: u64,
    rest: Vec<u8>,
    make: fn(u64) -> String,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.len() < buffer.len() && self.line < self.lines {
            self.rest.extend((self.make)(self.line).bytes());
            self.line += 1;
        }
        let n = buffer.len().min(self.rest.len());
        buffer[..n].copy_from_slice(&self.rest[..n]);
        self.rest.drain(..n);
        Ok(n)
    }
}

fn endless(lines: u64, make: fn(u64) -> String) -> Endless {
    Endless {
        line: 0,
        lines,
        rest: Vec::new(),
        make,
    }
}

#[test]
fn a_million_rows_become_one_amount_a_day() {
    let rows = endless(1_000_001, |line| match line {
        0 => "date,usd,environment\n".to_owned(),
        n => format!("2026-11-{:02},0.000001,e{}\n", n % 30 + 1, n % 7),
    });
    let actuals = read_costs(rows).unwrap();
    assert_eq!(
        (
            actuals.rows,
            actuals.charges.len(),
            actuals.by_environment.len()
        ),
        (1_000_000, 30, 7)
    );
    assert_eq!(sum(&actuals), usd("1"), "a million millionths, exactly");
}

#[test]
fn a_row_that_does_not_end_is_refused_before_it_fills_the_memory() {
    let no_line_break = endless(u64::MAX, |line| {
        if line == 0 {
            "date,usd\n".to_owned()
        } else {
            "1".repeat(1000)
        }
    });
    assert!(
        read_costs(no_line_break)
            .unwrap_err()
            .to_string()
            .contains("longer than")
    );
    let open_quote = endless(u64::MAX, |line| {
        if line == 0 {
            "date,usd\n\"".to_owned()
        } else {
            "2026-11-01,1\n".to_owned()
        }
    });
    assert!(
        read_costs(open_quote)
            .unwrap_err()
            .to_string()
            .contains("a quote may be unclosed")
    );
}

#[test]
fn a_column_that_is_not_the_environment_is_noticed() {
    let mut text = "date,usd,environment\n".to_owned();
    for i in 0..1200 {
        writeln!(text, "2026-11-01,1,resource-{i}").unwrap();
    }
    assert_eq!(
        read(&text).unwrap_err(),
        ReadError::Environments { line: 1002 }
    );
}

#[test]
fn focus_1_0_from_its_own_sample() {
    let actuals = read(include_str!("../data/focus_1.0_excerpt.csv")).unwrap();
    assert_eq!(actuals.rows, 60);
    assert_eq!(sum(&actuals), usd("0.52950309910"));
    assert!(
        actuals.by_environment.contains_key("dev"),
        "from the tag environment"
    );
    assert!(actuals.by_environment.contains_key("untagged"));
    let by_environment: Usd = actuals
        .by_environment
        .values()
        .flat_map(|c| c.iter().map(|(_, a)| a).collect::<Vec<_>>())
        .sum();
    assert_eq!(by_environment, sum(&actuals));
}

#[test]
fn focus_1_2_with_credits_tax_and_long_charges() {
    let header = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,Tags";
    let row =
        |cost, start, end, category, tags| format!("{cost},USD,{start},{end},{category},{tags}\n");
    let text = [
        format!("{header}\n"),
        row(
            "10",
            "2026-11-01T00:00:00Z",
            "2026-11-02T00:00:00Z",
            "Usage",
            r#""{""nightcap:environment"": ""prod""}""#,
        ),
        row(
            "4",
            "2026-11-01T00:00:00Z",
            "2026-12-01T00:00:00Z",
            "Tax",
            "NULL",
        ),
        row(
            "3",
            "2026-11-02T00:00:00Z",
            "2026-11-03T00:00:00Z",
            "Credit",
            "{}",
        ),
        row(
            "-1",
            "2026-11-02T00:00:00Z",
            "2026-11-03T00:00:00Z",
            "Usage",
            "not json",
        ),
    ]
    .concat();
    let actuals = read(&text).unwrap();
    assert_eq!(sum(&actuals), usd("13"));
    assert_eq!(
        actuals.credits.get("2026-11-02".parse().unwrap()),
        Some(usd("-3")),
        "a credit is one whatever its sign"
    );
    assert_eq!(
        actuals.by_environment["prod"].first_day(),
        Some(day("2026-11-01"))
    );
    for said in [
        Assumption::LongCharges { rows: 1 },
        Assumption::TagsUnread { rows: 1 },
        Assumption::Netted {
            rows: 1,
            total: usd("-1"),
        },
        Assumption::CreditsApart {
            rows: 1,
            total: usd("-3"),
        },
    ] {
        assert!(actuals.assumptions.contains(&said), "{said}");
    }
    assert_eq!(
        actuals
            .charges
            .get(day("2026-11-30"))
            .map(|part| part.to_string())
            .as_deref(),
        Some("0.13"),
        "a tax of a month is spread over the month"
    );
    let euros = text.replace("4,USD", "4,EUR");
    assert!(error(&euros).starts_with("line 3: the amount is in EUR"));
    let no_currency = text.replace("BillingCurrency", "Currency");
    assert!(error(&no_currency).starts_with("line 1: there is no column \"BillingCurrency\""));
}

#[test]
fn rows_from_the_end_on_must_be_readable_and_do_not_count() {
    let end = "2026-11-02".parse().unwrap();
    let text = "date,usd\n2026-11-01,1\n2026-11-02,5\n2026-11-02,-5\n2026-11-09,5\n";
    let actuals = read_costs_before(text.as_bytes(), end).unwrap();
    assert_eq!((sum(&actuals), actuals.rows), (usd("1"), 4));
    assert_eq!(actuals.assumptions, []);
    assert!(actuals.credits.is_empty());
    let wrong = format!("{text}2026-11-10,lots\n");
    let error = read_costs_before(wrong.as_bytes(), end).unwrap_err();
    assert!(error.to_string().starts_with("line 6: "), "{error}");
}

/// What a forecast from a file leaves open stands in its answer.
#[test]
fn assumptions_are_in_the_answer() {
    let asked = |text: &str| {
        let as_of = "2026-11-04".parse().unwrap();
        forecast_file(text.as_bytes(), as_of, usd("500"), None)
            .unwrap()
            .basis
    };
    let basis = asked(
        "date,usd,who\n2026-10-20,-3,a\n2026-10-20,4,a\n2026-10-20,1,b\n2026-10-24,4,a\n2026-11-01,4,a\n2026-11-03,4,a\n",
    );
    for said in [
        "no row for 2026-11-02: counted as 0",
        "1 other rows below zero (-3.00 USD) are subtracted",
        "2 further rows of a day already seen were added to it",
        "1 columns were not looked at",
        "10 earlier days have no row: taken for the mean of the week before",
    ] {
        assert!(basis.contains(said), "{said}: {basis}");
    }
    let focus = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd\n\
        9,USD,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z\n";
    let basis = asked(focus);
    let said = "1 charges span more than a day and were spread over their days";
    assert!(basis.contains(said), "{basis}");
}

/// A bill as somebody had it, in `tests/data/bills`.
macro_rules! bill {
    ($name:literal) => {
        &include_bytes!(concat!("../data/bills/", $name))[..]
    };
}

/// Actual and expected by the answer of `nightcap forecast --as-of 2026-10-11 --budget 500`.
fn asked(bill: &[u8], environment: Option<&str>) -> (String, String, String) {
    let name = environment.map(EnvironmentName::from);
    let answer = forecast_file(bill, day("2026-10-11"), usd("500"), name.as_ref()).unwrap();
    (
        answer.actual.to_string(),
        answer.expected.to_string(),
        answer.basis,
    )
}

#[test]
fn dust_of_floats_neither_refuses_a_file_nor_is_a_credit() {
    let (actual, expected, basis) = asked(bill!("float-dust.csv"), None);
    assert_eq!((actual.as_str(), expected.as_str()), ("100.00", "310.00"));
    assert!(
        !basis.contains("credit") && !basis.contains("below zero"),
        "{basis}"
    );
    let finer = "date,usd\n2026-10-01,1e-29\n2026-10-02,-4.9e-324\n2026-10-03,10\n";
    assert_eq!(asked(finer.as_bytes(), None).0, "10.00");
}

#[test]
fn times_of_a_bill_are_read_whole_and_zero_is_utc() {
    for bill in [
        bill!("minutes.csv"),
        bill!("offset-zero.csv"),
        bill!("microseconds.csv"),
    ] {
        for environment in [None, Some("preprod")] {
            let (actual, expected, _) = asked(bill, environment);
            assert_eq!((actual.as_str(), expected.as_str()), ("125.00", "387.50"));
        }
    }
    let paris = read_costs(bill!("days-of-paris.csv")).unwrap_err();
    assert_eq!(paris, ReadError::LocalDays { line: 2 });
}

#[test]
fn an_hour_with_an_offset_is_the_hour_in_utc() {
    let actuals = read(
        "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd\n\
         1,USD,2026-10-01T00:00:00+02:00,2026-10-01T01:00:00+02:00\n\
         2,USD,2026-10-01T02:00:00+02:00,2026-10-01T03:00:00+02:00\n",
    )
    .unwrap();
    let days: Vec<_> = actuals.charges.iter().collect();
    assert_eq!(
        days,
        [(day("2026-09-30"), usd("1")), (day("2026-10-01"), usd("2"))]
    );
}

#[test]
fn tags_without_braces_are_tags_and_true_is_no_environment() {
    let of = |bill, environment| asked(bill, environment).0;
    assert_eq!(of(bill!("tags-mixed.csv"), Some("preprod")), "100.00");
    assert_eq!(
        of(bill!("tags-without-braces.csv"), Some("preprod")),
        "60.00"
    );
    assert_eq!(of(bill!("tags-mixed.csv"), Some("untagged")), "10.00");
}

#[test]
fn usage_taken_back_nets_and_credits_do_not() {
    let (actual, expected, basis) = asked(bill!("usage-taken-back.csv"), None);
    assert_eq!((actual.as_str(), expected.as_str()), ("100.00", "310.00"));
    assert!(
        basis.contains("1 other rows below zero (-500.00 USD) are subtracted"),
        "{basis}"
    );
}

#[test]
fn a_negation_a_discount_and_a_correction_net_and_are_named() {
    let (actual, _, basis) = asked(bill!("savings-plan-negation.csv"), None);
    assert_eq!(actual, "412.00");
    assert!(
        basis.contains("10 other rows below zero (-480.00 USD) are subtracted"),
        "{basis}"
    );
    assert_eq!(
        asked(bill!("savings-plan-negation.csv"), Some("preprod")).0,
        "0.00"
    );
    let typed = "date,usd,record_type\n2026-10-01,50,Usage\n2026-10-01,-5,EdpDiscount\n\
                 2026-10-01,-7,PrivateRateDiscount\n2026-10-01,-20,Credit\n2026-10-02,-3,Refund\n2026-10-02,10,Usage\n";
    let actuals = read(typed).unwrap();
    assert_eq!(sum(&actuals), usd("48"));
    let credits: Usd = actuals.credits.iter().map(|(_, amount)| amount).sum();
    assert_eq!(credits, usd("-23"));
}

#[test]
fn the_cost_and_usage_report_in_either_spelling() {
    let old = "lineItem/LineItemType,lineItem/UsageStartDate,lineItem/UsageEndDate,lineItem/UnblendedCost,\
               lineItem/CurrencyCode,bill/BillingPeriodStartDate,bill/BillingPeriodEndDate,resourceTags/user:Environment\n\
        SavingsPlanCoveredUsage,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,2,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,preprod\n\
        SavingsPlanNegation,2026-10-01T00:00:00Z,2026-10-01T01:00:00Z,-2,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,preprod\n\
        SavingsPlanUpfrontFee,2026-10-01T00:00:00Z,2029-10-01T00:00:00Z,310,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,\n\
        Usage,2026-10-03T00:00:00Z,2026-10-04T00:00:00Z,5,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,preprod\n\
        Refund,2026-10-03T00:00:00Z,2026-10-04T00:00:00Z,-1,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z,preprod\n";
    let new = old
        .replace("lineItem/LineItemType", "line_item_line_item_type")
        .replace("lineItem/UsageStartDate", "line_item_usage_start_date")
        .replace("lineItem/UsageEndDate", "line_item_usage_end_date")
        .replace("lineItem/UnblendedCost", "line_item_unblended_cost")
        .replace("lineItem/CurrencyCode", "line_item_currency_code")
        .replace(
            "bill/BillingPeriodStartDate",
            "bill_billing_period_start_date",
        )
        .replace("bill/BillingPeriodEndDate", "bill_billing_period_end_date")
        .replace(
            "resourceTags/user:Environment",
            "resource_tags_user_environment",
        );
    for text in [old, &new] {
        let actuals = read(text).unwrap();
        assert_eq!(
            sum(&actuals),
            usd("315"),
            "the fee stays in the month that is billed"
        );
        assert_eq!(actuals.charges.get(day("2026-10-31")), Some(usd("10")));
        assert_eq!(actuals.credits.get(day("2026-10-03")), Some(usd("-1")));
        assert_eq!(
            actuals.by_environment["preprod"].get(day("2026-10-01")),
            Some(Usd::ZERO)
        );
        assert_eq!(
            actuals.by_environment["preprod"].get(day("2026-10-03")),
            Some(usd("5"))
        );
    }
}

#[test]
fn a_charge_of_a_month_is_spread_over_it_and_a_correction_keeps_its_own_month() {
    let header = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,BillingPeriodStart,BillingPeriodEnd\n";
    let month = "300,USD,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z\n";
    let late = "-5,USD,2026-10-07T00:00:00Z,2026-10-08T00:00:00Z,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z\n";
    let actuals = read(&format!("{header}{month}{late}")).unwrap();
    assert_eq!(actuals.charges.get(day("2026-11-17")), Some(usd("10")));
    assert_eq!(actuals.charges.get(day("2026-10-07")), Some(usd("-5")));
    let as_of = day("2026-11-11");
    let before = read_costs_before(format!("{header}{month}").as_bytes(), as_of).unwrap();
    assert_eq!(sum(&before), usd("100"), "ten of thirty days");
    for wrong in ["2026-11-02,2026-11-01", "2026-11-01,2036-11-01"] {
        let (from, to) = wrong.split_once(',').unwrap();
        let text = format!("{header}1,USD,{from},{to},,\n");
        assert_eq!(read(&text).unwrap_err(), ReadError::Period { line: 2 });
    }
}

#[test]
fn days_without_a_row_are_free_in_a_bill_of_charges_and_unknown_in_one_of_days() {
    let header = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,Tags\n";
    let mut text = header.to_owned();
    // Mondays alone, five weeks of them.
    for on in [
        "2026-10-05",
        "2026-10-12",
        "2026-10-19",
        "2026-10-26",
        "2026-11-02",
        "2026-11-09",
    ] {
        writeln!(text, "70,USD,{on}T00:00:00Z,,environment=preprod").unwrap();
    }
    let actuals = read(&text).unwrap();
    assert_eq!(actuals.charges.get(day("2026-10-06")), Some(Usd::ZERO));
    assert_eq!(actuals.charges.len(), 36);
    assert_eq!(actuals.by_environment["preprod"].len(), 36);
    assert!(actuals.assumptions.contains(&Assumption::DaysFree {
        days: 30,
        first: day("2026-10-06")
    }));
    let answer = forecast_file(text.as_bytes(), day("2026-11-11"), usd("500"), None).unwrap();
    assert!(
        answer.expected < usd("450"),
        "five Mondays, not thirty: {}",
        answer.expected
    );
    let plain = read("date,usd\n2026-11-01,5\n2026-11-03,5\n").unwrap();
    assert_eq!(plain.charges.get(day("2026-11-02")), None);
}

#[test]
fn an_environment_that_is_gone_costs_nothing_on_the_days_that_others_have() {
    let actuals = read(
        "date,usd,environment\n2026-11-01,5,demo\n2026-11-01,1,prod\n2026-11-02,1,prod\n2026-11-03,1,prod\n",
    )
    .unwrap();
    let demo: Vec<_> = actuals.by_environment["demo"]
        .iter()
        .map(|(_, amount)| amount)
        .collect();
    assert_eq!(demo, [usd("5"), Usd::ZERO, Usd::ZERO]);
}

#[test]
fn sums_of_months_and_weeks_are_no_days() {
    let invoices = read_costs(bill!("monthly-invoices.csv")).unwrap_err();
    assert_eq!(invoices, ReadError::FarApart { line: 3, days: 31 });
    let weeks = error("date,usd\n2026-10-05,100\n2026-10-12,110\n2026-10-19,90\n");
    assert!(
        weeks.contains("about 7 days apart") && weeks.contains("granularity Daily"),
        "{weeks}"
    );
    let console =
        "Service,EC2($),Total costs($)\nService total,7,7\n2026-09-01,3,3\n2026-10-01,4,4\n";
    assert!(error(console).starts_with("line 4: the rows lie about 30 days apart"));
}

#[test]
fn the_csv_of_cost_explorers_console() {
    let console = "\"Service\",\"EC2-Instances($)\",\"Tax($)\",\"Total costs($)\"\n\
        \"Service total\",\"24.5\",\"\",\"24.5\"\n\"2026-11-01\",\"12.25\",\"\",\"12.25\"\n\"2026-11-02\",\"13.25\",\"-1\",\"12.25\"\n";
    let actuals = read(console).unwrap();
    assert_eq!((sum(&actuals), actuals.rows), (usd("24.5"), 2));
    assert_eq!(
        actuals.assumptions,
        [Assumption::Netted {
            rows: 1,
            total: usd("-1")
        }]
    );
    let by_tag = "Environment,preprod($),No tag key: Environment($),Total costs($)\n\
        Environment total,3,4,7\n2026-11-01,1,2,3\n2026-11-02,2,2,4\n";
    let actuals = read(by_tag).unwrap();
    assert_eq!(
        actuals.by_environment["preprod"].get(day("2026-11-02")),
        Some(usd("2"))
    );
    assert_eq!(
        actuals.by_environment["untagged"].get(day("2026-11-02")),
        Some(usd("2"))
    );
    let by_kind =
        "Charge type,Usage($),Credit($),Total costs($)\n2026-11-01,10,-4,6\n2026-11-02,10,-4,6\n";
    let actuals = read(by_kind).unwrap();
    assert_eq!(sum(&actuals), usd("20"));
    let alone = "\"\",\"Total costs($)\"\n2026-11-01,10\n2026-11-02,11\n";
    assert_eq!(sum(&read(alone).unwrap()), usd("21"));
    assert!(error(&console.replace("($)", "(€)")).starts_with("line 1: the amount is in EUR"));
}

#[test]
fn semicolons_decimal_commas_and_thousands() {
    for text in [
        "date;usd\n2026-11-01;1.234,56\n2026-11-02;0,44\n",
        "date\tusd\n2026-11-01\t1234,56\n2026-11-02\t0,44\n",
        "date,usd\n2026-11-01,\"1,234.56\"\n2026-11-02,\"0.44\"\n",
        "date,usd\n2026-11-01,\"$1,234.56\"\n2026-11-02,$0.44\n",
        "sep=;\ndate;usd\n2026-11-01;1 234,56\n2026-11-02;0,44\n",
    ] {
        assert_eq!(sum(&read(text).unwrap()), usd("1235"), "{text}");
    }
    assert!(error("sep=;\ndate;usd\n2026-11-01;x\n").starts_with("line 3: "));
    let doubtful = read("date;usd\n2026-11-01;1,234\n").unwrap();
    assert_eq!(sum(&doubtful), usd("1.234"));
    assert_eq!(doubtful.assumptions, [Assumption::Thousands { amounts: 1 }]);
}

#[test]
fn utf_16_is_read_with_and_without_its_mark() {
    assert_eq!(asked(bill!("utf-16.csv"), None).0, "100.00");
    let text = "date,usd,environment\r\n2026-11-01,7,pré-\u{1f319}\r\n";
    for big_endian in [false, true] {
        let bytes: Vec<u8> = text
            .encode_utf16()
            .flat_map(|unit| {
                if big_endian {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect();
        let actuals = read_costs(&bytes[..]).unwrap();
        assert!(actuals.by_environment.contains_key("pré-\u{1f319}"));
        let marked = [
            if big_endian {
                [0xFE, 0xFF]
            } else {
                [0xFF, 0xFE]
            }
            .to_vec(),
            bytes,
        ]
        .concat();
        assert_eq!(sum(&read_costs(&marked[..]).unwrap()), usd("7"));
    }
}

#[test]
fn what_is_packed_is_named_and_no_byte_of_it_shown() {
    for (bytes, named) in [
        (bill!("focus.csv.gz"), "gzip"),
        (bill!("bill.parquet"), "Parquet"),
        (&b"PK\x03\x04rest"[..], "workbook"),
        (&b"\x28\xb5\x2f\xfdrest"[..], "Zstandard"),
    ] {
        let error = read_costs(bytes).unwrap_err();
        assert!(matches!(error, ReadError::Packed(_)));
        assert!(error.to_string().contains(named), "{error}");
    }
}

#[test]
fn nothing_of_a_file_steers_a_terminal() {
    let steers = "\u{1b}[31m\u{9b}31m\u{202e}\u{2028}\u{7}";
    for text in [
        format!("da{steers}te,usd\n2026-11-01,1\n"),
        format!("date,usd\n{steers},1\n"),
        format!("date,usd\n2026-11-01,1{steers}\n"),
        format!("date,usd,currency\n2026-11-01,1,{steers}\n"),
    ] {
        let error = error(&text);
        let clean = |c: char| !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}');
        assert!(error.chars().all(clean), "{error:?}");
    }
    let actuals = read(&format!(
        "date,usd,environment\n2026-11-01,1,pre{steers}prod\n"
    ))
    .unwrap();
    let names: String = actuals
        .by_environment
        .keys()
        .map(EnvironmentName::as_str)
        .collect();
    assert!(names.chars().all(|c| !c.is_control()), "{names:?}");
}

/// A day's row of a bill with this tag.
fn tagged(header: &str, tags: &str) -> String {
    let mut text = format!("BilledCost,BillingCurrency,ChargePeriodStart,{header}\n");
    for day in 1..=10 {
        writeln!(
            text,
            "10,USD,2026-10-{day:02}T00:00:00Z,{}",
            tags.replace('"', "\"\"")
                .split('\t')
                .map(|cell| format!("\"{cell}\""))
                .collect::<Vec<_>>()
                .join(",")
        )
        .unwrap();
    }
    text
}

#[test]
fn a_tag_that_is_empty_in_one_place_is_read_in_the_next() {
    for (header, tags) in [
        ("Tags", r#"{"Environment":"","environment":"preprod"}"#),
        (
            "Tags",
            r#"{"nightcap:environment":null,"Environment":"preprod"}"#,
        ),
        ("tag_environment,tag_nightcap_environment", "\tpreprod"),
        ("tag_environment,tag_nightcap_environment", "other\tpreprod"),
        ("Tags,tag_environment", "{\"owner\":\"shop\"}\tpreprod"),
    ] {
        let file = tagged(header, tags);
        assert_eq!(
            asked(file.as_bytes(), Some("preprod")).0,
            "100.00",
            "{tags}"
        );
    }
}

#[test]
fn a_file_is_told_apart_by_the_configured_tag_in_every_format() {
    let focus = tagged("Tags", r#"{"CostCenter":"shop","environment":"preprod"}"#);
    let report = "lineItem/UnblendedCost,lineItem/CurrencyCode,lineItem/UsageStartDate,resourceTags/user:environment,resourceTags/user:CostCenter\n\
        10,USD,2026-10-01T00:00:00Z,preprod,shop\n";
    let plain = "date,usd,environment,CostCenter\n2026-10-01,10,preprod,shop\n";
    let console = "\"CostCenter\",\"No tag key: CostCenter($)\",\"CostCenter$shop($)\",\"Total costs($)\"\n\
        \"CostCenter total\",\"0\",\"10\",\"10\"\n\"2026-10-01\",\"0\",\"10\",\"10\"\n";
    for text in [&focus, report, plain, console] {
        let read = |tag| read_costs_by_tag(text.as_bytes(), day("2026-10-11"), tag).unwrap();
        let by_tag = read(Some("CostCenter"));
        assert!(by_tag.by_environment.contains_key("shop"), "{text}");
        assert!(!by_tag.by_environment.contains_key("preprod"), "{text}");
    }
    for text in [&focus, report, plain] {
        for usual in [None, Some("nightcap:environment")] {
            let read = read_costs_by_tag(text.as_bytes(), day("2026-10-11"), usual).unwrap();
            assert!(read.by_environment.contains_key("preprod"), "{text}");
        }
    }
}

#[test]
fn credits_are_told_by_their_type_whatever_its_column_is_called() {
    for column in [
        "type",
        "Line item type",
        "line_item_line_item_type",
        "cost_type",
    ] {
        let text = format!(
            "date,usd,{column}\n2026-10-01,12,Usage\n2026-10-01,-2,SavingsPlanNegation\n2026-10-01,-5,Credit\n"
        );
        let actuals = read(&text).unwrap();
        assert_eq!(sum(&actuals), usd("10"), "{column}");
        assert_eq!(actuals.credits.get(day("2026-10-01")), Some(usd("-5")));
    }
}

#[test]
fn what_costs_nothing_needs_no_currency() {
    let text = "date,usd,currency\n2026-10-01,10,USD\n2026-10-02,0,N/A\n2026-10-03,0,\n";
    assert_eq!(sum(&read(text).unwrap()), usd("10"));
    let wrong = text.replace("0,N/A", "1,N/A");
    assert!(error(&wrong).starts_with("line 3: \"N/A\" is not a currency code"));
    let euros = text.replace("0,N/A", "0,EUR");
    assert!(error(&euros).starts_with("line 3: the amount is in EUR"));
}

#[test]
fn the_consoles_usage_beside_its_costs_is_no_money() {
    let text = "\"Service\",\"EC2($)\",\"EC2(Hrs)\",\"Total costs($)\",\"Total usage(Hrs)\"\n\
        \"Service total\",\"20\",\"48\",\"20\",\"48\"\n\
        \"2026-10-01\",\"10\",\"24\",\"10\",\"24\"\n\"2026-10-02\",\"10\",\"24\",\"10\",\"24\"\n";
    assert_eq!(sum(&read(text).unwrap()), usd("20"));
    let reals = text.replace("($)", "(R$)");
    assert!(error(&reals).contains("currency"), "{}", error(&reals));
}

#[test]
fn months_and_weeks_are_told_from_days_though_the_first_or_last_is_cut() {
    for days in [
        // What the console gives for a quarter that begins within a month, or a week.
        &["2026-07-29", "2026-08-01", "2026-09-01", "2026-10-01"][..],
        &["2026-08-30", "2026-09-01", "2026-10-01"],
        &["2026-07-31", "2026-08-31", "2026-09-30", "2026-10-05"],
        &[
            "2026-09-11",
            "2026-09-14",
            "2026-09-21",
            "2026-09-28",
            "2026-10-02",
        ],
        &["2026-09-01", "2026-10-01"],
        &["2027-12-30", "2028-01-01", "2028-02-01", "2028-03-01"],
    ] {
        let rows: Vec<String> = days.iter().map(|day| format!("{day},300\n")).collect();
        let text = format!("date,usd\n{}", rows.concat());
        assert!(
            matches!(read(&text), Err(ReadError::FarApart { line: 3, .. })),
            "{days:?}"
        );
    }
    // Days with holes, and a job that runs on Mondays and Tuesdays.
    for days in [
        &["2026-10-01", "2026-10-02", "2026-10-20"][..],
        &[
            "2026-09-28",
            "2026-09-29",
            "2026-10-05",
            "2026-10-06",
            "2026-10-12",
        ],
        &["2026-09-30", "2026-10-01"],
    ] {
        let rows: Vec<String> = days.iter().map(|day| format!("{day},3\n")).collect();
        assert!(
            read(&format!("date,usd\n{}", rows.concat())).is_ok(),
            "{days:?}"
        );
    }
}

#[test]
fn days_that_are_parts_of_a_months_charge_show_no_range() {
    let header = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd\n";
    let text = format!(
        "{header}300,USD,2026-09-01T00:00:00Z,2026-10-01T00:00:00Z\n310,USD,2026-10-01T00:00:00Z,2026-11-01T00:00:00Z\n"
    );
    let answer = forecast_file(text.as_bytes(), day("2026-10-11"), usd("330"), None).unwrap();
    assert_eq!(answer.expected, usd("310"));
    assert!(answer.basis.contains("range assumed"), "{}", answer.basis);
    assert!(
        (answer.low, answer.high) == (usd("257.50"), usd("362.50")),
        "a quarter of what is to come, not a hundredth: {} to {}",
        answer.low,
        answer.high
    );
    assert!(answer.probability_over > 0.2, "{}", answer.probability_over);
}

#[test]
fn what_is_no_table_is_named() {
    for (text, packed) in [
        (&b"{\n  \"ResultsByTime\": []\n}"[..], Packed::Json),
        (b"\xef\xbb\xbf [{\"date\":\"2026-10-01\"}]", Packed::Json),
        (b"\xff\xfe{\0\n\0", Packed::Json),
        (b"<!DOCTYPE html>\n<html>", Packed::Html),
        (b"%PDF-1.7\n", Packed::Pdf),
        (b"ORC\x00", Packed::Orc),
        (b"Obj\x01\x04", Packed::Avro),
        (b"\xff\xfe\0\0d\0\0\0", Packed::Utf32),
    ] {
        assert_eq!(read_costs(text).unwrap_err(), ReadError::Packed(packed));
    }
}

/// Pieces of files, so that what is tried comes near what is meant.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "date",
            "usd",
            "environment",
            "currency",
            "BilledCost",
            "BillingCurrency",
            "ChargePeriodStart",
            "ChargePeriodEnd",
            "ChargeCategory",
            "Tags",
            "Credit",
            ",",
            ",",
            ",",
            "\n",
            "\n",
            "\r\n",
            "\"",
            "\"\"",
            "\u{feff}",
            "2026-11-01",
            "2026-11-31",
            "2026-11-01T00:00:00Z",
            "9999-12-31",
            "0001-01-01",
            "USD",
            "EUR",
            "-1",
            "1e-28",
            "1e400",
            "79228162514264337593543950335",
            "NaN",
            "NULL",
            "{}",
            "\0",
            "é",
            " ",
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
        "[0-9.,e+-]{0,12}",
    ]
}

proptest! {
    /// Whatever a file holds, it is read or refused; and every refusal has a line or says what
    /// the whole file lacks.
    #[test]
    fn no_file_breaks_the_reader(pieces in prop::collection::vec(piece(), 0..60)) {
        let text = pieces.concat();
        for text in [text.clone(), format!("date,usd\n{text}"), format!("BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ChargeCategory,Tags\n{text}")] {
            match read(&text) {
                Ok(actuals) => prop_assert!(actuals.rows > 0),
                Err(ReadError::Empty | ReadError::NoRows | ReadError::Packed(_)) => {}
                Err(error) => prop_assert!(error.to_string().starts_with("line "), "{error}"),
            }
            let as_of = "2026-11-15".parse().unwrap();
            let _ = forecast_file(text.as_bytes(), as_of, usd("500"), None);
        }
    }

    /// The same of bytes that are no text.
    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_costs(&bytes[..]);
        let _ = read_costs(&[b"date,usd\n", &bytes[..]].concat()[..]);
    }

    /// And of price books and inventories.
    #[test]
    fn no_file_breaks_the_price_book_or_the_inventory(pieces in prop::collection::vec(piece(), 0..40)) {
        let text = pieces.concat();
        let _ = PriceBook::from_csv(&text);
        let _ = PriceBook::from_csv(&format!("item,unit,amount,currency,region,as_of,status,source\n{text}"));
        let _ = Inventory::from_csv(&text);
        let _ = Inventory::from_csv(&format!("environment,name,price,quantity,peak,when,class,only_if,note\n{text}"));
    }
}
