//! The profiles of AWS's own configuration files, to say what is wrong with the one that is used.

use std::collections::BTreeMap;
use std::path::PathBuf;

use nightcap_aws::settings::setting;

/// A profile, as far as its kind matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Profile {
    /// Its credentials come from IAM Identity Center: `aws sso login` renews them.
    pub(crate) signs_in: bool,
}

/// Every profile by its name.
pub(crate) fn profiles() -> BTreeMap<String, Profile> {
    let mut found = BTreeMap::new();
    if let Some(text) = read("AWS_CONFIG_FILE", "config") {
        in_config(&text, &mut found);
    }
    if let Some(text) = read("AWS_SHARED_CREDENTIALS_FILE", "credentials") {
        for line in text.lines() {
            if let Some(name) = section(line) {
                found.entry(name.to_owned()).or_default();
            }
        }
    }
    found
}

fn read(variable: &str, usual: &str) -> Option<String> {
    let path = match setting(variable) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(setting("HOME").or_else(|| setting("USERPROFILE"))?)
            .join(".aws")
            .join(usual),
    };
    std::fs::read_to_string(path).ok()
}

/// `[profile dev]`, `[default]`; other sections are no profiles.
fn in_config(text: &str, found: &mut BTreeMap<String, Profile>) {
    let mut current: Option<String> = None;
    for line in text.lines() {
        if let Some(section) = section(line) {
            let name = match section.split_once(char::is_whitespace) {
                Some(("profile", name)) => Some(name.trim()),
                None if section == "default" => Some(section),
                _ => None,
            };
            current = name.map(str::to_owned);
            if let Some(name) = &current {
                found.entry(name.clone()).or_default();
            }
            continue;
        }
        let key = line.split_once('=').map(|(key, _)| key.trim());
        if matches!(key, Some("sso_session" | "sso_start_url"))
            && let Some(profile) = current.as_ref().and_then(|name| found.get_mut(name))
        {
            profile.signs_in = true;
        }
    }
}

fn section(line: &str) -> Option<&str> {
    let inside = line.trim().strip_prefix('[')?.split_once(']')?.0;
    Some(inside.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_of_both_kinds_are_told_apart() {
        let mut found = BTreeMap::new();
        in_config(
            "[default]\nregion = eu-west-3\n\n[profile dev]\nsso_session = work\n[sso-session work]\nsso_start_url = https://example.com\n[profile old]\nsso_start_url=https://example.com\n",
            &mut found,
        );
        let signs_in: Vec<(&str, bool)> = found
            .iter()
            .map(|(name, profile)| (name.as_str(), profile.signs_in))
            .collect();
        assert_eq!(signs_in, [("default", false), ("dev", true), ("old", true)]);
    }
}
