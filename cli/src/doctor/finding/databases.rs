//! Databases.

use super::{Words, bad, ok};

/// Databases.
#[derive(Clone, Debug)]
pub(crate) enum Databases {
    /// Nothing is wrong with the databases.
    Correct { count: usize },
    /// Its maintenance window lies within its sleep.
    MaintenanceInSleep { window: String },
    /// The cluster is available and its writer is not.
    MembersNotUp { members: Vec<String> },
    /// A parameter group waits for a restart.
    ParametersPending { group: String },
    /// It is part of a blue/green deployment.
    BlueGreen { deployment: String },
}

impl Databases {
    /// Everything that is said of it.
    pub(super) fn words(&self) -> Words {
        match self {
            Self::Correct { count } => ok(
                "databases-right",
                format!("{count} looked at"),
                format!("{count} examinées"),
            ),
            Self::MaintenanceInSleep { window } => bad(
                "maintenance-in-sleep",
                (
                    format!(
                        "its maintenance window {window} UTC lies within its sleep: maintenance piles up"
                    ),
                    format!(
                        "sa fenêtre de maintenance {window} UTC tombe dans son sommeil : la maintenance s'accumule"
                    ),
                ),
                (
                    "move PreferredMaintenanceWindow into the hours in which it runs, or set wake_for_maintenance",
                    "déplacez PreferredMaintenanceWindow dans les heures où elle tourne, ou activez wake_for_maintenance",
                ),
            ),
            Self::MembersNotUp { members } => bad(
                "members-not-up",
                (
                    format!(
                        "the cluster is available, but not its instances {}",
                        members.join(", ")
                    ),
                    format!(
                        "la grappe est disponible, mais pas ses instances {}",
                        members.join(", ")
                    ),
                ),
                (
                    "wait some minutes and look again; if it lasts, look at the instances in RDS",
                    "attendez quelques minutes et regardez de nouveau ; si cela dure, voyez les instances dans RDS",
                ),
            ),
            Self::ParametersPending { group } => bad(
                "parameters-pending",
                (
                    format!(
                        "parameters of {group} wait for a restart that a start after a sleep does not replace"
                    ),
                    format!(
                        "des paramètres de {group} attendent un redémarrage qu'un réveil ne remplace pas"
                    ),
                ),
                (
                    "restart it once while it runs",
                    "redémarrez-la une fois pendant qu'elle tourne",
                ),
            ),
            Self::BlueGreen { deployment } => bad(
                "blue-green",
                (
                    format!(
                        "it is part of the blue/green deployment {deployment}: AWS refuses to stop it"
                    ),
                    format!(
                        "elle fait partie du déploiement bleu/vert {deployment} : AWS refuse de l'arrêter"
                    ),
                ),
                (
                    "switch over and delete the deployment; until then it stays up",
                    "basculez et supprimez le déploiement ; d'ici là, elle reste en marche",
                ),
            ),
        }
    }
}
