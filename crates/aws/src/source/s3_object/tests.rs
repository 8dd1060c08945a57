use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_runtime_api::http::StatusCode;
use aws_types::service_config::LoadServiceConfig;

use super::*;
use crate::error::Cause;

/// Settings of a function in Paris, of which S3 answers with these, in turn.
fn settings(answers: &[(u16, &str)]) -> (SdkConfig, StaticReplayClient) {
    let answers = answers.iter().map(|(status, body)| {
        let status = StatusCode::try_from(*status).unwrap();
        let answer = HttpResponse::new(status, SdkBody::from(*body));
        ReplayEvent::new(HttpRequest::new(SdkBody::empty()), answer)
    });
    let client = StaticReplayClient::new(answers.collect());
    let key = Credentials::new("AKID", "secret", Some("session".to_owned()), None, "tests");
    let config = SdkConfig::builder()
        .region(Region::new("eu-west-3"))
        .credentials_provider(SharedCredentialsProvider::new(key))
        .retry_config(
            RetryConfig::standard().with_initial_backoff(std::time::Duration::from_millis(1)),
        )
        .http_client(client.clone())
        .build();
    (config, client)
}

fn place(config: &SdkConfig, bucket: &str, key: &str) -> String {
    let place = Place::of(config, bucket, key).unwrap();
    format!("{}{}", place.endpoint, place.path)
}

fn in_region(region: &'static str) -> SdkConfig {
    SdkConfig::builder().region(Region::new(region)).build()
}

/// `AWS_ENDPOINT_URL_S3`, as the SDK hands it on.
#[derive(Debug)]
struct Own;

impl LoadServiceConfig for Own {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        assert_eq!((key.service_id(), key.env()), ("S3", "AWS_ENDPOINT_URL"));
        Some("http://127.0.0.1:9000/".to_owned())
    }
}

#[test]
fn an_object_stands_where_its_bucket_does() {
    let paris = in_region("eu-west-3");
    assert_eq!(
        place(&paris, "bucket", "a/b c+é.yaml"),
        "https://bucket.s3.eu-west-3.amazonaws.com/a/b%20c%2B%C3%A9.yaml"
    );
    assert_eq!(
        place(&paris, "with.dots", "key"),
        "https://s3.eu-west-3.amazonaws.com/with.dots/key",
        "a certificate for *.s3 does not name with.dots.s3"
    );
    assert_eq!(
        place(&in_region("cn-north-1"), "bucket", "key"),
        "https://bucket.s3.cn-north-1.amazonaws.com.cn/key"
    );
}

#[test]
fn an_endpoint_that_is_set_replaces_aws() {
    let all = in_region("eu-west-3")
        .to_builder()
        .endpoint_url("http://127.0.0.1:5000")
        .build();
    assert_eq!(
        place(&all, "bucket", "key"),
        "http://127.0.0.1:5000/bucket/key"
    );
    let own = all.to_builder().service_config(Own).build();
    assert_eq!(
        place(&own, "bucket", "key"),
        "http://127.0.0.1:9000/bucket/key"
    );
}

#[tokio::test]
async fn the_request_is_signed_and_asks_for_no_more_than_is_wanted() {
    let (config, client) = settings(&[(206, "timezone: UTC")]);
    let found = read(&Clients::new(config.clone()), "bucket", "key", 100)
        .await
        .unwrap();
    assert_eq!(found, b"timezone: UTC");
    let asked = client.actual_requests().next().unwrap();
    let header = |name| asked.headers().get(name).unwrap_or_default();
    assert_eq!(
        (asked.method(), asked.uri()),
        ("GET", "https://bucket.s3.eu-west-3.amazonaws.com/key")
    );
    assert_eq!(header("range"), "bytes=0-99");
    assert_eq!(header("x-amz-security-token"), "session");
    // The checksum of nothing, which S3 insists on.
    assert!(header("x-amz-content-sha256").starts_with("e3b0c44298fc1c14"));
    let proof = header("authorization");
    assert!(
        proof.starts_with("AWS4-HMAC-SHA256 Credential=AKID/"),
        "{proof}"
    );
    assert!(proof.contains("/eu-west-3/s3/aws4_request"), "{proof}");
    assert!(
        proof.contains("SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token"),
        "{proof}"
    );
}

#[tokio::test]
async fn s3_that_is_busy_is_asked_again() {
    let busy = "<Error><Code>SlowDown</Code><Message>slow down</Message></Error>";
    let (config, client) = settings(&[(503, busy), (200, "found")]);
    assert_eq!(
        read(&Clients::new(config.clone()), "bucket", "key", 9)
            .await
            .unwrap(),
        b"found"
    );
    assert_eq!(client.actual_requests().count(), 2);
}

#[tokio::test]
async fn an_empty_object_is_empty() {
    let none = "<Error><Code>InvalidRange</Code><Message>not satisfiable</Message></Error>";
    let (config, _) = settings(&[(416, none)]);
    assert_eq!(
        read(&Clients::new(config.clone()), "bucket", "key", 9)
            .await
            .unwrap(),
        b""
    );
}

#[tokio::test]
async fn what_s3_refuses_is_told_apart() {
    let xml = |code| {
        format!(
            "<?xml version=\"1.0\"?>\n<Error><Code>{code}</Code><Message>as S3 says</Message></Error>"
        )
    };
    for (status, body, cause, told) in [
        (404, xml("NoSuchKey"), Cause::Gone, "NoSuchKey: as S3 says"),
        (
            404,
            xml("NoSuchBucket"),
            Cause::Gone,
            "NoSuchBucket: as S3 says",
        ),
        (
            403,
            xml("AccessDenied"),
            Cause::Denied,
            "AccessDenied: as S3 says",
        ),
        (
            403,
            xml("ExpiredToken"),
            Cause::Credentials,
            "ExpiredToken: as S3 says",
        ),
        (
            400,
            "<html>".to_owned(),
            Cause::Other,
            "an error without a code (HTTP 400)",
        ),
    ] {
        let (config, _) = settings(&[(status, &body)]);
        let error = read(&Clients::new(config.clone()), "bucket", "key", 9)
            .await
            .unwrap_err();
        assert_eq!((error.cause, error.message.as_str()), (cause, told));
    }
}

#[tokio::test]
async fn what_cannot_be_asked_says_why() {
    let (config, client) = settings(&[]);
    let nowhere = config.to_builder().region(None::<Region>).build();
    let error = read(&Clients::new(nowhere.clone()), "bucket", "key", 9)
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::NoRegion, "{error}");

    let nobody = in_region("eu-west-3");
    let error = read(&Clients::new(nobody.clone()), "bucket", "key", 9)
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::Credentials, "{error}");
    assert_eq!(client.actual_requests().count(), 0);
}
