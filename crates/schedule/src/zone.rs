//! Zones by name.

use std::fmt;

use chrono::NaiveDate;
use chrono_tz::{TZ_VARIANTS, Tz};

use super::bounds::midnight;
use super::wall::offset_seconds;
use super::zone_names::{self, Posix};
use super::zones_behind::ZONES_BEHIND;

/// A zone name that the IANA database does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown time zone {name:?}; {}", hint(nearest.as_deref(), self.expected()))]
pub struct UnknownZone {
    /// The name that was asked for.
    pub name: String,
    /// The most similar IANA name, if one is similar enough to be what was meant.
    pub nearest: Option<String>,
    /// The offset that was written in place of a zone.
    pub offset: Option<Offset>,
    /// The places whose clocks an abbreviation names, or a POSIX `TZ` string; more than one where
    /// it is used for different clocks, so that nothing is chosen for the writer.
    pub places: &'static [&'static str],
}

fn hint(nearest: Option<&str>, expected: Option<String>) -> String {
    match (nearest, expected) {
        (Some(nearest), _) => format!("did you mean {nearest}?"),
        (None, Some(expected)) => expected,
        (None, None) => {
            "write an IANA name such as Europe/Paris, America/New_York or UTC".to_owned()
        }
    }
}

impl UnknownZone {
    /// What to write instead, where no single name is the nearest.
    pub fn expected(&self) -> Option<String> {
        match (self.places, self.offset) {
            ([only], _) => Some(format!(
                "an IANA name: a city with the clocks that are meant, such as {only}"
            )),
            ([first @ .., last], _) => Some(format!(
                "an IANA name: a city with the clocks that are meant, such as {} or {last}",
                first.join(", ")
            )),
            ([], Some(offset)) => Some(offset.to_string()),
            ([], None) => None,
        }
    }
}

/// A distance from UTC as everyday speech has it: `GMT+2` is two hours east, ahead of UTC.
///
/// `Display` says what to write instead. The names `Etc/GMT+2` of the database have the opposite
/// sign, so none is shown without its offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Minutes ahead of UTC.
    pub minutes: i32,
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "an IANA name: a city such as Europe/Paris, whose clock changes are then followed",
        )?;
        match self.fixed_zone() {
            Some(zone) if self.minutes == 0 => write!(f, "; without clock changes {zone}"),
            Some(zone) => write!(
                f,
                "; without clock changes {zone}, which is {} (these names have the opposite sign)",
                self.written()
            ),
            None => Ok(()),
        }
    }
}

impl Offset {
    /// `UTC+02:00`.
    fn written(self) -> String {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.abs();
        format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// The zone that is so far from UTC all year round.
    fn fixed_zone(self) -> Option<Tz> {
        let hours = self.minutes / 60;
        let name = match (self.minutes % 60, hours) {
            (0, 0) => "UTC".to_owned(),
            (0, hours) => format!("Etc/GMT{:+}", -hours),
            _ => return None,
        };
        name.parse().ok()
    }

    /// Reads `GMT+2`, `UTC-05:30`, `Etc/GMT+15`, `+01:00`.
    fn read(asked: &str) -> Option<Self> {
        let asked = asked.replace('\u{2212}', "-");
        let place = asked.strip_prefix("etc/").unwrap_or(&asked);
        let named = ["utc", "gmt", "z"]
            .iter()
            .find_map(|prefix| place.strip_prefix(prefix));
        let distance = named.unwrap_or(place).trim_matches(['_', ' ']);
        let (sign, digits) = match distance.split_at_checked(1)? {
            ("+", digits) => (1, digits),
            ("-", digits) => (-1, digits),
            _ => (1, named.map(|_| distance)?),
        };
        let (hours, minutes) = match digits.split_once(':') {
            Some(parts) => parts,
            None if digits.len() == 4 => digits.split_at_checked(2)?,
            None => (digits, "0"),
        };
        let number = |text: &str, most: i32| {
            let plain = matches!(text.len(), 1..=2) && text.bytes().all(|b| b.is_ascii_digit());
            text.parse::<i32>().ok().filter(|n| plain && *n <= most)
        };
        Some(Self {
            minutes: sign * (number(hours, 14)? * 60 + number(minutes, 59)?),
        })
    }
}

/// Why a zone that exists may not be the one that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneDoubt {
    /// `Etc/GMT+2` is two hours *behind* UTC.
    OppositeSign {
        /// What it is.
        is: Offset,
    },
    /// An abbreviation or an old name, without the clock changes of the place that it seems to name.
    NoClockChanges {
        /// What it is.
        is: Offset,
        /// The zone of a place that has them.
        city: &'static str,
    },
    /// An abbreviation or an old name of the same clocks.
    OldName {
        /// The name to write.
        city: &'static str,
    },
}

impl fmt::Display for ZoneDoubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OppositeSign { is } => {
                let other = Offset {
                    minutes: -is.minutes,
                };
                let side = if is.minutes < 0 { "west" } else { "east" };
                write!(
                    f,
                    "it is {}, {} h {side} of Greenwich, because these names have the opposite sign",
                    is.written(),
                    is.minutes.abs() / 60
                )?;
                match other.fixed_zone() {
                    Some(zone) => write!(f, "; {} all year round is {zone}", other.written()),
                    None => Ok(()),
                }?;
                f.write_str("; a city such as Europe/Paris has clock changes too")
            }
            Self::NoClockChanges { is, city } => write!(
                f,
                "it is {} all year round; {city} has the clock changes",
                is.written()
            ),
            Self::OldName { city } => write!(
                f,
                "an old name kept for old programs; a city says whose clocks count, such as {city}"
            ),
        }
    }
}

/// Names of the database's past, each with a city that has these clocks.
const OLD_NAMES: &[(&str, &str)] = &[
    ("CET", "Europe/Paris"),
    ("CST6CDT", "America/Chicago"),
    ("EET", "Europe/Athens"),
    ("EST5EDT", "America/New_York"),
    ("HST", "Pacific/Honolulu"),
    ("MET", "Europe/Berlin"),
    ("MST7MDT", "America/Denver"),
    ("PST8PDT", "America/Los_Angeles"),
    ("US/Alaska", "America/Anchorage"),
    ("US/Aleutian", "America/Adak"),
    ("US/Arizona", "America/Phoenix"),
    ("US/Central", "America/Chicago"),
    ("US/East-Indiana", "America/Indiana/Indianapolis"),
    ("US/Eastern", "America/New_York"),
    ("US/Hawaii", "Pacific/Honolulu"),
    ("US/Indiana-Starke", "America/Indiana/Knox"),
    ("US/Michigan", "America/Detroit"),
    ("US/Mountain", "America/Denver"),
    ("US/Pacific", "America/Los_Angeles"),
    ("US/Samoa", "Pacific/Pago_Pago"),
    ("WET", "Europe/Lisbon"),
];

/// Names that say nothing of summer time, each with a city whose clocks people mean by it.
const WITHOUT_CLOCK_CHANGES: &[(&str, &str)] = &[
    ("EST", "America/New_York"),
    ("GMT", "Europe/London"),
    ("MST", "America/Denver"),
];

/// Why a zone may not be the one that is meant, if there is a reason.
pub fn zone_doubt(zone: Tz) -> Option<ZoneDoubt> {
    let name = zone.name();
    let city = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(old, _)| *old == name);
        found.map(|(_, city)| *city)
    };
    let winter = NaiveDate::from_ymd_opt(2026, 1, 15).map(midnight);
    let minutes = offset_seconds(zone, winter.unwrap_or_default().and_utc()) / 60;
    let is = Offset { minutes };
    if name.starts_with("Etc/GMT") && minutes != 0 {
        return Some(ZoneDoubt::OppositeSign { is });
    }
    if let Some(city) = city(WITHOUT_CLOCK_CHANGES) {
        return Some(ZoneDoubt::NoClockChanges { is, city });
    }
    city(OLD_NAMES).map(|city| ZoneDoubt::OldName { city })
}

/// Longer than any IANA name; beyond it no similarity is worth computing.
const LONGEST_NAME: usize = 64;

/// Reads an IANA zone name, exactly as the database spells it.
///
/// Every name of the database is accepted, aliases included. That costs 1.9 MB in the binary;
/// filtering the zones at build time would save it and make somebody's zone unknown.
///
/// ```
/// use nightcap_schedule::parse_zone;
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
    name.parse().map_err(|_| {
        let unknown = |nearest: Option<&str>, offset, places| UnknownZone {
            name: name.to_owned(),
            nearest: nearest.map(str::to_owned),
            offset,
            places,
        };
        let Some(asked) = asked(name) else {
            return unknown(None, None, &[]);
        };
        if let Some(offset) = Offset::read(&asked) {
            return unknown(None, Some(offset), &[]);
        }
        let spaced = asked.replace('_', " ");
        if let Some(zone) = zone_names::of_windows(&spaced) {
            return unknown(Some(zone), None, &[]);
        }
        match (
            zone_names::of_abbreviation(&asked),
            zone_names::of_posix(&asked),
        ) {
            (places @ [_, ..], _) | ([], Some(Posix::Summer(places))) => {
                unknown(None, None, places)
            }
            ([], Some(Posix::Fixed(offset))) => unknown(None, Some(offset), &[]),
            ([], None) => unknown(nearest(&asked), None, &[]),
        }
    })
}

/// The name in small letters, as the database writes a blank; nothing if it is no name at all.
fn asked(name: &str) -> Option<String> {
    let asked = name.trim().to_lowercase().replace(' ', "_");
    let asked = asked.replace('\\', "/");
    (!asked.is_empty() && asked.len() <= LONGEST_NAME).then_some(asked)
}

/// Cities and countries that people name and the database does not, where there is one zone only.
const FAMILIAR: &[(&str, &str)] = &[
    ("atlanta", "America/New_York"),
    ("bangalore", "Asia/Kolkata"),
    ("bale", "Europe/Zurich"),
    ("barcelona", "Europe/Madrid"),
    ("beijing", "Asia/Shanghai"),
    ("bengaluru", "Asia/Kolkata"),
    ("bern", "Europe/Zurich"),
    ("bonn", "Europe/Berlin"),
    ("bombay", "Asia/Kolkata"),
    ("boston", "America/New_York"),
    ("bruxelles", "Europe/Brussels"),
    ("china", "Asia/Shanghai"),
    ("dallas", "America/Chicago"),
    ("delhi", "Asia/Kolkata"),
    ("england", "Europe/London"),
    ("france", "Europe/Paris"),
    ("frankfurt", "Europe/Berlin"),
    ("geneva", "Europe/Zurich"),
    ("genève", "Europe/Zurich"),
    ("germany", "Europe/Berlin"),
    ("hamburg", "Europe/Berlin"),
    ("houston", "America/Chicago"),
    ("india", "Asia/Kolkata"),
    ("italy", "Europe/Rome"),
    ("köln", "Europe/Berlin"),
    ("londres", "Europe/London"),
    ("lyon", "Europe/Paris"),
    ("marseille", "Europe/Paris"),
    ("miami", "America/New_York"),
    ("milan", "Europe/Rome"),
    ("milano", "Europe/Rome"),
    ("mumbai", "Asia/Kolkata"),
    ("munich", "Europe/Berlin"),
    ("münchen", "Europe/Berlin"),
    ("netherlands", "Europe/Amsterdam"),
    ("new_delhi", "Asia/Kolkata"),
    ("praha", "Europe/Prague"),
    ("roma", "Europe/Rome"),
    ("san_francisco", "America/Los_Angeles"),
    ("seattle", "America/Los_Angeles"),
    ("sweden", "Europe/Stockholm"),
    ("switzerland", "Europe/Zurich"),
    ("washington", "America/New_York"),
    ("wien", "Europe/Vienna"),
];

/// How unlike a known name the asked one is; the smallest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Unlike {
    /// Capitals, blanks and hyphens apart, the same.
    Spelling,
    /// The place alone, without its area: people write `paris` for `Europe/Paris`.
    Area,
    /// So many letters.
    Letters(usize),
}

/// The zone that was meant, if just one clock can have been.
///
/// Few letters may differ: `Asia/Mumbai` is two from `Asia/Dubai`, and an hour and a half.
fn nearest(asked: &str) -> Option<&'static str> {
    // CET+1 and its like are sums, not names.
    let mut pairs = asked.chars().zip(asked.chars().skip(1));
    if pairs.any(|(sign, digit)| matches!(sign, '+' | '-') && digit.is_ascii_digit()) {
        return None;
    }
    let place = asked.rsplit_once('/').map_or(asked, |(_, place)| place);
    if let Some((_, zone)) = FAMILIAR.iter().find(|(familiar, _)| *familiar == place) {
        return Some(zone);
    }
    let mut found: Vec<(Unlike, Tz)> = TZ_VARIANTS
        .iter()
        .filter_map(|zone| Some((unlike(asked, &zone.name().to_lowercase())?, *zone)))
        .collect();
    found.sort_by_key(|(unlike, _)| *unlike);
    let (least, first) = *found.first()?;
    let mut equals = found.iter().take_while(|(unlike, _)| *unlike == least);
    equals
        .all(|(_, zone)| same_clock(*zone, first))
        .then(|| first.name())
}

fn unlike(asked: &str, known: &str) -> Option<Unlike> {
    let plain = |name: &str| name.replace(['_', '-'], "");
    if plain(asked) == plain(known) {
        return Some(Unlike::Spelling);
    }
    let (known_area, known_place) = known.rsplit_once('/').unwrap_or(("", known));
    let Some((area, place)) = asked.rsplit_once('/') else {
        if plain(asked) == plain(known_place) {
            return Some(Unlike::Area);
        }
        return letters(asked, known_place, 5);
    };
    let areas = if area == known_area {
        0
    } else {
        letters_apart(area, known_area, 4)?
    };
    let places = if place == known_place {
        0
    } else {
        letters_apart(place, known_place, 3)?
    };
    Some(Unlike::Letters(areas + places))
}

fn letters(one: &str, other: &str, shortest: usize) -> Option<Unlike> {
    letters_apart(one, other, shortest).map(Unlike::Letters)
}

/// How many letters differ, if that may be a slip of the pen; words shorter than `shortest` have none.
fn letters_apart(one: &str, other: &str, shortest: usize) -> Option<usize> {
    let (one_length, other_length) = (one.chars().count(), other.chars().count());
    let length = one_length.min(other_length);
    let allowed = match length {
        length if length < shortest => return None,
        0..=9 => 1,
        _ => 2,
    };
    if one_length.abs_diff(other_length) > allowed {
        return None;
    }
    Some(strsim::damerau_levenshtein(one, other)).filter(|apart| *apart <= allowed)
}

/// Whether two zones show the same time now, in winter and in summer.
fn same_clock(one: Tz, other: Tz) -> bool {
    ["2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"]
        .iter()
        .filter_map(|at| at.parse().ok())
        .all(|at| offset_seconds(one, at) == offset_seconds(other, at))
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
