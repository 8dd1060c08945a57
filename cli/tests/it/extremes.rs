//! Numbers and dates at the ends of what a type can hold, wherever a person or a file may give one:
//! an answer or an error, never a panic, and never without an end.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nightcap_tests::{environment, root};

const DAYS: [&str; 14] = [
    "-262143-01-01",
    "-0001-12-31",
    "0000-01-01",
    "0001-01-01",
    "1677-09-21",
    "1969-12-31",
    "1970-01-01",
    "2000-02-29",
    "2100-12-31",
    "2262-04-12",
    "9999-12-31",
    "+10000-01-01",
    "+262142-12-31",
    "+999999999-01-01",
];

const AMOUNTS: [&str; 13] = [
    "0",
    "-0",
    "-1",
    "1e-28",
    "0.0000000000000000000000000001",
    "999999999999999.99",
    "1000000000000000",
    "-1000000000000000",
    "1000000000000000.01",
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "1e999999999",
    "NaN",
];

/// How long one command may take, in a test build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// Runs it with this on standard input; fails if it panicked.
fn survives(arguments: &[&str], input: &str) {
    let begun = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_nightcap"));
    let mut child = environment(&mut command)
        .current_dir(root())
        .env("NIGHTCAP_CONFIG", "nightcap.yaml")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that does not read it has ended before.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    let code = output.status.code();
    assert!(
        matches!(code, Some(0..=2)) && !stderr.contains("panicked"),
        "{arguments:?}: {code:?}\n{stderr}\n{}",
        input.lines().take(6).collect::<Vec<_>>().join("\n")
    );
    assert!(
        begun.elapsed() < PATIENCE,
        "{arguments:?}: {:?}",
        begun.elapsed()
    );
}

fn all(runs: &[(Vec<String>, String)]) {
    // A process each: two at a time are no more than the machine has.
    for pair in runs.chunks(2) {
        std::thread::scope(|scope| {
            for (arguments, input) in pair {
                scope.spawn(move || {
                    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
                    survives(&arguments, input);
                });
            }
        });
    }
}

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

#[test]
fn an_option_with_a_date_at_the_end_of_the_calendar_is_no_panic() {
    let costs = "--costs=crates/cost/data/daily_cloud_cost_2018.csv";
    let mut runs = vec![];
    for day in DAYS {
        let month = day.rsplit_once('-').unwrap().0;
        for line in [
            format!("timeline preprod --from={day}"),
            format!("timeline preprod --to={day}"),
            format!("timeline preprod --from={day} --to={day}T23:59:59Z"),
            format!("timeline preprod --from={day}T23:59:59+14:00"),
            format!("check --at={day}"),
            format!("forecast {costs} --budget=500 --as-of={day}"),
            format!("prices --as-of={day}"),
            format!("simulate --inventory=greenleaf --month={month}"),
            format!("simulate --inventory=greenleaf --year-from={month}"),
        ] {
            runs.push((words(&line), String::new()));
        }
        // Of a short bill: a long one takes seconds.
        let line = format!("backtest --costs=- --from={month}");
        runs.push((words(&line), bill("2026-11-09", "1.00")));
    }
    all(&runs);
}

#[test]
fn an_option_with_a_number_at_the_end_of_its_range_is_no_panic() {
    let costs = "--costs=crates/cost/data/daily_cloud_cost_2018.csv";
    let mut runs = vec![];
    for amount in AMOUNTS {
        let line = format!("forecast {costs} --as-of=2018-06-11 --budget={amount}");
        runs.push((words(&line), String::new()));
        let inventory = format!(
            "environment,name,price,quantity,peak,when,class,only_if,note\n\
             dev,instance,ec2:t3.small,{amount},{amount},schedule,compute,,\n\
             dev,volume,ebs:gp3,{amount},1,always,storage,,\n"
        );
        runs.push((
            words("simulate --inventory=- --month=2026-11"),
            inventory.clone(),
        ));
        runs.push((
            words("simulate --inventory=- --year-from=2026-11"),
            inventory,
        ));
        let config = format!(
            "timezone: UTC\nschedules: {{ o: {{ windows: [{{ start: '0 9 * * *', stop: '0 19 * * *' }}] }} }}\n\
             environments: {{ dev: {{ schedule: o, capacity: {{ min: {amount}, desired: {amount}, max: {amount} }} }} }}\n\
             limits: {{ max_stops: {amount}, max_hold: {amount}h }}\n\
             budget: {{ name: b, limit: {amount}, alerts: ['actual > {amount}%'] }}\n"
        );
        runs.push((words("check -"), config.clone()));
        runs.push((words("timeline dev --config=- --from=2026-11-01"), config));
    }
    all(&runs);
}

/// A bill of a hundred days with these at its middle and its end.
fn bill(day: &str, amount: &str) -> String {
    let first: chrono::NaiveDate = "2026-08-01".parse().unwrap();
    let mut bill = "date,usd,environment\n".to_owned();
    for (n, date) in first.iter_days().take(100).enumerate() {
        let usd = if n % 7 == 3 { amount } else { "12.34" };
        bill.push_str(&format!("{date},{usd},preprod\n"));
    }
    bill.push_str(&format!("{day},{amount},preprod\n"));
    bill
}

#[test]
fn a_bill_with_dates_and_amounts_at_their_ends_is_no_panic() {
    let mut runs = vec![];
    for (day, amount) in DAYS
        .iter()
        .map(|day| (*day, "1.00"))
        .chain(AMOUNTS.iter().map(|amount| ("2026-11-09", *amount)))
        .chain([
            ("9999-12-31", "1000000000000000"),
            ("0001-01-01", "-1000000000000000"),
        ])
    {
        let bill = bill(day, amount);
        for line in [
            "forecast --costs=- --as-of=2026-11-10 --budget=500",
            "forecast --costs=- --as-of=9999-12-31 --budget=1000000000000000",
            "forecast --costs=- --as-of=2026-11-10 --budget=0.01 --json",
            "backtest --costs=-",
            "report --costs=- --as-of=2026-11-10",
        ] {
            runs.push((words(line), bill.clone()));
        }
    }
    all(&runs);
}

#[test]
fn a_price_book_with_dates_and_amounts_at_their_ends_is_no_panic() {
    let mut runs = vec![];
    let head = "item,unit,amount,currency,region,as_of,status,source\n";
    for (day, amount) in DAYS
        .iter()
        .map(|day| (*day, "0.1"))
        .chain(AMOUNTS.iter().map(|amount| ("2026-11-09", *amount)))
    {
        let book = format!(
            "{head}ec2:t3.small,hour,{amount},USD,eu-west-3,{day},found,x\n\
             ebs:gp3,gb-month,{amount},USD,eu-west-3,{day},found,x\n"
        );
        for line in [
            "prices",
            "simulate --inventory=greenleaf --month=2026-11",
            "simulate --inventory=greenleaf --year-from=2026-11",
        ] {
            let mut arguments = words(line);
            arguments.extend(["--prices".to_owned(), book.clone()]);
            runs.push((arguments, String::new()));
        }
    }
    all(&runs);
}
