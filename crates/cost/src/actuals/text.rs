//! Texts from outside, fit for a terminal, a mail or a log.

/// The text without what would steer a terminal or turn the direction of writing: control
/// characters, U+2028 and its like become U+FFFD.
pub fn printable(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars()
        .map(|c| {
            if steers(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// At most forty characters of it, printable.
pub(super) fn short(text: &str) -> String {
    printable(&text.chars().take(40).collect::<String>())
}
