//! Names that look like production: environments and values of tags, word by word.
//!
//! To stop production costs more than to leave something running: where a name can be read as
//! production, it is. What is wrongly taken for it is released by its name, with a reason, in the
//! configuration (`not_production`).

/// The names that are production whatever a configuration says; IAM denies these, too.
const LISTED: [&str; 3] = ["prod", "production", "live"];

/// What production is called at the beginning of, within, or at the end of a word.
const CORES: [&str; 2] = ["prod", "prd"];

/// What turns the word after it round: `non-prod`, `pre_production`.
const NEGATIONS: [&str; 5] = ["pre", "non", "not", "no", "un"];

/// The same before the word without a gap: `nprod` and `pprod` are how people shorten
/// `non-prod` and `pre-prod`; a `reproduction` is none.
const GLUED_NEGATIONS: [&str; 8] = ["pre", "non", "not", "no", "un", "n", "p", "re"];

/// What follows `prod` in production's own other forms, here and abroad.
const PRODUCTION_TAILS: [&str; 6] = ["uction", "uktion", "uktiv", "uccion", "ucao", "uzion"];

/// What follows `prod` in words that are about something else: product, produce, produit,
/// Produkt, prodotto, prodigy, prodromal.
const OTHER_TAILS: [&str; 9] = [
    "uct", "uce", "uci", "uit", "ukt", "uto", "otto", "ig", "rom",
];

/// The same, as whole ends: to prod is a verb.
const OTHER_ENDS: [&str; 3] = ["ding", "ded", "der"];

/// Whether this is production to everybody who reads it, and to the policies of IAM.
pub fn protected_name(name: &str) -> bool {
    let name = name.trim();
    LISTED.iter().any(|word| name.eq_ignore_ascii_case(word))
}

/// Whether a name, or one of a list of names, looks like production.
///
/// ```
/// use nightcap_domain::fleet::looks_like_production;
///
/// for name in ["prd", "prod-eu", "eu1Prod", "production_2", "live-shop", "prod,preprod"] {
///     assert!(looks_like_production(name), "{name}");
/// }
/// for name in ["preprod", "pre-prod", "nonProd", "non-production", "delivery", "product"] {
///     assert!(!looks_like_production(name), "{name}");
/// }
/// ```
pub fn looks_like_production(name: &str) -> bool {
    let plain = plain(name);
    // A zero within a word may stand for an o.
    says_production(&plain) || says_production(&zero_as_o(&plain))
}

/// A name as it is compared with others: letters and digits in lower case, without what is not
/// seen, in their usual form.
pub fn canonical_name(name: &str) -> String {
    plain(name.trim()).trim().to_lowercase()
}

fn says_production(text: &str) -> bool {
    let words = words(text);
    let negated = |index: usize| {
        let word = words.get(index);
        let before = index.checked_sub(1).and_then(|before| words.get(before));
        word.zip(before)
            .is_some_and(|(word, before)| word.joined && NEGATIONS.contains(&before.text.as_str()))
    };
    let live = words
        .iter()
        .enumerate()
        .any(|(index, word)| word.text == "live" && !negated(index));
    live || runs(&words).any(|run| {
        let text: String = run.words.iter().map(|word| word.text.as_str()).collect();
        CORES.iter().any(|core| {
            text.match_indices(core).any(|(at, _)| {
                let (index, start) = run.word_at(at);
                let end = run.end_after(at + core.len());
                let before = text.get(start..at).unwrap_or_default();
                let after = text.get(at + core.len()..end).unwrap_or_default();
                let turned = if before.is_empty() {
                    negated(run.first + index)
                } else {
                    before.ends_with("pre") || GLUED_NEGATIONS.contains(&before)
                };
                !turned && (*core == "prd" || !is_another_word(after))
            })
        })
    })
}

/// Whether what follows `prod` makes it another word.
fn is_another_word(tail: &str) -> bool {
    let begins = |tails: &[&str]| tails.iter().any(|other| tail.starts_with(other));
    !begins(&PRODUCTION_TAILS) && (begins(&OTHER_TAILS) || OTHER_ENDS.contains(&tail))
}

/// A word: letters without a change of case, or digits.
struct Word {
    /// In lower case.
    text: String,
    /// Whether nothing but what joins words stands between it and the one before: `pre-prod`,
    /// `pre prod` and `preProd`, but not `pre,prod`, which is a list.
    joined: bool,
    /// Whether nothing at all stands there.
    touches: bool,
}

fn words(text: &str) -> Vec<Word> {
    let chars: Vec<char> = text.chars().collect();
    let mut words: Vec<Word> = vec![];
    let mut joined = false;
    let mut touches = false;
    for (index, &c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|i| chars.get(i)).copied();
        let after = chars.get(index + 1).copied();
        if !c.is_alphanumeric() {
            joined = if touches || joined {
                is_hyphen(c) || matches!(c, '_' | '.') || c.is_whitespace()
            } else {
                false
            };
            touches = false;
            continue;
        }
        if touches && !begins_word(before, c, after) {
            if let Some(word) = words.last_mut() {
                word.text.extend(c.to_lowercase());
            }
            continue;
        }
        words.push(Word {
            text: c.to_lowercase().collect(),
            joined: joined || touches,
            touches,
        });
        joined = false;
        touches = true;
    }
    words
}

/// A hyphen in any of its forms: word processors put in another for the one that was typed.
fn is_hyphen(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}'
    )
}

/// `eu|Prod`, `EU|Prod`, `prod|01`, `01|prod`.
fn begins_word(before: Option<char>, c: char, after: Option<char>) -> bool {
    let Some(before) = before else {
        return true;
    };
    let camel = c.is_uppercase()
        && (before.is_lowercase()
            || (before.is_uppercase() && after.is_some_and(char::is_lowercase)));
    camel || before.is_numeric() != c.is_numeric()
}

/// Words that touch, as one text: `PRODuction` is cut in two, and is one word all the same.
struct Run<'a> {
    first: usize,
    words: &'a [Word],
}

impl Run<'_> {
    /// The word in which a place lies, by its index here and its first byte.
    fn word_at(&self, at: usize) -> (usize, usize) {
        let mut start = 0;
        for (index, word) in self.words.iter().enumerate() {
            let end = start + word.text.len();
            if at < end {
                return (index, start);
            }
            start = end;
        }
        (0, 0)
    }

    /// The end of the word that goes on at a place; the place itself if a word ends there.
    fn end_after(&self, at: usize) -> usize {
        let mut end = 0;
        for word in self.words {
            end += word.text.len();
            if at <= end {
                return end;
            }
        }
        end
    }
}

fn runs(words: &[Word]) -> impl Iterator<Item = Run<'_>> {
    let mut first = 0;
    words.chunk_by(|_, next| next.touches).map(move |words| {
        let run = Run { first, words };
        first += words.len();
        run
    })
}

/// The text without what nobody sees, every letter in the form that it looks like.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !is_invisible(*c))
        .map(looks_like)
        .collect()
}

/// `pr0d`: a zero with a letter on either side.
fn zero_as_o(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let is_letter = |index: Option<usize>| {
        index
            .and_then(|index| chars.get(index))
            .is_some_and(|c| c.is_alphabetic())
    };
    chars
        .iter()
        .enumerate()
        .map(|(index, &c)| {
            let within = is_letter(index.checked_sub(1)) && is_letter(index.checked_add(1));
            if c == '0' && within { 'o' } else { c }
        })
        .collect()
}

/// Characters that take no room: format characters (Unicode's category Cf), variation selectors,
/// fillers, and marks that are put on the letter before.
fn is_invisible(c: char) -> bool {
    matches!(u32::from(c),
        0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F
        | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0x2800 | 0x3164 | 0xFE00..=0xFE0F
        | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB
        // What stands in the place of one of them: `text::visible`.
        | 0xFFFD
        | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF
        // Marks on letters.
        | 0x0300..=0x036F | 0x0483..=0x0489 | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF
        | 0x20D0..=0x20F0 | 0xFE20..=0xFE2F)
}

/// The letter of the ASCII alphabet that a character looks like, in its case; else itself. Only
/// the letters of the words looked for matter here.
fn looks_like(c: char) -> char {
    if c.is_ascii() {
        return c;
    }
    if let Some(styled) = styled(u32::from(c)) {
        return styled;
    }
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ā' | 'а' | 'α' => 'a',
        'ç' | 'ć' | 'č' | 'с' | 'ϲ' | 'ᴄ' | 'ⅽ' | 'ᶜ' => 'c',
        'Ç' | 'Ć' | 'Č' | 'С' | 'Ϲ' | 'Ⅽ' | 'Ꮯ' => 'C',
        'ď' | 'đ' | 'ð' | 'ԁ' | 'ɗ' | 'ɖ' | 'ᴅ' | 'ⅾ' | 'ⅆ' | 'ᵈ' | 'ժ' => 'd',
        'Ď' | 'Đ' | 'Ð' | 'Ԁ' | 'Ⅾ' | 'Ꭰ' => 'D',
        'é' | 'è' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' | 'е' | 'ё' | 'ε' | 'ҽ' | 'ᴇ' | 'ⅇ' | '℮' => {
            'e'
        }
        'É' | 'È' | 'Ê' | 'Ë' | 'Е' | 'Ё' | 'Ε' | 'Ꭼ' => 'E',
        'í' | 'ì' | 'î' | 'ï' | 'ī' | 'ı' | 'ɩ' | 'і' | 'ї' | 'ι' | 'ɪ' | 'ⅰ' | 'ⅈ' => {
            'i'
        }
        'Í' | 'Ì' | 'Î' | 'Ï' | 'İ' | 'І' | 'Ї' | 'Ι' | 'Ⅰ' => 'I',
        'ł' | 'ӏ' | 'ʟ' | 'ⅼ' | 'ℓ' | 'ɭ' => 'l',
        'Ł' | 'Ӏ' | 'Ⅼ' | 'Ꮮ' => 'L',
        'ñ' | 'ń' | 'ň' | 'п' | 'η' | 'ո' | 'ɴ' | 'ᴨ' | 'ⁿ' => 'n',
        'Ñ' | 'Ń' | 'Ň' | 'Ν' => 'N',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' | 'ō' | 'о' | 'ο' | 'σ' | 'օ' | 'ᴏ' | 'ᵒ' | 'º' => {
            'o'
        }
        'Ó' | 'Ò' | 'Ô' | 'Ö' | 'Õ' | 'Ø' | 'О' | 'Ο' | 'Օ' => 'O',
        'р' | 'ρ' | 'ϱ' | 'ᴘ' | 'ᵖ' | 'ƥ' | 'þ' => 'p',
        'Р' | 'Ρ' | 'Ꮲ' => 'P',
        'ŕ' | 'ř' | 'г' | 'ʀ' | 'ᴦ' | 'ʳ' | 'ɼ' | 'ɾ' => 'r',
        'Ŕ' | 'Ř' | 'Ꭱ' | 'Ꮢ' => 'R',
        'ţ' | 'ť' | 'ț' | 'т' | 'τ' | 'ᴛ' | 'ᵗ' => 't',
        'Ţ' | 'Ť' | 'Т' | 'Τ' | 'Ꭲ' => 'T',
        'ú' | 'ù' | 'û' | 'ü' | 'ū' | 'ů' | 'υ' | 'ս' | 'ᴜ' | 'ʋ' | 'ц' => 'u',
        'Ú' | 'Ù' | 'Û' | 'Ü' | 'Ս' => 'U',
        'ν' | 'ѵ' | 'ᴠ' | 'ⅴ' | 'ᵛ' => 'v',
        'Ѵ' | 'Ⅴ' | 'Ꮩ' => 'V',
        other => other,
    }
}

/// Letters and digits of the full-width, circled and mathematical alphabets, which lie in the
/// order of ASCII's.
fn styled(code: u32) -> Option<char> {
    const UPPER: u32 = 0x41;
    const LOWER: u32 = 0x61;
    let ascii = match code {
        0xFF01..=0xFF5E => code - 0xFEE0,
        0x24B6..=0x24CF => code - 0x24B6 + UPPER,
        0x24D0..=0x24E9 => code - 0x24D0 + LOWER,
        0x249C..=0x24B5 => (code - 0x249C) % 26 + LOWER,
        0x1F110..=0x1F129 | 0x1F130..=0x1F149 | 0x1F150..=0x1F169 | 0x1F170..=0x1F189 => {
            (code - 0x1F110) % 32 + UPPER
        }
        // Thirteen styles of both cases.
        0x1D400..=0x1D6A3 => match (code - 0x1D400) % 52 {
            upper @ 0..=25 => upper + UPPER,
            lower => lower - 26 + LOWER,
        },
        0x1D7CE..=0x1D7FF => (code - 0x1D7CE) % 10 + 0x30,
        _ => return None,
    };
    char::from_u32(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_as_production_is_production() {
        for name in [
            "prod",
            "PROD",
            " PROD ",
            "Production",
            "live",
            "LIVE",
            "prd",
            "PRD",
            "prod-eu",
            "prod\u{2212}eu",
            "eu\u{2011}prod",
            "Prod-EU",
            "eu-prod",
            "prd-eu",
            "production-eu",
            "PRODUCTION-EU",
            "production_2",
            "prod1",
            "prd01",
            "1prod",
            "prod.eu",
            "prod eu",
            "prod/eu",
            "live-shop",
            "live-demo",
            "liveShop",
            "eu1Prod",
            "EUProd",
            "euProd",
            "PRODuction",
            "ProdEU",
            "prodeu",
            "euprod",
            "myprod",
            "proddb",
            "prods",
            "prodn",
            "prod,preprod",
            "preprod, prod",
            "pre,prod",
            "dev;prod",
            "[\"prod\"]",
            "'prod'",
            "\"prod\"",
            "‘prod’",
            "prod\u{200b}",
            "p\u{200b}rod",
            "\u{feff}prod",
            "prod\u{a0}",
            "prod\u{a0}eu",
            "pr\u{ad}od",
            "prod\u{3164}",
            "рrod",
            "рrоԁ",
            "ＰＲＯＤ",
            "ｐｒｏｄ",
            "𝐩𝐫𝐨𝐝",
            "ⓟⓡⓞⓓ",
            "pröd",
            "p\u{336}r\u{336}o\u{336}d\u{336}",
            "pr0d",
            "PR0D-EU",
            "pr0duction",
            "lіve",
            "ʟive",
            "non-eu-prod",
            "noneuprod",
            "postprod",
            "produktion",
            "Produktiv",
            "producción",
            "produzione",
            "produção",
            "dr-prod",
            "product-live",
            "productprod",
            "preprod-prod",
            "prod\tx",
            "prod\n",
            "go-live",
            "technoprod",
            "canonprod",
            "prd2",
        ] {
            assert!(looks_like_production(name), "{name:?}");
        }
    }

    #[test]
    fn what_reads_as_something_else_is_not() {
        for name in [
            "",
            "dev",
            "test",
            "staging",
            "preprod",
            "PreProd",
            "PREPROD",
            "preprod-eu",
            "pre-prod",
            "pre\u{2011}prod",
            "pre\u{2013}prod",
            "non\u{2212}prod",
            "pre\u{ff0d}prod",
            "reprod",
            "liver",
            "pre_prod",
            "pre prod",
            "pre.prod",
            "preProd",
            "pre-production",
            "preproduction",
            "PreProduction",
            "pre-prd",
            "preprd",
            "eu-preprod",
            "euPreProd",
            "eupreprod",
            "preprod1",
            "preprod2",
            "pre-prod-2",
            "non-prod",
            "non_prod",
            "nonprod",
            "NonProd",
            "nonProd",
            "NONPROD",
            "nonproduction",
            "non-production",
            "Non-Production",
            "not-prod",
            "notprod",
            "no-prod",
            "noprod",
            "nprod",
            "pprod",
            "pprd",
            "unprod",
            "pre-live",
            "nonlive",
            "non-live",
            "delivery",
            "livestock",
            "alive",
            "olive",
            "livechat",
            "product",
            "products",
            "product-dev",
            "productivity",
            "produce",
            "producer",
            "reproduction",
            "produit",
            "Produkt",
            "prodotto",
            "prodigy",
            "prodding",
            "preprod\u{200b}",
            "pre\u{200b}prod",
            "ｐｒｅｐｒｏｄ",
            "preprod,dev",
            "nonprod;preprod",
            "pr",
            "pro",
            "p",
            "0",
            "d0d0",
        ] {
            assert!(!looks_like_production(name), "{name:?}");
        }
    }

    #[test]
    fn names_that_look_alike_are_the_same_name() {
        for name in ["live-shop", " Live-Shop ", "live-shop\u{200b}", "lіve-shop"] {
            assert_eq!(canonical_name(name), "live-shop", "{name:?}");
        }
        assert_ne!(canonical_name("live-shop"), canonical_name("live-shop2"));
    }
}
