//! Text that people and AWS give: what may stand in one line of a mail, a log or an answer.
//!
//! Every entrance uses this, so that nothing further in has to ask again where a text is from.

use std::borrow::Cow;

use serde_json::Value;

/// What a text is not, so that it is refused instead of being changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing visible is in it.
    Empty,
    /// It has more characters than are allowed.
    TooLong,
    /// A character in it is a control, turns the text round, breaks the line or is invisible.
    Hidden(char),
}

/// A text of a person as it may be kept: trimmed, visible, of at most `longest` characters.
///
/// ```
/// use nightcap_model::text::{Unfit, fit};
///
/// assert_eq!(fit(" release 4.2 ", 200), Ok("release 4.2"));
/// // It would be read as "on-call txt.exe" backwards.
/// assert_eq!(fit("on-call \u{202e}exe.txt", 200), Err(Unfit::Hidden('\u{202e}')));
/// assert_eq!(fit("\u{200b}", 200), Err(Unfit::Hidden('\u{200b}')));
/// // A joiner between the parts of an emoji belongs to it.
/// assert_eq!(fit("👩\u{200d}💻", 200), Ok("👩\u{200d}💻"));
/// ```
///
/// # Errors
/// If nothing is in it, it is too long, or has a character that nobody sees.
pub fn fit(text: &str, longest: usize) -> Result<&str, Unfit> {
    let text = text.trim();
    if let Some(hidden) = hidden(text) {
        return Err(Unfit::Hidden(hidden));
    }
    if text.chars().all(is_variant) {
        return Err(Unfit::Empty);
    }
    match text.chars().count() {
        count if count > longest => Err(Unfit::TooLong),
        _ => Ok(text),
    }
}

/// The first character that nobody sees.
fn hidden(text: &str) -> Option<char> {
    let mut before = None;
    for character in text.chars() {
        let joins = character == JOINER && before.is_some_and(is_joined);
        if is_hidden(character) && !joins {
            return Some(character);
        }
        if !is_variant(character) {
            before = Some(character);
        }
    }
    None
}

/// One line of visible text: what breaks the line becomes a space, what is invisible, turns the
/// text round or is a control vanishes, and what is too long ends with three dots.
///
/// ```
/// use nightcap_model::text::clean;
///
/// assert_eq!(clean("pre\r\nBcc: x\u{1b}[31m\u{202e}", 60), "pre Bcc: x[31m");
/// assert_eq!(clean(&"x".repeat(100), 10), "xxxxxxx...");
/// ```
pub fn clean(text: &str, longest: usize) -> String {
    let mut line = String::with_capacity(text.len().min(longest.saturating_mul(4)));
    let mut count = 0;
    let mut before = None;
    let mut cut = false;
    for character in text.chars() {
        let character = match character {
            broken if breaks(broken) => ' ',
            JOINER if before.is_some_and(is_joined) => JOINER,
            hidden if is_hidden(hidden) => continue,
            other => other,
        };
        // One break, one space: CR LF is no two.
        if character == ' ' && line.ends_with(' ') {
            continue;
        }
        if count == longest {
            cut = true;
            break;
        }
        line.push(character);
        count += 1;
        if !is_variant(character) {
            before = Some(character);
        }
    }
    if !cut {
        return line;
    }
    let kept: String = line.chars().take(longest.saturating_sub(3)).collect();
    format!("{}...", kept.trim_end())
}

/// A text as it stands, with a space in the place of every character that breaks the line and a
/// mark (U+FFFD) in that of every other one that nobody sees: it stays different from a text
/// without them, so that a key or a value of a tag cannot be mistaken for another one.
///
/// ```
/// use nightcap_model::text::visible;
///
/// assert_eq!(visible("preprod"), "preprod");
/// assert_eq!(visible("pre\u{200b}prod\n"), "pre\u{fffd}prod ");
/// ```
pub fn visible(text: &str) -> Cow<'_, str> {
    marked(text, |_| false)
}

/// The same of a text of several lines: line feeds and tabs stay.
///
/// ```
/// use nightcap_model::text::visible_lines;
///
/// assert_eq!(visible_lines("a\n\tb\u{1b}[2J\r"), "a\n\tb\u{fffd}[2J ");
/// ```
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    marked(text, |character| matches!(character, '\n' | '\t'))
}

/// Every text of an answer as [`visible_lines`] has it, its keys as well.
pub fn visible_answer(answer: Value) -> Value {
    match answer {
        Value::String(text) => match visible_lines(&text) {
            Cow::Borrowed(_) => Value::String(text),
            Cow::Owned(marked) => Value::String(marked),
        },
        Value::Array(values) => values.into_iter().map(visible_answer).collect(),
        Value::Object(values) => values
            .into_iter()
            .map(|(key, value)| (visible(&key).into_owned(), visible_answer(value)))
            .collect(),
        other => other,
    }
}

fn marked(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let hidden = |character: char| is_hidden(character) && !stays(character);
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut before = None;
    let marked = text.chars().map(|character| {
        let joins = character == JOINER && before.is_some_and(is_joined);
        if !is_variant(character) {
            before = Some(character);
        }
        match character {
            character if !hidden(character) || joins => character,
            character if breaks(character) => ' ',
            _ => char::REPLACEMENT_CHARACTER,
        }
    });
    Cow::Owned(marked.collect())
}

/// What [`clean`] makes of a text, without links: an address in a name that somebody else chose must not be one that
/// a reader's mail program opens at a click.
///
/// ```
/// use nightcap_model::text::unlinked;
///
/// assert_eq!(unlinked("db http://evil.example/a", 60), "db http:/ /evil.example/a");
/// ```
pub fn unlinked(text: &str, longest: usize) -> String {
    clean(text, longest).replace("://", ":/ /")
}

/// What breaks a line, or jumps within it.
fn breaks(character: char) -> bool {
    matches!(
        character,
        '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Joins the parts of an emoji.
const JOINER: char = '\u{200d}';

/// What a joiner may follow.
fn is_joined(character: char) -> bool {
    matches!(character, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Variation selectors change how the character before looks.
fn is_variant(character: char) -> bool {
    matches!(character, '\u{fe00}'..='\u{fe0f}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Controls (Cc), formats (Cf), line and paragraph separators, and letters and spaces that
/// Unicode draws as nothing (`Default_Ignorable_Code_Point`), except variation selectors.
///
/// From Unicode's `DerivedCoreProperties.txt` and `UnicodeData.txt`, version 17.
pub fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{34f}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{890}'..='\u{891}'
            | '\u{8e2}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{110bd}'
            | '\u{110cd}'
            | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_nobody_sees_is_refused_and_the_rest_is_kept() {
        for hidden in [
            '\0',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{200b}',
            '\u{200e}',
            '\u{202e}',
            '\u{2028}',
            '\u{2029}',
            '\u{2066}',
            '\u{feff}',
            '\u{3164}',
            '\u{e0041}',
        ] {
            let text = format!("on{hidden}call");
            assert_eq!(fit(&text, 200), Err(Unfit::Hidden(hidden)), "{hidden:?}");
            let cleaned = clean(&text, 200);
            assert!(!cleaned.contains(is_hidden), "{cleaned:?}");
        }
        let long = "x".repeat(200);
        for kept in ["Zoë", "déploiement n°4", "発売", "👍🏽", "☎️ 4", &long] {
            assert_eq!(fit(kept, 200), Ok(kept));
            assert_eq!(clean(kept, 200), kept);
        }
        assert_eq!(fit("  ", 200), Err(Unfit::Empty));
        assert_eq!(fit("\u{fe0f}", 200), Err(Unfit::Empty));
        assert_eq!(fit(&"x".repeat(201), 200), Err(Unfit::TooLong));
    }

    #[test]
    fn an_answer_has_no_text_and_no_key_with_what_nobody_sees() {
        let answer = serde_json::json!({
            "problems": [{ "message": "a\u{202e}b\nc" }], "on\u{200b}": { "x": 1 },
        });
        let cleaned = serde_json::json!({
            "problems": [{ "message": "a\u{fffd}b\nc" }], "on\u{fffd}": { "x": 1 },
        });
        assert_eq!(visible_answer(answer), cleaned);
        assert_eq!(visible("👩\u{200d}💻"), "👩\u{200d}💻");
    }

    #[test]
    fn what_is_cleaned_is_one_line_of_at_most_so_many_characters() {
        assert_eq!(clean("a\r\n\r\nb\u{2028}c", 60), "a b c");
        assert_eq!(clean(&"é".repeat(61), 60).chars().count(), 60);
        assert_eq!(clean(&"é".repeat(60), 60), "é".repeat(60));
    }
}
