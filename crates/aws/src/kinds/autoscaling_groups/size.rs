//! What a group's numbers and machines say of its state.

use aws_sdk_autoscaling::types::{AutoScalingGroup, Instance, LifecycleState};
use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{Memory, Observed, Size, Text};

use super::warm_pool;

/// The size of a group, or why its numbers make no sense.
pub(super) fn of(group: &AutoScalingGroup, memory: Memory) -> Result<Size, Observed> {
    let numbers = (group.min_size(), group.desired_capacity(), group.max_size());
    let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let now = match (count(numbers.0), count(numbers.1), count(numbers.2)) {
        (Some(min), Some(desired), Some(max)) => Capacity::new(min, desired, max).ok(),
        _ => None,
    };
    let now = now.ok_or_else(|| {
        let text = |number: Option<i32>| number.map_or("?".to_owned(), |number| number.to_string());
        Observed::Faulty {
            status: format!(
                "size {}/{}/{}",
                text(numbers.0),
                text(numbers.1),
                text(numbers.2)
            ),
            remedy: Text::fixed(
                "set its minimum, desired and maximum so that 0 <= min <= desired <= max",
                "réglez ses minimum, souhaité et maximum : 0 <= min <= souhaité <= max",
            ),
        }
    })?;
    let machines = group.instances().iter().filter(|i| exists(i)).count();
    let machines = u32::try_from(machines).unwrap_or(u32::MAX);
    Ok(Size {
        now,
        machines: machines.saturating_add(warm_pool::running(group)),
        memory,
    })
}

/// What a group of this size is doing.
///
/// A group asks for machines (desired above zero) or it does not. One that asks is running
/// once its **minimum** is in service, and at least one machine: the minimum is its owner's
/// word for "enough", while the desired number follows scaling policies all day, and a group
/// on its way from two machines to three is not starting.
///
/// One that asks for none is asleep if nothing may grow (max zero), or if it remembers a
/// capacity other than its present one: somebody edited it in its sleep. A memory equal to
/// the present size is what a stop leaves that died before its second call: still awake.
/// Without a memory, and with room to grow, it has scaled to zero by itself, which is how its
/// owner wants it to run.
pub(super) fn observed(group: &AutoScalingGroup, size: &Size) -> Observed {
    if size.now.desired() == 0 {
        return match (size.now.is_zero() || edited_asleep(size), size.machines) {
            (true, 0) => Observed::Stopped,
            (true, _) => Observed::Stopping,
            (false, _) => Observed::Running,
        };
    }
    let in_service = group.instances().iter().filter(|i| usable(i));
    // A group that counts virtual CPUs or memory does not say how many each machine brings.
    let (in_service, enough) = if in_machines(group) {
        (in_service.map(weight).sum(), size.now.min().max(1))
    } else {
        (in_service.count() as u64, 1)
    };
    if in_service >= u64::from(enough) {
        Observed::Running
    } else {
        Observed::Starting
    }
}

/// Whether its numbers count machines, or what each of them weighs.
pub(super) fn in_machines(group: &AutoScalingGroup) -> bool {
    matches!(group.desired_capacity_type(), None | Some("" | "units"))
}

fn edited_asleep(size: &Size) -> bool {
    match &size.memory {
        Memory::None => false,
        Memory::Of(capacity) => *capacity != size.now,
        Memory::Unreadable(_) => true,
    }
}

/// A machine that is terminated is still listed for a while, and runs no more. Those of a warm
/// pool are counted by it (`warm_pool.rs`).
pub(super) fn exists(instance: &Instance) -> bool {
    instance.lifecycle_state() != Some(&LifecycleState::Terminated) && !warm_pool::has(instance)
}

pub(super) fn usable(instance: &Instance) -> bool {
    let healthy = instance
        .health_status()
        .is_none_or(|health| !health.eq_ignore_ascii_case("unhealthy"));
    healthy && instance.lifecycle_state() == Some(&LifecycleState::InService)
}

/// What a machine counts for; a group with a mixed instances policy may weigh them.
pub(super) fn weight(instance: &Instance) -> u64 {
    instance
        .weighted_capacity()
        .and_then(|weight| weight.parse().ok())
        .unwrap_or(1)
}
