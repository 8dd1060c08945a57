//! Single values: texts, numbers, choices, sentences.

use super::{
    decoder::{Decoder, Field, one_of},
    error::ConfigError,
    node::{Kind, Meaning, Scalar},
    phrase::PhraseError,
};

impl Decoder {
    /// A text. What YAML takes for something else must be quoted.
    pub(super) fn text<'n>(&mut self, field: &Field<'n>, expected: &str) -> Option<&'n str> {
        let scalar = self.scalar(field, expected)?;
        if scalar.meaning() == Meaning::Text {
            return Some(&scalar.text);
        }
        let quoted = if field.node.is_nothing() {
            ""
        } else {
            ", in quotes"
        };
        self.wrong_type(field, format!("{expected}{quoted}"));
        None
    }

    /// `true` or `false`.
    pub(super) fn boolean(&mut self, field: &Field<'_>) -> Option<bool> {
        let scalar = self.scalar(field, "true or false")?;
        if let Meaning::Boolean(value) = scalar.meaning() {
            return Some(value);
        }
        let meant = scalar.old_boolean();
        let expected = if scalar.plain {
            "true or false"
        } else {
            "true or false, without quotes"
        };
        self.report(
            field
                .error(format!("found {}", field.node.described()))
                .expecting(expected)
                .meaning(meant.map(|value| value.to_string())),
        );
        None
    }

    /// A whole number of at least `least`.
    pub(super) fn count(&mut self, field: &Field<'_>, least: u32) -> Option<u32> {
        let expected = format!("a whole number from {least} to {}", u32::MAX);
        let scalar = self.scalar(field, &expected)?;
        let number = Some(&scalar.text)
            .filter(|text| scalar.plain && text.bytes().all(|b| b.is_ascii_digit()))
            .and_then(|text| text.parse().ok())
            .filter(|number| *number >= least);
        if number.is_none() {
            self.wrong_type(field, expected);
        }
        number
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        field: &Field<'_>,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let words: Vec<&'static str> = choices.iter().map(|(word, _)| *word).collect();
        let expected = one_of(&words);
        let scalar = self.scalar(field, &expected)?;
        let chosen = choices.iter().find(|(word, _)| *word == scalar.text);
        if chosen.is_none() {
            let error = field
                .error(format!("found {}", field.node.described()))
                .expecting(expected)
                .meaning(self.nearest(&scalar.text, words));
            self.report(error);
        }
        chosen.map(|(_, value)| *value)
    }

    /// A sentence in one of the small languages.
    pub(super) fn sentence<T>(&mut self, field: &Field<'_>, example: &str) -> Option<T>
    where
        T: std::str::FromStr<Err = PhraseError>,
    {
        let expected = match &field.node.kind {
            // forecast > 110%: sleep preprod
            Kind::Mapping(_) => format!("a rule in quotes, because of its colon: {example:?}"),
            _ => format!("a rule such as {example:?}"),
        };
        let text = self.text(field, &expected)?;
        match text.parse() {
            Ok(rule) => Some(rule),
            Err(error) => {
                self.report(ConfigError {
                    expected: error.expected,
                    nearest: error.nearest,
                    ..field.error_at(error.offset, error.message)
                });
                None
            }
        }
    }

    /// Any single value.
    pub(super) fn scalar<'n>(&mut self, field: &Field<'n>, expected: &str) -> Option<&'n Scalar> {
        match &field.node.kind {
            Kind::Scalar(scalar) if scalar.meaning() != Meaning::Nothing => Some(scalar),
            _ => {
                self.wrong_type(field, expected);
                None
            }
        }
    }

    /// Reports that the value is something else than `expected`.
    pub(super) fn wrong_type(&mut self, field: &Field<'_>, expected: impl Into<String>) {
        let found = if field.node.is_nothing() {
            "no value".to_owned()
        } else {
            format!("found {}", field.node.described())
        };
        self.report(field.error(found).expecting(expected));
    }
}
