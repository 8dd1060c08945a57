//! What people write for a zone that is no name of the IANA database: Windows' names,
//! abbreviations, POSIX's `TZ` strings.

use super::zone::Offset;

/// Windows' names with the zone that CLDR gives for the whole world (windowsZones.xml, territory
/// 001), in the names that the database has today.
const WINDOWS: &[(&str, &str)] = &[
    ("alaskan standard time", "America/Anchorage"),
    ("arab standard time", "Asia/Riyadh"),
    ("arabian standard time", "Asia/Dubai"),
    ("argentina standard time", "America/Argentina/Buenos_Aires"),
    ("atlantic standard time", "America/Halifax"),
    ("aus central standard time", "Australia/Darwin"),
    ("aus eastern standard time", "Australia/Sydney"),
    ("canada central standard time", "America/Regina"),
    ("cen. australia standard time", "Australia/Adelaide"),
    ("central europe standard time", "Europe/Budapest"),
    ("central european standard time", "Europe/Warsaw"),
    ("central standard time", "America/Chicago"),
    ("central standard time (mexico)", "America/Mexico_City"),
    ("china standard time", "Asia/Shanghai"),
    ("e. africa standard time", "Africa/Nairobi"),
    ("e. australia standard time", "Australia/Brisbane"),
    ("e. europe standard time", "Europe/Chisinau"),
    ("e. south america standard time", "America/Sao_Paulo"),
    ("eastern standard time", "America/New_York"),
    ("egypt standard time", "Africa/Cairo"),
    ("fle standard time", "Europe/Kyiv"),
    ("gmt standard time", "Europe/London"),
    ("greenwich standard time", "Atlantic/Reykjavik"),
    ("gtb standard time", "Europe/Bucharest"),
    ("hawaiian standard time", "Pacific/Honolulu"),
    ("india standard time", "Asia/Kolkata"),
    ("iran standard time", "Asia/Tehran"),
    ("israel standard time", "Asia/Jerusalem"),
    ("korea standard time", "Asia/Seoul"),
    ("morocco standard time", "Africa/Casablanca"),
    ("mountain standard time", "America/Denver"),
    ("myanmar standard time", "Asia/Yangon"),
    ("nepal standard time", "Asia/Kathmandu"),
    ("new zealand standard time", "Pacific/Auckland"),
    ("newfoundland standard time", "America/St_Johns"),
    ("pacific sa standard time", "America/Santiago"),
    ("pacific standard time", "America/Los_Angeles"),
    ("pakistan standard time", "Asia/Karachi"),
    ("romance standard time", "Europe/Paris"),
    ("russian standard time", "Europe/Moscow"),
    ("sa pacific standard time", "America/Bogota"),
    ("se asia standard time", "Asia/Bangkok"),
    ("singapore standard time", "Asia/Singapore"),
    ("south africa standard time", "Africa/Johannesburg"),
    ("sri lanka standard time", "Asia/Colombo"),
    ("taipei standard time", "Asia/Taipei"),
    ("tasmania standard time", "Australia/Hobart"),
    ("tokyo standard time", "Asia/Tokyo"),
    ("turkey standard time", "Europe/Istanbul"),
    ("us eastern standard time", "America/Indiana/Indianapolis"),
    ("us mountain standard time", "America/Phoenix"),
    ("venezuela standard time", "America/Caracas"),
    ("w. australia standard time", "Australia/Perth"),
    ("w. central africa standard time", "Africa/Lagos"),
    ("w. europe standard time", "Europe/Berlin"),
    ("west asia standard time", "Asia/Tashkent"),
];

/// Abbreviations, each with the places whose clocks it names: several where it is used in several.
const ABBREVIATIONS: &[(&str, &[&str])] = &[
    ("acdt", &["Australia/Adelaide"]),
    ("acst", &["Australia/Adelaide", "Australia/Darwin"]),
    ("adt", &["America/Halifax"]),
    ("aedt", &["Australia/Sydney"]),
    ("aest", &["Australia/Sydney", "Australia/Brisbane"]),
    ("akdt", &["America/Anchorage"]),
    ("akst", &["America/Anchorage"]),
    ("art", &["America/Argentina/Buenos_Aires"]),
    (
        "ast",
        &["America/Halifax", "America/Puerto_Rico", "Asia/Riyadh"],
    ),
    ("awst", &["Australia/Perth"]),
    ("brt", &["America/Sao_Paulo"]),
    ("bst", &["Europe/London", "Asia/Dhaka"]),
    ("cat", &["Africa/Maputo", "Africa/Johannesburg"]),
    ("cdt", &["America/Chicago", "America/Havana"]),
    ("cest", &["Europe/Paris", "Europe/Berlin"]),
    (
        "cst",
        &["America/Chicago", "Asia/Shanghai", "America/Havana"],
    ),
    ("ct", &["America/Chicago"]),
    ("eat", &["Africa/Nairobi"]),
    ("edt", &["America/New_York"]),
    ("eest", &["Europe/Athens", "Europe/Helsinki"]),
    ("et", &["America/New_York"]),
    ("gst", &["Asia/Dubai", "Atlantic/South_Georgia"]),
    ("hkt", &["Asia/Hong_Kong"]),
    ("ist", &["Asia/Kolkata", "Europe/Dublin", "Asia/Jerusalem"]),
    ("jst", &["Asia/Tokyo"]),
    ("kst", &["Asia/Seoul"]),
    ("mdt", &["America/Denver"]),
    ("mesz", &["Europe/Berlin", "Europe/Paris"]),
    ("mez", &["Europe/Berlin", "Europe/Paris"]),
    ("msk", &["Europe/Moscow"]),
    ("mt", &["America/Denver"]),
    ("ndt", &["America/St_Johns"]),
    ("nst", &["America/St_Johns"]),
    ("nzdt", &["Pacific/Auckland"]),
    ("nzst", &["Pacific/Auckland"]),
    ("pdt", &["America/Los_Angeles"]),
    ("pkt", &["Asia/Karachi"]),
    ("pst", &["America/Los_Angeles", "Asia/Manila"]),
    ("pt", &["America/Los_Angeles"]),
    ("sast", &["Africa/Johannesburg"]),
    ("sgt", &["Asia/Singapore"]),
    ("wat", &["Africa/Lagos"]),
    ("west", &["Europe/Lisbon"]),
    ("wib", &["Asia/Jakarta"]),
];

/// The zone that a name of Windows stands for, the name in small letters and with its blanks.
pub(super) fn of_windows(asked: &str) -> Option<&'static str> {
    // In summer Windows shows "Daylight Time"; the name of the zone is the other.
    let standard = asked.replace(" daylight time", " standard time");
    let found = WINDOWS.iter().find(|(name, _)| *name == standard);
    found.map(|(_, zone)| *zone)
}

/// The places whose clocks an abbreviation in small letters names.
pub(super) fn of_abbreviation(asked: &str) -> &'static [&'static str] {
    let found = ABBREVIATIONS.iter().find(|(name, _)| *name == asked);
    found.map_or(&[], |(_, places)| *places)
}

/// What a POSIX `TZ` string means, in small letters: `cet-1cest` names the summer time of some
/// places, `<+02>-2` and `est5` a distance from UTC, with the sign of the west.
pub(super) fn of_posix(asked: &str) -> Option<Posix> {
    let (standard, rest) = name(asked)?;
    let (hours, rest) = distance(rest)?;
    if rest.is_empty() {
        // GMT+2 and UTC+2 are everyday speech.
        let spoken = matches!(standard, "gmt" | "utc" | "z");
        return (!spoken).then_some(Posix::Fixed(Offset { minutes: -hours }));
    }
    let (summer, _) = name(rest)?;
    Some(Posix::Summer(match of_abbreviation(summer) {
        [] => of_abbreviation(standard),
        places => places,
    }))
}

/// What a POSIX `TZ` string says.
pub(super) enum Posix {
    /// A distance from UTC, all year round.
    Fixed(Offset),
    /// Clocks that change, and places that have them.
    Summer(&'static [&'static str]),
}

/// The abbreviation at the beginning, and the rest.
fn name(text: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = text.strip_prefix('<') {
        return quoted.split_once('>');
    }
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    (end >= 3).then(|| text.split_at_checked(end)).flatten()
}

/// Minutes west of Greenwich at the beginning, and the rest.
fn distance(text: &str) -> Option<(i32, &str)> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = digits
        .find(|c: char| !c.is_ascii_digit() && c != ':')
        .unwrap_or(digits.len());
    let (written, rest) = digits.split_at_checked(end)?;
    let mut parts = written.split(':');
    let hours: i32 = parts.next()?.parse().ok().filter(|hours| *hours <= 14)?;
    let minutes: i32 = parts.next().unwrap_or("0").parse().ok()?;
    (minutes < 60).then_some((sign * (hours * 60 + minutes), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_a_zone_of_the_database() {
        let places = ABBREVIATIONS.iter().flat_map(|(_, places)| *places);
        for zone in places.chain(WINDOWS.iter().map(|(_, zone)| zone)) {
            assert!(zone.parse::<chrono_tz::Tz>().is_ok(), "{zone}");
        }
    }
}
