//! What RDS instances and Aurora clusters have in common: one API, its pages and its tags.

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{BlueGreenDeployment, DbInstance, Tag};
use nightcap_domain::fleet::{Resource, Tags, Text};

use crate::error::AwsError;
use crate::pages;

/// The most that AWS gives a page.
pub(crate) const PAGE: i32 = 100;

/// Every DB instance, all pages.
pub(crate) async fn instances(client: &Client) -> Result<Vec<DbInstance>, AwsError> {
    let asking = client.describe_db_instances().max_records(PAGE);
    let pages = asking.into_paginator().send();
    let pages = pages::of(
        ("rds", "DescribeDBInstances"),
        pages,
        aws_sdk_rds::operation::describe_db_instances::DescribeDbInstancesOutput::marker,
    )
    .await?;
    let instances = pages.into_iter().filter_map(|page| page.db_instances);
    Ok(instances.flatten().collect())
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
    let asking = client.describe_blue_green_deployments().max_records(PAGE);
    let pages = asking.into_paginator().send();
    let call = ("rds", "DescribeBlueGreenDeployments");
    let pages = pages::of(call, pages, aws_sdk_rds::operation::describe_blue_green_deployments::DescribeBlueGreenDeploymentsOutput::marker).await?;
    let deployments = pages
        .into_iter()
        .filter_map(|page| page.blue_green_deployments);
    let deployments: Vec<BlueGreenDeployment> = deployments.flatten().collect();
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
