//! Who asks, what AWS answers at all, and what may be done.

use nightcap_domain::fleet::Text;

use super::{Verdict, Words, bad, ok, unknown};

/// Who asks, what AWS answers at all, and what may be done.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// AWS knows who asks.
    SignedIn {
        account: String,
        region: String,
        principal: String,
    },
    /// It does not, or the target's role cannot be assumed.
    NotSignedIn { error: String, remedy: Text },
    /// The role of a target trusts somebody else than whoever runs this: nothing tells whether
    /// it trusts the scheduler.
    RoleNotAssumable {
        account: String,
        region: String,
        role: String,
        scheduler: String,
    },
    /// A question was not answered, so that its row is not known.
    Unread {
        operation: String,
        error: String,
        remedy: Text,
    },
    /// The local clock and AWS's agree.
    ClockRight { seconds: i64 },
    /// They do not.
    ClockWrong { seconds: i64 },
    /// Nobody told AWS's time.
    ClockUnknown,
    /// Every permission is there.
    PermissionsComplete { principal: String, actions: usize },
    /// These are missing.
    PermissionsMissing {
        principal: String,
        actions: Vec<String>,
    },
    /// Of these nothing could tell.
    PermissionsUnknown {
        principal: String,
        actions: Vec<String>,
    },
}

impl Access {
    /// Everything that is said of it.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a finding: this is their table"
    )]
    pub(super) fn words(&self) -> Words {
        match self {
            Self::SignedIn {
                account,
                region,
                principal,
            } => ok(
                "signed-in",
                format!("account {account}, region {region}, as {principal}"),
                format!("compte {account}, région {region}, en tant que {principal}"),
            ),
            Self::NotSignedIn { error, remedy } => Words {
                code: "not-signed-in",
                verdict: Verdict::Problem,
                said: Text::made(
                    format!("AWS refused: {error}"),
                    format!("AWS a refusé : {error}"),
                ),
                remedy: remedy.clone(),
            },
            Self::RoleNotAssumable {
                account,
                region,
                role,
                scheduler,
            } => unknown(
                "role-not-assumable",
                (
                    format!(
                        "account {account}, region {region}: you may not assume {role}; only a session of {scheduler} can tell whether the scheduler may"
                    ),
                    format!(
                        "compte {account}, région {region} : vous ne pouvez pas prendre le rôle {role} ; seule une session de {scheduler} dit si le planificateur le peut"
                    ),
                ),
                Text::fixed(
                    "compare the role's trust policy with infra/modules/nightcap-target-role (the scheduler's role, and external_id), or run this as a principal that the role trusts too",
                    "comparez la politique de confiance du rôle avec infra/modules/nightcap-target-role (le rôle du planificateur, et external_id), ou relancez sous une identité à laquelle le rôle fait aussi confiance",
                ),
            ),
            Self::Unread {
                operation,
                error,
                remedy,
            } => unknown(
                "unread",
                (
                    format!("{operation}: {error}"),
                    format!("{operation} : {error}"),
                ),
                remedy.clone(),
            ),
            Self::ClockRight { seconds } => ok(
                "clock-right",
                format!("{seconds} s from AWS's"),
                format!("{seconds} s d'écart avec celle d'AWS"),
            ),
            Self::ClockWrong { seconds } => bad(
                "clock-wrong",
                (
                    format!(
                        "this machine's clock is {seconds} s from AWS's; AWS refuses signatures that are 5 minutes off"
                    ),
                    format!(
                        "l'horloge de cette machine a {seconds} s d'écart avec celle d'AWS ; AWS refuse les signatures décalées de 5 minutes"
                    ),
                ),
                (
                    "synchronise the clock (NTP)",
                    "synchronisez l'horloge (NTP)",
                ),
            ),
            Self::ClockUnknown => unknown(
                "clock-untold",
                (
                    "no answer told AWS's time".to_owned(),
                    "aucune réponse ne donnait l'heure d'AWS".to_owned(),
                ),
                Text::fixed(
                    "see the other rows: AWS was not reached",
                    "voyez les autres lignes : AWS n'a pas été joint",
                ),
            ),
            Self::PermissionsComplete { principal, actions } => ok(
                "allowed",
                format!("{principal} has all {actions}"),
                format!("{principal} a les {actions}"),
            ),
            Self::PermissionsMissing { principal, actions } => bad(
                "permissions-missing",
                (
                    format!("{principal} lacks {}", actions.join(", ")),
                    format!("il manque à {principal} {}", actions.join(", ")),
                ),
                (
                    "apply infra/modules/nightcap (in another account nightcap-target-role), or paste what `nightcap doctor --policy` prints; look for a boundary or an SCP as well",
                    "appliquez infra/modules/nightcap (dans un autre compte nightcap-target-role), ou collez ce qu'imprime `nightcap doctor --policy` ; voyez aussi les limites de permissions et les SCP",
                ),
            ),
            Self::PermissionsUnknown { principal, actions } => unknown(
                "permissions-untold",
                (
                    format!(
                        "nothing here can tell whether {principal} has {}",
                        actions.join(", ")
                    ),
                    format!("rien ici ne dit si {principal} a {}", actions.join(", ")),
                ),
                Text::fixed(
                    "run this with iam:SimulatePrincipalPolicy, or compare the role's policy with what `nightcap doctor --policy` prints",
                    "relancez avec iam:SimulatePrincipalPolicy, ou comparez la politique du rôle avec ce qu'imprime `nightcap doctor --policy`",
                ),
            ),
        }
    }
}
