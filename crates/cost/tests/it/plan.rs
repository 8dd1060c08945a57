//! The cost plan: true hours, classes, the platform's own figures.

use crate::common::{choices, office_hours};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use nightcap_cost::plan::{
    AlwaysRunning, ChoiceError, Comparison, CostClass, Inventory, Period, Planner, Scenario,
    Schedules, hours, simulate,
};
use nightcap_cost::price::PriceBook;
use nightcap_cost::{BillingMonth, SheetError, Usd};
use nightcap_model::names::Region;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn usd(text: &str) -> Usd {
    text.parse().unwrap()
}

fn month(text: &str) -> BillingMonth {
    text.parse().unwrap()
}

fn paris() -> Region {
    "eu-west-3".into()
}

fn greenleaf(dev: &str, preprod: &str, nat: &str) -> Inventory {
    let choices = choices(&[("dev", dev), ("preprod", preprod), ("nat", nat)]);
    Inventory::greenleaf().unwrap().choose(&choices).unwrap()
}

fn rows(text: &str) -> Inventory {
    let header = "environment,name,price,quantity,peak,when,class,only_if,note\n";
    Inventory::from_csv(&format!("{header}{text}")).unwrap()
}

fn in_month(
    inventory: &Inventory,
    schedules: &Schedules<'_>,
    of: &str,
) -> nightcap_cost::plan::CostPlan {
    let book = PriceBook::embedded().unwrap();
    Planner {
        inventory,
        book: &book,
        region: &paris(),
        schedules,
    }
    .month(month(of))
}

fn compare(
    period: Period,
    a: (&Inventory, &Schedules<'_>),
    b: (&Inventory, &Schedules<'_>),
) -> Comparison {
    let book = PriceBook::embedded().unwrap();
    let region = paris();
    let planner = |(inventory, schedules)| Planner {
        inventory,
        book: &book,
        region: &region,
        schedules,
    };
    simulate(
        period,
        &Scenario {
            name: "before",
            planner: planner(a),
        },
        &Scenario {
            name: "after",
            planner: planner(b),
        },
    )
}

#[test]
fn months_have_their_own_hours() {
    for (of, hours) in [
        ("2026-02", 672),
        ("2028-02", 696),
        ("2026-11", 720),
        ("2026-03", 744),
        ("2026-10", 744),
    ] {
        assert_eq!(month(of).hours(), hours, "{of}");
        let plan = in_month(
            &rows("x,balancer,alb:hour,1,,always,always-on,,"),
            &Schedules::none(),
            of,
        );
        assert_eq!(plan.total(), usd("0.02646").times(hours.into()), "{of}");
    }
    assert_eq!(
        (month("2100-02").hours(), month("2000-02").hours()),
        (672, 696)
    );
}

#[test]
fn a_clock_change_does_not_change_what_a_working_day_costs() {
    let office = office_hours();
    // 22 working days of ten hours in each, one of them beside the change on Sunday.
    for of in ["2026-03", "2026-10"] {
        let plan = in_month(
            &rows("preprod,machine,ec2:t3.small,1,,schedule,compute,,"),
            &Schedules::none().with("preprod", &office),
            of,
        );
        assert_eq!(plan.lines[0].hours, Decimal::from(220), "{of}");
        assert_eq!(plan.total(), usd("0.0236").times(220.into()));
    }
}

#[test]
fn the_days_of_a_night_that_is_an_hour_longer_add_up() {
    use nightcap_schedule::{CronExpression, Schedule, Window, parse_zone};
    let window = Window {
        start: CronExpression::parse("0 22 * * *").unwrap(),
        stop: CronExpression::parse("0 6 * * *").unwrap(),
    };
    let night = Schedule::compile(parse_zone("Europe/Paris").unwrap(), vec![window], None).unwrap();
    let inventory = rows("preprod,machine,ec2:t3.small,1,,schedule,compute,,");
    // 31 nights of eight hours, and one of them gains an hour in October or loses one in March.
    let schedules = Schedules::none().with("preprod", &night);
    assert_eq!(
        in_month(&inventory, &schedules, "2026-10").lines[0].hours,
        Decimal::from(31 * 8)
    );
    let over = |from: &str, to: &str| {
        hours(schedules.running(
            &"preprod".into(),
            from.parse().unwrap(),
            to.parse().unwrap(),
        ))
    };
    assert_eq!(
        over("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"),
        Decimal::from(9)
    );
    assert_eq!(
        over("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
        Decimal::from(7)
    );
}

#[test]
fn a_missing_price_is_a_gap_and_never_zero() {
    let inventory = rows(
        "dev,machine,ec2:t3.smal,1,,always,compute,,\ndev,address,ipv4:in-use,1,,always,always-on,,",
    );
    let plan = in_month(&inventory, &Schedules::none(), "2026-11");
    assert_eq!(plan.lines.len(), 1);
    assert_eq!(plan.gaps.len(), 1);
    assert_eq!(plan.gaps[0].nearest.as_deref(), Some("ec2:t3.small"));
    assert!(
        plan.table()
            .contains("gap: no price for ec2:t3.smal in eu-west-3 (the book has ec2:t3.small)")
    );
}

#[test]
fn the_platform_has_a_price_for_everything_in_paris() {
    for (dev, preprod, nat) in [
        ("spot", "slim", "instance"),
        ("on-demand", "iso", "gateway"),
    ] {
        let plan = in_month(&greenleaf(dev, preprod, nat), &Schedules::none(), "2026-11");
        assert_eq!(plan.gaps, []);
    }
}

#[test]
fn lumps_tax_support_and_credit_stand_in_their_own_classes() {
    let inventory = rows(concat!(
        "shared,certificate,usd,60,,2026-11-15,lump,,\n",
        "shared,fee,usd,10,,monthly:31,lump,,\n",
        "shared,voucher,usd,-20,,monthly:1,credit,,\n",
        "shared,value added tax,percent,20,,always,tax,,\n",
        "shared,support,percent,3,,always,support,,\n",
    ));
    let plan = in_month(&inventory, &Schedules::none(), "2026-11");
    let of = |class| plan.of(&"shared".into(), class);
    assert_eq!(of(CostClass::Lump), usd("70"), "the 31st falls on the 30th");
    assert_eq!(of(CostClass::Credit), usd("-20"));
    assert_eq!(of(CostClass::Tax), usd("10"));
    assert_eq!(of(CostClass::Support), usd("1.5"));
    let other = in_month(&inventory, &Schedules::none(), "2026-12");
    assert_eq!(
        other.of(&"shared".into(), CostClass::Lump),
        usd("10"),
        "the certificate was paid in November"
    );
}

#[test]
fn the_daily_plan_of_the_forecast_adds_up_to_the_month() {
    let book = PriceBook::embedded().unwrap();
    let office = office_hours();
    let (inventory, region) = (greenleaf("spot", "iso", "instance"), paris());
    let schedules = Schedules::none().with("preprod", &office);
    let planner = Planner {
        inventory: &inventory,
        book: &book,
        region: &region,
        schedules: &schedules,
    };
    for of in ["2026-03", "2026-11", "2028-02"] {
        let (first, next) = (month(of).first_day(), month(of).next().first_day());
        let daily = planner.daily(first, next);
        let sum: Usd = daily
            .days
            .values()
            .chain(daily.lumps.values())
            .copied()
            .sum();
        assert_eq!(
            sum.cents(),
            planner.month(month(of)).total().cents(),
            "{of}"
        );
        assert!(
            daily
                .days
                .values()
                .all(|cost| *cost <= planner.flat_out_day(month(of)))
        );
    }
}

#[test]
fn choices_are_never_guessed() {
    let all = Inventory::greenleaf().unwrap();
    let error = |pairs: &[(&str, &str)]| all.choose(&choices(pairs)).unwrap_err();
    assert!(matches!(
        error(&[("nat", "gateway")]),
        ChoiceError::Open { .. }
    ));
    assert!(matches!(
        error(&[("nat", "gatway")]),
        ChoiceError::Value { .. }
    ));
    assert!(matches!(
        error(&[("colour", "red")]),
        ChoiceError::Unknown { .. }
    ));
}

#[test]
fn inventory_errors_name_the_line() {
    let header = "environment,name,price,quantity,peak,when,class,only_if,note\n";
    let error = |row: &str| {
        Inventory::from_csv(&format!(
            "{header}dev,a,ipv4:in-use,1,,always,usage,,\n{row}\n"
        ))
        .unwrap_err()
        .to_string()
    };
    for (row, want) in [
        ("dev,b,ipv4:in-use,-1,,always,usage,,", "line 3: quantity"),
        ("dev,b,ipv4:in-use,x,,always,usage,,", "line 3: quantity"),
        ("dev,b,ipv4:in-use,2,1,always,usage,,", "line 3: peak"),
        ("dev,b,ipv4:in-use,1,,sometimes,usage,,", "line 3: when"),
        ("dev,b,ipv4:in-use,1,,2026-11-01,usage,,", "line 3: when"),
        ("dev,b,usd,1,,always,lump,,", "line 3: when"),
        ("dev,b,usd,1,,monthly:32,lump,,", "line 3: when"),
        ("dev,b,ipv4:in-use,1,,always,misc,,", "line 3: class"),
        ("dev,b,ipv4:in-use,1,,always,usage,nat,", "line 3: only_if"),
        (",b,ipv4:in-use,1,,always,usage,,", "line 3: environment"),
        ("dev,b,ipv4:in-use", "line 3: "),
    ] {
        assert!(error(row).starts_with(want), "{row}: {}", error(row));
    }
    assert_eq!(
        Inventory::from_csv("a,b\n").unwrap_err(),
        SheetError::Header {
            expected: header.trim_end().to_owned()
        }
    );
    assert!(matches!(
        Inventory::from_csv(""),
        Err(SheetError::Header { .. })
    ));
}

/// The documents' figures beside ours; docs/cost-model.md explains each difference.
#[test]
fn the_documents_case() {
    let office = office_hours();
    let (always, scheduled) = (
        Schedules::none(),
        Schedules::none().with("preprod", &office),
    );
    let total = |inventory: &Inventory, environment: &str| {
        in_month(inventory, &scheduled, "2026-11").by_environment()[environment].cents()
    };
    let default = greenleaf("spot", "slim", "instance");
    let dear = greenleaf("on-demand", "iso", "gateway");
    assert_eq!(
        (total(&default, "dev"), total(&dear, "dev")),
        (usd("10.78"), usd("22.45")),
        "documents: 15"
    );
    assert_eq!(total(&default, "preprod"), usd("71.76"), "documents: 90");
    assert_eq!(
        total(&greenleaf("spot", "iso", "instance"), "preprod"),
        usd("109.95"),
        "documents: 90"
    );
    assert_eq!(
        (total(&default, "prod"), total(&dear, "prod")),
        (usd("234.52"), usd("299.04")),
        "documents: 280 to 300"
    );

    let iso = greenleaf("spot", "iso", "instance");
    let year = compare(
        Period::YearFrom(month("2027-01")),
        (&iso, &always),
        (&iso, &scheduled),
    );
    let preprod = &year.compute_by_environment["preprod"];
    assert_eq!(
        preprod.percent,
        Some(Decimal::new(702, 1)),
        "documents: about 70 %"
    );
    assert_eq!(year.by_environment["prod"].usd, Usd::ZERO);
    insta::assert_snapshot!(year.table());
    let slim = compare(
        Period::YearFrom(month("2027-01")),
        (&default, &always),
        (&default, &scheduled),
    );
    insta::assert_snapshot!(slim.table());
    insta::assert_snapshot!(in_month(&default, &scheduled, "2026-11").table());
    assert_eq!(
        in_month(&default, &always, "2026-11").by_environment()["preprod"].cents(),
        usd("96.24")
    );
    assert_eq!(
        in_month(&iso, &scheduled, "2026-11").total().cents(),
        usd("355.25")
    );
    // With dev asleep as well.
    let both = Schedules::none()
        .with("preprod", &office)
        .with("dev", &office);
    let dev = in_month(&default, &both, "2026-11").by_environment()["dev"].cents();
    assert_eq!(dev, usd("4.46"));
    // What a day could cost at most, by which the plausibility gate judges.
    let (book, region) = (PriceBook::embedded().unwrap(), paris());
    let planner = Planner {
        inventory: &default,
        book: &book,
        region: &region,
        schedules: &scheduled,
    };
    assert_eq!(planner.flat_out_day(month("2026-11")).cents(), usd("42.09"));
}

#[test]
fn nat_instances_against_gateways() {
    let nat = |kind| {
        let plan = in_month(
            &greenleaf("spot", "slim", kind),
            &Schedules::none(),
            "2026-11",
        );
        let lines = plan
            .lines
            .iter()
            .filter(|line| line.environment.as_str() == "prod");
        lines
            .filter(|line| line.name == "NAT instances" || line.name == "NAT gateways")
            .map(|line| line.amount)
            .sum::<Usd>()
    };
    assert_eq!(
        (nat("instance").cents(), nat("gateway").cents()),
        (usd("8.50"), usd("72.00")),
        "documents: 8 and 66"
    );
    // 66 is the price of Northern Virginia over 730 hours.
    let book = PriceBook::embedded().unwrap();
    let there = book
        .price("nat-gateway:hour", &"us-east-1".into())
        .unwrap()
        .amount;
    assert_eq!(there.times(Decimal::from(2 * 730)).cents(), usd("65.70"));
}

#[test]
fn slim_against_iso_and_the_other_way_round() {
    let office = office_hours();
    let scheduled = Schedules::none().with("preprod", &office);
    let (slim, iso) = (
        greenleaf("spot", "slim", "instance"),
        greenleaf("spot", "iso", "instance"),
    );
    let there = compare(
        Period::Month(month("2026-11")),
        (&iso, &scheduled),
        (&slim, &scheduled),
    );
    let back = compare(
        Period::Month(month("2026-11")),
        (&slim, &scheduled),
        (&iso, &scheduled),
    );
    assert!(there.saving.usd > Usd::ZERO);
    assert_eq!(there.saving.usd, -back.saving.usd);
    assert_eq!(
        there.hours_saved,
        Decimal::from(210),
        "one instance fewer in the scheduled hours"
    );
}

proptest! {
    /// Whatever the schedule, hours of parts add up to hours of the whole and never exceed it.
    #[test]
    fn hours_add_up(start in 0_i64..86_400 * 1500, first in 0_i64..86_400 * 60, second in 0_i64..86_400 * 60) {
        let office = office_hours();
        let schedules = Schedules::none().with("preprod", &office).with("dev", &AlwaysRunning);
        let from: DateTime<Utc> = "2025-01-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::seconds(start);
        let (middle, to) = (from + TimeDelta::seconds(first), from + TimeDelta::seconds(first + second));
        for environment in ["preprod", "dev", "prod"] {
            let name = environment.into();
            let whole = schedules.running(&name, from, to);
            prop_assert_eq!(schedules.running(&name, from, middle) + schedules.running(&name, middle, to), whole);
            prop_assert!(TimeDelta::zero() <= whole && whole <= to - from);
        }
    }

    /// Sums by environment, by class and by line are the same money.
    #[test]
    fn money_adds_up(year in 2020_i32..2040, m in 1_u32..=12) {
        let office = office_hours();
        let of = BillingMonth::of(NaiveDate::from_ymd_opt(year, m, 1).unwrap());
        let plan = in_month(&greenleaf("spot", "iso", "gateway"), &Schedules::none().with("preprod", &office), &of.to_string());
        prop_assert_eq!(plan.by_environment().into_values().sum::<Usd>(), plan.total());
        prop_assert_eq!(plan.by_class().into_values().sum::<Usd>(), plan.total());
        prop_assert!((672..=744).contains(&of.hours()) && of.hours().is_multiple_of(24));
        let full = in_month(&greenleaf("spot", "iso", "gateway"), &Schedules::none(), &of.to_string());
        prop_assert!(plan.total() < full.total(), "a schedule never costs more");
    }
}
