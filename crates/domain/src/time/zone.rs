//! Zones by name.

use chrono_tz::{TZ_VARIANTS, Tz};

use super::zones_behind::ZONES_BEHIND;

/// A zone name that the IANA database does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone {name:?}; {}", hint(nearest.as_deref()))]
pub struct UnknownZone {
    /// The name that was asked for.
    pub name: String,
    /// The most similar IANA name, if one is similar enough to be what was meant.
    pub nearest: Option<String>,
}

fn hint(nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => "write an IANA name such as Europe/Paris, America/New_York or UTC".to_owned(),
    }
}

/// Longer than any IANA name; beyond it no similarity is worth computing.
const LONGEST_NAME: usize = 64;

/// Below this similarity (0 to 1) a suggestion would be a guess.
const SIMILAR_ENOUGH: f64 = 0.8;

/// Reads an IANA zone name, exactly as the database spells it.
///
/// Every name of the database is accepted, aliases included. That costs 1.9 MB in the binary;
/// filtering the zones at build time would save it and make somebody's zone unknown.
///
/// ```
/// use nightcap_domain::time::parse_zone;
///
/// assert!(parse_zone("Etc/GMT+5").is_ok());
/// assert!(parse_zone("America/Port-au-Prince").is_ok());
///
/// let error = parse_zone("Europe/Pariss").unwrap_err();
/// assert_eq!(error.to_string(), r#"unknown time zone "Europe/Pariss"; did you mean Europe/Paris?"#);
/// ```
///
/// # Errors
///
/// [`UnknownZone`] with the nearest name.
pub fn parse_zone(name: &str) -> Result<Tz, UnknownZone> {
    name.parse().map_err(|_| UnknownZone {
        name: name.to_owned(),
        nearest: nearest(name),
    })
}

fn nearest(name: &str) -> Option<String> {
    let asked = name.trim().to_lowercase().replace(' ', "_");
    if asked.is_empty() || asked.len() > LONGEST_NAME {
        return None;
    }
    TZ_VARIANTS
        .iter()
        .map(|zone| (similarity(&asked, &zone.name().to_lowercase()), zone.name()))
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(similarity, _)| *similarity >= SIMILAR_ENOUGH)
        .map(|(_, name)| name.to_owned())
}

/// Similarity of the whole name, or, where no area was given, of the place alone:
/// people write `paris` for `Europe/Paris`.
fn similarity(asked: &str, known: &str) -> f64 {
    let whole = strsim::normalized_damerau_levenshtein(asked, known);
    match known.rsplit_once('/') {
        Some((_, place)) if !asked.contains('/') => {
            whole.max(0.99 * strsim::normalized_damerau_levenshtein(asked, place))
        }
        _ => whole,
    }
}

/// What is out of date in the compiled data of a zone, if anything is.
///
/// The compiled database is `chrono_tz::IANA_TZDB_VERSION`. [`ZONES_BEHIND`] lists the zones whose rules for
/// 2024 to 2030 have changed since; a test compares every zone with a newer copy.
pub fn zone_data_is_outdated(zone: Tz) -> Option<&'static str> {
    let name = zone.name();
    ZONES_BEHIND
        .iter()
        .find(|(zone, _)| *zone == name)
        .map(|(_, what)| *what)
}
