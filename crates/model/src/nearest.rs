//! The valid name a reader most probably meant.

/// The candidate closest to `word`, when one is close enough to be worth asking about.
///
/// Letter case does not count. Up to one character in three may differ, and at least one; one or
/// two characters resemble nothing (`es` is not `en`). Digits are no slips: `eu-west-4` is another
/// place than `eu-west-3`. Where two candidates are equally close, neither is named.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Longer words are no slips of the pen, and comparing them costs quadratic time.
    const LONGEST: usize = 64;
    if word.chars().nth(2).is_none() || word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    let mut found: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST && digits(candidate).eq(digits(&word)))
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [(one, _), (other, _), ..] if one == other => None,
        [(_, candidate), ..] => Some((*candidate).to_owned()),
        [] => None,
    }
}

fn digits(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(char::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_words_only() {
        let keys = ["windows", "timezone", "calendar"];
        assert_eq!(nearest("window", keys).as_deref(), Some("windows"));
        assert_eq!(nearest("TimeZone", keys).as_deref(), Some("timezone"));
        assert_eq!(nearest("calender", keys).as_deref(), Some("calendar"));
        assert_eq!(nearest("banana", keys), None);
    }

    #[test]
    fn a_guess_between_two_is_no_suggestion() {
        let regions = ["eu-west-1", "eu-west-2", "eu-west-3", "us-east-1"];
        assert_eq!(nearest("eu-wset-3", regions).as_deref(), Some("eu-west-3"));
        assert_eq!(nearest("eu-west-4", regions), None);
        assert_eq!(nearest("us-east-3", regions), None);
        assert_eq!(nearest("es", ["en", "fr"]), None);
        assert_eq!(nearest("DK", ["DE", "BE"]), None);
        assert_eq!(nearest("test", ["tent", "text"]), None);
        let keys = ["windows", "timezone", "calendar"];
        assert_eq!(nearest("", keys), None);
        assert_eq!(nearest(&"w".repeat(1000), keys), None);
    }
}
