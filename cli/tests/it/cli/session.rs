//! Who asks AWS, where, and what a person is told to do when that fails: `--profile`, `--region`,
//! `--table`, expired and missing credentials. Each error is the one a terminal shows.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;

use nightcap_tests::EmbeddedAws;
use serde_json::json;

use crate::cli::nightcap::{Ran, command, finish};

const NOW: &str = "2026-11-20T18:00:00Z";

fn with(variables: &[(&'static str, String)], arguments: &[&str]) -> Ran {
    let mut command = command(arguments);
    command.envs(variables.iter().cloned());
    finish(command, arguments)
}

/// What must be said, and what must not be.
fn assert_told(ran: &Ran, code: i32, said: &[&str], unsaid: &[&str]) {
    assert_eq!(ran.code, code, "{}", ran.terminal());
    for part in said {
        assert!(
            ran.stderr.contains(part),
            "no {part:?} in {}",
            ran.terminal()
        );
    }
    for part in unsaid {
        assert!(!ran.stderr.contains(part), "{part:?} in {}", ran.terminal());
    }
    // One way to mend it, at the end, and nothing of our own insides.
    assert!(
        ran.stderr.matches("To mend it:").count() <= 1,
        "{}",
        ran.terminal()
    );
    assert!(!ran.stderr.contains("SdkBody"), "{}", ran.terminal());
}

/// A folder with AWS's configuration files; the variables that point there.
fn files(name: &str, config: &str, credentials: &str) -> Vec<(&'static str, String)> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).unwrap();
    let path = |file: &str| folder.join(file).to_str().unwrap().to_owned();
    fs::write(path("config"), config).unwrap();
    fs::write(path("credentials"), credentials).unwrap();
    vec![
        ("AWS_CONFIG_FILE", path("config")),
        ("AWS_SHARED_CREDENTIALS_FILE", path("credentials")),
        ("HOME", folder.to_str().unwrap().to_owned()),
    ]
}

const SIGN_IN: &str = "[profile dev]\nsso_session = work\nsso_account_id = 123456789012\nsso_role_name = ops\nregion = eu-west-3\n[sso-session work]\nsso_start_url = https://example.com/start\nsso_region = eu-west-3\n[profile keys]\nregion = eu-west-3\n";
const KEYS: &str = "[keys]\naws_access_key_id = embedded\naws_secret_access_key = embedded\n";

#[test]
fn expired_credentials_are_renewed_and_no_profile_is_set() {
    let aws = EmbeddedAws::start(NOW);
    for (code, message) in [
        (
            "ExpiredToken",
            "The security token included in the request is expired",
        ),
        (
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
    ] {
        aws.heal();
        aws.fail(&json!({ "action": "*", "error": code, "message": message }));
        let ran = with(&aws.environment(), &["plan", "--at", NOW]);
        assert_told(
            &ran,
            1,
            &["the credentials have expired: get new ones"],
            &["AWS_PROFILE", "sso login", "give the function a role"],
        );
    }
}

#[test]
fn expired_credentials_of_a_profile_are_that_profiles_business() {
    let aws = EmbeddedAws::start(NOW);
    aws.fail(
        &json!({ "action": "*", "error": "ExpiredToken", "message": "The security token included in the request is expired" }),
    );
    let mut variables = files("expired", SIGN_IN, KEYS);
    variables.extend(EmbeddedAws::elsewhere(aws.endpoint()));
    let ran = with(&variables, &["plan", "--at", NOW, "--profile", "keys"]);
    assert_told(&ran, 1, &["the credentials have expired"], &["sso login"]);

    aws.heal();
    aws.fail(
        &json!({ "action": "*", "error": "InvalidClientTokenId", "message": "The security token included in the request is invalid." }),
    );
    let ran = with(&variables, &["plan", "--at", NOW, "--profile", "keys"]);
    assert_told(
        &ran,
        1,
        &["the profile keys gives no credentials that AWS accepts"],
        &["set AWS_PROFILE"],
    );
}

#[test]
fn a_session_that_has_ended_is_begun_anew_whether_the_profile_is_an_option_or_a_variable() {
    let mut variables = files("signed-out", SIGN_IN, KEYS);
    variables.push(("AWS_EC2_METADATA_DISABLED", "true".to_owned()));
    let by_option = with(&variables, &["plan", "--profile", "dev"]);
    assert_told(
        &by_option,
        1,
        &["aws sso login --profile dev"],
        &["set AWS_PROFILE", "AWS_ACCESS_KEY_ID"],
    );
    variables.push(("AWS_PROFILE", "dev".to_owned()));
    let by_variable = with(&variables, &["plan"]);
    assert_told(
        &by_variable,
        1,
        &["aws sso login --profile dev"],
        &["set AWS_PROFILE", "AWS_ACCESS_KEY_ID"],
    );
}

#[test]
fn an_unknown_profile_is_told_and_no_region_is_asked_for() {
    let mut variables = files("unknown", SIGN_IN, KEYS);
    variables.push(("AWS_PROFILE", "nosuch".to_owned()));
    for arguments in [
        &["plan"][..],
        &["explain", "x"],
        &["holds"],
        &["uninstall", "--dry-run", "--by", "x"],
        &[
            "hold",
            "preprod",
            "--running",
            "--for",
            "1h",
            "--reason",
            "x",
            "--by",
            "x",
        ],
    ] {
        let ran = with(&variables, arguments);
        assert_told(
            &ran,
            2,
            &[
                "there is no profile \"nosuch\"",
                "aws configure list-profiles",
            ],
            &["set AWS_REGION"],
        );
    }
}

#[test]
fn a_profile_beside_keys_in_variables_is_refused_before_the_wrong_account_is_asked() {
    let aws = EmbeddedAws::start(NOW);
    let mut variables = files("both", SIGN_IN, KEYS);
    variables.extend(aws.environment());
    let ran = with(
        &variables,
        &["uninstall", "--dry-run", "--by", "x", "--profile", "keys"],
    );
    assert_told(&ran, 2, &["unset it, or leave --profile out"], &[]);
    assert!(aws.calls().is_empty());
}

#[test]
fn a_mistyped_table_is_named_with_its_region() {
    let aws = EmbeddedAws::start(NOW);
    aws.seed();
    let mistyped = [
        "plan",
        "--at",
        NOW,
        "--table",
        "nightcapp",
        "--region",
        "eu-west-3",
    ];
    let ran = with(&aws.environment(), &mistyped);
    assert_told(
        &ran,
        1,
        &["there is no table nightcapp in eu-west-3: correct --table or NIGHTCAP_TABLE"],
        &["deleted on purpose", "nothing,"],
    );
    let mut by_variable = aws.environment();
    by_variable.push(("NIGHTCAP_TABLE", "lger".to_owned()));
    let ran = with(&by_variable, &["holds"]);
    assert_told(
        &ran,
        1,
        &["there is no table lger in eu-west-3"],
        &["deleted on purpose"],
    );
    // The option outranks the variable, and the module's name is the usual one.
    aws.create_ledger("ledger");
    let ran = with(&by_variable, &["holds", "--table", "ledger"]);
    assert_eq!(ran.code, 0, "{}", ran.terminal());
    let ran = with(&aws.environment(), &["holds"]);
    assert_told(&ran, 1, &["there is no table nightcap in eu-west-3"], &[]);
}

#[test]
fn the_region_is_the_options_before_the_variables_and_stands_in_the_first_line() {
    let aws = EmbeddedAws::start(NOW);
    aws.seed();
    let first = |ran: &Ran| ran.stdout.lines().next().unwrap_or_default().to_owned();
    let here = with(&aws.environment(), &["plan", "--at", NOW]);
    assert!(first(&here).ends_with("account 123456789012, eu-west-3"));
    let elsewhere = with(
        &aws.environment(),
        &["plan", "--at", NOW, "--region", "eu-west-1"],
    );
    assert_eq!(elsewhere.code, 0, "{}", elsewhere.terminal());
    assert!(
        first(&elsewhere).ends_with("account 123456789012, eu-west-1"),
        "{}",
        elsewhere.stdout
    );
    assert!(
        elsewhere.stdout.contains(
            "No resource carries the tag nightcap:environment in account 123456789012, eu-west-1."
        ),
        "{}",
        elsewhere.stdout
    );
}

#[test]
fn a_mistyped_region_is_recognised_where_nobody_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut down = EmbeddedAws::elsewhere(&endpoint);
    down.push(("AWS_ACCESS_KEY_ID", "embedded".to_owned()));
    down.push(("AWS_SECRET_ACCESS_KEY", "embedded".to_owned()));
    let ran = with(&down, &["plan", "--region", "eu-wset-3"]);
    assert_told(
        &ran,
        1,
        &["did you mean \"eu-west-3\"?"],
        &["the next tick tries again"],
    );
}

#[test]
fn an_endpoint_that_is_no_address_is_wrong_usage() {
    for endpoint in ["foo", "localhost:4566", "ftp://x"] {
        let mut variables = EmbeddedAws::elsewhere(endpoint);
        variables.push(("AWS_ACCESS_KEY_ID", "embedded".to_owned()));
        variables.push(("AWS_SECRET_ACCESS_KEY", "embedded".to_owned()));
        let ran = with(&variables, &["plan"]);
        assert_told(
            &ran,
            2,
            &["AWS_ENDPOINT_URL is", endpoint, "https://"],
            &["check the network"],
        );
    }
}

#[test]
fn plan_takes_a_time_on_the_clocks_of_the_configuration_or_with_an_offset() {
    let aws = EmbeddedAws::start(NOW);
    aws.seed();
    let at = |at: &str| {
        let ran = with(&aws.environment(), &["plan", "--json", "--at", at]);
        assert_eq!(ran.code, 0, "{}", ran.terminal());
        ran.json()["at"].clone()
    };
    for text in [
        "2026-11-20 19:00",
        "2026-11-20T19:00",
        "2026-11-20T18:00:00Z",
        "2026-11-20T19:00:00+01:00",
    ] {
        assert_eq!(at(text), json!(NOW), "{text}");
    }
    for text in ["Friday", "2026-13-01", "2026-11-20 25:00"] {
        let ran = with(&aws.environment(), &["plan", "--at", text]);
        assert_told(&ran, 2, &["--at", text, "Europe/Paris"], &[]);
    }
}

#[test]
fn what_lies_ahead_knows_the_hold_and_wakes_databases_first() {
    let aws = EmbeddedAws::start(NOW);
    aws.seed();
    aws.create_ledger("ledger");
    // Up over the stop of Friday evening, until Saturday noon.
    let hold = json!({ "id": "preprod-1", "scope": { "environment": "preprod" }, "state": "running", "from": "2026-11-20T17:00:00Z",
        "until": "2026-11-21T11:00:00Z", "author": "person", "by": "ada", "reason": "release", "made_at": "2026-11-20T17:00:00Z" });
    let item = json!({ "pk": { "S": "state" }, "sk": { "S": "hold#preprod-1" }, "until": { "S": "2026-11-21T11:00:00Z" },
        "hold": { "S": hold.to_string() }, "expires": { "N": "4100000000" } });
    aws.json(
        "dynamodb",
        "DynamoDB_20120810.PutItem",
        &json!({ "TableName": "ledger", "Item": item }),
    );
    let before = "2026-11-20T17:30:00Z";
    let ran = with(
        &aws.environment(),
        &["plan", "--at", before, "--days", "4", "--table", "ledger"],
    );
    assert_eq!(ran.code, 0, "{}", ran.terminal());
    let ahead: Vec<&str> = ran
        .stdout
        .lines()
        .skip_while(|line| !line.contains("AHEAD"))
        .filter(|line| line.contains("preprod"))
        .collect();
    // Not on Friday at 19:00, when the schedule would stop it, but when the hold ends.
    assert!(
        ahead[0].contains("Sat 21 Nov 2026 12:00 CET") && ahead[0].contains("stopped"),
        "{}",
        ran.stdout
    );
    assert!(
        ahead[0].ends_with("greenleaf-preprod-app, greenleaf-preprod-search, greenleaf-preprod-db"),
        "{}",
        ran.stdout
    );
    assert!(
        ahead[1].contains("Mon 23 Nov 2026 09:00 CET")
            && ahead[1]
                .ends_with("greenleaf-preprod-search, greenleaf-preprod-db, greenleaf-preprod-app"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.contains("held by ada: release"),
        "{}",
        ran.stdout
    );
}

const FRENCH: &str = "
timezone: Europe/Paris
language: fr
calendars: { france: { holidays: FR } }
schedules: { bureau: { calendar: france, windows: [{ start: '0 9 * * MON-FRI', stop: '0 19 * * MON-FRI' }] } }
environments:
  preprod: { schedule: bureau }
  prod: { protected: true }
";

#[test]
fn plan_and_explain_speak_the_configured_language_and_their_json_does_not_change() {
    let aws = EmbeddedAws::start("2026-11-20T17:52:00Z");
    aws.seed();
    let mut variables = aws.environment();
    variables.push(("NIGHTCAP_CONFIG", FRENCH.to_owned()));
    let explained =
        |name: &str, at: &str| with(&variables, &["explain", name, "--at", at]).terminal();
    let terminals = [
        with(&variables, &["plan", "--at", NOW, "--days", "4"]).terminal(),
        explained("greenleaf-preprod-db", NOW),
        explained("greenleaf-preprod-db", "2026-12-25T10:00:00Z"),
        explained("greenleaf-prod-db", NOW),
        explained("greenleaf-preprod-bd", NOW),
    ];
    insta::assert_snapshot!("french", terminals.join("\n\n"));
    for word in [
        "schedule ",
        "stopped",
        "running",
        "protected",
        "account ",
        "follows",
    ] {
        assert!(!terminals.join("\n").contains(word), "{word}");
    }
    let french = with(&variables, &["plan", "--at", NOW, "--json"]).json();
    variables.pop();
    variables.push((
        "NIGHTCAP_CONFIG",
        FRENCH.replace("language: fr", "language: en"),
    ));
    let english = with(&variables, &["plan", "--at", NOW, "--json"]).json();
    assert_eq!(french, english);
}
