//! `kinds:`, which kinds of resource an environment has asleep and awake.

use serde::Serialize;

/// A kind of resource, by the name that `kinds:`, answers and tables have for it.
///
/// The adapters have the same names: a kind that is not listed here cannot be asked for, and
/// one that no adapter has would be asked for in vain. A test over there compares the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum KindName {
    /// Groups of machines of EC2 Auto Scaling.
    AutoScalingGroup,
    /// RDS DB instances.
    RdsInstance,
    /// Aurora DB clusters.
    AuroraCluster,
    /// EC2 instances that stand alone.
    Ec2Instance,
    /// Services of ECS, on Fargate or on EC2.
    EcsService,
    /// Managed node groups of EKS.
    EksNodeGroup,
}

impl KindName {
    /// Every kind with its name.
    pub const ALL: [(&'static str, Self); 6] = [
        ("auto-scaling-group", Self::AutoScalingGroup),
        ("rds-instance", Self::RdsInstance),
        ("aurora-cluster", Self::AuroraCluster),
        ("ec2-instance", Self::Ec2Instance),
        ("ecs-service", Self::EcsService),
        ("eks-node-group", Self::EksNodeGroup),
    ];

    /// The name as text.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .into_iter()
            .find_map(|(name, kind)| (kind == self).then_some(name))
            .unwrap_or_default()
    }
}

/// The kinds of an environment, at least one, each once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Kinds(Vec<KindName>);

impl Kinds {
    pub(super) fn new(kinds: Vec<KindName>) -> Self {
        Self(kinds)
    }

    /// Whether a kind of this name is among them.
    pub fn include(&self, kind: &str) -> bool {
        self.iter().any(|known| known.as_str() == kind)
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = KindName> + '_ {
        self.0.iter().copied()
    }
}

/// What is looked for unless said otherwise: each further kind costs calls on every tick.
impl Default for Kinds {
    fn default() -> Self {
        Self(vec![
            KindName::AutoScalingGroup,
            KindName::RdsInstance,
            KindName::AuroraCluster,
        ])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_as_it_is_called() {
        for (name, kind) in KindName::ALL {
            assert_eq!(kind.as_str(), name);
            assert_eq!(serde_json::to_value(kind).unwrap(), name);
        }
    }
}
