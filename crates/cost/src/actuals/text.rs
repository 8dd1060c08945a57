//! Texts from outside, fit for a terminal, a mail or a log.

/// The text without what would steer a terminal, turn the direction of writing or be seen by
/// nobody: a space or U+FFFD stands in its place.
pub fn printable(text: &str) -> String {
    nightcap_model::text::visible(text).into_owned()
}

/// At most forty characters of it, printable.
pub(super) fn short(text: &str) -> String {
    printable(&text.chars().take(40).collect::<String>())
}
