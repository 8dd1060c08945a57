//! Every page of a list, or an error: never a part of it that looks like the whole.

use aws_smithy_async::future::pagination_stream::PaginationStream;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::error::{AwsError, Cause, FromSdk};

/// Every page.
///
/// The SDK ends a list quietly where AWS names the same page again. What comes after it is not
/// known then, and what is not known may be what must not be stopped: that is an error.
pub(crate) async fn of<P, E, R>(
    call: (&'static str, &'static str),
    mut pages: PaginationStream<Result<P, SdkError<E, R>>>,
    next: impl Fn(&P) -> Option<&str>,
) -> Result<Vec<P>, AwsError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let (service, operation) = call;
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        found.push(page.map_err(|error| AwsError::from_sdk(service, operation, &error))?);
    }
    match found.last().and_then(next) {
        Some(token) if !token.is_empty() => Err(repeated(service, operation)),
        _ => Ok(found),
    }
}

/// A page that names itself as the next.
pub(crate) fn repeated(service: &'static str, operation: &'static str) -> AwsError {
    AwsError {
        service,
        operation,
        cause: Cause::Other,
        message: "AWS named the same page twice: the list is not whole".to_owned(),
    }
}
