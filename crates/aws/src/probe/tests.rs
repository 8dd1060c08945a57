use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::test_util::capture_request;
use serde_json::json;

use super::*;

fn probe(
    region: &'static str,
    status: u16,
    body: &'static str,
) -> (
    Probe,
    aws_smithy_http_client::test_util::CaptureRequestReceiver,
) {
    let response = http::Response::builder()
        .status(status)
        .body(SdkBody::from(body));
    let (client, sent) = capture_request(Some(response.unwrap()));
    let config = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::latest())
        .region(aws_config::Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::for_tests()))
        .retry_config(aws_config::retry::RetryConfig::disabled())
        .http_client(client)
        .build();
    (Probe { config }, sent)
}

async fn url(region: &'static str, service: Service) -> (String, String) {
    let (probe, sent) = probe(region, 200, "<A><AResult/></A>");
    let question = match service.protocol() {
        Protocol::Query { .. } => Question::form(service, "X", &[("Name", "a b&c")]),
        Protocol::Json { .. } => Question::json(service, "X", json!({ "Name": "a" })),
        Protocol::Rest => Question::path(service, "X", "/things?Name=a".to_owned()),
    };
    let _ = probe.ask(question).await;
    let request = sent.expect_request();
    let signed = request.headers().get("authorization").unwrap().to_owned();
    (request.uri().to_owned(), signed)
}

#[tokio::test]
async fn each_service_is_asked_where_it_is() {
    for (region, service, host, scope) in [
        (
            "eu-west-3",
            Service::Lambda,
            "lambda.eu-west-3.amazonaws.com",
            "eu-west-3/lambda",
        ),
        (
            "eu-west-3",
            Service::Tagging,
            "tagging.eu-west-3.amazonaws.com",
            "eu-west-3/tagging",
        ),
        (
            "eu-west-3",
            Service::Iam,
            "iam.amazonaws.com",
            "us-east-1/iam",
        ),
        (
            "eu-west-3",
            Service::Budgets,
            "budgets.amazonaws.com",
            "us-east-1/budgets",
        ),
        (
            "eu-west-3",
            Service::CostExplorer,
            "ce.us-east-1.amazonaws.com",
            "us-east-1/ce",
        ),
        (
            "cn-north-1",
            Service::CostExplorer,
            "ce.cn-northwest-1.amazonaws.com.cn",
            "cn-northwest-1/ce",
        ),
        (
            "cn-north-1",
            Service::Budgets,
            "budgets.amazonaws.com.cn",
            "cn-northwest-1/budgets",
        ),
        (
            "cn-northwest-1",
            Service::Iam,
            "iam.cn-north-1.amazonaws.com.cn",
            "cn-north-1/iam",
        ),
        (
            "us-gov-east-1",
            Service::Iam,
            "iam.us-gov.amazonaws.com",
            "us-gov-west-1/iam",
        ),
        (
            "cn-north-1",
            Service::Scheduler,
            "scheduler.cn-north-1.amazonaws.com.cn",
            "cn-north-1/scheduler",
        ),
    ] {
        let (url, signed) = url(region, service).await;
        assert!(
            url.starts_with(&format!("https://{host}/")),
            "{service:?}: {url}"
        );
        assert!(
            signed.contains(&format!("/{scope}/aws4_request")),
            "{service:?}: {signed}"
        );
    }
}

#[tokio::test]
async fn an_answer_is_the_result_alone() {
    let body = "<GetXResponse><GetXResult><List><member><A>1 &amp; &#x41;</A></member></List><Empty/></GetXResult>\
        <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></GetXResponse>";
    let (probe, sent) = probe("eu-west-3", 200, body);
    let answer = probe
        .ask(Question::form(Service::Sns, "GetX", &[("K", "a b&c")]))
        .await
        .unwrap();
    assert_eq!(
        answer,
        json!({ "List": { "member": { "A": "1 & A" } }, "Empty": "" })
    );
    let sent = sent.expect_request();
    let body = std::str::from_utf8(sent.body().bytes().unwrap())
        .unwrap()
        .to_owned();
    assert_eq!(body, "Action=GetX&Version=2010-03-31&K=a%20b%26c");
}

#[tokio::test]
async fn a_refusal_keeps_its_code_in_every_protocol() {
    for (service, body, message) in [
        (
            Service::Rds,
            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
            "AccessDenied: no",
        ),
        (
            Service::Ec2,
            "<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors></Response>",
            "UnauthorizedOperation: no",
        ),
        (
            Service::Kms,
            "{\"__type\":\"com.amazonaws.kms#AccessDeniedException\",\"message\":\"no\"}",
            "AccessDeniedException: no",
        ),
        (
            Service::Lambda,
            "{\"Code\":\"AccessDeniedException\",\"Message\":\"no\"}",
            "AccessDeniedException: no",
        ),
    ] {
        let (probe, _) = probe("eu-west-3", 403, body);
        let question = match service.protocol() {
            Protocol::Query { .. } => Question::form(service, "X", &[]),
            Protocol::Json { .. } => Question::json(service, "X", json!({})),
            Protocol::Rest => Question::path(service, "X", "/".to_owned()),
        };
        let error = probe.ask(question).await.unwrap_err();
        assert_eq!(
            (error.cause, error.message.as_str()),
            (Cause::Denied, message),
            "{service:?}"
        );
    }
}

#[test]
fn an_answer_that_is_cut_short_is_no_answer() {
    let whole = "<A><B><C>1</C><C>2</C></B></A>";
    let query = Protocol::Query { version: "" };
    assert_eq!(
        tree::read(whole, query),
        Some(json!({ "A": { "B": { "C": ["1", "2"] } } }))
    );
    for end in 1..whole.len() {
        assert_eq!(tree::read(&whole[..end], query), None, "{}", &whole[..end]);
    }
}
