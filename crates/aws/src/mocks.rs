//! Clients whose answers a test has written down.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::test_util::{ReplayEvent, StaticReplayClient};
use aws_smithy_mocks::{MockResponseInterceptor, Rule, RuleMode, create_mock_http_client};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;

use crate::clients::Clients;

/// An HTTP answer of one of AWS's query services (RDS, Auto Scaling, SNS) that is an error.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> HttpResponse {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::from(body))
}

/// The same of a service that speaks JSON (ECS, EKS).
pub(crate) fn refusal_in_json(status: u16, code: &'static str, message: &str) -> HttpResponse {
    let body = format!("{{\"__type\": \"{code}\", \"message\": \"{message}\"}}");
    let status = StatusCode::try_from(status).unwrap();
    let mut answer = HttpResponse::new(status, SdkBody::from(body));
    answer.headers_mut().insert("x-amzn-errortype", code);
    answer
}

/// Clients of which none answers.
pub(crate) fn nobody() -> Clients {
    Clients::new(
        SdkConfig::builder()
            .region(Region::new("eu-west-3"))
            .build(),
    )
}

macro_rules! answering {
    ($($into:ident, $name:ident, $sdk:ident;)*) => {$(
        /// Has this one of the clients answer by these rules, in this mode.
        pub(crate) fn $into(clients: &Clients, mode: RuleMode, rules: &[&Rule]) {
            let mut answers = MockResponseInterceptor::new().rule_mode(mode);
            for rule in rules {
                answers = answers.with_rule(rule);
            }
            let config = $sdk::Config::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-west-3"))
                .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
                .http_client(create_mock_http_client())
                .interceptor(answers)
                .build();
            clients.$name.set($sdk::Client::from_conf(config)).unwrap();
        }
    )*};
}

macro_rules! clients_with {
    ($($name:ident, $in_mode:ident, $into:ident;)*) => {$(
        /// Clients of which this one answers by these rules, each as often as it matches.
        pub(crate) fn $name(rules: &[&Rule]) -> Arc<Clients> {
            $in_mode(RuleMode::MatchAny, rules)
        }

        /// Clients of which this one answers by these rules, in this mode.
        pub(crate) fn $in_mode(mode: RuleMode, rules: &[&Rule]) -> Arc<Clients> {
            let clients = nobody();
            $into(&clients, mode, rules);
            Arc::new(clients)
        }
    )*};
}

answering! {
    set_rds, rds, aws_sdk_rds;
    set_autoscaling, autoscaling, aws_sdk_autoscaling;
    set_sns, sns, aws_sdk_sns;
    set_dynamodb, dynamodb, aws_sdk_dynamodb;
    set_budgets, budgets, aws_sdk_budgets;
    set_costexplorer, costexplorer, aws_sdk_costexplorer;
    set_sqs, sqs, aws_sdk_sqs;
    set_applicationautoscaling, applicationautoscaling, aws_sdk_applicationautoscaling;
    set_ecs, ecs, aws_sdk_ecs;
    set_eks, eks, aws_sdk_eks;
    set_tagging, tagging, aws_sdk_resourcegroupstagging;
}

clients_with! {
    rds, rds_by, set_rds;
    autoscaling, autoscaling_by, set_autoscaling;
    sns, sns_by, set_sns;
    dynamodb, dynamodb_by, set_dynamodb;
    budgets, budgets_by, set_budgets;
    costexplorer, costexplorer_by, set_costexplorer;
    sqs, sqs_by, set_sqs;
}

/// Clients whose S3 answers once, with this.
pub(crate) fn s3(status: u16, body: impl Into<SdkBody>) -> Arc<Clients> {
    once(status, body).0
}

/// Clients whose one call is answered with this, and what was sent.
pub(crate) fn once(status: u16, body: impl Into<SdkBody>) -> (Arc<Clients>, StaticReplayClient) {
    let answer = HttpResponse::new(StatusCode::try_from(status).unwrap(), body.into());
    let event = ReplayEvent::new(HttpRequest::new(SdkBody::empty()), answer);
    let sent = StaticReplayClient::new(vec![event]);
    let config = SdkConfig::builder()
        .region(Region::new("eu-west-3"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "id", "secret", None, None, "tests",
        )))
        .http_client(sent.clone())
        .build();
    (Arc::new(Clients::new(config)), sent)
}
