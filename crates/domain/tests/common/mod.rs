//! What several tests need.
#![allow(clippy::unwrap_used, dead_code, unreachable_pub)]

use nightcap_domain::money::DailyCosts;

/// The bill of one project of the real data, or of `both`.
pub fn bill(project: &str) -> DailyCosts {
    include_str!("../../data/daily_cloud_cost_2018.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|row| project == "both" || row[0] == project)
        .map(|row| (row[1].parse().unwrap(), row[2].parse().unwrap()))
        .collect()
}
