use std::path::PathBuf;

use aws_config::SdkConfig;
use serde_json::{Value, json};

use super::*;
use crate::mocks;

const YAML: &str = "timezone: Europe/Paris\nenvironments: {}\n";

/// Clients that are asked nothing.
fn nobody() -> Clients {
    Clients::new(SdkConfig::builder().build())
}

/// A file that is gone when the test is.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, content: &[u8]) -> Self {
        let name = format!("nightcap-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

async fn refusal_of(value: &str) -> String {
    fetch(value, &nobody()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_path_is_read() {
    let file = Scratch::new("path.yaml", YAML.as_bytes());
    for value in [file.path().to_owned(), format!(" {}\n", file.path())] {
        let found = fetch(&value, &nobody()).await.unwrap();
        assert_eq!(
            (found.text.as_str(), found.name.as_str()),
            (YAML, file.path())
        );
    }
}

#[tokio::test]
async fn text_is_taken_as_it_is() {
    for value in [YAML, r#"{"environments": {}}"#, "\n\n a: 1\n b: 2"] {
        let found = fetch(value, &nobody()).await.unwrap();
        assert_eq!(
            (found.text.as_str(), found.name.as_str()),
            (value, "NIGHTCAP_CONFIG")
        );
    }
}

#[tokio::test]
async fn a_parameter_is_decrypted() {
    for (value, name) in [
        ("ssm://nightcap-config", "nightcap-config"),
        ("ssm:///nightcap/config", "/nightcap/config"),
    ] {
        let answer = json!({ "Parameter": { "Name": name, "Value": YAML } });
        let (clients, sent) = mocks::once(200, answer.to_string());
        let found = fetch(value, &clients).await.unwrap();
        let request = sent.actual_requests().next().unwrap();
        assert_eq!(request.uri(), "https://ssm.eu-west-3.amazonaws.com/");
        let target = request.headers().get("x-amz-target");
        assert_eq!(target, Some("AmazonSSM.GetParameter"));
        let asked: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        assert_eq!(asked, json!({ "Name": name, "WithDecryption": true }));
        assert_eq!((found.text.as_str(), found.name.as_str()), (YAML, value));
    }
}

#[tokio::test]
async fn an_object_is_read_up_to_a_mebibyte() {
    let value = "s3://bucket/a/nightcap.yaml";
    let found = fetch(value, &mocks::s3(200, YAML)).await.unwrap();
    assert_eq!((found.text.as_str(), found.name.as_str()), (YAML, value));

    let clients = mocks::s3(206, "#".repeat(LIMIT));
    let found = fetch(value, &clients).await.unwrap();
    assert_eq!(found.text.len(), LIMIT);

    let clients = mocks::s3(206, "#".repeat(LIMIT + 1));
    let error = fetch(value, &clients).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "s3://bucket/a/nightcap.yaml: this is larger than 1048576 bytes; a configuration is not"
    );
}

#[tokio::test]
async fn what_is_not_there_is_named_with_the_remedy() {
    // AWS sends this one without a message.
    let absent = r#"{"__type": "ParameterNotFound"}"#;
    let (clients, _) = mocks::once(400, absent);
    let error = fetch("ssm://nope", &clients).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "ssm://nope: there is none in eu-west-3; create it, or correct NIGHTCAP_CONFIG or the region"
    );
    let absent = "<Error><Code>NoSuchKey</Code><Message>no such key</Message></Error>";
    let error = fetch("s3://bucket/nope", &mocks::s3(404, absent))
        .await
        .unwrap_err();
    assert!(
        matches!(error, ConfigSourceError::Missing { .. }),
        "{error}"
    );
    assert_eq!(
        refusal_of("/nowhere/nightcap.yaml").await,
        "/nowhere/nightcap.yaml: there is no such file; `NIGHTCAP_CONFIG` or `--config` names it"
    );
}

#[tokio::test]
async fn what_is_denied_names_the_permission() {
    let denied = r#"{"__type": "com.amazon.coral.service#AccessDeniedException", "Message": "no"}"#;
    let (clients, _) = mocks::once(400, denied);
    let error = fetch("ssm://secret", &clients).await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.starts_with(
            "ssm://secret: ssm GetParameter: AccessDeniedException: no; allow ssm:GetParameter"
        ),
        "{text}"
    );
}

#[tokio::test]
async fn what_is_no_place_is_refused_without_asking_anybody() {
    assert!(refusal_of("").await.contains("NIGHTCAP_CONFIG"));
    assert!(refusal_of(" \n ").await.contains("NIGHTCAP_CONFIG"));
    for value in [
        "s3://bucket",
        "s3://bucket/",
        "s3:///key",
        "ssm://",
        "https://example.com/a.yaml",
    ] {
        let error = fetch(value, &nobody()).await.unwrap_err();
        assert!(
            matches!(&error, ConfigSourceError::Form(said) if said == value),
            "{error}"
        );
        assert!(error.to_string().contains("s3://bucket/key"));
    }
}

#[tokio::test]
async fn a_file_that_is_no_configuration_is_refused() {
    let directory = std::env::temp_dir();
    let error = refusal_of(directory.to_str().unwrap()).await;
    assert!(error.contains("make it a file"), "{error}");

    let binary = Scratch::new("binary", &[0xff, 0xfe, 0x00]);
    assert!(refusal_of(binary.path()).await.contains("no UTF-8 text"));

    let large = Scratch::new("large", &vec![b'#'; LIMIT + 1]);
    assert!(refusal_of(large.path()).await.contains("larger than"));
    assert!(
        refusal_of("/dev/zero").await.contains("larger than"),
        "a device has no end"
    );
    let inline = format!("{{{}", " ".repeat(LIMIT));
    assert!(refusal_of(&inline).await.contains("larger than"));
}
