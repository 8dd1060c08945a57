//! `NIGHTCAP_CONFIG`: a path, the text itself, a parameter, an object.

use std::fmt::Write;

use nightcap_tests::EmbeddedAws;
use serde_json::json;

use crate::e2e::world::{FRIDAY, demo_config, scheduler, tick};

#[test]
fn the_configuration_is_read_wherever_it_stands() {
    let aws = EmbeddedAws::start(FRIDAY);
    aws.put_object(
        "greenleaf-settings",
        "nightcap/preprod.yaml",
        &demo_config(),
    );
    let parameter =
        json!({ "Name": "/nightcap/config", "Type": "SecureString", "Value": demo_config() });
    aws.json("ssm", "AmazonSSM.PutParameter", &parameter);
    let path = nightcap_tests::root().join("tests/demo/nightcap.yaml");
    let as_json = json!({
        "drills": true,
        "timezone": "Europe/Paris",
        "schedules": { "s": { "windows": [{ "start": "0 9 * * *", "stop": "0 19 * * *" }] } },
        "environments": { "preprod": { "schedule": "s" } }
    });
    for place in [
        path.display().to_string(),
        demo_config(),
        as_json.to_string(),
        "ssm:///nightcap/config".to_owned(),
        "s3://greenleaf-settings/nightcap/preprod.yaml".to_owned(),
    ] {
        let mut function = scheduler(&aws, &place).start();
        let answer = function.invoke(&tick(FRIDAY));
        let answer = answer.unwrap_or_else(|error| panic!("{place}: {error}"));
        let names = answer["environments"].as_array().unwrap();
        assert!(names.iter().any(|e| e["name"] == "preprod"), "{place}");
    }
}

#[test]
fn a_configuration_that_is_not_there_is_named_and_nothing_is_done() {
    let aws = EmbeddedAws::start(FRIDAY);
    aws.put_object("greenleaf-settings", "other.yaml", "");
    let mut told = String::new();
    for place in [
        "no-such-file.yaml",
        "ssm:///nightcap/absent",
        "s3://greenleaf-settings/absent.yaml",
        "s3://no-such-bucket/nightcap.yaml",
        "https://example.com/nightcap.yaml",
        "s3://bucket-alone",
    ] {
        let error = scheduler(&aws, place)
            .start()
            .invoke(&tick(FRIDAY))
            .unwrap_err();
        writeln!(told, "{place}\n  {error}").unwrap();
    }
    insta::assert_snapshot!(told);
    let asked: Vec<String> = aws.calls().into_iter().map(|call| call.service).collect();
    assert!(
        !asked.iter().any(|s| s == "rds" || s == "autoscaling"),
        "{asked:?}"
    );
}
