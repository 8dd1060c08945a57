//! JSON as tools write it is a configuration: escapes, tabs, everything on one line.

use nightcap_domain::config::{Config, ConfigErrors};

const PARTS: (&str, &str) = (
    r#"{"timezone":"Europe/Paris","schedules":{"office":{"windows":[{"start":"0 9 * * MON-FRI","stop":"0 19 * * MON-FRI"}]}},"environments":{"preprod":{"schedule":"office"}},"budget":{"name":""#,
    r#"","limit":500,"alerts":["actual \u003e 80%"]}}"#,
);

fn named(name: &str) -> Result<Config, ConfigErrors> {
    Config::parse(&format!("{}{name}{}", PARTS.0, PARTS.1))
}

#[test]
fn every_escape_of_json_is_read() {
    for (written, read) in [
        (r"\ud83d\udcb0 shop", "💰 shop"),
        (r"caf\u00e9", "café"),
        (r"a\/b", "a/b"),
        (r#"a\"b"#, "a\"b"),
        ("💰", "💰"),
        (r"\uD83D\uDCB0", "💰"),
    ] {
        let config = named(written).unwrap_or_else(|errors| panic!("{written}: {errors}"));
        assert_eq!(config.budget.unwrap().name, read, "{written}");
    }
}

#[test]
fn half_a_surrogate_pair_is_told_with_its_place() {
    for written in [r"\ud83d", r"\udcb0\ud83d", r"\ud83d\n", r"\ud83d\u0041"] {
        let errors = named(written).unwrap_err();
        let error = &errors.as_slice()[0];
        assert_eq!(errors.total(), 1);
        assert_eq!((error.line, error.column), (1, PARTS.0.len() + 1));
        assert!(
            error.message.contains("half of a surrogate pair"),
            "{error}"
        );
    }
}

#[test]
fn json_in_every_layout_means_the_same() {
    let one_line = format!("{}shop{}", PARTS.0, PARTS.1);
    let value: serde_json::Value = serde_json::from_str(&one_line).unwrap();
    let indented = serde_json::to_string_pretty(&value).unwrap();
    let expected = Config::parse(&one_line).unwrap().budget;
    assert!(expected.is_some());
    for text in [
        indented.clone(),
        indented.replace("  ", "\t"),
        indented.replace('\n', "\r\n"),
        indented.replace(": ", "\n:\n"),
        format!("\u{feff}{one_line}\n"),
        // YAML's flow form is not JSON, and is still read.
        one_line.replace("\"timezone\":", "timezone: "),
        format!("{one_line} # a comment"),
    ] {
        let config = Config::parse(&text).unwrap_or_else(|errors| panic!("{errors}\n{text}"));
        assert_eq!(config.budget, expected, "{text}");
    }
}

#[test]
fn an_error_in_json_has_its_place_and_a_key_comes_once() {
    let text = "{\n\t\"timezone\": \"Europe/Pariss\",\n\t\"timezone\": \"UTC\",\n\t\"environments\": {\n\t\t\"prod\": { \"protected\": \"yes\" }\n\t}\n}";
    let errors = Config::parse(text).unwrap_err();
    let told: Vec<_> = errors
        .iter()
        .map(|error| (error.line, error.column, error.message.as_str()))
        .collect();
    assert_eq!(told.len(), 3, "{errors}");
    assert_eq!((told[0].0, told[0].1), (2, 14), "{errors}");
    assert_eq!((told[1].0, told[1].1), (3, 2), "{errors}");
    assert!(told[1].2.contains("again"), "{errors}");
    assert_eq!((told[2].0, told[2].1), (5, 26), "{errors}");
    // A cron's column is inside the string, unless it is escaped.
    let text = r#"{"timezone":"UTC","schedules":{"a":{"windows":[{"start":"0 25 * * *","stop":"\u0030 26 * * *"}]}},"environments":{"b":{"schedule":"a"}}}"#;
    let errors = Config::parse(text).unwrap_err();
    let at: Vec<usize> = errors.iter().map(|error| error.column).collect();
    assert_eq!(
        at,
        [
            text.find("25 *").unwrap() + 1,
            text.find("\"\\u0030").unwrap() + 1
        ],
        "{errors}"
    );
}

#[test]
fn hostile_json_is_refused_in_bounded_work() {
    for text in [
        "[".repeat(100_000),
        "{\"a\":".repeat(40_000),
        format!("{{\"a\":{}", "9".repeat(200_000)),
        "{\"a\"".to_owned(),
        "{\"a\":}".to_owned(),
        "{\"a\":1,}".to_owned(),
        "{} {}".to_owned(),
        "{\"\\u12".to_owned(),
    ] {
        assert!(Config::parse(&text).is_err());
    }
}
