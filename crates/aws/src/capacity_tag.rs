//! The tag `nightcap:capacity`, by which what sleeps remembers its capacity.

use nightcap_domain::capacity::Capacity;
use nightcap_domain::fleet::{CAPACITY_TAG, Memory, Size, Tags};

/// What the tag remembers. A zero in it could wake the group to nothing unseen.
pub(crate) fn memory(tags: &Tags) -> Memory {
    let Some(text) = tags.get(CAPACITY_TAG) else {
        return Memory::None;
    };
    match text.trim().parse::<Capacity>() {
        Ok(capacity) if !capacity.is_zero() => Memory::Of(capacity),
        _ => Memory::Unreadable(text.to_owned()),
    }
}

/// What to write into the tag of something that sleeps with room left to grow (0/0/max),
/// before it is scaled down; nothing, if what the tag says is still what was put to bed.
///
/// It is when only the desired number differs from it and the minimum is zero: something has
/// woken in its sleep, by an autoscaler that saw room to grow. To remember that number would
/// be to lose the capacity of the day.
pub(crate) fn to_remember(size: &Size, asked: Option<Capacity>) -> Option<Capacity> {
    let asked = asked.filter(|capacity| !capacity.is_zero())?;
    match &size.memory {
        Memory::Of(known)
            if *known == asked || (asked.min() == 0 && asked.max() == known.max()) =>
        {
            None
        }
        _ => Some(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(text: &str) -> Capacity {
        text.parse().unwrap()
    }

    fn written(memory: Option<&str>, asked: &str) -> Option<Capacity> {
        let size = Size {
            now: capacity(asked),
            machines: 0,
            memory: memory.map_or(Memory::None, |text| Memory::Of(capacity(text))),
        };
        to_remember(&size, Some(capacity(asked)))
    }

    #[test]
    fn the_capacity_of_the_day_is_written() {
        assert_eq!(written(None, "2/2/4"), Some(capacity("2/2/4")));
        assert_eq!(written(None, "0/0/4"), Some(capacity("0/0/4")));
        assert_eq!(
            written(Some("2/2/4"), "3/3/6"),
            Some(capacity("3/3/6")),
            "what an interrupted start left behind is overwritten"
        );
        assert_eq!(
            written(Some("2/2/4"), "0/1/6"),
            Some(capacity("0/1/6")),
            "a person has changed more than the desired number"
        );
    }

    #[test]
    fn what_wakes_in_its_sleep_keeps_its_memory() {
        assert_eq!(written(Some("2/2/4"), "0/1/4"), None);
        assert_eq!(written(Some("2/2/4"), "2/2/4"), None, "it says so already");
        let nothing = Size {
            now: Capacity::ZERO,
            machines: 0,
            memory: Memory::None,
        };
        assert_eq!(to_remember(&nothing, Some(Capacity::ZERO)), None);
        assert_eq!(to_remember(&nothing, None), None);
    }
}
