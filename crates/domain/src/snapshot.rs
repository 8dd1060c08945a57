//! Snapshots taken while a database stops: their names, and which of them are old enough to go.

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::config::Config;
use crate::fleet::{Claim, Resource, Tags};

/// What the name of every snapshot of ours begins with.
const OURS: &str = "nightcap-";

/// The instant in its name.
const INSTANT: &str = "%Y%m%d-%H%M%S";

/// A snapshot of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name.
    pub name: String,
    /// The name of the database.
    pub of: String,
    /// Whether it was taken by an order, and not by AWS itself.
    pub by_order: bool,
    /// When it was taken, by AWS's own clock. While it is being taken AWS may not say.
    pub taken_at: Option<DateTime<Utc>>,
    /// Whether one can restore from it.
    pub available: bool,
    /// Its tags: those that the database had when it was taken, if that copies them.
    pub tags: Tags,
}

/// The name of the snapshot that a database is given when it stops: letters, digits and single
/// hyphens, as RDS asks.
///
/// ```
/// use nightcap_domain::snapshot::name;
///
/// let at = "2026-11-20T18:05:00Z".parse()?;
/// assert_eq!(name("orders", at), "nightcap-orders-20261120-180500");
/// # Ok::<(), chrono::ParseError>(())
/// ```
pub fn name(database: &str, at: DateTime<Utc>) -> String {
    format!("{OURS}{database}-{}", at.format(INSTANT))
}

/// The snapshots of this database that are to be deleted so that `keep` are left, oldest first.
///
/// Only its own, taken by Nightcap: named as [`name`] does, by order, and bearing the tag of
/// the database's environment. None at all while one of them is not available yet: until then
/// the one before it is the one to restore from. Which is older, AWS says: the date in a name is
/// whatever somebody wrote there. One whose date AWS does not say is neither counted nor deleted.
pub fn prunable<'s>(
    config: &Config,
    database: &Resource,
    snapshots: &'s [Snapshot],
    keep: u32,
) -> Vec<&'s Snapshot> {
    let ours: Vec<&Snapshot> = snapshots
        .iter()
        .filter(|snapshot| is_ours(config, database, snapshot))
        .collect();
    let Some(newest) = ours.iter().map(|snapshot| age(snapshot)).max() else {
        return vec![];
    };
    if ours
        .iter()
        .any(|snapshot| age(snapshot) == newest && !snapshot.available)
    {
        return vec![];
    }
    // One that is not available counts for nothing: neither kept nor deleted.
    let mut kept: Vec<(DateTime<Utc>, &Snapshot)> = ours
        .into_iter()
        .filter(|snapshot| snapshot.available)
        .filter_map(|snapshot| Some((snapshot.taken_at?, snapshot)))
        .collect();
    kept.sort_by(|a, b| (b.0, &b.1.name).cmp(&(a.0, &a.1.name)));
    let keep = usize::try_from(keep.max(1)).unwrap_or(usize::MAX);
    let mut old: Vec<&Snapshot> = kept.into_iter().skip(keep).map(|(_, old)| old).collect();
    old.reverse();
    old
}

/// By age: one that AWS has no date for, because it is being taken, is the newest of all.
fn age(snapshot: &Snapshot) -> (bool, Option<DateTime<Utc>>) {
    let underway = snapshot.taken_at.is_none() && !snapshot.available;
    (underway, snapshot.taken_at)
}

/// Whether Nightcap took it of this database.
fn is_ours(config: &Config, database: &Resource, snapshot: &Snapshot) -> bool {
    let claims_the_same = match (snapshot.tags.claim(), database.claim()) {
        (Claim::Environment(theirs), Claim::Environment(ours)) => theirs == ours,
        _ => false,
    };
    snapshot.by_order
        && snapshot.of == database.name
        && claims_the_same
        && config.protected_by(&snapshot.tags).is_none()
        && config.protected_by(&database.tags).is_none()
        && is_named_as_ours(database, &snapshot.name)
}

fn is_named_as_ours(database: &Resource, name: &str) -> bool {
    let instant = name
        .strip_prefix(OURS)
        .and_then(|rest| rest.strip_prefix(database.name.as_str()))
        .and_then(|rest| rest.strip_prefix('-'));
    // Only the very text: chrono also takes `2026112-18050`.
    instant.is_some_and(|instant| {
        NaiveDateTime::parse_from_str(instant, INSTANT)
            .is_ok_and(|at| at.format(INSTANT).to_string() == instant)
    })
}
