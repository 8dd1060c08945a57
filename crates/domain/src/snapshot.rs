//! Snapshots taken while a database stops: their names, and which of them are old enough to go.

use chrono::{DateTime, NaiveDateTime, Utc};

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
/// the database's environment. None at all while the newest is not available yet: until then
/// the one before it is the one to restore from.
pub fn prunable<'s>(
    database: &Resource,
    snapshots: &'s [Snapshot],
    keep: u32,
) -> Vec<&'s Snapshot> {
    let mut ours: Vec<(NaiveDateTime, &Snapshot)> = snapshots
        .iter()
        .filter_map(|snapshot| Some((taken(database, snapshot)?, snapshot)))
        .collect();
    ours.sort_by(|a, b| (b.0, &b.1.name).cmp(&(a.0, &a.1.name)));
    if !ours.first().is_some_and(|(_, newest)| newest.available) {
        return vec![];
    }
    // One that is not available counts for nothing: neither kept nor deleted.
    ours.retain(|(_, snapshot)| snapshot.available);
    let kept = usize::try_from(keep.max(1)).unwrap_or(usize::MAX);
    let mut old: Vec<&Snapshot> = ours.into_iter().skip(kept).map(|(_, old)| old).collect();
    old.reverse();
    old
}

/// When Nightcap took it of this database; `None` if it did not.
fn taken(database: &Resource, snapshot: &Snapshot) -> Option<NaiveDateTime> {
    let claims_the_same = match (snapshot.tags.claim(), database.claim()) {
        (Claim::Environment(theirs), Claim::Environment(ours)) => theirs == ours,
        _ => false,
    };
    let is_ours = snapshot.by_order
        && snapshot.of == database.name
        && claims_the_same
        && snapshot.tags.protected_by().is_none()
        && database.protected_by().is_none();
    if !is_ours {
        return None;
    }
    let instant = snapshot
        .name
        .strip_prefix(OURS)?
        .strip_prefix(database.name.as_str())?
        .strip_prefix('-')?;
    let at = NaiveDateTime::parse_from_str(instant, INSTANT).ok()?;
    // Only the very text: chrono also takes `2026112-18050`.
    (at.format(INSTANT).to_string() == instant).then_some(at)
}
