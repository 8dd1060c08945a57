//! What several tests need.

use nightcap_cost::DailyCosts;

/// The bill of one project of the real data, or of `both`.
pub fn bill(project: &str) -> DailyCosts {
    include_str!("../../../data/daily_cloud_cost_2018.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|row| project == "both" || row[0] == project)
        .map(|row| (row[1].parse().unwrap(), row[2].parse().unwrap()))
        .collect()
}

/// Monday to Friday 09:00 to 19:00 in Paris, without holidays: the platform's schedule.
pub fn office_hours() -> nightcap_schedule::Schedule {
    use nightcap_schedule::{CronExpression, Schedule, Window, parse_zone};
    let window = Window {
        start: CronExpression::parse("0 9 * * MON-FRI").unwrap(),
        stop: CronExpression::parse("0 19 * * MON-FRI").unwrap(),
    };
    Schedule::compile(parse_zone("Europe/Paris").unwrap(), vec![window], None).unwrap()
}

/// Choices of variants: `choices(&[("nat", "gateway")])`.
pub fn choices(pairs: &[(&str, &str)]) -> nightcap_cost::plan::Choices {
    pairs
        .iter()
        .map(|(setting, value)| ((*setting).to_owned(), (*value).to_owned()))
        .collect()
}
