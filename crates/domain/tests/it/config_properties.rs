//! Any text gets an answer, in bounded time; any valid configuration is read as it was meant.

use std::fmt::Write as _;

use nightcap_domain::config::{Config, ConfigErrors};
use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Value, json};

const EXAMPLE: &str = include_str!("../../../../nightcap.yaml");

/// Whatever the text: an answer, whose errors have a reason and stand inside the text.
fn answer(text: &str) -> Result<Config, ConfigErrors> {
    let result = Config::parse(text);
    if let Err(errors) = &result {
        assert!(errors.total() >= errors.as_slice().len());
        assert!(!errors.as_slice().is_empty());
        // YAML ends a line at a carriage return alone, too.
        let unmarked = text.strip_prefix('\u{feff}').unwrap_or(text);
        let unified = unmarked.replace("\r\n", "\n").replace('\r', "\n");
        let lines: Vec<&str> = unified.lines().collect();
        for error in errors {
            assert!(!error.message.is_empty());
            assert!(
                error.line >= 1 && error.line <= lines.len().max(1),
                "{error:?}"
            );
            let widest = lines
                .get(error.line - 1)
                .map_or(0, |line| line.chars().count());
            assert!(
                error.column >= 1 && error.column <= widest + 1,
                "{error:?} in {text:?}"
            );
        }
        let shown = errors.render("x", text);
        assert!(
            !shown.chars().any(|c| c.is_control() && c != '\n'),
            "{shown:?}"
        );
    }
    result
}

/// Pieces that YAML and Nightcap give a meaning.
fn piece() -> impl Strategy<Value = String> {
    let words: Vec<String> = [
        "timezone",
        "UTC",
        "Europe/Paris",
        "schedules",
        "environments",
        "windows",
        "start",
        "stop",
        "budget",
        "limit",
        "alerts",
        "ladder",
        "capacity",
        "protected",
        "true",
        "no",
        "null",
        "~",
        "0 9 * * *",
        "actual > 80%",
        "forecast > 110%: sleep dev",
        "2026-12-24",
        "[",
        "]",
        "{",
        "}",
        ":",
        ": ",
        "- ",
        ", ",
        "\n",
        "\n  ",
        "\n    ",
        "\t",
        "#",
        "\"",
        "'",
        "|",
        ">",
        "*a",
        "&a ",
        "!!str ",
        "? ",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "\u{feff}",
        "\r\n",
        "\\",
        "é",
        "\0",
    ]
    .map(str::to_owned)
    .to_vec();
    prop_oneof![4 => select(words), 1 => ".{0,3}"]
}

/// The example with a few changes somewhere.
fn mutated() -> impl Strategy<Value = String> {
    let change = (any::<prop::sample::Index>(), 0usize..12, piece());
    vec(change, 1..6).prop_map(|changes| {
        let mut chars: Vec<char> = EXAMPLE.chars().collect();
        for (index, removed, inserted) in changes {
            let at = index.index(chars.len() + 1);
            let end = (at + removed).min(chars.len());
            chars.splice(at..end, inserted.chars());
        }
        chars.into_iter().collect()
    })
}

fn name() -> impl Strategy<Value = String> {
    "[a-z][a-z0-9_-]{1,8}".prop_filter("a word with another meaning", |name| {
        ![
            "no",
            "on",
            "off",
            "yes",
            "null",
            "true",
            "false",
            "prod",
            "live",
            "production",
        ]
        .contains(&name.as_str())
    })
}

fn window() -> impl Strategy<Value = Value> {
    (
        0..12u32,
        13..24u32,
        0..60u32,
        select(vec!["*", "MON-FRI", "1,3", "FRI"]),
    )
        .prop_map(|(start, stop, minute, days)| {
            json!({
                "start": format!("{minute} {start} * * {days}"),
                "stop": format!("{minute} {stop} * * {days}"),
            })
        })
}

fn schedule() -> impl Strategy<Value = Value> {
    let zones = vec!["UTC", "Europe/Paris", "Australia/Lord_Howe", "Etc/GMT+5"];
    (
        option::of(select(zones)),
        any::<bool>(),
        vec(window(), 1..4),
    )
        .prop_map(|(zone, calendar, windows)| {
            let mut schedule = json!({ "windows": windows });
            if let Some(zone) = zone {
                schedule["timezone"] = json!(zone);
            }
            if calendar {
                schedule["calendar"] = json!("closed");
            }
            schedule
        })
}

fn environment(schedules: Vec<String>) -> impl Strategy<Value = Value> {
    let capacity = (0..3u32, 0..3u32, 1..3u32);
    (
        option::of(select(schedules)),
        any::<[bool; 3]>(),
        option::of(capacity),
    )
        .prop_map(|(schedule, [revert, snapshot, wake], capacity)| {
            let Some(schedule) = schedule else {
                return json!({ "protected": true, "regions": ["eu-west-3"] });
            };
            let mut environment = json!({
                "schedule": schedule,
                "manual_changes": if revert { "revert" } else { "respect" },
                "snapshot_on_stop": snapshot,
                "wake_for_maintenance": wake,
                "roles": ["arn:aws:iam::123456789012:role/nightcap"],
            });
            if let Some((min, more, most)) = capacity {
                environment["capacity"] =
                    json!({ "min": min, "desired": min + more, "max": min + more + most });
            }
            environment
        })
}

fn valid() -> impl Strategy<Value = Value> {
    let schedules = prop::collection::btree_map(name(), schedule(), 1..4);
    schedules.prop_flat_map(|schedules| {
        let names: Vec<String> = schedules.keys().cloned().collect();
        let environments = prop::collection::btree_map(name(), environment(names), 1..5);
        let budget = option::of((1..100_000u32, 0..100u32, 1..200u32));
        (Just(schedules), environments, budget, 1..1000u32).prop_map(
            |(schedules, environments, budget, max_stops)| {
                let mut config = json!({
                    "timezone": "America/Sao_Paulo",
                    "calendars": { "closed": { "holidays": "FR", "closed": ["2026-12-24"] } },
                    "schedules": schedules,
                    "environments": environments,
                    "limits": { "max_stops": max_stops },
                });
                if let Some((whole, cents, share)) = budget {
                    config["budget"] = json!({
                        "name": "all of it",
                        "limit": format!("{whole}.{cents:02}"),
                        "alerts": [format!("actual > {share}%")],
                        "ladder": [format!("forecast>{share}.5% for 3 days: weekends off")],
                    });
                }
                config
            },
        )
    })
}

/// A value as block-style YAML, the way a person writes it.
fn block(value: &Value, indent: usize, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            for (key, value) in entries {
                let _ = write!(out, "\n{pad}{key}:");
                block(value, indent + 2, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                let _ = write!(out, "\n{pad}-");
                block(item, indent + 2, out);
            }
        }
        scalar => {
            let _ = write!(out, " {scalar}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {  failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gets_an_answer(text in "(.|\\n){0,200}") {
        let _ = answer(&text);
    }

    #[test]
    fn any_pieces_get_an_answer(pieces in vec(piece(), 0..60)) {
        let _ = answer(&pieces.concat());
    }

    #[test]
    fn the_example_with_changes_gets_an_answer(text in mutated()) {
        let _ = answer(&text);
    }

    #[test]
    fn valid_configurations_are_read_and_written(value in valid()) {
        let mut yaml = String::new();
        block(&value, 0, &mut yaml);
        let read = |text: &str| match answer(text) {
            Ok(config) => serde_json::to_value(config).unwrap(),
            Err(errors) => panic!("{}", errors.render("it", text)),
        };
        let from_yaml = read(&yaml);
        prop_assert_eq!(&read(&value.to_string()), &from_yaml);
        prop_assert_eq!(&read(&from_yaml.to_string()), &from_yaml);
        // Nothing that was written is lost: only defaults are added.
        for (name, schedule) in value["schedules"].as_object().unwrap() {
            prop_assert_eq!(&from_yaml["schedules"][name], schedule);
        }
        for (name, environment) in value["environments"].as_object().unwrap() {
            for (key, value) in environment.as_object().unwrap() {
                prop_assert_eq!(&from_yaml["environments"][name][key], value);
            }
        }
    }
}

/// The longest text that is read, made of whatever costs most.
#[test]
fn hostile_texts_are_bounded_work() {
    const SIZE: usize = 256 * 1024;
    let fill = |piece: &str| piece.repeat(SIZE / piece.len());
    let numbered = |head: &str, line: fn(usize) -> String| {
        let mut text = head.to_owned();
        for index in 0.. {
            let next = line(index);
            if text.len() + next.len() > SIZE {
                return text;
            }
            text.push_str(&next);
        }
        text
    };
    let mut hostile: Vec<String> = [
        "[",
        "{",
        "- ",
        "a: ",
        "? ",
        ": ",
        "'",
        "\"",
        "\n",
        " ",
        "\t",
        "#",
        "&a ",
        "*a ",
        "!!a ",
        "a",
        "[a, ",
        "{a: ",
        "- - ",
        "a:\n",
        "|\n",
        ">\n",
        "\\",
        "%",
        "---\n",
        "é",
        "\"\\u0041\" ",
        ", ",
        "<<: ",
    ]
    .iter()
    .map(|piece| fill(piece))
    .collect();
    hostile.push(format!("timezone: \"{}", fill(" * ")));
    hostile.push(numbered("environments:\n", |n| {
        format!("  e{n}: {{ schedule: s{n} }}\n")
    }));
    hostile.push(numbered("", |n| format!("unknown-key-{n}: 1\n")));
    hostile.push(numbered("environments: [", |n| format!("a{n}, ")));
    hostile.push(numbered("schedules:\n", |n| {
        format!("  s{n}: {{ timezone: Europe/Parsi{n}, windows: [{{ start: '0 9 * * *', stop: '0 9 * * *' }}] }}\n")
    }));
    // As many windows as are allowed, whose search for a first run never ends happily.
    for (start, stop) in [
        ("* * *", "* * *"),
        ("29 2 *", "* 2 *"),
        ("* * MON#5", "* * MON"),
    ] {
        let mut text = String::from("schedules:\n  s:\n    windows:\n");
        for n in 0..1000 {
            let (minute, hour) = (n % 60, n / 60);
            let _ = writeln!(
                text,
                "    - {{ start: '{minute} {hour} {start}', stop: '{minute} * {stop}' }}"
            );
        }
        hostile.push(text);
    }
    hostile.push(format!("budget: {{ ladder: [\"{}\"] }}", fill("sleep a, ")));
    hostile.push(format!(
        "schedules: {{ s: {{ windows: [{{ start: \"{}\" }}] }} }}",
        fill("1,")
    ));
    for text in hostile {
        let text: String = text.chars().take(SIZE).collect();
        // Unbounded work would not end: the test runner stops a test that hangs.
        assert!(Config::parse(&text).is_err());
    }
    assert!(
        Config::parse(&fill("#x\n").repeat(2))
            .unwrap_err()
            .to_string()
            .contains("bytes")
    );
}
