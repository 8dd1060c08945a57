//! The machines that a group keeps ready beside those in service.
//!
//! "Warm pools for Amazon EC2 Auto Scaling" and `PutWarmPool` (Amazon EC2 Auto Scaling User Guide
//! and API Reference, read in November 2026): a pool in the state `Running` bills its machines;
//! one in `Stopped` or `Hibernated` bills their disks. Its size is the maximum prepared capacity
//! (if none is set, the group's maximum) less the desired capacity, and never below its
//! minimum: scaling a group to zero makes a pool with a prepared capacity **grow**, and the
//! minimum stays. Nothing here changes a pool: it is its owner's, and to take it away each
//! evening would be to fill it again each morning. It is counted and told.

use aws_sdk_autoscaling::types::{
    AutoScalingGroup, Instance, LifecycleState, WarmPoolConfiguration, WarmPoolState,
    WarmPoolStatus,
};

/// The machines of its pool that run now: until they are gone, whatever they need must stay.
pub(super) fn running(group: &AutoScalingGroup) -> u32 {
    let listed = group.instances().iter().filter(|machine| {
        has(machine)
            && !matches!(
                machine.lifecycle_state(),
                Some(
                    LifecycleState::WarmedStopped
                        | LifecycleState::WarmedHibernated
                        | LifecycleState::WarmedTerminated
                )
            )
    });
    let listed = u32::try_from(listed.count()).unwrap_or(u32::MAX);
    let known = group
        .warm_pool_configuration()
        .filter(|pool| runs(pool))
        .and(group.warm_pool_size());
    let known = known.and_then(|size| u32::try_from(size).ok());
    listed.max(known.unwrap_or_default())
}

/// How many machines it keeps running while the group is at zero.
pub(super) fn at_zero(group: &AutoScalingGroup) -> u32 {
    let kept = |pool: &WarmPoolConfiguration| {
        // -1 is AWS's own word for "not set"; the group's maximum is zero then.
        let prepared = pool.max_group_prepared_capacity().unwrap_or_default();
        let least = pool.min_size().unwrap_or_default();
        u32::try_from(prepared.max(least)).unwrap_or_default()
    };
    let pool = group.warm_pool_configuration();
    let pool =
        pool.filter(|pool| runs(pool) && pool.status() != Some(&WarmPoolStatus::PendingDelete));
    pool.map(kept).unwrap_or_default()
}

/// Whether this machine is one of a pool.
pub(super) fn has(instance: &Instance) -> bool {
    let state = instance.lifecycle_state();
    state.is_some_and(|state| state.as_str().starts_with("Warmed:"))
}

/// A pool without a state is one of stopped machines: AWS's default.
fn runs(pool: &WarmPoolConfiguration) -> bool {
    pool.pool_state() == Some(&WarmPoolState::Running)
}
