//! What every status of a database means.
//!
//! One row a status, in the order of AWS's own tables: "Viewing Amazon RDS DB instance
//! status" (Amazon RDS User Guide) and "Viewing DB cluster status" (Amazon Aurora User
//! Guide), both read in November 2026. AWS writes some of them with a capital letter there
//! and without one in its answers, so case does not matter here.
//!
//! A status that is in neither table is one that AWS has added since. It is taken as
//! [`Observed::Busy`] that serves nobody: nothing is ordered, compute that needs the
//! database waits, the status is shown as it is, and the next tick looks again. The other
//! choices could stop what must not be stopped, or say that all is well.

use nightcap_domain::fleet::{Observed, Text};

/// What a status means.
#[derive(Clone, Debug)]
enum Meaning {
    Running,
    Stopped,
    Starting,
    Stopping,
    /// AWS is at work; its users notice at most slower answers.
    Serving,
    /// AWS is at work; whoever needs it now cannot rely on it.
    Away,
    /// On its way out for good.
    Deleting,
    /// It stays so until a person acts.
    Faulty(Text),
}

use Meaning::{Away, Deleting, Faulty, Running, Serving, Starting, Stopped, Stopping};

const DELETING: Text = Text::fixed("it is being deleted", "en cours de suppression");
const RESTORE: Text = Text::fixed(
    "AWS cannot recover it: restore it to a point in time, then delete it",
    "AWS ne peut pas la réparer : restaurez-la à un instant donné, puis supprimez-la",
);
const KEY_LOST: Text = Text::fixed(
    "its KMS key cannot be used any more: restore it from a backup made with another key",
    "sa clé KMS n'est plus utilisable : restaurez-la depuis une sauvegarde faite avec une autre clé",
);
const KEY: Text = Text::fixed(
    "enable its KMS key and AWS's access to it, then start it by hand",
    "réactivez sa clé KMS et l'accès d'AWS à celle-ci, puis démarrez-la à la main",
);
const CREATE: Text = Text::fixed(
    "it was never created: read its recent events, delete it and create it again",
    "elle n'a jamais été créée : lisez ses derniers événements, supprimez-la et recréez-la",
);
const NETWORK: Text = Text::fixed(
    "give its subnets free addresses (or repair its VPC), then start it by hand",
    "libérez des adresses dans ses sous-réseaux (ou réparez son VPC), puis démarrez-la à la main",
);
const OPTIONS: Text = Text::fixed(
    "give it an option group that fits; its recent events name the option",
    "donnez-lui un groupe d'options compatible ; ses derniers événements nomment l'option",
);
const PARAMETERS: Text = Text::fixed(
    "revert the parameter that does not fit (its recent events name it), then reboot it",
    "annulez le paramètre incompatible (ses derniers événements le nomment), puis redémarrez-la",
);
const RESTORE_FAILED: Text = Text::fixed(
    "its restore failed: read its recent events, delete it and restore it again",
    "sa restauration a échoué : lisez ses derniers événements, supprimez-la et restaurez-la de nouveau",
);
const CAPACITY: Text = Text::fixed(
    "AWS lacks machines of its class there: delete it and create it with another class or zone",
    "AWS manque de machines de sa classe : supprimez-la et recréez-la avec une autre classe ou zone",
);
const STORAGE: Text = Text::fixed(
    "give it more storage now; it takes no writes",
    "augmentez son stockage maintenant ; elle n'accepte plus d'écritures",
);
const UPGRADE: Text = Text::fixed(
    "its upgrade failed: restore the final snapshot that AWS took (its name begins with rds-final)",
    "sa mise à niveau a échoué : restaurez l'instantané final pris par AWS (son nom commence par rds-final)",
);
const CLONE: Text = Text::fixed(
    "its cloning failed: delete it and clone again",
    "son clonage a échoué : supprimez-la et clonez de nouveau",
);
const MIGRATION: Text = Text::fixed(
    "its migration failed: delete it and migrate the snapshot again",
    "sa migration a échoué : supprimez-la et migrez de nouveau l'instantané",
);

/// Every status of a DB instance.
static INSTANCE: &[(&str, Meaning)] = &[
    ("available", Running),
    ("backing-up", Serving),
    ("configuring-enhanced-monitoring", Serving),
    ("configuring-iam-database-auth", Serving),
    ("configuring-log-exports", Serving),
    ("converting-to-vpc", Away),
    ("creating", Away),
    ("delete-precheck", Deleting),
    ("deleting", Deleting),
    ("failed", Faulty(RESTORE)),
    ("inaccessible-encryption-credentials", Faulty(KEY_LOST)),
    (
        "inaccessible-encryption-credentials-recoverable",
        Faulty(KEY),
    ),
    ("incompatible-create", Faulty(CREATE)),
    ("incompatible-network", Faulty(NETWORK)),
    ("incompatible-option-group", Faulty(OPTIONS)),
    ("incompatible-parameters", Faulty(PARAMETERS)),
    ("incompatible-restore", Faulty(RESTORE_FAILED)),
    ("insufficient-capacity", Faulty(CAPACITY)),
    ("maintenance", Away),
    // A change of class takes it down, a change of a tag does not: AWS does not say which.
    ("modifying", Away),
    ("moving-to-vpc", Away),
    ("rebooting", Away),
    ("resetting-master-credentials", Serving),
    // Its address changes.
    ("renaming", Away),
    ("restore-error", Faulty(RESTORE_FAILED)),
    ("starting", Starting),
    ("stopped", Stopped),
    ("stopping", Stopping),
    ("storage-config-upgrade", Away),
    ("storage-full", Faulty(STORAGE)),
    ("storage-initialization", Serving),
    ("storage-optimization", Serving),
    ("upgrading", Away),
    ("upgrade_failed", Faulty(UPGRADE)),
];

/// Every status of a DB cluster.
static CLUSTER: &[(&str, Meaning)] = &[
    ("available", Running),
    ("backing-up", Serving),
    ("backtracking", Away),
    ("cloning-failed", Faulty(CLONE)),
    ("creating", Away),
    ("deleting", Deleting),
    ("failing-over", Away),
    ("inaccessible-encryption-credentials", Faulty(KEY_LOST)),
    (
        "inaccessible-encryption-credentials-recoverable",
        Faulty(KEY),
    ),
    ("maintenance", Away),
    ("migrating", Away),
    ("migration-failed", Faulty(MIGRATION)),
    ("modifying", Away),
    ("promoting", Away),
    ("preparing-data-migration", Away),
    ("renaming", Away),
    ("resetting-master-credentials", Serving),
    ("starting", Starting),
    ("stopped", Stopped),
    ("stopping", Stopping),
    ("storage-optimization", Serving),
    ("update-iam-db-auth", Serving),
    ("upgrading", Away),
    ("upgrade_failed", Faulty(UPGRADE)),
];

/// What the status of a DB instance means.
pub(crate) fn instance(status: Option<&str>) -> Observed {
    look_up(INSTANCE, status)
}

/// What the status of a DB cluster means.
pub(crate) fn cluster(status: Option<&str>) -> Observed {
    look_up(CLUSTER, status)
}

fn look_up(table: &[(&str, Meaning)], status: Option<&str>) -> Observed {
    let status = match status.map(str::trim) {
        None | Some("") => "no status",
        Some(status) => status,
    };
    let meaning = table
        .iter()
        .find(|(known, _)| status.eq_ignore_ascii_case(known))
        .map_or(&Away, |(_, meaning)| meaning);
    let status = || status.to_ascii_lowercase();
    match meaning {
        Running => Observed::Running,
        Stopped => Observed::Stopped,
        Starting => Observed::Starting,
        Stopping => Observed::Stopping,
        Serving => Observed::Busy {
            status: status(),
            serving: true,
        },
        Away => Observed::Busy {
            status: status(),
            serving: false,
        },
        Deleting => Observed::Fixed(DELETING),
        Faulty(remedy) => Observed::Faulty {
            status: status(),
            remedy: remedy.clone(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// AWS's tables as data, apart from the code: `status = what Nightcap takes it for`.
    const DOCUMENTED: &str = include_str!("../../tests/data/rds_statuses.txt");

    fn word(observed: &Observed) -> &'static str {
        match observed {
            Observed::Running => "running",
            Observed::Stopped => "stopped",
            Observed::Starting => "starting",
            Observed::Stopping => "stopping",
            Observed::Busy { serving: true, .. } => "wait, serving",
            Observed::Busy { serving: false, .. } => "wait, away",
            Observed::Unread => "unread",
            Observed::Fixed(_) => "leave",
            Observed::Faulty { .. } => "problem",
        }
    }

    fn documented(section: &str) -> Vec<(&'static str, &'static str)> {
        let heading = format!("[{section}]");
        DOCUMENTED
            .lines()
            .skip_while(|line| *line != heading)
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once(" = "))
            .collect()
    }

    #[test]
    fn every_documented_status_has_its_row() {
        let tables = [
            ("instance", INSTANCE, 34, instance as fn(_) -> _),
            ("cluster", CLUSTER, 24, cluster as fn(_) -> _),
        ];
        for (section, table, count, read) in tables {
            let rows = documented(section);
            assert_eq!(rows.len(), count, "{section}");
            assert_eq!(
                table.len(),
                count,
                "{section}: a row twice, or none in the data"
            );
            for (status, expected) in rows {
                let known = table.iter().any(|(known, _)| *known == status);
                assert!(known, "{section} {status} has no row");
                let observed = read(Some(status));
                assert_eq!(word(&observed), expected, "{section} {status}");
            }
        }
    }

    #[test]
    fn a_status_of_the_future_is_waited_for() {
        for status in ["teleporting", "Teleporting", "teleporting "] {
            for read in [instance, cluster] {
                assert_eq!(
                    read(Some(status)),
                    Observed::Busy {
                        status: "teleporting".to_owned(),
                        serving: false
                    }
                );
            }
        }
        for absent in [None, Some(""), Some(" ")] {
            assert_eq!(
                instance(absent),
                Observed::Busy {
                    status: "no status".to_owned(),
                    serving: false
                }
            );
        }
    }

    #[test]
    fn capitals_do_not_matter() {
        assert_eq!(cluster(Some("Available")), Observed::Running);
        assert_eq!(instance(Some("STOPPED")), Observed::Stopped);
    }

    #[test]
    fn every_problem_has_a_remedy_in_both_languages() {
        for (status, meaning) in INSTANCE.iter().chain(CLUSTER) {
            if let Faulty(remedy) = meaning {
                assert!(remedy.en.len() > 20 && remedy.fr.len() > 20, "{status}");
                assert_ne!(remedy.en, remedy.fr, "{status}");
            }
        }
    }
}
