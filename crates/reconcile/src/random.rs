//! Randomness without a library for it.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number nobody else has: every `RandomState` is keyed from the system's randomness.
pub fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
