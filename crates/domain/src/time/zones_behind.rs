//! Zones whose compiled rules are behind the world.

/// Zones that the compiled database gets wrong somewhere in 2024 to 2030, each with what a reader must know.
pub const ZONES_BEHIND: &[(&str, &str)] = &[];
