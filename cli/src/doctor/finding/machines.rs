//! Machines, services and node groups.

use super::{Words, bad, ok};

/// Machines, services and node groups.
#[derive(Clone, Debug)]
pub(crate) enum Machines {
    /// Nothing is wrong with the machines.
    Correct { count: usize },
    /// Every machine of the group is Spot.
    AllSpot,
    /// Predictive scaling may raise the maximum again.
    PredictiveScalingRaisesMaximum { policy: String },
    /// The last launch failed.
    LaunchFailed { reason: String },
    /// A machine waits for a launch lifecycle hook that nobody completes.
    LaunchHookWaits { minutes: i64 },
    /// A machine did not come up when it was last started.
    StartFailed { reason: String },
    /// The key of a volume cannot be used.
    VolumeKeyUnusable { key: String, state: String },
    /// The key of a volume is the customer's, and the role may not use it.
    VolumeKeyNotAllowed { key: String },
    /// The service cannot place its tasks.
    TasksNotStarting { reason: String },
    /// AWS says that the node group is unwell.
    NodeGroupUnhealthy { codes: Vec<String> },
}

impl Machines {
    /// Everything that is said of it.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a finding: this is their table"
    )]
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Correct { count } => ok(
                "machines-right",
                format!("{count} looked at"),
                format!("{count} examinées"),
            ),
            Self::AllSpot => bad(
                "all-spot",
                (
                    "every machine of it is Spot: there may be none in the morning".to_owned(),
                    "toutes ses machines sont Spot : il peut n'y en avoir aucune le matin"
                        .to_owned(),
                ),
                (
                    "give it an OnDemandBaseCapacity, or several instance types",
                    "donnez-lui une OnDemandBaseCapacity, ou plusieurs types d'instance",
                ),
            ),
            Self::PredictiveScalingRaisesMaximum { policy } => bad(
                "predictive",
                (
                    format!(
                        "the predictive scaling policy {policy} may raise its maximum above 0 and never lowers it"
                    ),
                    format!(
                        "la politique prédictive {policy} peut relever son maximum au-dessus de 0 et ne le rabaisse jamais"
                    ),
                ),
                (
                    "set MaxCapacityBreachBehavior to HonorMaxCapacity",
                    "mettez MaxCapacityBreachBehavior à HonorMaxCapacity",
                ),
            ),
            Self::LaunchFailed { reason } => bad(
                "launch-failed",
                (
                    format!("its last launch failed: {reason}"),
                    format!("son dernier lancement a échoué : {reason}"),
                ),
                (
                    "capacity: allow more instance types or zones; quota: raise it in Service Quotas; key: let the role of Auto Scaling use it",
                    "capacité : permettez plus de types ou de zones ; quota : relevez-le dans Service Quotas ; clé : laissez le rôle d'Auto Scaling l'utiliser",
                ),
            ),
            Self::LaunchHookWaits { minutes } => bad(
                "launch-hook-waits",
                (
                    format!(
                        "a machine of it has waited for {minutes} minutes in a launch lifecycle hook, out of service"
                    ),
                    format!(
                        "une de ses machines attend depuis {minutes} minutes dans un lifecycle hook de lancement, hors service"
                    ),
                ),
                (
                    "complete the hook from the machine (CompleteLifecycleAction), or remove it: it is held at each wake",
                    "terminez le hook depuis la machine (CompleteLifecycleAction), ou supprimez-le : elle est retenue à chaque réveil",
                ),
            ),
            Self::StartFailed { reason } => bad(
                "start-failed",
                (
                    format!("its last start failed: {reason}"),
                    format!("son dernier démarrage a échoué : {reason}"),
                ),
                (
                    "Client.InternalError: let the role use the key of its volumes (kms:CreateGrant, kms:Decrypt); capacity or quota: try another zone or type, or raise the quota",
                    "Client.InternalError : laissez le rôle utiliser la clé de ses volumes (kms:CreateGrant, kms:Decrypt) ; capacité ou quota : essayez une autre zone ou un autre type, ou relevez le quota",
                ),
            ),
            Self::VolumeKeyUnusable { key, state } => bad(
                "volume-key-dead",
                (
                    format!("the key {key} of a volume is {state}: it will not start again"),
                    format!("la clé {key} d'un volume est {state} : elle ne redémarrera pas"),
                ),
                (
                    "enable the key, or cancel its deletion, before the next stop",
                    "activez la clé, ou annulez sa suppression, avant le prochain arrêt",
                ),
            ),
            Self::VolumeKeyNotAllowed { key } => bad(
                "volume-key-closed",
                (
                    format!(
                        "a volume is encrypted with {key}, for which the role lacks kms:CreateGrant: AWS takes the start, and the machine stops again"
                    ),
                    format!(
                        "un volume est chiffré avec {key}, pour laquelle le rôle n'a pas kms:CreateGrant : AWS accepte le démarrage, et la machine s'arrête aussitôt"
                    ),
                ),
                (
                    "allow kms:CreateGrant and kms:Decrypt on the key to the role, through EC2 (kms:ViaService) and for AWS resources (kms:GrantIsForAWSResource)",
                    "autorisez kms:CreateGrant et kms:Decrypt sur la clé au rôle, par EC2 (kms:ViaService) et pour les ressources AWS (kms:GrantIsForAWSResource)",
                ),
            ),
            Self::TasksNotStarting { reason } => bad(
                "tasks-fail",
                (
                    format!("the service cannot place or start its tasks: {reason}"),
                    format!("le service ne peut pas placer ou démarrer ses tâches : {reason}"),
                ),
                (
                    "read the service's events in ECS; it would not come up in the morning either",
                    "lisez les événements du service dans ECS ; il ne viendrait pas non plus le matin",
                ),
            ),
            Self::NodeGroupUnhealthy { codes } => bad(
                "nodes-fail",
                (
                    format!("EKS reports {}", codes.join(", ")),
                    format!("EKS signale {}", codes.join(", ")),
                ),
                (
                    "mend what EKS reports of the node group; it would not come up in the morning either",
                    "réparez ce qu'EKS signale du groupe de nœuds ; il ne viendrait pas non plus le matin",
                ),
            ),
        }
    }
}
