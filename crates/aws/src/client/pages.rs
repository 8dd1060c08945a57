//! Every page of a list, or an error: never a part of it that looks like the whole, and never a
//! list without an end.

use std::collections::{BTreeMap, HashSet};

use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::{AwsError, Cause, FromSdk};

/// Pages of one list that are followed. AWS allows fewer resources of every kind in a region than
/// a thousand pages hold: 100,000 DB instances, 1 GB of a table.
pub(crate) const MOST_PAGES: usize = 1_000;

/// A list on whose pages somebody goes from one to the next.
#[derive(Debug)]
pub(crate) struct Followed {
    call: (&'static str, &'static str),
    most: usize,
    known: HashSet<String>,
}

impl Followed {
    /// A list that this call of a service answers.
    pub(crate) fn new(service: &'static str, operation: &'static str) -> Self {
        Self {
            call: (service, operation),
            most: MOST_PAGES,
            known: HashSet::new(),
        }
    }

    /// The same, of at most so many pages.
    pub(crate) fn at_most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// The page that AWS names as the next; none, if the list is whole.
    ///
    /// # Errors
    /// If that page was named before, or there are more than any list of this sort has. What
    /// comes after it is not known then, and what is not known may be what must not be stopped.
    pub(crate) fn next(&mut self, token: Option<&str>) -> Result<Option<String>, AwsError> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        if !self.known.insert(token.to_owned()) {
            return Err(self.endless("AWS named the same page twice: the list is not whole"));
        }
        if self.known.len() >= self.most {
            let most = self.most;
            return Err(self.endless(&format!(
                "AWS named more than {most} pages: the list has no end"
            )));
        }
        Ok(Some(token.to_owned()))
    }

    fn endless(&self, message: &str) -> AwsError {
        AwsError {
            service: self.call.0,
            operation: self.call.1,
            cause: Cause::Other,
            message: message.to_owned(),
        }
    }
}

/// Every page.
///
/// The SDK ends a list quietly where AWS names the same page again, and never where it names new
/// ones for ever: both are an error here.
pub(crate) async fn of<P, E, R>(
    call: (&'static str, &'static str),
    pages: PaginationStream<Result<P, SdkError<E, R>>>,
    next: impl Fn(&P) -> Option<&str>,
) -> Result<Vec<P>, AwsError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    by_key(call, pages, |page| next(page).map(str::to_owned)).await
}

/// The same, where what names the next page is no text.
pub(crate) async fn by_key<P, E, R>(
    call: (&'static str, &'static str),
    mut pages: PaginationStream<Result<P, SdkError<E, R>>>,
    next: impl Fn(&P) -> Option<String>,
) -> Result<Vec<P>, AwsError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let (service, operation) = call;
    let mut followed = Followed::new(service, operation);
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| AwsError::from_sdk(service, operation, &error))?;
        followed.next(next(&page).as_deref())?;
        found.push(page);
    }
    Ok(found)
}

/// What names the next page of a query: the key of the last item of this one.
pub(crate) fn next_of_a_query(page: &QueryOutput) -> Option<String> {
    let key: BTreeMap<_, _> = page.last_evaluated_key()?.iter().collect();
    (!key.is_empty()).then(|| format!("{key:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_names_no_page_twice_and_has_no_more_pages_than_it_may() {
        let mut followed = Followed::new("ce", "GetCostAndUsage").at_most(4);
        assert_eq!(followed.next(Some("a")).unwrap().as_deref(), Some("a"));
        assert_eq!(followed.next(Some("b")).unwrap().as_deref(), Some("b"));
        assert_eq!(followed.next(None).unwrap(), None);
        assert_eq!(followed.next(Some("")).unwrap(), None);
        // Also where others came in between.
        let twice = followed.next(Some("a")).unwrap_err();
        assert!(twice.message.contains("same page twice"), "{twice}");
        followed.next(Some("c")).unwrap();
        let endless = followed.next(Some("d")).unwrap_err();
        assert!(endless.message.contains("more than 4 pages"), "{endless}");
    }
}
