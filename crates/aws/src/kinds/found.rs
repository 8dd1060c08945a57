//! What comes of describing, one after the other, what the index of tags names.

use nightcap_domain::fleet::{Kind, Observed, Resource};
use nightcap_domain::names::ResourceArn;

use crate::error::AwsError;
use crate::look::Listing;
use crate::tagged::Tagged;

/// What came of describing one resource.
#[derive(Clone, Debug)]
pub(crate) enum Read<'t, T> {
    /// It was described.
    Whole(T),
    /// It was not.
    Missed(&'t Tagged, AwsError),
}

/// What was described.
///
/// # Errors
/// If nothing was, of several: that is no fault of one resource.
pub(crate) fn of<'r, T>(read: &'r [Read<'_, T>]) -> Result<Vec<&'r T>, AwsError> {
    let whole: Vec<&T> = read
        .iter()
        .filter_map(|one| match one {
            Read::Whole(whole) => Some(whole),
            Read::Missed(..) => None,
        })
        .collect();
    match read {
        [Read::Missed(_, error), _, ..] if whole.is_empty() => Err(error.clone()),
        _ => Ok(whole),
    }
}

/// A resource that was not described, and why not.
type Unread = (Resource, AwsError);

/// What was not described, as far as it is known.
pub(crate) fn missed<T>(kind: Kind, read: &[Read<'_, T>], name: fn(&str) -> String) -> Vec<Unread> {
    read.iter()
        .filter_map(|one| match one {
            Read::Whole(_) => None,
            Read::Missed(one, error) => {
                let resource = one.undescribed(kind, name(&one.arn), Observed::Unread);
                Some((resource, error.clone()))
            }
        })
        .collect()
}

/// Everything that was found: what was described, what was not, what need not be.
pub(crate) fn listing(
    described: impl Iterator<Item = Resource>,
    missed: Vec<Unread>,
    others: impl Iterator<Item = Resource>,
) -> Listing {
    let unread: Vec<(ResourceArn, AwsError)> = missed
        .iter()
        .map(|(resource, error)| (resource.arn.clone(), error.clone()))
        .collect();
    let missed = missed.into_iter().map(|(resource, _)| resource);
    Listing {
        resources: described.chain(missed).chain(others).collect(),
        unread,
    }
}
