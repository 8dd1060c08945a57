//! AWS, or what stands in its place, names a next page for ever: every list ends with an error,
//! after a number of calls that is known before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::body::SdkBody;
use chrono::{DateTime, Utc};
use nightcap_aws::alert_ledger::{AlertStore, DynamoDbAlerts};
use nightcap_aws::budgets::Budgets;
use nightcap_aws::clients::Clients;
use nightcap_aws::cost_explorer::CostExplorer;
use nightcap_aws::error::AwsError;
use nightcap_aws::ledger::{DynamoDbLedger, LedgerStore};
use nightcap_aws::look::Look;
use nightcap_aws::registry;
use nightcap_aws::sns::Topic;
use nightcap_domain::money::BillingMonth;
use serde_json::json;

/// Calls after which even the longest list is given up.
const MOST: usize = 1_000;

/// AWS's answer to anything: an empty page, and the name of the next one.
fn page(request: &http::Request<SdkBody>, next: &str) -> http::Response<SdkBody> {
    let text = String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned();
    let action = text
        .split('&')
        .find_map(|pair| pair.strip_prefix("Action="));
    let body = match action {
        Some("DescribeInstances") => format!(
            "<DescribeInstancesResponse><reservationSet/><nextToken>{next}</nextToken>\
             </DescribeInstancesResponse>"
        ),
        Some(action) => format!(
            "<{action}Response><{action}Result><Marker>{next}</Marker><NextToken>{next}</NextToken>\
             </{action}Result></{action}Response>"
        ),
        None => json!({
            "NextToken": next, "NextPageToken": next, "PaginationToken": next,
            "ResultsByTime": [], "Items": [], "Count": 0, "ResourceTagMappingList": [],
            "LastEvaluatedKey": { "pk": { "S": "state" }, "sk": { "S": next } },
        })
        .to_string(),
    };
    http::Response::builder()
        .status(200)
        .body(SdkBody::from(body))
        .unwrap()
}

/// Clients of such an AWS, and how often it was called.
fn endless(
    name: impl Fn(usize) -> String + Send + Sync + 'static,
) -> (Arc<Clients>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&calls);
    let client = infallible_client_fn(move |request: http::Request<SdkBody>| {
        page(&request, &name(count.fetch_add(1, Ordering::Relaxed)))
    });
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "id", "secret", None, None, "tests",
        )))
        .retry_config(RetryConfig::disabled())
        .endpoint_url("http://127.0.0.1:1")
        .http_client(client)
        .build();
    (Arc::new(Clients::new(config)), calls)
}

fn now() -> DateTime<Utc> {
    "2026-11-20T18:00:00Z".parse().unwrap()
}

/// Everything that is read page by page, with what came of it.
async fn everything(clients: &Arc<Clients>) -> Vec<(String, Option<AwsError>)> {
    let mut found = vec![];
    for kind in registry::kinds(clients) {
        let listed = kind.list(&Look::default()).await;
        found.push((kind.kind().name.to_owned(), listed.err()));
    }
    let ledger = DynamoDbLedger::new(Arc::clone(clients), "nightcap");
    found.push(("the ledger".to_owned(), ledger.read(now()).await.err()));
    let held = ledger.held(now(), now()).await;
    found.push(("holds".to_owned(), held.err()));
    let alerts = DynamoDbAlerts::new(Arc::clone(clients), "nightcap");
    found.push(("alerts".to_owned(), alerts.read("b", now()).await.err()));
    let month = BillingMonth::of(now().date_naive());
    found.push(("told".to_owned(), alerts.told("b", month).await.err()));
    let costs = CostExplorer::new(Arc::clone(clients), "nightcap:environment");
    let spent = costs.spent(now().date_naive()).await;
    found.push(("costs".to_owned(), spent.err()));
    let budgets = Budgets::new(Arc::clone(clients), "123456789012");
    found.push(("budgets".to_owned(), budgets.find("b").await.err()));
    let closed = budgets.closed("b", month).await;
    found.push(("closed months".to_owned(), closed.err()));
    let topic = Topic::new(
        Arc::clone(clients),
        "arn:aws:sns:eu-west-3:123456789012:alerts",
    );
    found.push(("readers".to_owned(), topic.readers().await.err()));
    found
}

#[tokio::test(start_paused = true)]
async fn a_list_whose_pages_never_end_is_an_error_after_a_known_number_of_calls() {
    let (clients, calls) = endless(|call| format!("page-{call}"));
    let found = everything(&clients).await;
    for (what, error) in &found {
        let error = error
            .as_ref()
            .unwrap_or_else(|| panic!("{what} is no error"));
        assert!(error.message.contains("has no end"), "{what}: {error}");
    }
    let calls = calls.load(Ordering::Relaxed);
    // The alerts are three lists at once.
    assert!(calls <= (found.len() + 2) * MOST, "{calls} calls");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_names_the_same_page_again_is_an_error_at_once() {
    let (clients, calls) = endless(|_| "page".to_owned());
    let found = everything(&clients).await;
    for (what, error) in &found {
        let error = error
            .as_ref()
            .unwrap_or_else(|| panic!("{what} is no error"));
        assert!(error.message.contains("same page twice"), "{what}: {error}");
    }
    let calls = calls.load(Ordering::Relaxed);
    assert!(calls <= (found.len() + 2) * 2, "{calls} calls");
}
