//! The tag `nightcap:capacity`, by which what sleeps remembers its capacity, and the order in
//! which whatever has a capacity is put to sleep and woken.
//!
//! Stopping and starting are two calls each, and a tick may die between them:
//!
//! - **stop** writes the tag, then scales down. Dead in between: it runs on at the size that
//!   its tag says, is taken for running, and the next tick stops it again. The other way
//!   round, it would sleep and have forgotten its capacity.
//! - **start** restores the capacity, then deletes the tag. Dead in between: it runs, with a tag
//!   that says what it once was. The tick that first sees it up, at what the tag says or more,
//!   deletes the tag then (`stale.rs`). The other way round, it would sleep and have forgotten
//!   its capacity.
//! - A call that AWS carried out although its answer was lost is made again by the SDK or by
//!   the next tick. Each sets what is to be, none adds or takes away, so twice is once.
//! - Two ticks at once: both write the same tag and the same size, for both have read the same
//!   size. A tick that reads later is told `stopped` or `stopping`, and writes nothing.

use futures_util::future::BoxFuture;
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{CAPACITY_TAG, Memory, Resource, Size, Tags};

use crate::error::AwsError;
use crate::kind::Stop;

/// Something with a capacity that it is given, and a tag in which it is remembered.
pub trait Scaled: Sync {
    /// The service and the operation that sets the capacity.
    const SET: (&'static str, &'static str);

    /// The size at which this sleeps.
    fn asleep(now: Capacity) -> Capacity;

    /// Sets its capacity.
    fn set<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Writes a capacity into its tag.
    fn remember<'a>(
        &'a self,
        resource: &'a Resource,
        capacity: Capacity,
    ) -> BoxFuture<'a, Result<(), AwsError>>;

    /// Removes the tag.
    fn forget<'a>(&'a self, resource: &'a Resource) -> BoxFuture<'a, Result<(), AwsError>>;
}

/// Orders a start: the capacity, then the tag.
///
/// # Errors
/// If there is no capacity to wake it to, or AWS refuses a call.
pub async fn start<S: Scaled>(
    scaled: &S,
    resource: &Resource,
    capacity: Option<Capacity>,
) -> Result<(), AwsError> {
    let capacity = capacity.filter(|capacity| !capacity.is_zero());
    let (Some(capacity), Some(size)) = (capacity, &resource.size) else {
        let (service, operation) = S::SET;
        return Err(AwsError::no_capacity(service, operation, &resource.name));
    };
    if capacity != size.now {
        scaled.set(resource, capacity).await?;
    }
    match size.memory {
        Memory::None => Ok(()),
        _ => scaled.forget(resource).await,
    }
}

/// Orders a stop: the tag, then the capacity.
///
/// # Errors
/// If AWS refuses a call. What cannot be remembered is not put to sleep.
pub async fn stop<S: Scaled>(scaled: &S, resource: &Resource, how: &Stop) -> Result<(), AwsError> {
    let Some(size) = &resource.size else {
        return Ok(());
    };
    let asleep = S::asleep(size.now);
    if let Some(capacity) = to_remember(size, how.remember) {
        scaled.remember(resource, capacity).await?;
    }
    if asleep == size.now {
        return Ok(());
    }
    scaled.set(resource, asleep).await
}

/// How sleeps what keeps room to grow: 0/0/max.
pub fn with_room(now: Capacity) -> Capacity {
    Capacity::new(0, 0, now.max()).unwrap_or(Capacity::ZERO)
}

/// What the tag remembers. A zero in it could wake the group to nothing unseen.
pub fn memory(tags: &Tags) -> Memory {
    let Some(text) = tags.get(CAPACITY_TAG) else {
        return Memory::None;
    };
    match text.trim().parse::<Capacity>() {
        Ok(capacity) if !capacity.is_zero() => Memory::Of(capacity),
        _ => Memory::Unreadable(text.to_owned()),
    }
}

/// What to write into the tag before scaling down; nothing, if nothing is left to remember.
///
/// What is worth remembering is the plan's to say (it knows whether what runs now is the
/// capacity of the day, or what a hand or an autoscaler woke at night), and the ledger has
/// written the same. Where the plan asks for nothing, what the tag says already is written
/// again: another tick, for which this is up, may be deleting it.
fn to_remember(size: &Size, asked: Option<Capacity>) -> Option<Capacity> {
    if size.now.is_zero() {
        return None;
    }
    match (&size.memory, asked.filter(|asked| !asked.is_zero())) {
        (Memory::Of(known), None) => Some(*known),
        (_, asked) => asked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(text: &str) -> Capacity {
        text.parse().unwrap()
    }

    fn written(memory: Option<&str>, now: &str, asked: Option<&str>) -> Option<Capacity> {
        let size = Size {
            now: capacity(now),
            machines: 0,
            memory: memory.map_or(Memory::None, |text| Memory::Of(capacity(text))),
        };
        to_remember(&size, asked.map(capacity))
    }

    #[test]
    fn what_the_plan_asks_for_is_written() {
        for (memory, now, asked) in [
            (None, "2/2/4", "2/2/4"),
            (None, "0/0/4", "0/0/4"),
            (Some("2/2/4"), "3/3/6", "3/3/6"),
            (Some("2/2/4"), "0/1/4", "2/2/4"),
            (Some("2/2/4"), "1/1/1", "2/2/4"),
        ] {
            let written = written(memory, now, Some(asked));
            assert_eq!(written, Some(capacity(asked)), "{memory:?} {now}");
        }
    }

    #[test]
    fn what_the_tag_says_already_is_written_again() {
        for now in ["2/2/4", "0/1/4", "1/1/1"] {
            let again = written(Some("2/2/4"), now, None);
            assert_eq!(again, Some(capacity("2/2/4")), "{now}");
        }
    }

    #[test]
    fn what_stands_at_nothing_keeps_its_memory() {
        let nothing = Size {
            now: Capacity::ZERO,
            machines: 0,
            memory: Memory::None,
        };
        assert_eq!(to_remember(&nothing, Some(Capacity::ZERO)), None);
        assert_eq!(to_remember(&nothing, None), None);
    }
}
