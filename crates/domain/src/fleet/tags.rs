//! Tags: how a resource says where it belongs, and that it must be left alone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{canonical_name, looks_like_production};
use crate::text::visible;

/// The keys under which people say to which environment something belongs, besides
/// [`ENVIRONMENT_TAG`], in any case.
const ENVIRONMENT_KEYS: [&str; 3] = ["environment", "env", "stage"];

/// The tag that puts a resource into Nightcap's care: `nightcap:environment = preprod`.
pub const ENVIRONMENT_TAG: &str = "nightcap:environment";
/// The tag that changes a resource's place in the order: `nightcap:tier = 15`.
pub const TIER_TAG: &str = "nightcap:tier";
/// The tag on a sleeping group that remembers its capacity: `nightcap:capacity = 2/2/4`.
pub const CAPACITY_TAG: &str = "nightcap:capacity";

/// The tags of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(BTreeMap<String, String>);

/// The environment that a resource's tags claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim<'a> {
    /// None: it is not in Nightcap's care.
    None,
    /// One.
    Environment(&'a str),
    /// More than one, through keys that differ only in case or space: nothing is sure.
    Overlapping(Vec<&'a str>),
}

/// The tag that says a resource belongs to production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtectedBy {
    /// The key, as it stands on the resource.
    pub key: String,
    /// The value, as it stands on the resource.
    pub value: String,
}

impl Tags {
    /// The value of a key, exactly as written.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// The environment that these tags claim.
    ///
    /// The key is `nightcap:environment` exactly, for every kind: most of AWS's own filters by
    /// key know no other spelling, and what is found must not depend on the kind. Where a key
    /// that differs in case or space stands beside it and says something else (AWS keeps both),
    /// two answers must not become a guess.
    pub fn claim(&self) -> Claim<'_> {
        if !self.0.contains_key(ENVIRONMENT_TAG) {
            return Claim::None;
        }
        let mut claims: Vec<&str> = self
            .0
            .iter()
            .filter(|(key, _)| key.trim().eq_ignore_ascii_case(ENVIRONMENT_TAG))
            .map(|(_, value)| value.trim())
            .collect();
        claims.dedup();
        match claims.as_slice() {
            [] => Claim::None,
            [one] => Claim::Environment(one),
            _ => Claim::Overlapping(claims),
        }
    }

    /// The tag that looks like production, with nothing released.
    pub fn protected_by(&self) -> Option<ProtectedBy> {
        self.protected_unless(|_| false)
    }

    /// The tag that looks like production, of those whose value the configuration has not
    /// released: see [`crate::config::Config::protected_by`].
    pub(crate) fn protected_unless(&self, released: impl Fn(&str) -> bool) -> Option<ProtectedBy> {
        self.0
            .iter()
            .filter(|(key, _)| {
                let key = canonical_name(key);
                key == ENVIRONMENT_TAG || ENVIRONMENT_KEYS.contains(&key.as_str())
            })
            .find(|(_, value)| looks_like_production(value) && !released(value))
            .map(|(key, value)| ProtectedBy {
                key: key.clone(),
                value: value.clone(),
            })
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        Self(
            pairs
                .into_iter()
                .map(|(key, value)| (seen(key.into()), seen(value.into())))
                .collect(),
        )
    }
}

/// Tags are where other people's texts come in: what nobody sees in them is marked, not taken
/// away, so that no key becomes one that Nightcap obeys.
fn seen(text: String) -> String {
    match visible(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(marked) => marked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_is_recognised_under_every_spelling_of_the_tag() {
        for (key, value, protected) in [
            ("Environment", "prod", true),
            ("environment", "Production", true),
            ("ENVIRONMENT", " LIVE ", true),
            ("nightcap:environment", "prod", true),
            ("Environment", "preprod", false),
            ("Environment", "products", false),
            ("Name", "prod", false),
            ("env", "prod", true),
            ("ENV", "prd", true),
            ("Stage", "live", true),
            (" stage ", "Prod-EU", true),
            ("Environment\u{200b}", "prod", true),
            ("Env", "prod,preprod", true),
            ("Env", "non-prod", false),
            ("Stages", "prod", false),
            ("app:env", "prod", false),
        ] {
            let tags = Tags::from_iter([(key, value)]);
            assert_eq!(tags.protected_by().is_some(), protected, "{key}={value}");
        }
    }

    #[test]
    fn what_nobody_sees_in_a_tag_is_marked_and_makes_no_claim() {
        let tags = Tags::from_iter([
            ("nightcap:environment\u{200b}", "preprod"),
            ("Env", "pro\u{202e}d\r\n"),
        ]);
        assert_eq!(tags.claim(), Claim::None);
        let by = tags.protected_by().unwrap();
        assert!(
            !format!("{}{}", by.key, by.value).contains(crate::text::is_hidden),
            "{by:?}"
        );
        let tags = Tags::from_iter([("nightcap:environment", "preprod\u{200b}")]);
        assert_eq!(tags.claim(), Claim::Environment("preprod\u{fffd}"));
    }

    #[test]
    fn keys_that_differ_in_case_overlap_unless_they_agree() {
        let agree = Tags::from_iter([
            ("nightcap:environment", "preprod"),
            ("Nightcap:Environment", "preprod"),
        ]);
        assert_eq!(agree.claim(), Claim::Environment("preprod"));
        let differ = Tags::from_iter([
            ("nightcap:environment", "preprod"),
            ("Nightcap:Environment", "dev"),
        ]);
        assert!(matches!(differ.claim(), Claim::Overlapping(values) if values.len() == 2));
        assert_eq!(Tags::default().claim(), Claim::None);
    }

    #[test]
    fn a_key_in_another_case_alone_claims_nothing_for_every_kind_alike() {
        for key in [
            "Nightcap:Environment",
            "NIGHTCAP:ENVIRONMENT",
            "nightcap:environment ",
        ] {
            let tags = Tags::from_iter([(key, "preprod")]);
            assert_eq!(tags.claim(), Claim::None, "{key}");
            // What it protects, it protects in any case.
            assert!(
                Tags::from_iter([(key, "prod")]).protected_by().is_some(),
                "{key}"
            );
        }
    }
}
