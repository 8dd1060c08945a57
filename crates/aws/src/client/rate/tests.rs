//! On tokio's paused clock: an hour of waiting takes a millisecond, and is counted all the same.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use super::*;
use crate::clients::Clients;
use crate::reconcile::ORDERS_AT_ONCE;

const ALL: [Family; 5] = [
    Family::AutoScaling,
    Family::Ec2,
    Family::Ecs,
    Family::Eks,
    Family::Rds,
];

/// An AWS that takes every call at once, and notes when and what.
#[derive(Clone, Debug, Default)]
struct Noting(Arc<Mutex<Vec<(Instant, String)>>>);

impl HttpConnector for Noting {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8(request.body().bytes().unwrap().to_vec()).unwrap();
        let action = body.split('&').next().unwrap_or_default();
        let action = action.trim_start_matches("Action=").to_owned();
        let answer = format!("<{action}Response><{action}Result/></{action}Response>");
        self.0.lock().unwrap().push((Instant::now(), action));
        let status = StatusCode::try_from(200).unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(answer))))
    }
}

impl Noting {
    /// Clients of an account whose calls arrive here.
    fn clients(&self) -> Clients {
        let connector = SharedHttpConnector::new(self.clone());
        let client = http_client_fn(move |_, _| connector.clone());
        Clients::new(
            SdkConfig::builder()
                .behavior_version(BehaviorVersion::latest())
                .region(Region::new("eu-west-3"))
                .credentials_provider(credentials())
                .http_client(client)
                .build(),
        )
    }

    fn instants(&self) -> Vec<Instant> {
        self.0.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }
}

fn credentials() -> SharedCredentialsProvider {
    SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "tests"))
}

/// Stops so many databases, as a tick does.
async fn stop(clients: &Clients, count: usize) {
    let orders = (0..count).map(|number| {
        let order = clients.rds().stop_db_instance();
        order.db_instance_identifier(format!("db-{number}")).send()
    });
    stream::iter(orders)
        .buffer_unordered(ORDERS_AT_ONCE)
        .for_each(|result| async move {
            result.unwrap();
        })
        .await;
}

/// The most calls in any stretch of so many seconds.
fn most_within(instants: &[Instant], seconds: u64) -> usize {
    let window = Duration::from_secs(seconds);
    let within = |start: &Instant| {
        let from = instants.partition_point(|at| at < start);
        instants.partition_point(|at| *at < *start + window) - from
    };
    instants.iter().map(within).max().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn a_thousand_databases_are_stopped_within_the_rate_and_none_fails() {
    let aws = Noting::default();
    let began = Instant::now();
    stop(&aws.clients(), 1_000).await;
    let Rate { burst, per_second } = Family::Rds.rate(false);
    let instants = aws.instants();
    assert_eq!(
        instants.len(),
        1_000,
        "no call was made twice: none timed out"
    );
    for seconds in [1, 2, 10, 60] {
        let allowed =
            usize::from(burst) + usize::from(per_second) * usize::try_from(seconds).unwrap();
        let most = most_within(&instants, seconds);
        assert!(
            most <= allowed,
            "{most} calls in {seconds} s, {allowed} are allowed"
        );
    }
    // Once the bucket is empty, the rate alone.
    let later = &instants[usize::from(burst)..];
    assert!(most_within(later, 1) <= usize::from(per_second) + 1);
    // And no slower than that.
    let expected = (1_000 - u32::from(burst)) / u32::from(per_second);
    let took = began.elapsed();
    assert!(
        took <= Duration::from_secs(u64::from(expected) + 1),
        "{took:?}"
    );
    assert!(
        took >= Duration::from_secs(u64::from(expected) - 1),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_fleet_smaller_than_the_bucket_never_waits() {
    let aws = Noting::default();
    let began = Instant::now();
    stop(&aws.clients(), 50).await;
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn limits_are_off_only_where_that_is_said() {
    for (setting, waits) in [(Some("off"), false), (Some("on"), true), (None, true)] {
        let aws = Noting::default();
        let began = Instant::now();
        let rates = Rates::from_setting(setting);
        stop(&aws.clients().with_rates(rates), 100).await;
        assert_eq!(began.elapsed() > Duration::ZERO, waits, "{setting:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_comes_first_is_served_first_and_nobody_waits_longer_than_promised() {
    for family in ALL {
        let bucket = Arc::new(limiter(family.rate(false)));
        let began = Instant::now();
        let waits: Vec<(usize, Duration)> = stream::iter(0..500)
            .map(|number| {
                let token = Arc::clone(&bucket).acquire_owned(1);
                async move {
                    let asked = Instant::now();
                    token.await;
                    (number, asked.elapsed())
                }
            })
            .buffer_unordered(ORDERS_AT_ONCE)
            .collect()
            .await;
        let order: Vec<usize> = waits.iter().map(|(number, _)| *number).collect();
        assert!(order.is_sorted(), "{family:?}");
        let callers = u16::try_from(ORDERS_AT_ONCE).unwrap();
        let most = family.longest_wait(callers);
        let longest = waits.iter().map(|(_, wait)| *wait).max().unwrap();
        // tokio's timers count in milliseconds, and round up.
        assert!(
            longest <= most + Duration::from_millis(100),
            "{family:?}: {longest:?}"
        );
        assert!(longest >= most / 2, "{family:?}: {longest:?} of {most:?}");
        assert!(began.elapsed() > most, "{family:?} was limited at all");
    }
}

#[tokio::test(start_paused = true)]
async fn what_reads_does_not_wait_for_orders_unless_the_service_counts_them_together() {
    for family in ALL {
        let rates = Rates::default();
        let bucket = |reads| rates.bucket(family, "1", "eu-west-3", reads);
        let apart = !Arc::ptr_eq(&bucket(true), &bucket(false));
        assert_eq!(apart, family != Family::AutoScaling, "{family:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_and_regions_have_buckets_of_their_own_and_roles_of_one_account_share() {
    let aws = Noting::default();
    let base = aws.clients();
    let role = |account: &str, name: &str| format!("arn:aws:iam::{account}:role/{name}");
    let bucket = |clients: &Clients| clients.bucket(Family::Rds);
    let own = bucket(&base);
    assert!(Arc::ptr_eq(&own, &bucket(&base.target("eu-west-3", None))));
    let there = base.target_in("eu-west-3", &role("111111111111", "a"));
    let again = base.target_in("eu-west-3", &role("111111111111", "b"));
    let elsewhere = base.target_in("eu-west-1", &role("111111111111", "a"));
    let other = base.target_in("eu-west-3", &role("222222222222", "a"));
    assert!(Arc::ptr_eq(&bucket(&there), &bucket(&again)));
    for stranger in [&base, &elsewhere, &other] {
        assert!(!Arc::ptr_eq(&bucket(&there), &bucket(stranger)));
    }
}

#[test]
fn calls_are_told_apart_by_what_they_do() {
    let request = |method: &str, target: Option<&'static str>, body: &'static str| {
        let mut request = HttpRequest::new(SdkBody::from(body));
        request.set_method(method).unwrap();
        if let Some(target) = target {
            request.headers_mut().insert("x-amz-target", target);
        }
        reads(&request)
    };
    assert!(request(
        "POST",
        None,
        "Action=DescribeDBInstances&Version=2014-10-31"
    ));
    assert!(!request(
        "POST",
        None,
        "Action=StopDBInstance&DBInstanceIdentifier=DescribeMe"
    ));
    assert!(request(
        "POST",
        Some("AmazonEC2ContainerServiceV20141113.ListServices"),
        "{}"
    ));
    assert!(!request(
        "POST",
        Some("AmazonEC2ContainerServiceV20141113.UpdateService"),
        "{}"
    ));
    assert!(request("GET", None, ""));
    assert!(!request("POST", None, ""), "what is not known is an order");
}
