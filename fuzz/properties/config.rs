//! What must hold for any text given as `nightcap.yaml`.

use chrono::{DateTime, Utc};
use nightcap_domain::config::{Config, ConfigErrors};

/// Panics if a property does not hold.
pub(crate) fn hold(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Config::parse(&text) {
        Ok(config) => usable(config, &text),
        Err(errors) => helpful(&errors, &text),
    }
}

fn helpful(errors: &ConfigErrors, text: &str) {
    let listed = errors.as_slice();
    assert!(!listed.is_empty() && listed.len() <= ConfigErrors::MOST);
    assert!(errors.total() >= listed.len());
    // An error may be about what is missing at the end: one line on.
    let lines = text.split(['\n', '\r']).count() + 1;
    for error in listed {
        assert!(
            (1..=lines).contains(&error.line),
            "line {} of {lines}: {error}",
            error.line
        );
        assert!(error.column >= 1, "{error}");
        assert!(!error.message.is_empty());
    }
    assert!(listed.is_sorted_by_key(nightcap_domain::config::ConfigError::position));
    assert!(!errors.render("nightcap.yaml", text).is_empty());
}

fn usable(config: Config, text: &str) {
    let now: DateTime<Utc> = DateTime::from_timestamp(1_795_219_200, 0).expect("in 2026");
    for warning in config.warnings(now) {
        assert!(!warning.render("nightcap.yaml", text).is_empty());
    }
    let compiled = config.compile();
    for (_, schedule) in compiled.schedules() {
        assert_eq!(schedule.state_at(now), schedule.state_at(now));
        assert!(schedule.next(now).is_none_or(|next| next.at > now));
    }
    for (name, environment) in compiled.environments() {
        let scheduled = compiled.schedule_of(environment).is_some();
        assert!(
            scheduled != environment.protected,
            "{name} is neither or both"
        );
    }
}
