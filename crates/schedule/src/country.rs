//! Public holidays by country. A further country is one further entry of [`COUNTRIES`].

use std::fmt;

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// When a holiday falls.
#[derive(Debug, PartialEq, Eq)]
enum Falls {
    /// On a month and day.
    On(u32, u32),
    /// So many days after (before, if negative) Easter Sunday of the western churches.
    Easter(i64),
}

/// A public holiday.
#[derive(Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Its name in English.
    pub en: &'static str,
    /// Its name in French.
    pub fr: &'static str,
    falls: Falls,
}

const fn on(month: u32, day: u32, en: &'static str, fr: &'static str) -> Holiday {
    Holiday {
        en,
        fr,
        falls: Falls::On(month, day),
    }
}

const fn easter(days: i64, en: &'static str, fr: &'static str) -> Holiday {
    Holiday {
        en,
        fr,
        falls: Falls::Easter(days),
    }
}

#[derive(Debug)]
struct Entry {
    code: &'static str,
    name: &'static str,
    holidays: &'static [Holiday],
}

/// Nation-wide holidays as the law has them today, applied to any year. Sources: France, Code du
/// travail art. L3133-1; Belgium, arrêté royal of 18 April 1974; Germany, the nine that all Länder share.
static COUNTRIES: &[Entry] = &[
    Entry {
        code: "FR",
        name: "France",
        holidays: &[
            on(1, 1, "New Year's Day", "Jour de l'an"),
            easter(1, "Easter Monday", "Lundi de Pâques"),
            on(5, 1, "Labour Day", "Fête du Travail"),
            on(5, 8, "Victory in Europe Day", "Victoire 1945"),
            easter(39, "Ascension Day", "Ascension"),
            easter(50, "Whit Monday", "Lundi de Pentecôte"),
            on(7, 14, "Bastille Day", "Fête nationale"),
            on(8, 15, "Assumption Day", "Assomption"),
            on(11, 1, "All Saints' Day", "Toussaint"),
            on(11, 11, "Armistice Day", "Armistice 1918"),
            on(12, 25, "Christmas Day", "Noël"),
        ],
    },
    Entry {
        code: "BE",
        name: "Belgium",
        holidays: &[
            on(1, 1, "New Year's Day", "Jour de l'an"),
            easter(1, "Easter Monday", "Lundi de Pâques"),
            on(5, 1, "Labour Day", "Fête du Travail"),
            easter(39, "Ascension Day", "Ascension"),
            easter(50, "Whit Monday", "Lundi de Pentecôte"),
            on(7, 21, "National Day", "Fête nationale"),
            on(8, 15, "Assumption Day", "Assomption"),
            on(11, 1, "All Saints' Day", "Toussaint"),
            on(11, 11, "Armistice Day", "Armistice"),
            on(12, 25, "Christmas Day", "Noël"),
        ],
    },
    Entry {
        code: "DE",
        name: "Germany",
        holidays: &[
            on(1, 1, "New Year's Day", "Jour de l'an"),
            easter(-2, "Good Friday", "Vendredi saint"),
            easter(1, "Easter Monday", "Lundi de Pâques"),
            on(5, 1, "Labour Day", "Fête du Travail"),
            easter(39, "Ascension Day", "Ascension"),
            easter(50, "Whit Monday", "Lundi de Pentecôte"),
            on(10, 3, "German Unity Day", "Jour de l'unité allemande"),
            on(12, 25, "Christmas Day", "Noël"),
            on(12, 26, "Second Day of Christmas", "Lendemain de Noël"),
        ],
    },
];

/// A country whose public holidays are known.
#[derive(Clone, Copy)]
pub struct Country(&'static Entry);

/// A country code without holidays here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "no public holidays are known for {name:?}; {}known: {known}; or list the days under `closed`",
    nearest.as_ref().map(|code| format!("did you mean {code}? ")).unwrap_or_default()
)]
pub struct UnknownCountry {
    /// The code that was asked for.
    pub name: String,
    /// The country that was probably meant.
    pub nearest: Option<String>,
    /// The codes that are known, as a list for people.
    pub known: String,
}

impl Country {
    /// Reads a two-letter country code (ISO 3166-1, either case).
    ///
    /// ```
    /// use nightcap_schedule::Country;
    ///
    /// let france = Country::parse("FR").unwrap();
    /// // Whit Monday follows Easter, and is 25 May in 2026.
    /// let holiday = france.holiday("2026-05-25".parse().unwrap()).unwrap();
    /// assert_eq!((holiday.en, holiday.fr), ("Whit Monday", "Lundi de Pentecôte"));
    /// assert_eq!(Country::parse("France").unwrap_err().nearest.as_deref(), Some("FR"));
    /// ```
    ///
    /// # Errors
    ///
    /// [`UnknownCountry`] with the codes that are known.
    pub fn parse(code: &str) -> Result<Self, UnknownCountry> {
        let wanted = code.trim();
        Self::all()
            .find(|country| country.code().eq_ignore_ascii_case(wanted))
            .ok_or_else(|| UnknownCountry {
                name: code.to_owned(),
                nearest: nearest(wanted),
                known: Self::all().map(Self::code).collect::<Vec<_>>().join(", "),
            })
    }

    /// Every country of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        COUNTRIES.iter().map(Country)
    }

    /// The ISO 3166-1 code (`FR`).
    pub fn code(self) -> &'static str {
        self.0.code
    }

    /// The name in English.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// The holiday that a date is, if it is one.
    pub fn holiday(self, date: NaiveDate) -> Option<&'static Holiday> {
        let since_easter = easter_sunday(date.year()).map(|easter| (date - easter).num_days());
        self.0.holidays.iter().find(|holiday| match holiday.falls {
            Falls::On(month, day) => (date.month(), date.day()) == (month, day),
            Falls::Easter(days) => since_easter == Some(days),
        })
    }

    /// The holidays of a year, in order of date.
    pub fn holidays(self, year: i32) -> Vec<(NaiveDate, &'static Holiday)> {
        let easter = easter_sunday(year);
        let date = |holiday: &Holiday| match holiday.falls {
            Falls::On(month, day) => NaiveDate::from_ymd_opt(year, month, day),
            Falls::Easter(days) => {
                easter.and_then(|easter| easter.checked_add_signed(TimeDelta::days(days)))
            }
        };
        let mut found: Vec<_> = self
            .0
            .holidays
            .iter()
            .filter_map(|holiday| Some((date(holiday)?, holiday)))
            .collect();
        found.sort_by_key(|(date, _)| *date);
        found
    }
}

fn nearest(wanted: &str) -> Option<String> {
    // Names alone, and few letters: DK is near to DE, Belize to Belgium, and neither is meant.
    const MOST_LETTERS: usize = 2;
    let wanted = wanted.to_lowercase();
    if wanted.len() > 64 {
        return None;
    }
    Country::all()
        .map(|country| {
            let name = country.name().to_lowercase();
            (strsim::damerau_levenshtein(&wanted, &name), country)
        })
        .filter(|(apart, _)| *apart <= MOST_LETTERS)
        .min_by_key(|(apart, _)| *apart)
        .map(|(_, country)| country.code().to_owned())
}

/// Easter Sunday of a year of the Gregorian calendar, by the algorithm of Meeus, Jones and Butcher.
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, of_century) = (year.div_euclid(100), year.rem_euclid(100));
    let skipped = (century - (century + 8).div_euclid(25) + 1).div_euclid(3);
    let epact = (19 * golden + century - century.div_euclid(4) - skipped + 15).rem_euclid(30);
    let to_sunday =
        (32 + 2 * century.rem_euclid(4) + 2 * (of_century / 4) - epact - of_century % 4)
            .rem_euclid(7);
    let correction = (golden + 11 * epact + 22 * to_sunday) / 451;
    let days = epact + to_sunday - 7 * correction + 114;
    NaiveDate::from_ymd_opt(
        year,
        u32::try_from(days / 31).ok()?,
        u32::try_from(days % 31).ok()? + 1,
    )
}

impl PartialEq for Country {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl Eq for Country {}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({})", self.code())
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Country {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}
