//! What `nightcap uninstall` says, in every language.

use nightcap_domain::config::Language;

/// What is left, and how to remove it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Snapshots that were taken with stops.
    Snapshots(usize),
    /// What Terraform made.
    Terraform,
    /// The ledger's table.
    Table,
    /// The holds that keep everything up.
    Holds,
    /// The user's own tags.
    Tags,
}

impl Left {
    pub(super) fn text(self, language: Language) -> String {
        let (en, fr) = match self {
            Self::Snapshots(count) => {
                return match language {
                    Language::En => format!(
                        "{count} snapshots of databases: delete in RDS what begins with nightcap-"
                    ),
                    Language::Fr => format!(
                        "{count} instantanés de bases de données : supprimez dans RDS ceux dont le nom commence par nightcap-"
                    ),
                };
            }
            Self::Terraform => (
                "what Terraform made (functions, schedules, queues, roles, alarms): terraform destroy of infra/modules/nightcap, and of nightcap-target-role in every other account",
                "ce que Terraform a créé (fonctions, planifications, files, rôles, alarmes) : terraform destroy de infra/modules/nightcap, et de nightcap-target-role dans chaque autre compte",
            ),
            Self::Table => (
                "the ledger's table, with its deletion protection: it goes with Terraform once deletion_protection is false",
                "la table du registre, protégée contre la suppression : Terraform la supprime une fois deletion_protection à false",
            ),
            Self::Holds => (
                "holds that keep everything up: destroy the schedules before they end",
                "des exceptions qui maintiennent tout en marche : supprimez les planifications avant leur fin",
            ),
            Self::Tags => (
                "the tags nightcap:environment and nightcap:tier, which are yours: without Nightcap they do nothing",
                "les étiquettes nightcap:environment et nightcap:tier, qui sont les vôtres : sans Nightcap elles ne font rien",
            ),
        };
        match language {
            Language::En => en,
            Language::Fr => fr,
        }
        .to_owned()
    }
}

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    pub(super) nobody_confirms: &'static str,
    pub(super) wakes_everything: &'static str,
    pub(super) type_yes: &'static str,
    /// What is typed to go on.
    pub(super) yes: &'static str,
    pub(super) nothing_done: &'static str,
    pub(super) time_over: &'static str,
    pub(super) waiting_for: &'static str,
    pub(super) until: &'static str,
    pub(super) holds_ended: [&'static str; 2],
    pub(super) held_up: [&'static str; 2],
    pub(super) woken: [&'static str; 2],
    pub(super) not_up: [&'static str; 2],
    pub(super) memory: [&'static str; 2],
    pub(super) problem: &'static str,
    pub(super) left: &'static str,
    pub(super) colon: &'static str,
}

impl Words {
    pub(super) const fn of(language: Language) -> Self {
        match language {
            Language::En => EN,
            Language::Fr => FR,
        }
    }
}

const EN: Words = Words {
    nobody_confirms: "nobody is there to confirm: look with --dry-run, then add --yes",
    wakes_everything: "This wakes everything that Nightcap stopped.",
    type_yes: "Type yes to go on:",
    yes: "yes",
    nothing_done: "nothing was done",
    time_over: "the time was over before everything was up: call this again",
    waiting_for: "waiting for",
    until: "until",
    holds_ended: ["Holds ended", "Holds that would end"],
    held_up: ["Held up", "Would be held up"],
    woken: ["Woken", "Would be woken"],
    not_up: ["Not up yet", "Not up yet"],
    memory: ["Memory taken off", "Memory that would be taken off"],
    problem: "problem:",
    left: "Left:",
    colon: ":",
};

const FR: Words = Words {
    nobody_confirms: "personne n'est là pour confirmer : regardez avec --dry-run, puis ajoutez --yes",
    wakes_everything: "Ceci réveille tout ce que Nightcap a arrêté.",
    type_yes: "Tapez oui pour continuer :",
    yes: "oui",
    nothing_done: "rien n'a été fait",
    time_over: "le temps était écoulé avant que tout soit en marche : relancez cette commande",
    waiting_for: "en attente de",
    until: "jusqu'au",
    holds_ended: ["Exceptions terminées", "Exceptions qui seraient terminées"],
    held_up: ["Maintenu en marche", "Serait maintenu en marche"],
    woken: ["Réveillé", "Serait réveillé"],
    not_up: ["Pas encore en marche", "Pas encore en marche"],
    memory: ["Mémoire effacée", "Mémoire qui serait effacée"],
    problem: "problème :",
    left: "Reste :",
    colon: " :",
};
