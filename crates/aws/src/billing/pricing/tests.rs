use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_pricing::operation::get_products::{GetProductsError, GetProductsOutput};
use aws_sdk_pricing::types::error::AccessDeniedException;
use aws_smithy_mocks::{MockResponseInterceptor, Rule, RuleMode, create_mock_http_client, mock};
use nightcap_domain::money::price::PriceBook;

use super::*;

fn price_list(rules: &[&Rule]) -> PriceList {
    let mut answers = MockResponseInterceptor::new().rule_mode(RuleMode::Sequential);
    for rule in rules {
        answers = answers.with_rule(rule);
    }
    let config = aws_sdk_pricing::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("id", "secret", None, None, "tests"))
        .http_client(create_mock_http_client())
        .interceptor(answers)
        .build();
    PriceList {
        client: Client::from_conf(config),
    }
}

fn book() -> PriceBook {
    let header = "item,unit,amount,currency,region,as_of,status,source\n";
    PriceBook::from_csv(&format!(
        "{header}ec2:t3.nano,hour,0.0059,USD,eu-west-3,2021,found_old,x\n"
    ))
    .unwrap()
}

fn product(usage: &str, price: &str) -> String {
    format!(
        r#"{{"product":{{"sku":"S","attributes":{{"usagetype":"{usage}"}}}},"publicationDate":"2026-11-12T17:01:02Z",
        "terms":{{"OnDemand":{{"t":{{"priceDimensions":{{"d":{{"unit":"Hrs","beginRange":"0","pricePerUnit":{{"USD":"{price}"}}}}}}}}}}}}}}"#
    )
}

#[tokio::test]
async fn the_product_on_the_second_page_is_found() {
    let first = mock!(Client::get_products)
        .match_requests(|request| {
            let filter = |field: &str, value: &str| {
                let is = |f: &Filter| f.field() == field && f.value() == value;
                request.filters().iter().any(is)
            };
            request.service_code() == Some("AmazonEC2")
                && request.next_token().is_none()
                && filter("regionCode", "eu-west-3")
                && filter("instanceType", "t3.nano")
        })
        .then_output(|| {
            GetProductsOutput::builder()
                .price_list(product("EUW3-UnusedBox:t3.nano", "9"))
                .next_token("2")
                .build()
        });
    let second = mock!(Client::get_products)
        .match_requests(|request| request.next_token() == Some("2"))
        .then_output(|| {
            GetProductsOutput::builder()
                .price_list(product("EUW3-BoxUsage:t3.nano", "0.0061000000"))
                .build()
        });
    let prices = price_list(&[&first, &second]);
    let refresh = prices.refresh(book(), &["eu-west-3".into()]).await.unwrap();
    let row = refresh
        .book
        .price("ec2:t3.nano", &"eu-west-3".into())
        .unwrap();
    assert_eq!(row.amount.amount().to_string(), "0.0061");
    assert_eq!(row.as_of.as_ref().unwrap().to_string(), "2026-11-12");
    assert_eq!(row.source, "AWS Price List API, AmazonEC2 SKU S");
}

#[tokio::test]
async fn what_aws_refuses_is_no_refresh() {
    let denied = mock!(Client::get_products).then_error(|| {
        let meta = aws_smithy_types::error::ErrorMetadata::builder()
            .code("AccessDeniedException")
            .message("not allowed")
            .build();
        GetProductsError::AccessDeniedException(AccessDeniedException::builder().meta(meta).build())
    });
    let error = price_list(&[&denied])
        .refresh(book(), &["eu-west-3".into()])
        .await
        .unwrap_err();
    assert_eq!(error.cause, Cause::Denied);
    assert!(error.remedy().en.contains("pricing:GetProducts"));
}

#[test]
fn the_api_lives_in_three_regions() {
    for (region, nearest) in [
        (Some("eu-west-3"), "eu-central-1"),
        (Some("ap-northeast-1"), "ap-south-1"),
        (Some("ca-central-1"), "us-east-1"),
        (Some("moon"), "us-east-1"),
        (None, "us-east-1"),
    ] {
        assert_eq!(home(region), nearest, "{region:?}");
    }
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-west-3"))
        .build();
    let prices = PriceList::new(&Clients::new(config));
    let region = prices.client.config().region().map(Region::as_ref);
    assert_eq!(region, Some("eu-central-1"));
}
