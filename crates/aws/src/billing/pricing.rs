//! The AWS Price List API, with which the command line refreshes a price book.
//!
//! Behind the feature `pricing`: no function asks for prices.

use aws_config::Region;
use aws_sdk_pricing::Client;
use aws_sdk_pricing::types::{Filter, FilterType};
use futures_util::{StreamExt, TryStreamExt, stream};
use nightcap_domain::money::price::{OfferQuery, PriceBook, Refresh};
use nightcap_domain::names;

use crate::clients::Clients;
use crate::error::{AwsError, Cause, FromSdk};
use crate::pages::Followed;

/// The most products on a page.
const PAGE: i32 = 100;
/// More pages than any of our questions has; an answer that never ends is not followed.
const MOST_PAGES: usize = 50;
/// Questions asked at once: the API throttles at a few a second.
const AT_ONCE: usize = 4;

/// The Price List API, in one of the three regions that it lives in.
#[derive(Clone, Debug)]
pub struct PriceList {
    client: Client,
}

impl PriceList {
    /// The Price List API nearest to the region of these clients.
    pub fn new(clients: &Clients) -> Self {
        let home = Region::from_static(home(clients.region()));
        let config = clients.config().to_builder().region(home).build();
        Self {
            client: Client::new(&config),
        }
    }

    /// Reads every item of the book anew, in the regions given.
    ///
    /// # Errors
    /// Whatever AWS refuses: then there is no refresh at all. What it lists no price for is no
    /// error but part of the answer.
    pub async fn refresh(
        &self,
        book: PriceBook,
        regions: &[names::Region],
    ) -> Result<Refresh, AwsError> {
        let mut refresh = Refresh::of(book);
        let items = refresh.items(regions);
        let found: Vec<_> = stream::iter(&items)
            .map(|(item, region)| async move {
                match OfferQuery::new(item, region) {
                    Ok(query) => Ok(query.price(&self.products(&query).await?)),
                    Err(error) => Ok(Err(error)),
                }
            })
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        for ((item, region), found) in items.iter().zip(found) {
            refresh.take(item, region, found);
        }
        Ok(refresh)
    }

    /// The products that answer a question, all pages, each a JSON document.
    async fn products(&self, query: &OfferQuery) -> Result<Vec<String>, AwsError> {
        let mut pages = self
            .client
            .get_products()
            .service_code(query.service)
            .set_filters(Some(filters(query)?))
            .format_version("aws_v1")
            .into_paginator()
            .page_size(PAGE)
            .send();
        let mut followed = Followed::new("pricing", "GetProducts").at_most(MOST_PAGES);
        let mut products = vec![];
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| AwsError::from_sdk("pricing", "GetProducts", &error))?;
            followed.next(page.next_token())?;
            products.extend(page.price_list.unwrap_or_default());
        }
        Ok(products)
    }
}

fn filters(query: &OfferQuery) -> Result<Vec<Filter>, AwsError> {
    let filter = |(field, value): &(&str, String)| {
        Filter::builder()
            .r#type(FilterType::TermMatch)
            .field(*field)
            .value(value)
            .build()
            .map_err(|error| unreadable(error.to_string()))
    };
    query.filters.iter().map(filter).collect()
}

/// The region of the API nearest to a region.
fn home(region: Option<&str>) -> &'static str {
    match region.and_then(|region| region.split_once('-')) {
        Some(("eu" | "me" | "af" | "il", _)) => "eu-central-1",
        Some(("ap", _)) => "ap-south-1",
        _ => "us-east-1",
    }
}

fn unreadable(message: String) -> AwsError {
    AwsError {
        service: "pricing",
        operation: "GetProducts",
        cause: Cause::Other,
        message,
    }
}

#[cfg(test)]
mod tests;
