//! Reading the small sentences of alerts and ladders word by word, without losing the place.

use std::fmt;

use nightcap_model::nearest;

use super::percent::Percent;

/// Why a sentence could not be read, and where in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PhraseError {
    /// Characters before the offending word, from 0.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
    /// What would have been right.
    pub expected: Option<String>,
    /// The valid word closest to the one found.
    pub nearest: Option<String>,
}

impl fmt::Display for PhraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.offset + 1, self.message)?;
        if let Some(nearest) = &self.nearest {
            write!(f, "; did you mean {nearest:?}?")?;
        }
        if let Some(expected) = &self.expected {
            write!(f, " (expected {expected})")?;
        }
        Ok(())
    }
}

/// A word with the number of characters before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) offset: usize,
}

impl Word<'_> {
    pub(super) fn error(
        self,
        message: impl Into<String>,
        expected: impl Into<String>,
    ) -> PhraseError {
        PhraseError {
            offset: self.offset,
            message: message.into(),
            expected: Some(expected.into()),
            nearest: None,
        }
    }

    /// The error of a word that is none of `valid`.
    pub(super) fn unknown(self, valid: &[&str]) -> PhraseError {
        let found = match self.text {
            "" => "the sentence ends here".to_owned(),
            text => format!("unexpected {text:?}"),
        };
        let quoted: Vec<String> = valid.iter().map(|word| format!("{word:?}")).collect();
        PhraseError {
            nearest: nearest(self.text, valid.iter().copied()),
            ..self.error(found, quoted.join(" or "))
        }
    }
}

/// What a character belongs to: neighbours of one class make one word, marks stand alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Blank,
    Letter,
    Comparison,
    Mark,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            ':' | ',' => Self::Mark,
            '<' | '=' | '>' => Self::Comparison,
            c if c.is_whitespace() => Self::Blank,
            _ => Self::Letter,
        }
    }
}

/// The words still to be read; `:`, `,` and comparisons are words wherever they stand.
#[derive(Debug)]
pub(super) struct Phrase<'a> {
    words: std::vec::IntoIter<Word<'a>>,
    end: usize,
}

impl<'a> Phrase<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut words: Vec<Word<'a>> = Vec::new();
        let mut open: Option<(usize, usize, Class)> = None;
        let mut end = 0;
        let close = |words: &mut Vec<Word<'a>>, from: usize, to: usize, offset: usize| {
            words.extend(text.get(from..to).map(|text| Word { text, offset }));
        };
        for (offset, (byte, c)) in text.char_indices().enumerate() {
            end = offset + 1;
            let class = Class::of(c);
            if let Some((from, began, of)) = open {
                if of == class && class != Class::Mark {
                    continue;
                }
                close(&mut words, from, byte, began);
            }
            open = (class != Class::Blank).then_some((byte, offset, class));
        }
        if let Some((from, began, _)) = open {
            close(&mut words, from, text.len(), began);
        }
        Self {
            words: words.into_iter(),
            end,
        }
    }

    /// The next word; at the end the empty word.
    pub(super) fn next(&mut self) -> Word<'a> {
        let end = self.end;
        self.words.next().unwrap_or(Word {
            text: "",
            offset: end,
        })
    }

    pub(super) fn peek(&self) -> Word<'a> {
        self.words.as_slice().first().copied().unwrap_or(Word {
            text: "",
            offset: self.end,
        })
    }

    /// Takes the next word when it is `text`.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let found = self.peek().text == text;
        if found {
            self.next();
        }
        found
    }

    /// Takes the next word, which must be `text`.
    pub(super) fn require(&mut self, text: &str) -> Result<(), PhraseError> {
        let word = self.next();
        if word.text == text {
            Ok(())
        } else {
            Err(word.unknown(&[text]))
        }
    }

    /// Takes a share such as `80%`.
    pub(super) fn percent(&mut self) -> Result<Percent, PhraseError> {
        let word = self.next();
        word.text.parse().map_err(|_| {
            word.error(
                match word.text {
                    "" => "the sentence ends here".to_owned(),
                    text => format!("{text:?} is no share"),
                },
                "a number above 0 and at most 1000 with its sign, such as 80%",
            )
        })
    }

    /// Nothing may follow.
    pub(super) fn finish(&mut self) -> Result<(), PhraseError> {
        let word = self.next();
        if word.text.is_empty() {
            Ok(())
        } else {
            Err(word.error(
                format!("unexpected {:?}", word.text),
                "the end of the sentence",
            ))
        }
    }
}
