//! Settings from the environment.

/// A variable of the environment; an empty one is none.
pub fn setting(name: &str) -> Option<String> {
    std::env::var(name)
        .ok()
        .filter(|value| !value.trim().is_empty())
}
