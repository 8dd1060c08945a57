//! `docs/running-cost.md` is computed here, and this keeps it true.
//!
//! `UPDATE_DOCS=1 cargo test -p scheduler --test it running_cost` writes it anew.

use std::fmt::Write as _;

use nightcap_tests::{Function, SteadyAws, embedded_metrics};
use rust_decimal::Decimal;
use serde_json::json;

/// `1234, 2` is 12.34.
const fn part(digits: u32, scale: u32) -> Decimal {
    Decimal::from_parts(digits, 0, 0, false, scale)
}

macro_rules! dec {
    ($number:literal) => {
        stringify!($number)
            .replace('_', "")
            .parse::<Decimal>()
            .unwrap()
    };
}

const INTRODUCTION: &str = include_str!("../running_cost.md");

/// What a function takes for one invocation without work; measured by `cargo bench -p scheduler
/// --bench fleet` (docs/performance.md).
struct Quiet {
    /// Calls that wait for one another.
    in_a_row: Decimal,
    /// Processor time of one whole processor, in seconds.
    cpu: Decimal,
}

/// A fleet and how it is looked after.
struct Case {
    name: &'static str,
    /// Reconcile ticks a month: one every five minutes, 31 days.
    ticks: Decimal,
    targets: Decimal,
    /// In each target.
    resources: Decimal,
    quiet: Quiet,
    /// Mails a month, each to this many addresses.
    mails: Decimal,
    addresses: Decimal,
    /// Metrics told all day, and what the others come to.
    gauges: Decimal,
}

// Lambda, as infra/modules/nightcap deploys it.
const MEMORY_GB: Decimal = part(25, 2);
/// A function of 1,769 MB has one processor; one of 256 MB its part of it.
const SHARE: Decimal = part(1447, 4);
/// How long AWS takes to answer, in seconds: twice what the bench injects.
const ANSWER: Decimal = part(1, 1);
/// What Lambda writes about an invocation (START, END, REPORT), and CloudWatch counts for each line.
const LAMBDAS_LINES: Decimal = part(420, 0);
/// The line of figures of a quiet tick, in bytes, and what an order adds.
const LINE: Decimal = part(760, 0);
const LINE_OF_AN_ORDER: Decimal = part(230, 0);
/// An item of the ledger about a resource, in bytes; measured below.
const ITEM: Decimal = part(520, 0);
/// Working days a month, each with a stop and a start.
const DAYS: Decimal = part(22, 0);
/// Writes of the ledger for a transition of a resource: the claim, what was seen, its history; a
/// write in a transaction counts twice.
const WRITES: Decimal = part(6, 0);
/// Alarms of infra/modules/nightcap with the guard, and its pages of Cost Explorer a month.
const ALARMS: Decimal = part(8, 0);
const PAGES: Decimal = part(62, 0);
/// Lambda's pollers ask an empty queue, five at once, for 20 seconds each.
const POLLS: Decimal = part(669_600, 0);

impl Case {
    fn invocations(&self) -> Decimal {
        let workers = if self.is_spread() {
            self.targets
        } else {
            Decimal::ZERO
        };
        self.ticks * (Decimal::ONE + workers)
    }

    fn is_spread(&self) -> bool {
        self.targets > dec!(16)
    }

    fn orders(&self) -> Decimal {
        self.targets * self.resources * DAYS * dec!(2)
    }

    fn gb_seconds(&self) -> Decimal {
        let seconds = self.quiet.in_a_row * ANSWER + self.quiet.cpu / SHARE;
        // Sixteen orders at once, and each takes a processor 0.3 ms.
        let ordering = self.orders() * (ANSWER / dec!(16) + dec!(0.0003) / SHARE);
        (self.invocations() * seconds + ordering) * MEMORY_GB
    }

    fn reads(&self) -> Decimal {
        // Four kilobytes a unit, each target its own; and one for holds and problems told.
        let units = (self.resources * ITEM / dec!(4096)).ceil();
        let rest = if self.is_spread() {
            Decimal::ONE
        } else {
            Decimal::ZERO
        };
        self.ticks * self.targets * (units + rest)
    }

    fn log_bytes(&self) -> Decimal {
        self.invocations() * (LINE + LAMBDAS_LINES) + self.orders() * LINE_OF_AN_ORDER
    }

    fn queue(&self) -> Decimal {
        let sent = if self.is_spread() {
            // Ten a call; received and deleted one by one.
            self.ticks * (self.targets / dec!(10) + self.targets * dec!(2))
        } else {
            Decimal::ZERO
        };
        POLLS + sent
    }

    /// Item, amount, USD without any free tier.
    fn items(&self) -> Vec<(&'static str, String, Decimal)> {
        let million = dec!(1_000_000);
        let item = |name, amount: Decimal, unit: &str, price: Decimal, each: Decimal| {
            let told = format!("{} {unit}", thousands(amount));
            (name, told, amount / each * price)
        };
        vec![
            item(
                "Lambda: time",
                self.gb_seconds(),
                "GB-s",
                dec!(0.0000133334),
                Decimal::ONE,
            ),
            item(
                "Lambda: requests",
                self.invocations(),
                "",
                dec!(0.20),
                million,
            ),
            item("DynamoDB: reads", self.reads(), "", dec!(0.125), million),
            item(
                "DynamoDB: writes",
                self.orders() * WRITES,
                "",
                dec!(0.625),
                million,
            ),
            item(
                "EventBridge Scheduler",
                self.ticks + DAYS * dec!(2),
                "",
                dec!(1.00),
                million,
            ),
            item(
                "SNS: mails",
                self.mails * self.addresses,
                "",
                dec!(2.00),
                dec!(100_000),
            ),
            item("SQS", self.queue(), "requests", dec!(0.40), million),
            item(
                "CloudWatch: logs",
                self.log_bytes() / dec!(1_000_000),
                "MB",
                dec!(0.5985),
                dec!(1000),
            ),
            item(
                "CloudWatch: metrics told all day",
                self.gauges,
                "",
                dec!(0.30),
                Decimal::ONE,
            ),
            item(
                "CloudWatch: counts, by the hour",
                dec!(620),
                "metric-hours",
                dec!(0.30),
                dec!(744),
            ),
            item(
                "CloudWatch: the guard's metrics",
                dec!(248),
                "metric-hours",
                dec!(0.30),
                dec!(744),
            ),
            item("CloudWatch: alarms", ALARMS, "", dec!(0.10), Decimal::ONE),
            item(
                "CloudWatch: dashboard",
                Decimal::ONE,
                "",
                dec!(3.00),
                Decimal::ONE,
            ),
            item(
                "Cost Explorer, by the guard",
                PAGES,
                "pages",
                dec!(0.01),
                Decimal::ONE,
            ),
        ]
    }

    fn table(&self) -> String {
        let items = self.items();
        let mut text = format!(
            "\n### {}\n\n| item | a month | USD |\n|---|---|---|\n",
            self.name
        );
        for (name, amount, usd) in &items {
            writeln!(text, "| {name} | {} | {} |", amount.trim(), cents(*usd)).unwrap();
        }
        let total: Decimal = items.iter().map(|(_, _, usd)| usd).sum();
        let (largest, _, usd) = items.iter().max_by_key(|(_, _, usd)| *usd).unwrap();
        writeln!(
            text,
            "| **together, without any free tier** | | **{}** |",
            total.round_dp(2)
        )
        .unwrap();
        writeln!(text, "\nThe largest: {largest}, {} USD.", usd.round_dp(2)).unwrap();
        text
    }
}

fn greenleaf() -> Case {
    Case {
        name: "GreenLeaf: one account and region, 3 resources, a tick every five minutes",
        ticks: dec!(8928),
        targets: Decimal::ONE,
        resources: dec!(3),
        quiet: Quiet {
            in_a_row: Decimal::ONE,
            cpu: dec!(0.003),
        },
        mails: DAYS * dec!(5),
        addresses: dec!(2),
        gauges: dec!(6),
    }
}

fn hundred() -> Case {
    Case {
        name: "100 targets of 100 resources each, a tick every five minutes",
        ticks: dec!(8928),
        targets: dec!(100),
        resources: dec!(100),
        quiet: Quiet {
            in_a_row: dec!(2),
            cpu: dec!(0.009),
        },
        mails: dec!(10),
        addresses: dec!(2),
        gauges: dec!(7),
    }
}

#[test]
fn the_page_is_what_its_figures_come_to() {
    let mut text = INTRODUCTION.to_owned();
    text.push_str(&greenleaf().table());
    text.push_str(&hundred().table());
    let path = nightcap_tests::root().join("docs/running-cost.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert_eq!(
        written, text,
        "UPDATE_DOCS=1 cargo test -p scheduler --test it running_cost"
    );
}

/// The inputs that can be measured anywhere, measured.
#[test]
fn a_quiet_tick_takes_what_the_page_says() {
    const COUNT: usize = 100;
    let aws = SteadyAws::taking(std::time::Duration::from_millis(1));
    for number in 0..COUNT {
        aws.create_database("123456789012", &format!("db-{number:05}"));
    }
    let config = "timezone: Europe/Paris\ndrills: true\nschedules:\n  office-hours:\n    windows: \
                  [{ start: 0 9 * * MON-FRI, stop: 0 19 * * MON-FRI }]\nenvironments:\n  preprod: \
                  { schedule: office-hours }\nlimits: { max_stops: 1000 }\n";
    let mut function = Function::at(env!("CARGO_BIN_EXE_scheduler"))
        .timed_by(&aws)
        .with("NIGHTCAP_CONFIG", config)
        .with("NIGHTCAP_TABLE", "nightcap")
        .start();
    let mut tick = |at: &str| {
        let _ = aws.traffic();
        let before = function.log().len();
        function
            .invoke(&json!({ "command": "tick", "at": at }))
            .unwrap();
        (Decimal::from(function.log().len() - before), aws.traffic())
    };
    tick("2026-11-20T17:50:00Z");
    let (line, traffic) = tick("2026-11-20T17:55:00Z");
    assert_eq!(traffic.calls(), 4);
    assert!(line <= LINE && line > LINE - dec!(30), "{line} bytes");
    let (stop, _) = tick("2026-11-20T18:00:00Z");
    let order = (stop - line) / Decimal::from(COUNT);
    assert!(
        order <= LINE_OF_AN_ORDER && order > LINE_OF_AN_ORDER - dec!(10),
        "{order} bytes"
    );
    aws.pass();
    tick("2026-11-20T18:10:00Z");
    let (bytes, items) = aws.kept("state");
    assert_eq!(items, COUNT);
    let item = Decimal::from(bytes / items);
    assert!(item <= ITEM && item > ITEM - dec!(60), "{item} bytes");
    let figures = function.figures();
    let quiet = embedded_metrics(&figures[1]).unwrap();
    assert_eq!(Decimal::from(quiet.len()), greenleaf().gauges, "{quiet:?}");
}

fn thousands(amount: Decimal) -> String {
    let rounded = if amount < dec!(100) {
        amount.round_dp(1).normalize()
    } else {
        amount.round()
    };
    let text = rounded.to_string();
    let (whole, rest) = text
        .split_once('.')
        .map_or((text.as_str(), ""), |(whole, rest)| (whole, rest));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if rest.is_empty() {
        grouped
    } else {
        format!("{grouped}.{rest}")
    }
}

fn cents(usd: Decimal) -> String {
    if usd < dec!(0.005) {
        return "0.00".to_owned();
    }
    format!("{:.2}", usd.round_dp(2))
}
