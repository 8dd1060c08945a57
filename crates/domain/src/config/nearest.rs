//! The valid name a reader most probably meant.

/// The candidate closest to `word`, when one is close enough to be worth asking about.
///
/// Letter case does not count. Up to one character in three may differ, and at least one; a
/// single character resembles nothing.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    // Longer words are no slips of the pen, and comparing them costs quadratic time.
    const LONGEST: usize = 64;
    if word.chars().nth(1).is_none() || word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
            (distance, candidate)
        })
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
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
        assert_eq!(nearest("", keys), None);
        assert_eq!(nearest(&"w".repeat(1000), keys), None);
    }
}
