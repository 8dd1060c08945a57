//! The commented example is valid, is the default, and is what the schema describes.

use nightcap_domain::{
    config::{Compiled, Config, Language, ManualChanges},
    names::EnvironmentName,
    time::State,
};

const EXAMPLE: &str = include_str!("../../../../nightcap.yaml");

#[test]
fn the_example_is_greenleaf() {
    let config = Config::parse(EXAMPLE).unwrap_or_else(|e| panic!("{}", e.render("it", EXAMPLE)));
    assert_eq!(config.timezone.name(), "Europe/Paris");
    assert_eq!(config.language, Language::En);
    assert!(!config.drills);
    let names: Vec<_> = config
        .environments
        .keys()
        .map(EnvironmentName::as_str)
        .collect();
    assert_eq!(names, ["dev", "preprod", "prod"]);
    let preprod = &config.environments["preprod"];
    assert_eq!(preprod.capacity.unwrap().to_string(), "2/2/4");
    assert_eq!(preprod.manual_changes, ManualChanges::Respect);
    assert!(config.environments["prod"].protected);
    let budget = config.budget.as_ref().unwrap();
    assert_eq!(budget.limit.to_string(), "500");
    let alerts: Vec<_> = budget.alerts.iter().map(ToString::to_string).collect();
    assert_eq!(alerts, ["actual > 80%", "forecast > 100%"]);
    assert!(budget.ladder.is_empty());
    assert_eq!(config.limits.max_stops, 50);
}

#[test]
fn the_example_leaves_no_doubt() {
    let config = Config::parse(EXAMPLE).unwrap();
    for now in [
        "2026-01-01T00:00:00Z",
        "2026-11-20T12:00:00Z",
        "2027-07-14T12:00:00Z",
    ] {
        assert_eq!(config.warnings(now.parse().unwrap()), [], "{now}");
    }
}

#[test]
fn preprod_sleeps_and_wakes() {
    let compiled = Compiled::parse(EXAMPLE).unwrap();
    let (_, preprod) = compiled.environment("preprod").unwrap();
    let (_, schedule) = compiled.schedule_of(preprod).unwrap();
    let state = |at: &str| schedule.state_at(at.parse().unwrap());
    assert_eq!(
        state("2026-11-20T17:59:59Z"),
        State::Running,
        "Friday, 18:59:59"
    );
    assert_eq!(
        state("2026-11-20T18:00:00Z"),
        State::Stopped,
        "Friday, 19:00"
    );
    assert_eq!(
        state("2026-11-23T07:59:59Z"),
        State::Stopped,
        "Monday, 08:59:59"
    );
    assert_eq!(
        state("2026-11-23T08:00:00Z"),
        State::Running,
        "Monday, 09:00"
    );
    assert_eq!(
        state("2026-07-14T10:00:00Z"),
        State::Stopped,
        "Bastille Day"
    );
    let (_, prod) = compiled.environment("prod").unwrap();
    assert!(compiled.schedule_of(prod).is_none());
}

/// The example of the design document, all keys at once.
#[test]
fn every_key_is_read() {
    let text = r#"
timezone: Europe/Paris             # default zone
language: fr                       # mails: en | fr
drills: true
calendars:
  france:
    holidays: FR                   # computed public holidays
    closed: [2026-12-24]           # further closed days
    open: [2026-05-25]             # open although a holiday
schedules:
  office-hours:
    timezone: America/New_York     # optional
    calendar: france               # optional
    windows:
      - { start: "0 9 * * MON-FRI", stop: "cron(0 19 ? * MON-FRI *)" }
environments:
  preprod:
    schedule: office-hours
    protected: false
    regions: [eu-west-3, eu-west-1]
    roles: ["arn:aws:iam::123456789012:role/nightcap"]
    manual_changes: revert
    capacity: { min: 2, desired: 2, max: 4 }
    kinds: [ec2-instance, ecs-service]
    snapshot_on_stop: true
    keep_snapshots: 3
    wake_for_maintenance: true
    max_capacity: 8
  live-shop: { schedule: office-hours }
  prod: { protected: true }
not_production:
  - { name: live-shop, reason: a demonstration for fairs }
budget:
  name: greenleaf-monthly
  limit: 499.99
  currency: EUR
  alerts: ["actual > 80%", "forecast > 100%"]
  ladder: ["forecast > 110% for 2 days: sleep preprod", "actual > 100%: weekends off"]
limits: { max_stops: 7, max_stop_share: 40%, max_targets: 3, max_capacity: 20, max_hold: 1d12h }
deadlines: { available: 45m, in_service: 20m, healthy: 5m, drained: 1h, stopped: 2h }
"#;
    let config = Config::parse(text).unwrap_or_else(|e| panic!("{}", e.render("it", text)));
    insta::assert_json_snapshot!("every-key", config);
}

#[test]
fn json_byte_order_mark_and_windows_line_ends() {
    let expected = serde_json::to_value(Config::parse(EXAMPLE).unwrap()).unwrap();
    let variants = [
        serde_json::to_string(&expected).unwrap(),
        serde_json::to_string_pretty(&expected).unwrap(),
        format!("\u{feff}{EXAMPLE}"),
        EXAMPLE.replace('\n', "\r\n"),
        EXAMPLE.trim_end().to_owned(),
        format!("---\n{EXAMPLE}...\n"),
    ];
    for text in variants {
        let config = Config::parse(&text).unwrap_or_else(|e| panic!("{}", e.render("it", &text)));
        assert_eq!(serde_json::to_value(config).unwrap(), expected);
    }
}

#[cfg(feature = "schema")]
#[test]
fn the_schema_that_is_checked_in_is_current() {
    assert!(
        include_str!("../../../../nightcap.schema.json") == nightcap_domain::config::schema::text(),
        "run: cargo run -p nightcap-domain --features schema --example schema > nightcap.schema.json"
    );
    assert!(EXAMPLE.starts_with("# yaml-language-server: $schema=./nightcap.schema.json\n"));
}

#[test]
fn the_document_explains_every_key_and_shows_real_errors() {
    let document = include_str!("../../../../docs/configuration.md");
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../../../nightcap.schema.json")).unwrap();
    let definitions = schema["definitions"].as_object().unwrap().values();
    let objects = definitions
        .chain([&schema])
        .filter_map(|of| of["properties"].as_object());
    for key in objects.flat_map(|properties| properties.keys()) {
        assert!(
            document.contains(&format!("| `{key}` |")),
            "{key} has no row"
        );
    }
    let bad = include_str!("../config_bad/document.yaml");
    let errors = Config::parse(bad).unwrap_err().render("nightcap.yaml", bad);
    assert!(
        document.contains(bad),
        "the example differs from config_bad/document.yaml"
    );
    assert!(
        document.contains(&errors),
        "expected in docs/configuration.md:\n{errors}"
    );
}
