//! Finding what carries the tag `nightcap:environment`, where a service itself cannot be asked.
//!
//! ECS and EKS list names, cluster by cluster, and tell tags one resource at a time. The
//! Resource Groups Tagging API answers for a whole region: one call a hundred resources, and
//! only what may be acted on is then described: the rest is told by the tags it found, and a role
//! that may read its own environments alone is refused nothing. What it says of tags may be
//! minutes old, and of what is deleted hours; so it only tells where to look, and the tags that
//! count are the service's own.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_resourcegroupstagging::operation::get_resources::builders::GetResourcesFluentBuilder;
use aws_sdk_resourcegroupstagging::types::TagFilter;
use nightcap_domain::fleet::{
    ENVIRONMENT_TAG, Facts, Kind, Member, Observed, Resource, Tags, Text,
};
use nightcap_domain::names::ResourceArn;
use nightcap_model::arn::Arn;

use crate::clients::Clients;
use crate::error::{AwsError, Cause};
use crate::look::Company;
use crate::{arn, pages};

/// The most that AWS gives a page.
const PAGE: i32 = 100;

/// Something that carries the tag, as far as the index of tags knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tagged {
    pub(crate) arn: String,
    pub(crate) tags: Tags,
}

impl Tagged {
    /// It as a resource that was found by its tags and not described.
    pub(crate) fn undescribed(&self, kind: Kind, name: String, observed: Observed) -> Resource {
        Resource {
            arn: ResourceArn::new(&self.arn),
            kind,
            name,
            region: arn::region(&self.arn),
            tags: self.tags.clone(),
            observed,
            size: None,
            maintenance: None,
            restarted_by_aws: false,
            facts: Facts::default(),
        }
    }
}

/// What is observed of something that is not in anybody's care here: its tags alone say why.
pub(crate) const NOT_DESCRIBED: Observed = Observed::Fixed(Text::fixed(
    "found by its tag; not described, because nothing here may act on it",
    "trouvé par son étiquette ; non décrit, car rien ici ne peut agir dessus",
));

/// The most ARNs that one `GetResources` takes.
const NAMED: usize = 100;

/// The resources of a type (`ecs:service`) that carry the tag, all pages, each once.
pub(crate) async fn all(clients: &Clients, of: &str) -> Result<Vec<Tagged>, AwsError> {
    let tagged = TagFilter::builder().key(ENVIRONMENT_TAG).build();
    let asking = clients
        .tagging()
        .get_resources()
        .resource_type_filters(of)
        .tag_filters(tagged)
        .resources_per_page(PAGE);
    read(asking).await
}

/// These resources with their tags, as far as they bear any.
pub(crate) async fn named(clients: &Clients, arns: &[String]) -> Result<Vec<Tagged>, AwsError> {
    let mut found = vec![];
    for some in arns.chunks(NAMED) {
        let asking = clients.tagging().get_resources();
        let asking = asking.set_resource_arn_list(Some(some.to_vec()));
        found.extend(read(asking).await?);
    }
    Ok(found)
}

async fn read(asking: GetResourcesFluentBuilder) -> Result<Vec<Tagged>, AwsError> {
    let mut found: BTreeMap<String, Tags> = BTreeMap::new();
    let pages = pages::of(
        ("tag", "GetResources"),
        asking.into_paginator().send(),
        aws_sdk_resourcegroupstagging::operation::get_resources::GetResourcesOutput::pagination_token,
    );
    for page in pages.await? {
        for resource in page.resource_tag_mapping_list() {
            if let Some(arn) = resource.resource_arn() {
                let tags = resource.tags().iter().map(|tag| (tag.key(), tag.value()));
                found.insert(arn.to_owned(), tags.collect());
            }
        }
    }
    let found = found.into_iter();
    Ok(found.map(|(arn, tags)| Tagged { arn, tags }).collect())
}

/// The clusters of these resources with their tags, resource by resource.
pub(crate) async fn clusters(
    clients: &Clients,
    resources: &[&Resource],
    cluster: fn(&str) -> Option<String>,
) -> Result<Vec<Company>, AwsError> {
    let of = |resource: &Resource| cluster(resource.arn.as_str());
    let arns: BTreeSet<String> = resources.iter().filter_map(|one| of(one)).collect();
    let found = named(clients, &Vec::from_iter(arns)).await?;
    let company = resources.iter().filter_map(|resource| {
        let arn = of(resource)?;
        let known = found.iter().find(|one| one.arn == arn)?;
        let name = arn.rsplit_once('/').map_or(arn.as_str(), |(_, name)| name);
        let member = Member {
            name: format!("cluster {name}"),
            tags: known.tags.clone(),
        };
        Some((resource.arn.clone(), vec![member]))
    });
    Ok(company.collect())
}

/// What stands behind `what` in an ARN such as `arn:aws:ecs:eu-west-3:111122223333:service/shop/web`:
/// the parts of `shop/web`.
pub(crate) fn path<'a>(arn: &'a str, what: &str) -> Vec<&'a str> {
    let resource = Arn::parse(arn).map_or("", |arn| arn.resource);
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
