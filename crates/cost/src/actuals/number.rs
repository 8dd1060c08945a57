//! Amounts as files write them: `12.34`, `1,234.56`, `1.234,56`, `$5`, `1e-05`.

use super::ReadError;
use super::text::short;
use crate::{AmountError, CurrencyError, Usd};

/// Signs that name a currency other than the dollar.
const OTHER_CURRENCIES: [(&str, &str); 14] = [
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("CA$", "CAD"),
    ("C$", "CAD"),
    ("AU$", "AUD"),
    ("A$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("R$", "BRL"),
    ("MX$", "MXN"),
    ("NT$", "TWD"),
];

/// Reads the amounts of one file, which writes all of them in one way.
///
/// `1,234` is a thousand or one and a bit: what the other amounts of the file show decides, and
/// before any has shown it, what separates the fields. A file that shows both is refused.
#[derive(Debug)]
pub(super) struct Numbers {
    /// What a comma means where no amount has shown it yet.
    comma_is_decimal: bool,
    /// What an amount has shown, or was taken to mean.
    settled: Option<bool>,
    /// True once `1.234` was read as one and a bit although nothing had shown that it is.
    took_point_for_decimal: bool,
    /// Amounts that could be read in two ways.
    pub(super) ambiguous: u64,
}

impl Numbers {
    /// For a file whose fields are separated so. Where a comma separates fields, decimals have a
    /// point.
    pub(super) const fn separated_by(separator: u8) -> Self {
        Self {
            comma_is_decimal: separator != b',',
            settled: None,
            took_point_for_decimal: false,
            ambiguous: 0,
        }
    }

    /// Reads an amount.
    pub(super) fn read(&mut self, line: u64, text: &str) -> Result<Usd, ReadError> {
        let plain = |byte: &u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.');
        let number = if text.as_bytes().iter().all(plain) {
            self.number(line, text)?
        } else {
            self.number(line, &bare(line, text)?)?
        };
        let amount = number.as_deref().unwrap_or(text).parse();
        amount.map_err(|source: AmountError| {
            let source = match source {
                AmountError::NotANumber(_) => AmountError::NotANumber(short(text)),
                large @ AmountError::TooLarge(_) => large,
            };
            ReadError::Amount { line, source }
        })
    }

    /// The number with a decimal point and nothing between thousands; none if it is so already.
    fn number(&mut self, line: u64, text: &str) -> Result<Option<String>, ReadError> {
        let (digits, exponent) = match text.find(['e', 'E']) {
            Some(at) => text.split_at(at),
            None => (text, ""),
        };
        let whole = || Ok(Some(text.to_owned()));
        if !digits.contains(|c: char| c.is_ascii_digit()) {
            return whole();
        }
        let (commas, points) = (count(digits, ','), count(digits, '.'));
        let comma_is_decimal = match (commas, points) {
            (0, 0) => return whole(),
            (0, 1) if !is_grouped(digits, '.') => {
                self.settle(line, false)?;
                return whole();
            }
            (0, 1) => {
                if self.settled != Some(true) {
                    // Three decimals are common: no proof, and the usual meaning.
                    self.took_point_for_decimal = true;
                    return whole();
                }
                true
            }
            (1, 0) if is_grouped(digits, ',') => {
                self.ambiguous += u64::from(self.settled.is_none());
                let meaning = self.settled.unwrap_or(self.comma_is_decimal);
                self.settle(line, meaning)?
            }
            (0, _) | (1, 0) => self.settle(line, true)?,
            (_, 0) => self.settle(line, false)?,
            _ => self.settle(line, digits.rfind(',') > digits.rfind('.'))?,
        };
        let (decimal, between) = if comma_is_decimal {
            (',', '.')
        } else {
            ('.', ',')
        };
        let (thousands, decimals) = digits.rsplit_once(decimal).unwrap_or((digits, ""));
        let groups = !thousands.contains(between) || is_grouped(thousands, between);
        if !groups || thousands.contains(decimal) || decimals.contains(between) {
            // No way to write a number: refused with the text as it stands.
            return whole();
        }
        let thousands: String = thousands.chars().filter(|c| *c != between).collect();
        Ok(Some(format!("{thousands}.{decimals}0{exponent}")))
    }

    /// Notes what an amount shows.
    fn settle(&mut self, line: u64, comma_is_decimal: bool) -> Result<bool, ReadError> {
        match self.settled {
            Some(settled) if settled != comma_is_decimal => Err(ReadError::MixedNumbers { line }),
            // What was read as 1.234 was a thousand.
            None if comma_is_decimal && self.took_point_for_decimal => {
                Err(ReadError::MixedNumbers { line })
            }
            _ => {
                self.settled = Some(comma_is_decimal);
                Ok(comma_is_decimal)
            }
        }
    }
}

fn count(text: &str, wanted: char) -> usize {
    text.matches(wanted).count()
}

/// True if a mark stands where thousands are divided: up to three digits, not all zero, and then
/// three after every mark.
fn is_grouped(digits: &str, mark: char) -> bool {
    let unsigned = digits.trim_start_matches(['-', '+']);
    let mut groups = unsigned.split(mark);
    let first = groups.next().unwrap_or_default();
    let leads = (1..=3).contains(&first.len()) && !first.starts_with('0');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    leads && digits(first) && groups.all(|group| group.len() == 3 && digits(group))
}

/// The amount without a dollar sign, blanks between thousands, or brackets for what is below
/// zero.
fn bare(line: u64, text: &str) -> Result<String, ReadError> {
    let mut text = text.trim().replace('\u{2212}', "-");
    for (sign, code) in OTHER_CURRENCIES {
        if let (true, Ok(currency)) = (text.contains(sign), code.parse()) {
            let source = CurrencyError::NotUsd(currency);
            return Err(ReadError::Currency { line, source });
        }
    }
    let is_code = |word: &str| word.len() == 3 && word.bytes().all(|b| b.is_ascii_uppercase());
    let code = text
        .split_whitespace()
        .find(|word| is_code(word) && *word != "USD");
    if let Some(currency) = code.and_then(|code| code.parse().ok()) {
        let source = CurrencyError::NotUsd(currency);
        return Err(ReadError::Currency { line, source });
    }
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    let below = inner.map(|inner| format!("-{inner}"));
    if let Some(below) = below {
        text = below;
    }
    for dollars in ["US$", "$US", "USD", "$"] {
        if text.matches(dollars).count() == 1 {
            text = text.replace(dollars, "");
        }
    }
    let between = |c: char| {
        matches!(
            c,
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}'
        )
    };
    let bare = text.trim_matches(between);
    let sign: String = bare
        .chars()
        .take_while(|c| matches!(c, '-' | '+'))
        .collect();
    let digits = bare.trim_start_matches(['-', '+']).trim_matches(between);
    let (whole, decimals) = match digits.find(['.', ',']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let marked: String = whole
        .chars()
        .map(|c| if between(c) { ' ' } else { c })
        .collect();
    if marked.contains(' ') && !is_grouped(&marked, ' ') {
        // "1 2" is no number.
        return Ok(text);
    }
    Ok(format!("{sign}{}{decimals}", marked.replace(' ', "")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(separator: u8, texts: &[&str]) -> Vec<String> {
        let mut numbers = Numbers::separated_by(separator);
        let read = |text: &&str| match numbers.read(2, text) {
            Ok(amount) => amount.amount().normalize().to_string(),
            Err(error) => error.to_string(),
        };
        texts.iter().map(read).collect()
    }

    #[test]
    fn points_and_commas_mean_what_the_file_shows() {
        assert_eq!(
            all(
                b',',
                &["1,234.56", "1,234", "12.5", "1,234,567", "0.123", "1.234"]
            ),
            ["1234.56", "1234", "12.5", "1234567", "0.123", "1.234"]
        );
        assert_eq!(
            all(
                b';',
                &["12,5", "1.234,56", "1.234", "1,234", "1.234.567", "-0,001"]
            ),
            ["12.5", "1234.56", "1234", "1.234", "1234567", "-0.001"]
        );
        assert_eq!(all(b';', &["1,234"]), ["1.234"]);
        assert_eq!(all(b',', &["1,234"]), ["1234"]);
        assert_eq!(all(b',', &["0,234", "1,234"]), ["0.234", "1.234"]);
    }

    #[test]
    fn a_file_that_writes_numbers_in_two_ways_is_refused() {
        let read = all(b',', &["1,234", "12,50"]);
        assert!(read[1].contains("in two ways"), "{read:?}");
        let read = all(b';', &["12,50", "1,234.50"]);
        assert!(read[1].contains("in two ways"), "{read:?}");
        // What came before the first comma was a thousand, and had been read as one and a bit.
        let read = all(b';', &["1.234", "12,5"]);
        assert!(read[1].contains("in two ways"), "{read:?}");
    }

    #[test]
    fn signs_blanks_and_brackets() {
        assert_eq!(
            all(
                b',',
                &[
                    "$5",
                    "US$ 5.5",
                    "-$5",
                    "$-5",
                    "(12.50)",
                    "5 USD",
                    "1 234.5",
                    "1\u{202f}234",
                    "1'234.5",
                    "\u{2212}3",
                    "7.5\u{a0}$US"
                ]
            ),
            [
                "5", "5.5", "-5", "-5", "-12.5", "5", "1234.5", "1234", "1234.5", "-3", "7.5"
            ]
        );
        for wrong in [
            "1 2",
            "12,34,5.6",
            "1.2.3",
            "1,2,3",
            "",
            "NaN",
            "--5",
            "5-",
            "1..2",
            ",",
            ".",
        ] {
            let read = all(b',', &[wrong]);
            assert!(read[0].contains("is not an amount"), "{wrong}: {read:?}");
        }
        for (other, code) in [
            ("€5", "EUR"),
            ("5 EUR", "EUR"),
            ("EUR 5", "EUR"),
            ("CA$5", "CAD"),
            ("R$ 5", "BRL"),
            ("A$5", "AUD"),
        ] {
            let said = format!("the amount is in {code}");
            assert!(all(b',', &[other])[0].contains(&said), "{other}");
        }
    }

    #[test]
    fn small_floats_are_read_whole() {
        assert_eq!(
            all(
                b',',
                &[
                    "3.5e-7",
                    "1E-29",
                    "-2.7755575615628914e-17",
                    "1e-400",
                    "0e99"
                ]
            ),
            [
                "0.00000035",
                "0",
                "-0.0000000000000000277555756156",
                "0",
                "0"
            ]
        );
        assert!(all(b',', &["1e99"])[0].contains("beyond 10^15"));
    }
}
