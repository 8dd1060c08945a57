//! Expressions whose characters, not whose times, are wrong: look-alikes, blanks inside a field,
//! a comment, a zone in front, times of day as people write them.

/// The expression in the characters of a keyboard, if any other stands in it.
///
/// Word processors and chats replace quotes, hyphens and blanks; other keyboards have letters and
/// digits that look the same.
pub(super) fn plain_characters(text: &str) -> Option<String> {
    let plain: String = text.chars().filter_map(plain_character).collect();
    let words: Vec<String> = plain
        .split_ascii_whitespace()
        .enumerate()
        .map(|(index, word)| zero_for_o(index, word))
        .collect();
    let plain = words.join(" ");
    (plain != text.trim()).then_some(plain)
}

/// What a character stands for; nothing if it is not seen, or a quote that belongs around the text.
fn plain_character(c: char) -> Option<char> {
    Some(match c {
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}'
        | '\u{feff}'
        | '“'
        | '”'
        | '„'
        | '‟'
        | '‘'
        | '’'
        | '‚'
        | '«'
        | '»'
        | '"'
        | '\''
        | '`'
        | '´'
        | '\\' => return None,
        c if c.is_whitespace() => ' ',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => '-',
        '∗' | '✱' | '⁎' | '﹡' | '×' | '٭' | '⋆' | '✳' => '*',
        '，' | '、' | '،' => ',',
        '⁄' | '∕' => '/',
        '\u{ff01}'..='\u{ff5e}' => ascii(u32::from(c).saturating_sub(0xFEE0), c),
        '\u{660}'..='\u{669}' => ascii(u32::from(c).saturating_sub(0x660) + 0x30, c),
        '\u{6f0}'..='\u{6f9}' => ascii(u32::from(c).saturating_sub(0x6F0) + 0x30, c),
        // Cyrillic and Greek capitals that stand in the names of days and months.
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' | 'Ӏ' => 'I',
        'Ј' | 'Ϳ' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'У' | 'Υ' => 'Y',
        'а' | 'α' => 'a',
        'с' | 'ϲ' => 'c',
        'е' => 'e',
        'і' | 'ι' => 'i',
        'ј' => 'j',
        'о' | 'ο' => 'o',
        'р' | 'ρ' => 'p',
        'ѕ' => 's',
        'у' => 'y',
        c => c,
    })
}

fn ascii(code: u32, otherwise: char) -> char {
    char::from_u32(code)
        .filter(char::is_ascii)
        .unwrap_or(otherwise)
}

/// The letter O in a field that has numbers alone: minute, hour, day of month.
fn zero_for_o(index: usize, word: &str) -> String {
    let index = if word.starts_with("cron(") { 0 } else { index };
    let (head, numbers) = match word.strip_prefix("cron(") {
        Some(rest) => ("cron(", rest),
        None => ("", word),
    };
    let is_number = numbers
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, 'O' | 'o' | ',' | '-' | '/' | '*'));
    if index < 3 && is_number {
        format!("{head}{}", numbers.replace(['O', 'o'], "0"))
    } else {
        word.to_owned()
    }
}

/// The expression with the blanks inside its fields taken out: `MON, FRI`, `MON - FRI`, and
/// other ways to write a list or a range.
pub(super) fn without_inner_blanks(text: &str) -> Option<String> {
    let spaced = text
        .replace("..", "-")
        .replace(';', ",")
        .replace(" to ", " - ");
    let mut joined = String::new();
    for word in spaced.split_ascii_whitespace() {
        let continues = joined.ends_with([',', '-']) || word.starts_with([',', '-']);
        if !joined.is_empty() && !continues {
            joined.push(' ');
        }
        joined.push_str(word);
    }
    let joined = joined.trim_end_matches(',').to_owned();
    let written: Vec<&str> = text.split_ascii_whitespace().collect();
    (joined != written.join(" ")).then_some(joined)
}

/// What stands before a comment.
pub(super) fn without_comment(text: &str) -> Option<&str> {
    text.split_once(" #").map(|(before, _)| before.trim())
}

/// The zone that `TZ=` or `CRON_TZ=` puts in front, and the rest.
pub(super) fn zone_in_front(text: &str) -> Option<(&str, &str)> {
    let (zone, rest) = text.trim().split_once(|c: char| c.is_ascii_whitespace())?;
    let zone = zone
        .strip_prefix("CRON_TZ=")
        .or_else(|| zone.strip_prefix("TZ="))?;
    Some((zone, rest.trim()))
}

/// A time of day as people and other schedulers write it: `09:00`, `9h30`, `9am`, `5:30pm`.
pub(super) fn time_of_day(word: &str) -> Option<(u16, u16)> {
    let word = word.to_ascii_lowercase();
    let (clock, half) = match (word.strip_suffix("am"), word.strip_suffix("pm")) {
        (Some(clock), _) => (clock, Some(0)),
        (_, Some(clock)) => (clock, Some(12)),
        _ => (word.as_str(), None),
    };
    let (hour, minute) = match clock.split_once([':', 'h']) {
        Some((hour, "")) if clock.ends_with('h') => (hour, "00"),
        Some((hour, minute)) => (hour, minute),
        None => (clock, half.map(|_| "00")?),
    };
    let number = |digits: &str, most: u16| {
        let plain = matches!(digits.len(), 1..=2) && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|n| plain && *n <= most)
    };
    let minute = number(minute, 59).filter(|_| minute.len() == 2)?;
    let hour = match half {
        None => number(hour, 23)?,
        // Twelve comes before one.
        Some(half) => number(hour, 12).filter(|hour| *hour > 0)? % 12 + half,
    };
    Some((hour, minute))
}
