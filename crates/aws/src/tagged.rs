//! Finding what carries the tag `nightcap:environment`, where a service itself cannot be asked.
//!
//! ECS and EKS list names, cluster by cluster, and tell tags one resource at a time. The
//! Resource Groups Tagging API answers for a whole region: one call a hundred resources, and
//! only what is tagged is then described. What it says of tags may be minutes old; so it only
//! tells where to look, and the tags that count are the service's own.

use std::collections::BTreeSet;

use aws_sdk_resourcegroupstagging::types::TagFilter;
use nightcap_domain::fleet::ENVIRONMENT_TAG;

use crate::clients::Clients;
use crate::error::{AwsError, Cause};

/// The most that AWS gives a page.
const PAGE: i32 = 100;

/// The ARNs of the resources of a type (`ecs:service`) that carry the tag, all pages, each once.
pub(crate) async fn arns(clients: &Clients, of: &str) -> Result<BTreeSet<String>, AwsError> {
    let tagged = TagFilter::builder().key(ENVIRONMENT_TAG).build();
    let mut resources = clients
        .tagging()
        .get_resources()
        .resource_type_filters(of)
        .tag_filters(tagged)
        .resources_per_page(PAGE)
        .into_paginator()
        .items()
        .send();
    let mut found = BTreeSet::new();
    while let Some(resource) = resources.next().await {
        let resource =
            resource.map_err(|error| AwsError::from_sdk("tag", "GetResources", &error))?;
        found.extend(resource.resource_arn().map(str::to_owned));
    }
    Ok(found)
}

/// What stands behind `what` in an ARN such as `arn:aws:ecs:eu-west-3:111122223333:service/shop/web`:
/// the parts of `shop/web`.
pub(crate) fn path<'a>(arn: &'a str, what: &str) -> Vec<&'a str> {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or_default();
    let mut parts = resource.split('/');
    if parts.next() == Some(what) {
        parts.collect()
    } else {
        vec![]
    }
}

/// A number for AWS, which counts in `i32`.
pub(crate) fn number(
    service: &'static str,
    operation: &'static str,
    count: u32,
) -> Result<i32, AwsError> {
    i32::try_from(count).map_err(|_| AwsError {
        service,
        operation,
        cause: Cause::Other,
        message: format!("{count} is more than AWS can count"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_an_arn() {
        let arn = "arn:aws:ecs:eu-west-3:111122223333:service/shop/web";
        assert_eq!(path(arn, "service"), ["shop", "web"]);
        assert_eq!(path(arn, "cluster"), [""; 0]);
        assert_eq!(path("web", "service"), [""; 0]);
    }
}
