//! Random cron expressions. Each is made from its meaning, and matched here without any code of
//! the library: dates are jiff's, the rules are written out from their definitions.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

#[derive(Clone, Debug)]
pub struct Cron {
    pub minutes: Vec<u32>,
    pub hours: Vec<u32>,
    pub days: Days,
    /// Empty: every month.
    pub months: Vec<u32>,
    pub eventbridge: bool,
}

/// Weekdays are 0 (Sunday) to 6.
#[derive(Clone, Debug)]
pub enum Days {
    Every,
    Weekdays(Vec<u32>),
    OfMonth(Vec<u32>),
    /// Unix alone: either suffices.
    Either(Vec<u32>, Vec<u32>),
    BeforeLast(u32),
    LastWorkday,
    NearestWorkday(u32),
    Nth(u32, u32),
    Last(u32),
}

const NAMES: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Cron {
    pub fn text(&self) -> String {
        let (day, weekday) = self.day_fields();
        let times = format!("{} {}", list(&self.minutes), list(&self.hours));
        let months = if self.months.is_empty() {
            "*".to_owned()
        } else {
            list(&self.months)
        };
        if self.eventbridge {
            let (day, weekday) = if weekday == "*" {
                (day, "?".to_owned())
            } else {
                ("?".to_owned(), weekday)
            };
            format!("cron({times} {day} {months} {weekday} *)")
        } else {
            format!("{times} {day} {months} {weekday}")
        }
    }

    fn day_fields(&self) -> (String, String) {
        let any = || "*".to_owned();
        let number = |weekday: u32| weekday + u32::from(self.eventbridge);
        match &self.days {
            Days::Every => (any(), any()),
            Days::Weekdays(days) if days.len() % 2 == 0 => (
                any(),
                list(&days.iter().map(|day| number(*day)).collect::<Vec<_>>()),
            ),
            Days::Weekdays(days) => (
                any(),
                days.iter()
                    .map(|day| NAMES[*day as usize])
                    .collect::<Vec<_>>()
                    .join(","),
            ),
            Days::OfMonth(days) => (list(days), any()),
            Days::Either(days, weekdays) => (list(days), list(weekdays)),
            Days::BeforeLast(0) => ("L".to_owned(), any()),
            Days::BeforeLast(before) => (format!("L-{before}"), any()),
            Days::LastWorkday => ("LW".to_owned(), any()),
            Days::NearestWorkday(day) => (format!("{day}W"), any()),
            Days::Nth(weekday, which) => (any(), format!("{}#{which}", number(*weekday))),
            Days::Last(weekday) => (any(), format!("{}L", number(*weekday))),
        }
    }

    pub fn fires_at(&self, minute_of_day: u32) -> bool {
        self.minutes.contains(&(minute_of_day % 60)) && self.hours.contains(&(minute_of_day / 60))
    }

    pub fn fires_on(&self, day: Date) -> bool {
        (self.months.is_empty() || self.months.contains(&number(day.month())))
            && self.day_matches(day)
    }

    fn day_matches(&self, day: Date) -> bool {
        let weekday = number(day.weekday().to_sunday_zero_offset());
        let (of_month, last) = (number(day.day()), number(day.days_in_month()));
        match &self.days {
            Days::Every => true,
            Days::Weekdays(days) => days.contains(&weekday),
            Days::OfMonth(days) => days.contains(&of_month),
            Days::Either(days, weekdays) => days.contains(&of_month) || weekdays.contains(&weekday),
            Days::BeforeLast(before) => of_month + before == last,
            Days::LastWorkday => {
                is_workday(day) && (of_month + 1..=last).all(|later| !is_workday(on(day, later)))
            }
            Days::NearestWorkday(target) => {
                *target <= last && of_month == nearest(day, *target, last)
            }
            Days::Nth(wanted, which) => {
                let so_far = (1..=of_month)
                    .filter(|d| weekday_of(on(day, *d)) == *wanted)
                    .count();
                weekday == *wanted && so_far == *which as usize
            }
            Days::Last(wanted) => {
                weekday == *wanted
                    && (of_month + 1..=last).all(|later| weekday_of(on(day, later)) != *wanted)
            }
        }
    }
}

/// The closest Monday to Friday of the month: distances never tie, for a weekend is two days long.
fn nearest(month: Date, target: u32, last: u32) -> u32 {
    (1..=last)
        .filter(|day| is_workday(on(month, *day)))
        .min_by_key(|day| day.abs_diff(target))
        .unwrap()
}

fn on(month: Date, day: u32) -> Date {
    date(month.year(), month.month(), i8::try_from(day).unwrap())
}

fn is_workday(day: Date) -> bool {
    (1..=5).contains(&weekday_of(day))
}

fn weekday_of(day: Date) -> u32 {
    number(day.weekday().to_sunday_zero_offset())
}

fn number(small: i8) -> u32 {
    u32::try_from(small).unwrap()
}

fn list(numbers: &[u32]) -> String {
    numbers
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(",")
}

/// Times are drawn from around the hours at which clocks change.
pub fn any_cron() -> impl Strategy<Value = Cron> {
    let minutes = prop_oneof![
        9 => subsequence(vec![0, 1, 10, 15, 29, 30, 31, 45, 50, 59], 1..=2),
        1 => Just((0..60).collect::<Vec<u32>>()),
    ];
    let hours = prop_oneof![
        9 => subsequence(vec![0, 1, 2, 3, 4, 6, 9, 12, 19, 22, 23], 1..=3),
        1 => Just((0..24).collect::<Vec<u32>>()),
    ];
    let months =
        prop_oneof![4 => Just(vec![]), 1 => subsequence((1..=12).collect::<Vec<u32>>(), 4..=9)];
    (minutes, hours, any_days(), months, any::<bool>()).prop_map(
        |(minutes, hours, days, months, eventbridge)| {
            let eventbridge = eventbridge && !matches!(days, Days::Either(..));
            Cron {
                minutes,
                hours,
                days,
                months,
                eventbridge,
            }
        },
    )
}

fn any_days() -> impl Strategy<Value = Days> {
    let weekdays = || subsequence((0..7).collect::<Vec<u32>>(), 1..=6);
    let of_month = || subsequence((1..=31).collect::<Vec<u32>>(), 1..=8);
    prop_oneof![
        6 => Just(Days::Every),
        4 => weekdays().prop_map(Days::Weekdays),
        2 => of_month().prop_map(Days::OfMonth),
        1 => (of_month(), weekdays()).prop_map(|(days, weekdays)| Days::Either(days, weekdays)),
        1 => select(vec![0u32, 1, 3, 27, 30]).prop_map(Days::BeforeLast),
        1 => Just(Days::LastWorkday),
        1 => (1..=31u32).prop_map(Days::NearestWorkday),
        1 => (0..7u32, 1..=5u32).prop_map(|(weekday, which)| Days::Nth(weekday, which)),
        1 => (0..7u32).prop_map(Days::Last),
    ]
}
