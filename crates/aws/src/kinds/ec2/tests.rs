use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::*;
use crate::error::Cause;

const PAGE_ONE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
<DescribeInstancesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId>\
<reservationSet><item><reservationId>r-1</reservationId><ownerId>111122223333</ownerId><groupSet/>\
<instancesSet><item><instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState>\
<rootDeviceType>ebs</rootDeviceType><instanceLifecycle>spot</instanceLifecycle>\
<spotInstanceRequestId>sir-1</spotInstanceRequestId>\
<operator><managed>true</managed><principal>eks.amazonaws.com</principal></operator>\
<tagSet><item><key>Name</key><value>caf&#233; &amp; box</value></item><item><key>empty</key><value/></item></tagSet>\
</item><item><instanceId>i-2</instanceId><instanceState><code>80</code><name>stopped</name></instanceState>\
<operator><managed>false</managed></operator></item></instancesSet></item></reservationSet>\
<nextToken>more</nextToken></DescribeInstancesResponse>";

/// EC2 that answers so, whatever it is asked, and what it was asked.
fn answering(answers: &[(u16, &'static str)]) -> (Ec2, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(vec![]));
    let (seen, left) = (Arc::clone(&asked), Mutex::new(answers.to_vec()));
    let client = infallible_client_fn(move |request| {
        let body = request.body().bytes().unwrap_or_default();
        let signed = request
            .headers()
            .get("authorization")
            .is_some_and(|header| {
                header
                    .to_str()
                    .unwrap()
                    .contains("/eu-west-3/ec2/aws4_request")
            });
        let form = String::from_utf8_lossy(body).into_owned();
        let mut seen = seen.lock().unwrap();
        seen.push(format!("{} {signed} {form}", request.uri()));
        let mut left = left.lock().unwrap();
        let (status, text) = if left.len() > 1 {
            left.remove(0)
        } else {
            left[0]
        };
        http::Response::builder().status(status).body(text).unwrap()
    });
    (Ec2::new(config().http_client(client).build()), asked)
}

fn config() -> aws_types::sdk_config::Builder {
    let credentials = Credentials::new("id", "secret", None, None, "tests");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .retry_config(aws_config::retry::RetryConfig::standard().with_max_attempts(3))
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
}

#[tokio::test]
async fn a_page_of_instances_is_asked_for_by_tag_and_read() {
    let (ec2, asked) = answering(&[(200, PAGE_ONE)]);
    let page = ec2
        .describe_instances("nightcap:environment", Some("a b"))
        .await
        .unwrap();
    assert_eq!(page.next.as_deref(), Some("more"));
    let [first, second] = page.instances.as_slice() else {
        panic!("{page:?}");
    };
    assert_eq!(
        *first,
        Instance {
            id: "i-1".to_owned(),
            owner: "111122223333".to_owned(),
            state: "running".to_owned(),
            root_device: "ebs".to_owned(),
            lifecycle: "spot".to_owned(),
            spot_request: "sir-1".to_owned(),
            state_reason: (String::new(), String::new()),
            operator: Some("eks.amazonaws.com".to_owned()),
            tags: vec![
                ("Name".to_owned(), "café & box".to_owned()),
                ("empty".to_owned(), String::new()),
            ],
        }
    );
    assert_eq!(
        (second.id.as_str(), second.state.as_str()),
        ("i-2", "stopped")
    );
    assert_eq!(
        (&second.operator, second.owner.as_str()),
        (&None, "111122223333")
    );
    assert_eq!(
        asked.lock().unwrap().as_slice(),
        [
            "https://ec2.eu-west-3.amazonaws.com/ true Action=DescribeInstances&Version=2016-11-15\
             &Filter.1.Name=tag-key&Filter.1.Value.1=nightcap%3Aenvironment\
             &Filter.2.Name=instance-state-name&MaxResults=1000\
             &Filter.2.Value.1=pending&Filter.2.Value.2=running&Filter.2.Value.3=stopping\
             &Filter.2.Value.4=stopped&NextToken=a%20b"
        ]
    );
}

#[tokio::test]
async fn what_ec2_refuses_is_told_in_its_words() {
    for (status, code, cause) in [
        (400, "IncorrectInstanceState", Cause::State),
        (400, "InvalidInstanceID.NotFound", Cause::Gone),
        (403, "UnauthorizedOperation", Cause::Denied),
        (400, "OperationNotPermitted", Cause::Other),
    ] {
        let body = format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>no &amp; no</Message></Error></Errors>\
             <RequestID>r</RequestID></Response>"
        );
        let (ec2, asked) = answering(&[(status, body.leak())]);
        let error = ec2.stop_instance("i-1").await.unwrap_err();
        assert_eq!(error.cause, cause, "{code}");
        assert_eq!(
            error.to_string(),
            format!("ec2 StopInstances: {code}: no & no")
        );
        let asked = asked.lock().unwrap();
        assert_eq!(asked.len(), 1, "asked again in vain: {asked:?}");
        assert!(asked[0].ends_with("Action=StopInstances&Version=2016-11-15&InstanceId.1=i-1"));
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_asked_again_when_busy_and_when_its_answer_is_cut_short() {
    const BUSY: &str = "<Response><Errors><Error><Code>RequestLimitExceeded</Code>\
        <Message>slow down</Message></Error></Errors></Response>";
    let (cut, _) = PAGE_ONE.split_at(400);
    let (ec2, asked) = answering(&[(503, BUSY), (200, cut), (200, PAGE_ONE)]);
    let page = ec2.describe_instances("t", None).await.unwrap();
    assert_eq!((page.instances.len(), asked.lock().unwrap().len()), (2, 3));

    let (ec2, asked) = answering(&[(503, BUSY)]);
    let error = ec2.start_instance("i-1").await.unwrap_err();
    assert_eq!(
        (error.cause, asked.lock().unwrap().len()),
        (Cause::Throttled, 3)
    );

    let (ec2, _) = answering(&[(200, cut)]);
    assert!(ec2.describe_instances("t", None).await.is_err());
}

#[tokio::test]
async fn spot_requests_are_read() {
    const ANSWER: &str = "<DescribeSpotInstanceRequestsResponse><spotInstanceRequestSet><item>\
        <spotInstanceRequestId>sir-1</spotInstanceRequestId><type>persistent</type><state>active</state>\
        <status><code>fulfilled</code></status><launchGroup>g</launchGroup>\
        <instanceInterruptionBehavior>stop</instanceInterruptionBehavior></item></spotInstanceRequestSet>\
        </DescribeSpotInstanceRequestsResponse>";
    let (ec2, asked) = answering(&[(200, ANSWER)]);
    let found = ec2
        .describe_spot_requests(&["sir-1", "sir-2"])
        .await
        .unwrap();
    let expected = SpotRequest {
        id: "sir-1".to_owned(),
        kind: "persistent".to_owned(),
        state: "active".to_owned(),
        interruption: "stop".to_owned(),
        group: Some("g".to_owned()),
    };
    assert_eq!(found, [expected]);
    let asked = asked.lock().unwrap();
    // By a filter: a list of ids with one that AWS has forgotten is refused as a whole.
    assert!(asked[0].ends_with(
        "&Filter.1.Name=spot-instance-request-id&Filter.1.Value.1=sir-1&Filter.1.Value.2=sir-2"
    ));
}

#[tokio::test]
async fn every_partition_has_its_own_address() {
    let address = async |region: &'static str| {
        let config = config().region(Region::new(region)).build();
        Ec2::new(config).endpoint("DescribeInstances").await
    };
    for (region, url) in [
        ("eu-west-3", "https://ec2.eu-west-3.amazonaws.com"),
        ("cn-north-1", "https://ec2.cn-north-1.amazonaws.com.cn"),
        ("us-gov-west-1", "https://ec2.us-gov-west-1.amazonaws.com"),
        ("us-iso-east-1", "https://ec2.us-iso-east-1.c2s.ic.gov"),
    ] {
        assert_eq!(address(region).await.as_deref(), Ok(url));
    }
    let fips = Ec2::new(
        config()
            .use_fips(true)
            .region(Region::new("us-east-1"))
            .build(),
    );
    assert_eq!(
        fips.endpoint("x").await.as_deref(),
        Ok("https://ec2-fips.us-east-1.amazonaws.com")
    );
    let there = Ec2::new(config().endpoint_url("http://127.0.0.1:5000").build());
    assert_eq!(
        there.endpoint("x").await.as_deref(),
        Ok("http://127.0.0.1:5000")
    );
}

#[tokio::test]
async fn without_a_region_or_credentials_the_remedy_says_so() {
    let nowhere = Ec2::new(SdkConfig::builder().build());
    let error = nowhere.stop_instance("i-1").await.unwrap_err();
    assert_eq!(error.cause, Cause::NoRegion, "{error}");
    let client: SharedHttpClient = aws_smithy_mocks::create_mock_http_client();
    let nobody = SdkConfig::builder()
        .region(Region::new("eu-west-3"))
        .http_client(client)
        .build();
    let error = Ec2::new(nobody).stop_instance("i-1").await.unwrap_err();
    assert_eq!(error.cause, Cause::Credentials, "{error}");
}
