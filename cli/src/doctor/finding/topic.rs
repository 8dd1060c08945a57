//! The alert topic and its subscriptions.

use nightcap_domain::fleet::Text;

use super::{Words, bad, ok, unknown};

/// The alert topic and its subscriptions.
#[derive(Clone, Debug)]
pub(crate) enum Topic {
    /// Nobody said which topic.
    NotConfigured,
    /// There is no such topic.
    Missing,
    /// It is open to who must publish.
    PublishAllowed,
    /// Its policy does not let AWS Budgets publish.
    PublishNotAllowed,
    /// It is encrypted with a key that AWS Budgets may not use.
    KeyNotUsableByBudgets { key: String },
    /// It is a FIFO topic, to which neither AWS Budgets nor e-mail can be connected.
    Fifo,
    /// Its policy denies a function's role to publish.
    PublishDenied { principal: String },
    /// Its policy denies to publish under conditions that are not evaluated here.
    ConditionalDeny { keys: Vec<String> },
    /// People read there.
    SubscribersConfirmed { confirmed: usize },
    /// Addresses that were never confirmed.
    SubscribersPending { pending: usize },
    /// Nobody is subscribed.
    NoSubscribers,
    /// A filter lets nothing of AWS Budgets through.
    FilterPolicyBlocks { protocol: String, body: bool },
    /// The guard does not listen.
    GuardNotSubscribed,
    /// SNS may not invoke the guard.
    GuardNotInvokable,
}

impl Topic {
    /// Everything that is said of it.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a finding: this is their table"
    )]
    pub(super) fn words(&self) -> Words {
        match self {
            Self::NotConfigured => unknown(
                "topic-unnamed",
                (
                    "nothing names the alert topic".to_owned(),
                    "rien ne nomme le sujet d'alerte".to_owned(),
                ),
                Text::fixed(
                    "set NIGHTCAP_TOPIC_ARN, or deploy the function, which has it",
                    "indiquez NIGHTCAP_TOPIC_ARN, ou déployez la fonction, qui l'a",
                ),
            ),
            Self::Missing => bad(
                "topic-missing",
                ("there is no such topic".to_owned(), "ce sujet n'existe pas".to_owned()),
                (
                    "apply infra/modules/budget, or correct NIGHTCAP_TOPIC_ARN",
                    "appliquez infra/modules/budget, ou corrigez NIGHTCAP_TOPIC_ARN",
                ),
            ),
            Self::PublishAllowed => ok(
                "topic-right",
                "AWS Budgets may publish there",
                "AWS Budgets peut y publier",
            ),
            Self::PublishNotAllowed => bad(
                "topic-closed",
                (
                    "its policy does not let budgets.amazonaws.com publish: AWS Budgets' messages are dropped without a word".to_owned(),
                    "sa politique ne laisse pas budgets.amazonaws.com publier : les messages d'AWS Budgets se perdent sans un mot".to_owned(),
                ),
                (
                    "allow sns:Publish to the service budgets.amazonaws.com in the topic's policy (infra/modules/budget does)",
                    "autorisez sns:Publish au service budgets.amazonaws.com dans la politique du sujet (infra/modules/budget le fait)",
                ),
            ),
            Self::KeyNotUsableByBudgets { key } => bad(
                "topic-key",
                (
                    format!("it is encrypted with {key}, which AWS Budgets may not use: its messages are dropped without a word"),
                    format!("il est chiffré avec {key}, qu'AWS Budgets ne peut utiliser : ses messages se perdent sans un mot"),
                ),
                (
                    "encrypt it with a key of your own whose policy lets budgets.amazonaws.com use kms:Decrypt and kms:GenerateDataKey*",
                    "chiffrez-le avec une clé à vous dont la politique laisse budgets.amazonaws.com utiliser kms:Decrypt et kms:GenerateDataKey*",
                ),
            ),
            Self::Fifo => bad(
                "topic-fifo",
                (
                    "it is a FIFO topic: AWS Budgets cannot publish there, and nobody can subscribe an e-mail address".to_owned(),
                    "c'est un sujet FIFO : AWS Budgets ne peut y publier, et aucune adresse ne peut s'y abonner".to_owned(),
                ),
                (
                    "use a standard topic: infra/modules/budget makes one",
                    "utilisez un sujet standard : infra/modules/budget en crée un",
                ),
            ),
            Self::PublishDenied { principal } => bad(
                "topic-denied",
                (
                    format!("its policy denies sns:Publish to {principal}: Nightcap's mails are refused, whatever the role's own policies allow"),
                    format!("sa politique refuse sns:Publish à {principal} : les messages de Nightcap sont refusés, quoi qu'autorisent les politiques du rôle"),
                ),
                (
                    "take the Deny out of the topic's policy, or exempt Nightcap's roles from it",
                    "retirez ce Deny de la politique du sujet, ou exemptez-en les rôles de Nightcap",
                ),
            ),
            Self::ConditionalDeny { keys } => unknown(
                "topic-deny-conditional",
                (
                    format!("its policy denies sns:Publish under a condition on {}, which is not evaluated here", keys.join(", ")),
                    format!("sa politique refuse sns:Publish sous une condition portant sur {}, qui n'est pas évaluée ici", keys.join(", ")),
                ),
                Text::fixed(
                    "check that the condition spares Nightcap's roles and budgets.amazonaws.com",
                    "vérifiez que la condition épargne les rôles de Nightcap et budgets.amazonaws.com",
                ),
            ),
            Self::SubscribersConfirmed { confirmed } => ok(
                "readers",
                format!("{confirmed} confirmed"),
                format!("{confirmed} confirmés"),
            ),
            Self::SubscribersPending { pending } => bad(
                "readers-pending",
                (
                    format!("{pending} subscriptions were never confirmed: nobody reads there"),
                    format!("{pending} abonnements n'ont jamais été confirmés : personne n'y lit"),
                ),
                (
                    "click \"Confirm subscription\" in the mail from AWS; subscribe again if it is older than two days",
                    "cliquez « Confirm subscription » dans le courriel d'AWS ; abonnez de nouveau s'il a plus de deux jours",
                ),
            ),
            Self::NoSubscribers => bad(
                "readers-none",
                ("nobody is subscribed".to_owned(), "personne n'est abonné".to_owned()),
                (
                    "subscribe an address: `emails` of infra/modules/budget",
                    "abonnez une adresse : `emails` d'infra/modules/budget",
                ),
            ),
            Self::FilterPolicyBlocks { protocol, body } => bad(
                "filter-blocks",
                if *body {
                    (
                        format!("the filter policy of its {protocol} subscription reads the message body; AWS Budgets' messages are no JSON, so that none is delivered"),
                        format!("la politique de filtrage de son abonnement {protocol} lit le corps du message ; ceux d'AWS Budgets ne sont pas du JSON, aucun n'est donc remis"),
                    )
                } else {
                    (
                        format!("the filter policy of its {protocol} subscription asks for message attributes; AWS Budgets' messages have none, so that none is delivered"),
                        format!("la politique de filtrage de son abonnement {protocol} demande des attributs ; les messages d'AWS Budgets n'en ont pas, aucun n'est donc remis"),
                    )
                },
                (
                    "take the filter policy off: even {\"exists\": false} needs a message that has attributes",
                    "retirez la politique de filtrage : même {\"exists\": false} demande un message qui a des attributs",
                ),
            ),
            Self::GuardNotInvokable => bad(
                "guard-not-invokable",
                (
                    "the policy of the budget guard's function does not let this topic invoke it: what AWS Budgets says is lost".to_owned(),
                    "la politique de la fonction du garde du budget ne laisse pas ce sujet l'invoquer : ce que dit AWS Budgets est perdu".to_owned(),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::GuardNotSubscribed => bad(
                "guard-deaf",
                (
                    "the budget guard is not subscribed: it hears nothing from AWS Budgets".to_owned(),
                    "le garde du budget n'est pas abonné : il n'entend rien d'AWS Budgets".to_owned(),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
        }
    }
}
