//! Targets with the means to read and change them.

use std::fmt;

use nightcap_domain::config::Compiled;

use crate::kind::ResourceKind;
use crate::target::Target;

/// A target with the means to read and change it.
pub struct Reach {
    /// The target.
    pub target: Target,
    /// The kinds of resource that its environments name.
    pub kinds: Vec<Box<dyn ResourceKind>>,
}

impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

/// Of these kinds, those that an environment of the target names.
pub fn wanted(
    config: &Compiled,
    target: &Target,
    kinds: Vec<Box<dyn ResourceKind>>,
) -> Vec<Box<dyn ResourceKind>> {
    let environments = target
        .environments
        .iter()
        .filter_map(|name| config.environment(name.as_str()));
    let named: Vec<_> = environments.map(|(_, e)| &e.kinds).collect();
    kinds
        .into_iter()
        .filter(|kind| named.iter().any(|kinds| kinds.include(kind.kind().name)))
        .collect()
}
