//! What RDS instances and Aurora clusters have in common: one API, its pages and its tags.

use aws_sdk_rds::Client;
use aws_sdk_rds::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_rds::types::{BlueGreenDeployment, Tag};
use aws_smithy_async::future::pagination_stream::PaginationStream;
use nightcap_domain::fleet::{Resource, Tags, Text};

use crate::error::AwsError;

/// The most that AWS gives a page.
pub(crate) const PAGE: i32 = 100;

/// Every item of all pages.
pub(crate) async fn all<T, E, R>(
    operation: &'static str,
    mut items: PaginationStream<Result<T, SdkError<E, R>>>,
) -> Result<Vec<T>, AwsError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    let mut found = Vec::new();
    while let Some(item) = items.next().await {
        found.push(item.map_err(|error| AwsError::from_sdk("rds", operation, &error))?);
    }
    Ok(found)
}

/// The tags of an answer.
pub(crate) fn tags(list: &[Tag]) -> Tags {
    list.iter()
        .filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default())))
        .collect()
}

/// Which of these belong to a blue/green deployment: AWS stops and starts none that does, and
/// nothing in their own descriptions says so. Asked only once AWS has refused an order.
pub(crate) async fn in_blue_green(
    client: &Client,
    resources: &[&Resource],
) -> Result<Vec<(String, Text)>, AwsError> {
    let deployments = client
        .describe_blue_green_deployments()
        .max_records(PAGE)
        .into_paginator()
        .items()
        .send();
    let deployments = all("DescribeBlueGreenDeployments", deployments).await?;
    let found = resources.iter().filter_map(|resource| {
        let deployment = deployments
            .iter()
            .find(|deployment| has_member(deployment, resource.arn.as_str()))?;
        let name = deployment.blue_green_deployment_name().unwrap_or("unnamed");
        let why = Text::made(
            format!("it belongs to the blue/green deployment {name}"),
            format!("elle fait partie du déploiement bleu/vert {name}"),
        );
        Some((resource.name.clone(), why))
    });
    Ok(found.collect())
}

fn has_member(deployment: &BlueGreenDeployment, arn: &str) -> bool {
    let details = deployment.switchover_details().iter();
    let members = details.flat_map(|detail| [detail.source_member(), detail.target_member()]);
    [deployment.source(), deployment.target()]
        .into_iter()
        .chain(members)
        .any(|member| member == Some(arn))
}
