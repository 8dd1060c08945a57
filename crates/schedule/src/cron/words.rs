//! Names of weekdays and months that are not the accepted ones, and what they mean.
//!
//! A name is taken for another only where it can mean nothing else: `LUN` is Monday in three
//! languages, `DI` is Tuesday in German and Sunday in French.

use super::field::{Field, MONTHS, WEEKDAYS};

/// Weekdays from Sunday in English, French, German, Spanish and Italian, accents folded. A word
/// that stands on two days is told apart by nothing, and no day is proposed for it.
const WEEKDAY_WORDS: [&[&str]; 7] = [
    &[
        "SU", "SUN", "SUNDAY", "DI", "DIM", "DIMANCHE", "SO", "SON", "SONNTAG", "DO", "DOM",
        "DOMINGO", "DOMENICA",
    ],
    &[
        "MO", "MON", "MOND", "MONDAY", "LU", "LUN", "LUNDI", "MONTAG", "LUNES", "LUNEDI",
    ],
    &[
        "TU", "TUE", "TUES", "TUESDAY", "MA", "MAR", "MARDI", "DI", "DIE", "DIENSTAG", "MARTES",
        "MARTEDI",
    ],
    &[
        "WED",
        "WEDS",
        "WEDNESDAY",
        "ME",
        "MER",
        "MERC",
        "MERCREDI",
        "MI",
        "MIT",
        "MITTWOCH",
        "MIE",
        "MIERCOLES",
        "MERCOLEDI",
    ],
    &[
        "TH",
        "THU",
        "THUR",
        "THURS",
        "THURSDAY",
        "JE",
        "JEU",
        "JEUDI",
        "DO",
        "DON",
        "DONNERSTAG",
        "JU",
        "JUE",
        "JUEVES",
        "GI",
        "GIO",
        "GIOVEDI",
    ],
    &[
        "FR", "FRI", "FRIDAY", "VE", "VEN", "VEND", "VENDREDI", "FRE", "FREITAG", "VI", "VIE",
        "VIERNES", "VENERDI",
    ],
    &[
        "SA",
        "SAT",
        "SATURDAY",
        "SAM",
        "SAMEDI",
        "SAMSTAG",
        "SONNABEND",
        "SAB",
        "SABADO",
        "SABATO",
    ],
];

/// Months from January, as [`WEEKDAY_WORDS`].
const MONTH_WORDS: [&[&str]; 12] = [
    &[
        "JANUARY", "JANV", "JANVIER", "JAENNER", "JANUAR", "ENE", "ENERO", "GEN", "GENNAIO",
    ],
    &[
        "FEBR", "FEBRUARY", "FEV", "FEVR", "FEVRIER", "FEBRUAR", "FEBRERO", "FEBBRAIO",
    ],
    &["MARCH", "MARS", "MAE", "MRZ", "MARZ", "MAERZ", "MARZO"],
    &["APRIL", "AVR", "AVRIL", "ABR", "ABRIL", "APRILE"],
    &["MAI", "MAYO", "MAG", "MAGGIO"],
    &["JUNE", "JUIN", "JUNI", "JUNIO", "GIU", "GIUGNO"],
    &["JULY", "JUIL", "JUILLET", "JULI", "JULIO", "LUG", "LUGLIO"],
    &["AUGUST", "AOU", "AOUT", "AGO", "AGOSTO"],
    &[
        "SEPT",
        "SEPTEMBER",
        "SEPTEMBRE",
        "SEPTIEMBRE",
        "SET",
        "SETTEMBRE",
    ],
    &[
        "OCTOBER", "OCTOBRE", "OKT", "OKTOBER", "OCTUBRE", "OTT", "OTTOBRE",
    ],
    &["NOVEMBER", "NOVEMBRE", "NOVIEMBRE"],
    &[
        "DECEMBER",
        "DECEMBRE",
        "DEZ",
        "DEZEMBER",
        "DIC",
        "DICIEMBRE",
        "DICEMBRE",
    ],
];

/// The longest word that is looked at, in characters: longer ones are no names.
const LONGEST_WORD: usize = 12;

/// A field's text with every unknown name replaced by the one that is meant, if that is certain
/// for each of them; `None` too where no name is unknown.
pub(super) fn corrected(text: &str, field: Field) -> Option<Correction> {
    let mut correction = Correction::default();
    let mut word = String::new();
    for c in text.chars().chain([',']) {
        if c.is_alphabetic() {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            correction.add(&std::mem::take(&mut word), field)?;
        }
        correction.text.push(c);
    }
    correction.text.pop();
    (!correction.replaced.is_empty()).then_some(correction)
}

/// A field whose names have been replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Correction {
    /// The whole field.
    pub(super) text: String,
    /// The names put in, in order.
    replaced: Vec<String>,
}

impl Correction {
    fn add(&mut self, word: &str, field: Field) -> Option<()> {
        let upper = folded(word);
        let names: &[&str] = match field {
            Field::Weekday => &WEEKDAYS,
            Field::Month => &MONTHS,
            _ => return None,
        };
        // FRIL is the last Friday.
        let of_last = upper.strip_suffix('L').filter(|_| field == Field::Weekday);
        let known = |name: &str| names.contains(&name);
        if known(&upper) || upper == "L" || of_last.is_some_and(known) {
            self.text.push_str(word);
            return Some(());
        }
        let name = match (meant(&upper, field), of_last) {
            (Some(name), _) => name.to_owned(),
            (None, Some(day)) => format!("{}L", meant(day, field)?),
            (None, None) => return None,
        };
        self.text.push_str(&name);
        self.replaced.push(name);
        Some(())
    }

    /// What to propose: the one name, or the whole field where more than one was wrong.
    pub(super) fn proposal(&self) -> &str {
        match self.replaced.as_slice() {
            [only] => only,
            _ => &self.text,
        }
    }
}

/// The name that a word in capitals stands for, if there is just one.
fn meant(word: &str, field: Field) -> Option<&'static str> {
    if word.chars().count() > LONGEST_WORD {
        return None;
    }
    if field == Field::Weekday {
        match word {
            "WEEKDAY" | "WEEKDAYS" | "WORKDAY" | "WORKDAYS" => return Some("MON-FRI"),
            "WEEKEND" | "WEEKENDS" => return Some("SAT,SUN"),
            _ => {}
        }
    }
    let (names, words): (&[&'static str], &[&[&str]]) = match field {
        Field::Weekday => (&WEEKDAYS, &WEEKDAY_WORDS),
        Field::Month => (&MONTHS, &MONTH_WORDS),
        _ => return None,
    };
    let all = || {
        let named = names.iter().zip(words);
        named.flat_map(|(name, words)| {
            std::iter::once(*name)
                .chain(words.iter().copied())
                .map(move |known| (*name, known))
        })
    };
    let exact = all().filter(|(_, known)| *known == word);
    match only(exact.map(|(name, _)| name)) {
        Only::One(found) => return Some(found),
        Only::Several => return None,
        Only::None => {}
    }
    // A slip of the pen: one letter, not the first, and near to no other day in any language.
    let near = all().filter(|(_, known)| {
        known.len() > 2 && word.len() > 2 && strsim::damerau_levenshtein(known, word) == 1
    });
    let Only::One(found) = only(near.map(|(name, _)| name)) else {
        return None;
    };
    found.starts_with(word.get(..1)?).then_some(found)
}

/// How many different names there are.
enum Only {
    None,
    One(&'static str),
    Several,
}

fn only(mut names: impl Iterator<Item = &'static str>) -> Only {
    match names.next() {
        None => Only::None,
        Some(first) if names.all(|name| name == first) => Only::One(first),
        Some(_) => Only::Several,
    }
}

/// In capitals, without accents.
fn folded(word: &str) -> String {
    word.to_uppercase()
        .chars()
        .map(|c| match c {
            'À' | 'Á' | 'Â' | 'Ä' => 'A',
            'È' | 'É' | 'Ê' => 'E',
            'Ì' | 'Í' | 'Î' => 'I',
            'Ò' | 'Ó' | 'Ô' | 'Ö' => 'O',
            'Ù' | 'Ú' | 'Û' | 'Ü' => 'U',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(text: &str, field: Field) -> Option<String> {
        corrected(text, field).map(|correction| correction.proposal().to_owned())
    }

    #[test]
    fn a_weekday_of_another_language_is_never_taken_for_another_day() {
        for (text, right) in [
            ("LUN", Some("MON")),
            ("LUN-VEN", Some("MON-FRI")),
            ("lunes-viernes", Some("MON-FRI")),
            ("MO-FR", Some("MON-FRI")),
            ("MAR", Some("TUE")),
            ("MER", Some("WED")),
            ("MIÉ", Some("WED")),
            ("MITTWOCH", Some("WED")),
            ("JEU", Some("THU")),
            ("GIO", Some("THU")),
            ("DONNERSTAG", Some("THU")),
            ("SAM,DIM", Some("SAT,SUN")),
            ("SÁB", Some("SAT")),
            ("MON,DIM", Some("SUN")),
            ("VENL", Some("FRIL")),
            ("LUN#1", Some("MON")),
            ("MONDAY-FRIDAY", Some("MON-FRI")),
            ("MON-FRY", Some("FRI")),
            ("weekdays", Some("MON-FRI")),
            ("WEEKEND", Some("SAT,SUN")),
            // Two days are called so.
            ("DI", None),
            ("DO", None),
            // Near to two days.
            ("SUT", None),
            ("DOMN", None),
            ("XYZ", None),
            ("MON", None),
        ] {
            assert_eq!(proposed(text, Field::Weekday).as_deref(), right, "{text}");
        }
    }

    #[test]
    fn a_month_of_another_language_is_never_taken_for_another_month() {
        for (text, right) in [
            ("JANUARY", Some("JAN")),
            ("FÉV", Some("FEB")),
            ("MÄRZ", Some("MAR")),
            ("AVR", Some("APR")),
            ("MAI", Some("MAY")),
            ("JUIN-AOÛT", Some("JUN-AUG")),
            ("GIU", Some("JUN")),
            ("LUG", Some("JUL")),
            ("OKT-DEZ", Some("OCT-DEC")),
            ("ENE", Some("JAN")),
            ("SEPT", Some("SEP")),
            // June or July.
            ("JUI", None),
            ("MAD", None),
        ] {
            assert_eq!(proposed(text, Field::Month).as_deref(), right, "{text}");
        }
    }
}
