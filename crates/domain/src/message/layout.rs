//! The form that all mails share.

use crate::text::clean;

/// Columns of a body.
pub const WIDTH: usize = 72;
/// Columns of a table's line, without its indent.
const ROW: usize = 60;
/// Characters of a subject: SNS refuses 100.
const SUBJECT: usize = 99;

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// ASCII, at most 99 characters.
    pub subject: String,
    /// Lines of at most 72 columns, each ended by a line feed.
    pub body: String,
}

/// A body under construction.
#[derive(Debug, Default)]
pub(super) struct Body {
    text: String,
}

impl Body {
    /// `label:    value`, the value wrapped under itself.
    pub(super) fn field(&mut self, label: &str, width: usize, value: &str) {
        let head = format!("{:<width$}", format!("{label}:"));
        self.wrapped(&head, &" ".repeat(width), value);
    }

    /// A heading after an empty line.
    pub(super) fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.text.push_str(&clean(text, WIDTH));
        self.text.push('\n');
    }

    /// A line of a list, wrapped under itself.
    pub(super) fn item(&mut self, text: &str) {
        self.wrapped("  ", "    ", text);
    }

    /// A line of a table: a text, and a value that ends where all of them end.
    pub(super) fn row(&mut self, text: &str, value: &str) {
        let room = WIDTH - 2 - 2;
        let value = clean(value, room);
        // A tag's value names a row: whatever is in it, it is one line.
        let text: String = clean(text, room)
            .chars()
            .take(room.saturating_sub(value.chars().count()))
            .collect();
        let used = text.chars().count() + value.chars().count();
        let gap = room.min(ROW).saturating_sub(used).max(2);
        self.text.push_str("  ");
        self.text.push_str(&text);
        self.text.push_str(&" ".repeat(gap));
        self.text.push_str(&value);
        self.text.push('\n');
    }

    /// A line that belongs to the item above, indented.
    pub(super) fn detail(&mut self, text: &str) {
        self.wrapped("    ", "    ", text);
    }

    /// The whole text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn wrapped(&mut self, first: &str, next: &str, value: &str) {
        let mut line = first.to_owned();
        let mut empty = true;
        for word in words(&clean(value, usize::MAX)) {
            let columns = line.chars().count() + usize::from(!empty) + word.chars().count();
            if !empty && columns > WIDTH {
                self.text.push_str(line.trim_end());
                self.text.push('\n');
                next.clone_into(&mut line);
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(&word);
            empty = false;
        }
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}

/// Words, each with the mark that French sets apart from it: no line begins with a mark.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![];
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if matches!(word, ":" | ";" | "?" | "!" | "»") => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// A subject that SNS takes: French letters lose their accents, the rest that is not
/// printable ASCII becomes a question mark, and what is too long ends with three dots.
pub fn ascii_subject(text: &str) -> String {
    let plain: String = text
        .chars()
        .map(|c| match c {
            'à' | 'â' | 'ä' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            'ç' => 'c',
            'À' | 'Â' => 'A',
            'É' | 'È' | 'Ê' => 'E',
            '’' => '\'',
            ' '..='~' => c,
            c if c.is_whitespace() => ' ',
            _ => '?',
        })
        .collect();
    if plain.len() <= SUBJECT {
        return plain;
    }
    let kept: String = plain.chars().take(SUBJECT - 3).collect();
    format!("{}...", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_what_sns_takes() {
        assert_eq!(ascii_subject("préprod s’endort\n"), "preprod s'endort ");
        let long = ascii_subject(&"x".repeat(200));
        assert_eq!(long.len(), 99);
        assert!(long.ends_with("..."));
    }

    #[test]
    fn no_line_begins_with_a_mark_that_french_sets_apart() {
        let mut body = Body::default();
        body.item(&format!("{} ; non", "x".repeat(69)));
        body.item(&format!("oui {} ; non", "x".repeat(64)));
        for line in body.finish().lines() {
            assert!(!line.trim_start().starts_with(';'), "{line}");
        }
    }

    #[test]
    fn no_text_of_others_breaks_a_line_or_hides_in_it() {
        let hostile = "pre\r\nBcc: x\u{1b}[31m\u{202e}\u{2028}a";
        let mut body = Body::default();
        body.row(hostile, "1.00");
        body.item(hostile);
        body.field("What", 10, hostile);
        body.heading(hostile);
        let text = body.finish();
        assert_eq!(text.lines().count(), 5, "{text:?}");
        let hidden = |c: char| c != '\n' && crate::text::is_hidden(c);
        assert!(!text.contains(hidden), "{text:?}");
    }

    #[test]
    fn a_word_longer_than_the_line_stands_alone() {
        let mut body = Body::default();
        body.item(&format!("a {} b", "x".repeat(80)));
        let text = body.finish();
        assert_eq!(text.lines().count(), 3, "{text}");
    }
}
