//! Every bad or doubtful input has its exact message, as a person sees it.
//!
//! The inputs are `config_bad/*.yaml` and `config_doubtful/*.yaml`; review what they give in `snapshots/`.

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use nightcap_domain::{
    config::{Config, ConfigErrors},
    time::ZONES_BEHIND,
};

fn inputs(folder: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join(folder);
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

#[test]
fn every_bad_input_has_its_errors() {
    let inputs = inputs("config_bad");
    assert!(inputs.len() > 30, "the inputs are gone");
    for (name, text) in inputs {
        let Err(errors) = Config::parse(&text) else {
            panic!("{name} is accepted");
        };
        let shown = errors.render("nightcap.yaml", &text);
        insta::assert_snapshot!(format!("bad-{name}"), shown, &text);
        // The short form says the same without the source.
        for line in errors.to_string().lines() {
            assert!(shown.contains(line), "{name}: {line}");
        }
    }
}

#[test]
fn every_doubtful_input_has_its_warnings() {
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    for (name, text) in inputs("config_doubtful") {
        let config = Config::parse(&text).unwrap();
        let shown: String = config
            .warnings(now)
            .iter()
            .map(|warning| warning.render("nightcap.yaml", &text))
            .collect();
        assert!(!shown.is_empty(), "{name}");
        insta::assert_snapshot!(format!("doubtful-{name}"), shown, &text);
    }
}

#[test]
fn a_zone_whose_rules_have_changed_is_doubtful() {
    let (zone, difference) = ZONES_BEHIND[0];
    let text = format!("timezone: {zone}\nenvironments: {{ prod: {{ protected: true }} }}\n");
    let now = "2026-11-20T12:00:00Z".parse().unwrap();
    let warnings = Config::parse(&text).unwrap().warnings(now);
    assert_eq!(warnings.len(), 1);
    assert_eq!((warnings[0].line, warnings[0].column), (1, 11));
    assert!(warnings[0].message.contains(difference), "{warnings:?}");
}

#[test]
fn errors_are_json_for_machines() {
    let text = "timezone: Europe/Pariss\nenvironments:\n  prod: { protected: true }\n";
    let errors = Config::parse(text).unwrap_err();
    insta::assert_json_snapshot!("as-json", errors);
}

#[test]
fn no_more_than_a_hundred_errors_are_listed() {
    let mut text = String::from("timezone: UTC\nenvironments:\n");
    for index in 0..150 {
        let _ = writeln!(text, "  env-{index}: {{ schedule: missing }}");
    }
    let errors = Config::parse(&text).unwrap_err();
    assert_eq!(errors.as_slice().len(), ConfigErrors::MOST);
    assert_eq!(errors.total(), 150);
    assert!(
        errors
            .to_string()
            .ends_with("nightcap.yaml: and 50 more errors")
    );
    assert!(
        errors
            .render("x", &text)
            .ends_with("x: and 50 more errors\n")
    );
}

/// A mistake inside a text is pointed at, however the text is written, as long as what is read
/// is what stands there.
#[test]
fn the_column_points_into_the_text() {
    let column = |alert: &str| {
        let text = format!(
            "timezone: UTC\nenvironments: {{ prod: {{ protected: true }} }}\n\
             budget: {{ name: é, limit: 1, alerts: [{alert}] }}\n"
        );
        let errors = Config::parse(&text).unwrap_err();
        assert_eq!(errors.total(), 1, "{errors}");
        errors.as_slice()[0].column - "budget: { name: é, limit: 1, alerts: [".chars().count()
    };
    for (alert, at) in [
        ("actual > 80", 10),
        ("'actual > 80'", 11),
        ("\"actual > 80\"", 11),
        ("\"actual > 80\"   ", 11),
        ("forecast > 1%, 'actual > 80' ", 26),
        ("'actual > ''80'", 1),
        ("\"actual \\u003e 80\"", 1),
    ] {
        assert_eq!(column(alert), at, "{alert}");
    }
    let with_mark = "\u{feff}timezone: 'Europe/Paris'\nenvironments: {a: {regions: ['é', 3]}}";
    assert!(Config::parse(with_mark).is_err());
}
