use std::io::{Read, Write};
use std::net::TcpListener;

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use aws_sdk_sqs::operation::send_message_batch::SendMessageBatchError;
use aws_smithy_mocks::mock;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::operation::BuildError;

use super::*;
use crate::clients::{Clients, https};
use crate::mocks;

/// A source of credentials that has none.
#[derive(Debug)]
struct Nobody;

impl ProvideCredentials for Nobody {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("no profile, no role")))
    }
}

/// One attempt, with credentials and a region, at this endpoint.
async fn config(endpoint: &str) -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(https())
        .region(Region::new("eu-west-3"))
        .retry_config(RetryConfig::disabled())
        .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
        .endpoint_url(endpoint)
        .load()
        .await
}

async fn asked(clients: &Clients) -> AwsError {
    let error = clients
        .rds()
        .describe_db_instances()
        .send()
        .await
        .unwrap_err();
    AwsError::from_sdk("rds", "DescribeDBInstances", &error)
}

/// What calling `DescribeDBInstances` with this configuration fails with.
async fn failure(config: SdkConfig) -> AwsError {
    asked(&Clients::new(config)).await
}

/// What an answer of RDS with this code is taken for.
async fn refused(status: u16, code: &'static str) -> AwsError {
    let rule = mock!(aws_sdk_rds::Client::describe_db_instances)
        .then_http_response(move || mocks::refusal(status, code, "as AWS says it"));
    asked(&mocks::rds(&[&rule])).await
}

/// A loopback endpoint at which nobody listens.
fn closed_port() -> String {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    format!("http://{address}")
}

#[tokio::test]
async fn an_endpoint_that_is_down_is_unreachable() {
    let error = failure(config(&closed_port()).await).await;
    assert_eq!(error.cause, Cause::Unreachable);
    assert!(error.message.contains("Connection refused"), "{error}");
    assert!(error.remedy().en.contains("AWS_ENDPOINT_URL"));
}

#[tokio::test]
async fn an_endpoint_that_is_no_url_is_named_without_the_request() {
    let error = failure(config("not a url").await).await;
    assert_eq!(error.cause, Cause::Unreachable);
    assert_eq!(error.message, "AWS_ENDPOINT_URL is no URL");
}

#[tokio::test]
async fn missing_credentials_are_told_as_such() {
    let nobody = SharedCredentialsProvider::new(Nobody);
    let found_none = config(&closed_port()).await.to_builder();
    let error = failure(found_none.credentials_provider(nobody).build()).await;
    assert_eq!(error.cause, Cause::Credentials);
    assert!(error.message.ends_with("no profile, no role"), "{error}");
    assert!(error.remedy().en.contains("AWS_PROFILE"));

    let no_source = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .endpoint_url(closed_port())
        .build();
    let error = failure(no_source).await;
    assert_eq!(error.cause, Cause::Credentials);
    assert_eq!(error.message, "there is no source of credentials");
}

#[tokio::test]
async fn a_missing_region_is_not_taken_for_a_network_that_is_down() {
    let nowhere = config(&closed_port())
        .await
        .to_builder()
        .region(None::<Region>)
        .build();
    let without_endpoint = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(nowhere.credentials_provider().unwrap())
        .build();
    for config in [nowhere, without_endpoint] {
        let error = failure(config).await;
        assert_eq!(error.cause, Cause::NoRegion);
        assert_eq!(error.message, "no region is set");
        assert!(error.remedy().en.contains("AWS_REGION"));
    }
}

#[test]
fn a_request_that_lacks_something_is_no_matter_of_network_or_credentials() {
    let lacking = BuildError::missing_field("bucket", "no bucket was named");
    let lacking = SdkError::<SendMessageBatchError, ()>::construction_failure(lacking);
    let error = AwsError::from_sdk("sqs", "SendMessageBatch", &lacking);
    assert_eq!(error.cause, Cause::Other, "{error}");
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_denied_by_sts() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let sts = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 8192];
        let length = stream.read(&mut request).unwrap();
        let body = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized to \
                    perform: sts:AssumeRole</Message></Error></ErrorResponse>";
        write!(
            stream,
            "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let role = "arn:aws:iam::111122223333:role/nightcap";
    let clients = Clients::new(config(&endpoint).await);
    let error = asked(&clients.target("eu-west-1", Some(role))).await;
    let request = sts.join().unwrap();
    assert!(request.contains("Action=AssumeRole"), "{request}");
    assert!(request.contains("/eu-west-1/sts/"), "{request}");
    assert_eq!(error.cause, Cause::Denied);
    assert!(
        error.remedy().en.contains("sts:AssumeRole"),
        "{:?}",
        error.remedy()
    );
}

#[tokio::test]
async fn sts_out_of_reach_is_unreachable_and_no_matter_of_credentials() {
    let clients = Clients::new(config(&closed_port()).await);
    let role = "arn:aws:iam::111122223333:role/nightcap";
    let error = asked(&clients.target("eu-west-1", Some(role))).await;
    assert_eq!(error.cause, Cause::Unreachable, "{error}");
}

#[tokio::test]
async fn what_aws_answers_is_told_apart_by_its_code() {
    for (status, code, cause) in [
        (403, "AccessDenied", Cause::Denied),
        (403, "InvalidClientTokenId", Cause::Credentials),
        (403, "ExpiredToken", Cause::Credentials),
        (400, "InvalidDBInstanceState", Cause::State),
        (404, "DBInstanceNotFound", Cause::Gone),
        (400, "SomethingNew", Cause::Other),
    ] {
        let error = refused(status, code).await;
        assert_eq!(error.cause, cause, "{code}");
        assert_eq!(error.message, format!("{code}: as AWS says it"));
        assert!(!error.remedy().en.is_empty() && !error.remedy().fr.is_empty());
    }
    let denied = refused(403, "AccessDenied").await;
    assert!(denied.remedy().en.contains("rds:DescribeDBInstances"));
}

#[tokio::test]
async fn a_group_that_is_gone_is_gone_although_its_code_does_not_say_so() {
    for (code, message, cause) in [
        (
            "ValidationError",
            "AutoScalingGroup name not found - null",
            Cause::Gone,
        ),
        (
            "ValidationError",
            "Desired capacity:5 must be between",
            Cause::Other,
        ),
        ("ResourceContention", "a pending update", Cause::State),
        ("ScalingActivityInProgress", "an activity", Cause::State),
    ] {
        let rule = mock!(aws_sdk_autoscaling::Client::update_auto_scaling_group)
            .then_http_response(move || mocks::refusal(400, code, message));
        let clients = mocks::autoscaling(&[&rule]);
        let call = clients.autoscaling().update_auto_scaling_group();
        let error = call
            .auto_scaling_group_name("web")
            .send()
            .await
            .unwrap_err();
        let error = AwsError::from_sdk("autoscaling", "UpdateAutoScalingGroup", &error);
        assert_eq!(error.cause, cause, "{error}");
    }
}

#[tokio::test]
async fn capacity_quota_and_license_have_remedies_of_their_own() {
    for (code, cause, says) in [
        (
            "InsufficientDBInstanceCapacity",
            Cause::Capacity,
            "another class",
        ),
        (
            "InsufficientInstanceCapacity",
            Cause::Capacity,
            "another class",
        ),
        ("InstanceQuotaExceeded", Cause::Quota, "Service Quotas"),
        ("VcpuLimitExceeded", Cause::Quota, "Service Quotas"),
        ("LicenseLimitExceeded", Cause::License, "License Manager"),
    ] {
        let error = refused(400, code).await;
        assert_eq!(error.cause, cause, "{code}");
        assert!(
            error.remedy().en.contains(says),
            "{code}: {:?}",
            error.remedy()
        );
        assert!(
            error.remedy().en.contains("every tick tries again"),
            "{code}"
        );
        assert!(
            error.remedy().fr.contains("chaque passage réessaie"),
            "{code}"
        );
    }
}

#[test]
fn a_remedy_names_rights_that_iam_knows_and_no_table_is_said_to_be_deleted_on_purpose() {
    let error = |service, operation, cause| AwsError {
        service,
        operation,
        cause,
        message: String::new(),
    };
    let denied = error("dynamodb", "TransactWriteItems", Cause::Denied).remedy();
    assert!(!denied.en.contains("TransactWriteItems"), "{denied:?}");
    assert!(denied.en.contains("dynamodb:PutItem"), "{denied:?}");
    for (service, operation, names) in [
        ("dynamodb", "Query", "NIGHTCAP_TABLE"),
        ("sns", "Publish", "NIGHTCAP_TOPIC_ARN"),
    ] {
        let gone = error(service, operation, Cause::Gone).remedy();
        assert!(
            gone.en.contains(names) && gone.fr.contains(names),
            "{gone:?}"
        );
        assert!(!gone.en.contains("on purpose"), "{gone:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_awss_is_told_with_its_status() {
    for (status, body) in [
        (301, ""),
        (403, "<html><body>blocked by the proxy</body></html>"),
        (503, "\u{1f}\u{8b}\u{8}"),
    ] {
        let rule =
            mock!(aws_sdk_rds::Client::describe_db_instances).then_http_response(move || {
                HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body))
            });
        let error = asked(&mocks::rds(&[&rule])).await;
        let says = format!("HTTP {status}");
        assert!(error.message.contains(&says), "{error}");
    }
}

#[tokio::test]
async fn the_external_id_and_the_ticks_id_are_sent_to_sts() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let sts = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 8192];
        let mut length = 0;
        // Its head and its body may come one after the other.
        while !String::from_utf8_lossy(&request[..length]).contains("RoleSessionName") {
            length += stream.read(&mut request[length..]).unwrap();
        }
        let answer = "HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(answer.as_bytes()).unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let clients = Clients::new(config(&endpoint).await);
    let assumed = crate::role::Assumed {
        role: "arn:aws:iam::111122223333:role/nightcap",
        external_id: Some("night/2026"),
        session: "1-5759e988",
    };
    asked(&clients.target_as("eu-west-1", Some(assumed))).await;
    let request = sts.join().unwrap();
    assert!(request.contains("ExternalId=night%2F2026"), "{request}");
    assert!(request.contains("RoleSessionName=1-5759e988"), "{request}");
}
