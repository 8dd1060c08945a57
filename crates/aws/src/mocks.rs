//! Clients whose answers a test has written down.

use std::sync::Arc;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_smithy_mocks::{MockResponseInterceptor, Rule, RuleMode, create_mock_http_client};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
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

macro_rules! clients_with {
    ($($name:ident, $in_mode:ident, $sdk:ident;)*) => {$(
        /// Clients of which this one answers by these rules, each as often as it matches.
        pub(crate) fn $name(rules: &[&Rule]) -> Arc<Clients> {
            $in_mode(RuleMode::MatchAny, rules)
        }

        /// Clients of which this one answers by these rules, in this mode.
        pub(crate) fn $in_mode(mode: RuleMode, rules: &[&Rule]) -> Arc<Clients> {
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
            let clients = Clients::new(
                SdkConfig::builder().region(Region::new("eu-west-3")).build(),
            );
            clients.$name.set($sdk::Client::from_conf(config)).unwrap();
            Arc::new(clients)
        }
    )*};
}

clients_with! {
    rds, rds_by, aws_sdk_rds;
    autoscaling, autoscaling_by, aws_sdk_autoscaling;
    sns, sns_by, aws_sdk_sns;
    dynamodb, dynamodb_by, aws_sdk_dynamodb;
    budgets, budgets_by, aws_sdk_budgets;
    costexplorer, costexplorer_by, aws_sdk_costexplorer;
    ssm, ssm_by, aws_sdk_ssm;
    s3, s3_by, aws_sdk_s3;
    sqs, sqs_by, aws_sdk_sqs;
}
