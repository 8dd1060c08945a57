//! What AWS has, in words that know no service.
//!
//! An adapter turns what its service answers into [`Resource`]s; everything after that
//! is the same for a database, a cluster and a group of machines.

mod facts;
mod observed;
mod production;
mod resource;
mod tags;

pub use facts::{Facts, Health, Member, Part, Snapshots, StartFailure};
pub use observed::{Observed, Text};
pub use production::{canonical_name, looks_like_production, protected_name};
pub use resource::{Kind, Memory, Resource, Size, Tier};
pub use tags::{CAPACITY_TAG, Claim, ENVIRONMENT_TAG, ProtectedBy, TIER_TAG, Tags};
