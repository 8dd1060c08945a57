//! Files of costs, good and bad.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

use std::fmt::Write as _;
use std::io::{self, Read};

use nightcap_domain::money::actuals::{
    Actuals, Assumption, ReadError, read_costs, read_costs_before,
};
use nightcap_domain::money::plan::Inventory;
use nightcap_domain::money::price::PriceBook;
use nightcap_domain::money::{Usd, forecast_file};
use nightcap_domain::names::EnvironmentName;
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
        actuals.credits.get("2026-11-04".parse().unwrap()),
        Some(usd("-2"))
    );
    assert_eq!(
        actuals.assumptions,
        [
            Assumption::CreditsApart {
                rows: 1,
                total: usd("-2")
            },
            Assumption::RowsAdded { rows: 1 },
            Assumption::ColumnsIgnored { columns: 1 },
            Assumption::DaysMissing {
                days: 3,
                first: "2026-11-02".parse().unwrap()
            },
        ]
    );
    let json = serde_json::to_value(&actuals).unwrap();
    assert!(
        json["assumptions"][0]
            .as_str()
            .unwrap()
            .contains("not subtracted")
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
        (
            "date;usd\n2026-11-01;1\n",
            "line 1: there is no column \"date\" among: date;usd",
        ),
        (
            "date,eur\n2026-11-01,1\n",
            "line 1: there is no column \"usd\"",
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
        (
            "date,usd\n2026-11-01,$5\n",
            "line 2: \"$5\" is not an amount",
        ),
        (
            "date,usd\n2026-11-01,NaN\n",
            "line 2: \"NaN\" is not an amount",
        ),
        (
            "date,usd\n2026-11-01,\"1,234.5\"\n",
            "line 2: \"1,234.5\" is not an amount",
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
    let actuals = read(include_str!("data/focus_1.0_excerpt.csv")).unwrap();
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
    assert_eq!(sum(&actuals), usd("14"));
    assert_eq!(
        actuals.credits.get("2026-11-02".parse().unwrap()),
        Some(usd("-4")),
        "a credit is one whatever its sign"
    );
    assert_eq!(actuals.by_environment["prod"].len(), 1);
    assert!(
        actuals
            .assumptions
            .contains(&Assumption::LongCharges { rows: 1 })
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
        "1 rows below zero (-3.00 USD) are taken for credits or refunds and not subtracted",
        "1 further rows of a day already seen were added to it",
        "1 columns were not looked at",
        "10 earlier days have no row: taken for the mean of the week before",
    ] {
        assert!(basis.contains(said), "{said}: {basis}");
    }
    let focus = "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd\n\
        9,USD,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z\n";
    let basis = asked(focus);
    let said = "1 charges span more than a day and were booked on their first day";
    assert!(basis.contains(said), "{basis}");
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
                Err(ReadError::Empty | ReadError::NoRows) => {}
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
