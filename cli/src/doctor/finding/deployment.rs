//! The functions, their queues and the ledger.

use nightcap_domain::fleet::Text;

use super::{Words, bad, ok, unknown};

/// The functions, their queues and the ledger.
#[derive(Clone, Debug)]
pub(crate) enum Deployment {
    /// The ledger is as it should be.
    LedgerCorrect { table: String },
    /// Nobody said which table.
    LedgerNotConfigured,
    /// There is no such table.
    LedgerMissing { table: String },
    /// Its key is not the ledger's.
    LedgerKeySchema { keys: String },
    /// Items never expire.
    LedgerTtlOff { attribute: Option<String> },
    /// It cannot be restored.
    LedgerBackupOff,
    /// It cannot be used.
    LedgerUnusable { status: String },
    /// The KMS key that encrypts something of Nightcap's cannot be used.
    KeyUnusable { key: String, state: String },
    /// A function's role may not use the KMS key that encrypts something of Nightcap's.
    KeyNotAllowed {
        key: String,
        principal: String,
        actions: Vec<String>,
    },
    /// Nothing told whether a function's role may use that key.
    KeyUnknown { key: String, principal: String },
    /// The policy of a queue denies a function's role to use it.
    QueueDenied { principal: String },
    /// The queue is as it should be.
    QueueCorrect { name: String },
    /// There is no such queue.
    QueueMissing { name: String },
    /// What fails is lost, or tried too few times.
    QueueRedrive { receives: u64 },
    /// A message comes back while it is being worked.
    QueueVisibility { seconds: u64, timeout: u64 },
    /// Nothing failed for good.
    NoDeadLetters,
    /// Something did.
    DeadLetters { count: u64 },
    /// The function is as it should be.
    FunctionCorrect { version: String, modified: String },
    /// There is no such function.
    FunctionMissing { name: String },
    /// It does not run.
    FunctionNotActive { state: String, reason: String },
    /// Its configuration is another one.
    FunctionConfigDiffers,
    /// Its configuration is not where it should be.
    FunctionConfigMissing { place: String },
    /// Its configuration could not be compared.
    FunctionConfigUnread { place: String, error: String },
    /// A variable is missing, or differs from what this command was given.
    FunctionVariable { name: String, is: String },
    /// It may not run at all.
    FunctionConcurrencyZero,
    /// The queue does not reach it.
    MappingDisabled { state: Option<String> },
}

impl Deployment {
    /// Everything that is said of it.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a finding: this is their table"
    )]
    pub(super) fn words(&self) -> Words {
        match self {
            Self::LedgerCorrect { table } => ok(
                "ledger-right",
                format!("{table}: keys, expiry and point-in-time recovery are right"),
                format!("{table} : clés, expiration et restauration sont en ordre"),
            ),
            Self::LedgerNotConfigured => unknown(
                "ledger-unnamed",
                (
                    "nothing names the ledger's table".to_owned(),
                    "rien ne nomme la table du registre".to_owned(),
                ),
                Text::fixed(
                    "set NIGHTCAP_TABLE, or deploy the function, which has it",
                    "indiquez NIGHTCAP_TABLE, ou déployez la fonction, qui l'a",
                ),
            ),
            Self::LedgerMissing { table } => bad(
                "ledger-missing",
                (
                    format!("there is no table {table} in this region"),
                    format!("il n'y a pas de table {table} dans cette région"),
                ),
                (
                    "apply infra/modules/nightcap, or correct NIGHTCAP_TABLE and AWS_REGION",
                    "appliquez infra/modules/nightcap, ou corrigez NIGHTCAP_TABLE et AWS_REGION",
                ),
            ),
            Self::LedgerKeySchema { keys } => bad(
                "ledger-keys",
                (
                    format!("its key is {keys}; the ledger's is pk (HASH, S), sk (RANGE, S)"),
                    format!("sa clé est {keys} ; celle du registre est pk (HASH, S), sk (RANGE, S)"),
                ),
                (
                    "make a new table with infra/modules/nightcap: a key cannot be changed",
                    "créez une nouvelle table avec infra/modules/nightcap : une clé ne se change pas",
                ),
            ),
            Self::LedgerTtlOff { attribute } => bad(
                "ledger-ttl",
                match attribute {
                    None => (
                        "time to live is off; it should be on for `expires`: the table only grows".to_owned(),
                        "l'expiration est désactivée ; elle devrait porter sur `expires` : la table ne fait que grandir".to_owned(),
                    ),
                    Some(attribute) => (
                        format!("time to live is on for `{attribute}`; it should be on for `expires`: the table only grows"),
                        format!("l'expiration porte sur `{attribute}` ; elle devrait porter sur `expires` : la table ne fait que grandir"),
                    ),
                },
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::LedgerBackupOff => bad(
                "ledger-backup",
                (
                    "point-in-time recovery is off: holds and history cannot be restored".to_owned(),
                    "la restauration à un instant donné est désactivée : exceptions et historique ne peuvent être restaurés".to_owned(),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::LedgerUnusable { status } => bad(
                "ledger-unusable",
                (format!("its state is {status}"), format!("son état est {status}")),
                (
                    "let DynamoDB use the table's key again; a table that is being made is ready within a minute",
                    "laissez DynamoDB utiliser de nouveau la clé de la table ; une table en création est prête en une minute",
                ),
            ),
            Self::KeyUnusable { key, state } => bad(
                "key-unusable",
                (
                    format!("the key {key} that encrypts it is {state}"),
                    format!("la clé {key} qui le chiffre est {state}"),
                ),
                (
                    "enable the key again, or cancel its deletion",
                    "réactivez la clé, ou annulez sa suppression",
                ),
            ),
            Self::KeyNotAllowed { key, principal, actions } => bad(
                "key-not-allowed",
                (
                    format!("{principal} may not use the key {key} that encrypts it: it lacks {}", actions.join(", ")),
                    format!("{principal} ne peut pas utiliser la clé {key} qui le chiffre : il lui manque {}", actions.join(", ")),
                ),
                (
                    "give topic_key_arn and kms_key_arn to infra/modules/nightcap, and let the key's policy name the role, or the account (arn:aws:iam::ACCOUNT:root)",
                    "donnez topic_key_arn et kms_key_arn à infra/modules/nightcap, et que la politique de la clé nomme le rôle, ou le compte (arn:aws:iam::COMPTE:root)",
                ),
            ),
            Self::KeyUnknown { key, principal } => unknown(
                "key-unknown",
                (
                    format!("nothing here can tell whether {principal} may use the key {key} that encrypts it"),
                    format!("rien ici ne dit si {principal} peut utiliser la clé {key} qui le chiffre"),
                ),
                Text::fixed(
                    "run this with kms:DescribeKey, kms:GetKeyPolicy and iam:SimulatePrincipalPolicy, or look for kms:GenerateDataKey and kms:Decrypt in the role's policy and the key's",
                    "relancez avec kms:DescribeKey, kms:GetKeyPolicy et iam:SimulatePrincipalPolicy, ou cherchez kms:GenerateDataKey et kms:Decrypt dans la politique du rôle et celle de la clé",
                ),
            ),
            Self::QueueDenied { principal } => bad(
                "queue-denied",
                (
                    format!("its policy denies {principal} to use it, whatever the role's own policies allow"),
                    format!("sa politique refuse à {principal} de l'utiliser, quoi qu'autorisent les politiques du rôle"),
                ),
                (
                    "take the Deny out of the queue's policy, or exempt Nightcap's roles from it",
                    "retirez ce Deny de la politique de la file, ou exemptez-en les rôles de Nightcap",
                ),
            ),
            Self::QueueCorrect { name } => ok(
                "queue-right",
                format!("{name} is right"),
                format!("{name} est en ordre"),
            ),
            Self::QueueMissing { name } => bad(
                "queue-missing",
                (format!("there is no queue {name}"), format!("il n'y a pas de file {name}")),
                (
                    "apply infra/modules/nightcap, or name its deployment with --name",
                    "appliquez infra/modules/nightcap, ou nommez son déploiement avec --name",
                ),
            ),
            Self::QueueRedrive { receives } => bad(
                "queue-redrive",
                (
                    match receives {
                        0 => "what fails for good is lost: it has no dead-letter queue".to_owned(),
                        n => format!("a message is given up after {n} receives"),
                    },
                    match receives {
                        0 => "ce qui échoue pour de bon est perdu : elle n'a pas de file des messages morts".to_owned(),
                        n => format!("un message est abandonné après {n} réceptions"),
                    },
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::QueueVisibility { seconds, timeout } => bad(
                "queue-visibility",
                (
                    format!("a message comes back after {seconds} s while the function may take {timeout} s: the same target is worked twice"),
                    format!("un message revient après {seconds} s alors que la fonction peut prendre {timeout} s : la même cible est traitée deux fois"),
                ),
                (
                    "set the visibility timeout to six times the function's timeout",
                    "mettez le délai de visibilité à six fois celui de la fonction",
                ),
            ),
            Self::NoDeadLetters => ok("dead-letters-none", "empty", "vide"),
            Self::DeadLetters { count } => bad(
                "dead-letters",
                (
                    format!("{count} messages failed for good"),
                    format!("{count} messages ont échoué pour de bon"),
                ),
                (
                    "read the functions' logs of that time, mend the cause, then purge the queue or redrive it",
                    "lisez les journaux des fonctions de ce moment, réparez la cause, puis purgez la file ou relancez-la",
                ),
            ),
            Self::FunctionCorrect { version, modified } => ok(
                "function-right",
                format!("version {version} of {modified}, with this configuration"),
                format!("version {version} du {modified}, avec cette configuration"),
            ),
            Self::FunctionMissing { name } => bad(
                "function-missing",
                (
                    format!("there is no function {name} in this region"),
                    format!("il n'y a pas de fonction {name} dans cette région"),
                ),
                (
                    "apply infra/modules/nightcap, or name its deployment with --name",
                    "appliquez infra/modules/nightcap, ou nommez son déploiement avec --name",
                ),
            ),
            Self::FunctionNotActive { state, reason } => bad(
                "function-unfit",
                (
                    format!("its state is {state} {reason}").trim_end().to_owned(),
                    format!("son état est {state} {reason}").trim_end().to_owned(),
                ),
                (
                    "look at the function in Lambda; deploy it again",
                    "voyez la fonction dans Lambda ; déployez-la de nouveau",
                ),
            ),
            Self::FunctionConfigDiffers => bad(
                "function-config",
                (
                    "the function works with another configuration than this file".to_owned(),
                    "la fonction travaille avec une autre configuration que ce fichier".to_owned(),
                ),
                (
                    "deploy this file, or name the one in force with --config",
                    "déployez ce fichier, ou nommez avec --config celui qui est en vigueur",
                ),
            ),
            Self::FunctionConfigMissing { place } => bad(
                "function-config-missing",
                (
                    format!("there is no configuration at {place}: every tick fails"),
                    format!("il n'y a pas de configuration à {place} : chaque passage échoue"),
                ),
                (
                    "apply infra/modules/nightcap, which writes it, or correct the function's NIGHTCAP_CONFIG",
                    "appliquez infra/modules/nightcap, qui l'écrit, ou corrigez NIGHTCAP_CONFIG de la fonction",
                ),
            ),
            Self::FunctionConfigUnread { place, error } => unknown(
                "function-config-unread",
                (
                    format!("its configuration {place} could not be read: {error}"),
                    format!("sa configuration {place} n'a pas pu être lue : {error}"),
                ),
                Text::fixed(
                    "run this with ssm:GetParameter or s3:GetObject on it",
                    "relancez avec ssm:GetParameter ou s3:GetObject dessus",
                ),
            ),
            Self::FunctionVariable { name, is } => bad(
                "function-variable",
                (
                    match is.as_str() {
                        "" => format!("its variable {name} is not set"),
                        is => format!("its variable {name} is {is}, and this command was given another one"),
                    },
                    match is.as_str() {
                        "" => format!("sa variable {name} n'est pas définie"),
                        is => format!("sa variable {name} est {is}, et cette commande en a reçu une autre"),
                    },
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::FunctionConcurrencyZero => bad(
                "function-reserved",
                (
                    "its reserved concurrency is 0: AWS runs it never".to_owned(),
                    "sa simultanéité réservée est 0 : AWS ne l'exécute jamais".to_owned(),
                ),
                (
                    "delete the reservation (DeleteFunctionConcurrency)",
                    "supprimez la réservation (DeleteFunctionConcurrency)",
                ),
            ),
            Self::MappingDisabled { state } => bad(
                "mapping-off",
                match state {
                    None => (
                        "the queue has no event source mapping to the function: targets are never worked".to_owned(),
                        "aucun lien ne mène de la file à la fonction : les cibles ne sont jamais traitées".to_owned(),
                    ),
                    Some(state) => (
                        format!("the queue's event source mapping is {state}: targets are never worked"),
                        format!("le lien entre la file et la fonction est {state} : les cibles ne sont jamais traitées"),
                    ),
                },
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
        }
    }
}
