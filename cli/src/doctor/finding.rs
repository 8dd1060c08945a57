//! What the doctor finds: facts with their parameters, and the one place that words them.

use nightcap_domain::config::Language;
use nightcap_domain::fleet::Text;
use nightcap_domain::plan::Problem;
use serde::Serialize;

/// How a finding is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// As it should be.
    Ok,
    /// Something that a person should mend.
    Problem,
    /// Nothing here can tell.
    Unknown,
}

impl Verdict {
    /// The word in tables and JSON.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Problem => "problem",
            Self::Unknown => "unknown",
        }
    }
}

/// What was found, with what it takes to say it.
#[derive(Clone, Debug)]
pub(crate) enum Finding {
    /// AWS knows who asks.
    SignedIn {
        account: String,
        region: String,
        principal: String,
    },
    /// It does not, or the target's role cannot be assumed.
    NotSignedIn { error: String, remedy: Text },
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
    ClockUntold,
    /// Every permission is there.
    Allowed { principal: String, actions: usize },
    /// These are missing.
    Missing {
        principal: String,
        actions: Vec<String>,
    },
    /// Of these nothing could tell.
    Untold {
        principal: String,
        actions: Vec<String>,
    },
    /// Costs are there.
    CostsThere { last: String },
    /// Cost Explorer was never enabled.
    CostExplorerOff,
    /// The management account does not let this member account look.
    CostExplorerMember,
    /// There is nothing yet.
    CostsNone,
    /// The newest day is old.
    CostsStale { last: String, days: i64 },
    /// The cost allocation tag is active.
    CostTagActive { key: String },
    /// It is not.
    CostTagInactive { key: String },
    /// Active or not, no cost of the last days carries it.
    CostTagUnused { key: String },
    /// The budget is as the file has it.
    BudgetRight { name: String },
    /// There is no such budget.
    BudgetMissing { name: String },
    /// Its limit differs.
    BudgetLimit { file: String, aws: String },
    /// Its currency differs.
    BudgetCurrency { file: String, aws: String },
    /// Its period is not a month.
    BudgetPeriod { unit: String },
    /// None of its notifications reaches the topic.
    BudgetSilent { name: String },
    /// The file watches none.
    BudgetNone,
    /// Nobody said which topic.
    TopicUnnamed,
    /// There is no such topic.
    TopicMissing,
    /// It is open to who must publish.
    TopicRight,
    /// Its policy does not let AWS Budgets publish.
    TopicClosed,
    /// It is encrypted with a key that AWS Budgets may not use.
    TopicKey { key: String },
    /// People read there.
    Readers { confirmed: usize },
    /// Addresses that were never confirmed.
    ReadersPending { pending: usize },
    /// Nobody is subscribed.
    ReadersNone,
    /// A filter lets nothing of AWS Budgets through.
    FilterBlocks { protocol: String },
    /// The guard does not listen.
    GuardDeaf,
    /// The schedules are those of the file.
    SchedulesRight { count: usize },
    /// There is no such group.
    SchedulesMissing { group: String },
    /// A transition of the file has no schedule.
    ScheduleMissing {
        environments: String,
        cron: String,
        zone: String,
    },
    /// A schedule that the file does not have.
    ScheduleExtra {
        name: String,
        expression: String,
        zone: String,
    },
    /// The expression is the file's and the zone is not.
    ScheduleZone {
        name: String,
        is: String,
        should: String,
    },
    /// It is switched off.
    ScheduleOff { name: String },
    /// Nothing makes good what was missed.
    ReconcileMissing,
    /// The rule for RDS's events is there.
    RuleRight,
    /// It is missing or switched off.
    RuleOff { name: String },
    /// Nothing is wrong with the databases.
    DatabasesRight { count: usize },
    /// Its maintenance window lies within its sleep.
    MaintenanceInSleep { window: String },
    /// The cluster is available and its writer is not.
    MembersNotUp { members: Vec<String> },
    /// A parameter group waits for a restart.
    ParametersPending { group: String },
    /// It cannot be stopped.
    CannotStop { why: Text },
    /// It is part of a blue/green deployment.
    BlueGreen { deployment: String },
    /// Nothing is wrong with the machines.
    MachinesRight { count: usize },
    /// Every machine of the group is Spot.
    AllSpot,
    /// Predictive scaling may raise the maximum again.
    Predictive { policy: String },
    /// The last launch failed.
    LaunchFailed { reason: String },
    /// A machine did not come up when it was last started.
    StartFailed { reason: String },
    /// The key of a volume cannot be used.
    VolumeKeyDead { key: String, state: String },
    /// The key of a volume is the customer's, and the role may not use it.
    VolumeKeyClosed { key: String },
    /// Something else wakes it or puts it to sleep.
    Conflict { what: Text },
    /// The service cannot place its tasks.
    TasksFail { reason: String },
    /// AWS says that the node group is unwell.
    NodesFail { codes: Vec<String> },
    /// The ledger is as it should be.
    LedgerRight { table: String },
    /// Nobody said which table.
    LedgerUnnamed,
    /// There is no such table.
    LedgerMissing { table: String },
    /// Its key is not the ledger's.
    LedgerKeys { keys: String },
    /// Items never expire.
    LedgerTtl { is: String },
    /// It cannot be restored.
    LedgerBackup,
    /// It cannot be used.
    LedgerUnusable { status: String },
    /// The queue is as it should be.
    QueueRight { name: String },
    /// There is no such queue.
    QueueMissing { name: String },
    /// What fails is lost, or tried too few times.
    QueueRedrive { receives: u64 },
    /// A message comes back while it is being worked.
    QueueVisibility { seconds: u64, timeout: u64 },
    /// Nothing failed for good.
    DeadLettersNone,
    /// Something did.
    DeadLetters { count: u64 },
    /// The function is as it should be.
    FunctionRight { version: String, modified: String },
    /// There is no such function.
    FunctionMissing { name: String },
    /// It does not run.
    FunctionUnfit { state: String, reason: String },
    /// Its configuration is another one.
    FunctionConfig,
    /// Its configuration could not be compared.
    FunctionConfigUnread { place: String, error: String },
    /// A variable is missing, or differs from what this command was given.
    FunctionVariable { name: String, is: String },
    /// It may not run at all.
    FunctionReserved,
    /// The queue does not reach it.
    MappingOff { state: String },
    /// The tags make sense.
    TagsRight { count: usize },
    /// A key that differs from ours in its letters' case alone.
    TagCase { key: String, resources: usize },
    /// Its environment does not look for its kind.
    KindUnlisted { environment: String, kind: String },
    /// Its environment is not in the file.
    EnvironmentUnknown { environment: String },
    /// It looks like production and has a schedule.
    LooksLikeProduction { where_: String, is: String },
    /// What a tick would report.
    Plan { problem: Box<Problem> },
}

/// A finding in words.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    /// A stable word for machines.
    pub(crate) code: &'static str,
    /// How it is to be taken.
    pub(crate) verdict: Verdict,
    /// What is so.
    pub(crate) said: Text,
    /// What to do; empty where nothing is to be done.
    pub(crate) remedy: Text,
}

fn ok(code: &'static str, en: impl Into<String>, fr: impl Into<String>) -> Words {
    Words {
        code,
        verdict: Verdict::Ok,
        said: Text::made(en, fr),
        remedy: Text::fixed("", ""),
    }
}

fn bad(code: &'static str, said: (String, String), remedy: (&str, &str)) -> Words {
    Words {
        code,
        verdict: Verdict::Problem,
        said: Text::made(said.0, said.1),
        remedy: Text::made(remedy.0, remedy.1),
    }
}

fn unknown(code: &'static str, said: (String, String), remedy: Text) -> Words {
    Words {
        code,
        verdict: Verdict::Unknown,
        said: Text::made(said.0, said.1),
        remedy,
    }
}

impl Finding {
    /// How it is to be taken.
    pub(crate) fn verdict(&self) -> Verdict {
        self.words().verdict
    }

    /// Everything that is said of it.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a finding: this is their table"
    )]
    pub(crate) fn words(&self) -> Words {
        match self {
            Self::SignedIn { account, region, principal } => ok(
                "signed-in",
                format!("account {account}, region {region}, as {principal}"),
                format!("compte {account}, région {region}, en tant que {principal}"),
            ),
            Self::NotSignedIn { error, remedy } => Words {
                code: "not-signed-in",
                verdict: Verdict::Problem,
                said: Text::made(error.clone(), error.clone()),
                remedy: remedy.clone(),
            },
            Self::Unread { operation, error, remedy } => unknown(
                "unread",
                (format!("{operation}: {error}"), format!("{operation} : {error}")),
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
                    format!("this machine's clock is {seconds} s from AWS's; AWS refuses signatures that are 5 minutes off"),
                    format!("l'horloge de cette machine a {seconds} s d'écart avec celle d'AWS ; AWS refuse les signatures décalées de 5 minutes"),
                ),
                ("synchronise the clock (NTP)", "synchronisez l'horloge (NTP)"),
            ),
            Self::ClockUntold => unknown(
                "clock-untold",
                ("no answer told AWS's time".to_owned(), "aucune réponse ne donnait l'heure d'AWS".to_owned()),
                Text::fixed("see the other rows: AWS was not reached", "voyez les autres lignes : AWS n'a pas été joint"),
            ),
            Self::Allowed { principal, actions } => ok(
                "allowed",
                format!("{principal} has all {actions}"),
                format!("{principal} a les {actions}"),
            ),
            Self::Missing { principal, actions } => bad(
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
            Self::Untold { principal, actions } => unknown(
                "permissions-untold",
                (
                    format!("nothing here can tell whether {principal} has {}", actions.join(", ")),
                    format!("rien ici ne dit si {principal} a {}", actions.join(", ")),
                ),
                Text::fixed(
                    "run this with iam:SimulatePrincipalPolicy, or compare the role's policy with what `nightcap doctor --policy` prints",
                    "relancez avec iam:SimulatePrincipalPolicy, ou comparez la politique du rôle avec ce qu'imprime `nightcap doctor --policy`",
                ),
            ),
            Self::CostsThere { last } => ok(
                "costs-there",
                format!("Cost Explorer answers, with costs up to {last}"),
                format!("Cost Explorer répond, avec des coûts jusqu'au {last}"),
            ),
            Self::CostExplorerOff => bad(
                "cost-explorer-off",
                (
                    "Cost Explorer has never been enabled for this account".to_owned(),
                    "Cost Explorer n'a jamais été activé pour ce compte".to_owned(),
                ),
                (
                    "open Billing and Cost Management > Cost Explorer once, in the management account of an organisation; the first data come within 24 hours",
                    "ouvrez une fois Facturation et gestion des coûts > Cost Explorer, dans le compte de gestion d'une organisation ; les premières données arrivent sous 24 heures",
                ),
            ),
            Self::CostExplorerMember => bad(
                "cost-explorer-member",
                (
                    "the management account does not let this member account see its costs".to_owned(),
                    "le compte de gestion ne laisse pas ce compte membre voir ses coûts".to_owned(),
                ),
                (
                    "in the management account: Cost Management preferences > allow linked account access",
                    "dans le compte de gestion : Préférences de gestion des coûts > autorisez l'accès des comptes liés",
                ),
            ),
            Self::CostsNone => bad(
                "costs-none",
                (
                    "Cost Explorer answers, and knows no cost of the last two weeks".to_owned(),
                    "Cost Explorer répond, et ne connaît aucun coût des deux dernières semaines".to_owned(),
                ),
                (
                    "wait 24 hours after enabling it; a new account has no costs before that",
                    "attendez 24 heures après l'activation ; un nouveau compte n'a pas de coûts avant",
                ),
            ),
            Self::CostsStale { last, days } => bad(
                "costs-stale",
                (
                    format!("the newest costs are of {last}, {days} days ago"),
                    format!("les coûts les plus récents sont du {last}, il y a {days} jours"),
                ),
                (
                    "nothing at first: AWS catches up by itself; open a case with AWS if it lasts",
                    "rien d'abord : AWS rattrape son retard de lui-même ; ouvrez un ticket chez AWS si cela dure",
                ),
            ),
            Self::CostTagActive { key } => ok(
                "cost-tag-active",
                format!("the cost allocation tag {key} is active"),
                format!("l'étiquette de répartition des coûts {key} est active"),
            ),
            Self::CostTagInactive { key } => bad(
                "cost-tag-inactive",
                (
                    format!("the cost allocation tag {key} is not active: every environment's cost is 0"),
                    format!("l'étiquette de répartition des coûts {key} n'est pas active : le coût de chaque environnement est 0"),
                ),
                (
                    "activate it in the management account: Billing > Cost allocation tags; it counts from then on, within 24 hours",
                    "activez-la dans le compte de gestion : Facturation > Étiquettes de répartition des coûts ; elle compte dès lors, sous 24 heures",
                ),
            ),
            Self::CostTagUnused { key } => bad(
                "cost-tag-unused",
                (
                    format!("no cost of the last two weeks carries the tag {key}"),
                    format!("aucun coût des deux dernières semaines ne porte l'étiquette {key}"),
                ),
                (
                    "activate it in the management account (Billing > Cost allocation tags), and propagate it to machines and volumes",
                    "activez-la dans le compte de gestion (Facturation > Étiquettes de répartition des coûts), et propagez-la aux machines et aux volumes",
                ),
            ),
            Self::BudgetRight { name } => ok(
                "budget-right",
                format!("{name} is as the file has it"),
                format!("{name} est comme dans le fichier"),
            ),
            Self::BudgetMissing { name } => bad(
                "budget-missing",
                (
                    format!("this account has no budget {name}"),
                    format!("ce compte n'a pas de budget {name}"),
                ),
                (
                    "apply infra/modules/budget, or correct budget.name; the name counts letter by letter",
                    "appliquez infra/modules/budget, ou corrigez budget.name ; le nom compte lettre à lettre",
                ),
            ),
            Self::BudgetLimit { file, aws } => bad(
                "budget-limit",
                (
                    format!("the file says {file}, the AWS Budget {aws}"),
                    format!("le fichier dit {file}, le budget AWS {aws}"),
                ),
                (
                    "make budget.limit and the AWS Budget agree",
                    "faites concorder budget.limit et le budget AWS",
                ),
            ),
            Self::BudgetCurrency { file, aws } => bad(
                "budget-currency",
                (
                    format!("the file counts in {file}, the AWS Budget in {aws}"),
                    format!("le fichier compte en {file}, le budget AWS en {aws}"),
                ),
                (
                    "set budget.currency to the AWS Budget's, which is that of the bill",
                    "donnez à budget.currency celle du budget AWS, qui est celle de la facture",
                ),
            ),
            Self::BudgetPeriod { unit } => bad(
                "budget-period",
                (
                    format!("the AWS Budget's period is {unit}; the file's limit is for a month"),
                    format!("la période du budget AWS est {unit} ; la limite du fichier vaut pour un mois"),
                ),
                (
                    "make the AWS Budget a monthly one",
                    "faites du budget AWS un budget mensuel",
                ),
            ),
            Self::BudgetSilent { name } => bad(
                "budget-silent",
                (
                    format!("{name} has no notification: AWS Budgets tells nobody"),
                    format!("{name} n'a pas de notification : AWS Budgets ne prévient personne"),
                ),
                (
                    "add a notification with the topic as its subscriber (infra/modules/budget does)",
                    "ajoutez une notification dont le sujet est l'abonné (infra/modules/budget le fait)",
                ),
            ),
            Self::BudgetNone => ok(
                "budget-none",
                "the file watches no budget",
                "le fichier ne surveille aucun budget",
            ),
            Self::TopicUnnamed => unknown(
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
            Self::TopicMissing => bad(
                "topic-missing",
                ("there is no such topic".to_owned(), "ce sujet n'existe pas".to_owned()),
                (
                    "apply infra/modules/budget, or correct NIGHTCAP_TOPIC_ARN",
                    "appliquez infra/modules/budget, ou corrigez NIGHTCAP_TOPIC_ARN",
                ),
            ),
            Self::TopicRight => ok(
                "topic-right",
                "AWS Budgets may publish there",
                "AWS Budgets peut y publier",
            ),
            Self::TopicClosed => bad(
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
            Self::TopicKey { key } => bad(
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
            Self::Readers { confirmed } => ok(
                "readers",
                format!("{confirmed} confirmed"),
                format!("{confirmed} confirmés"),
            ),
            Self::ReadersPending { pending } => bad(
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
            Self::ReadersNone => bad(
                "readers-none",
                ("nobody is subscribed".to_owned(), "personne n'est abonné".to_owned()),
                (
                    "subscribe an address: `emails` of infra/modules/budget",
                    "abonnez une adresse : `emails` d'infra/modules/budget",
                ),
            ),
            Self::FilterBlocks { protocol } => bad(
                "filter-blocks",
                (
                    format!("the filter policy of its {protocol} subscription asks for message attributes; AWS Budgets' messages have none, so that none is delivered"),
                    format!("la politique de filtrage de son abonnement {protocol} demande des attributs ; les messages d'AWS Budgets n'en ont pas, aucun n'est donc remis"),
                ),
                (
                    "take the filter policy off: even {\"exists\": false} needs a message that has attributes",
                    "retirez la politique de filtrage : même {\"exists\": false} demande un message qui a des attributs",
                ),
            ),
            Self::GuardDeaf => bad(
                "guard-deaf",
                (
                    "the budget guard is not subscribed: it hears nothing from AWS Budgets".to_owned(),
                    "le garde du budget n'est pas abonné : il n'entend rien d'AWS Budgets".to_owned(),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::SchedulesRight { count } => ok(
                "schedules-right",
                format!("{count} in EventBridge Scheduler, as the file has them"),
                format!("{count} dans EventBridge Scheduler, comme dans le fichier"),
            ),
            Self::SchedulesMissing { group } => bad(
                "schedules-missing",
                (
                    format!("there is no schedule group {group}: nothing starts a tick"),
                    format!("il n'y a pas de groupe d'horaires {group} : rien ne lance de passage"),
                ),
                (
                    "apply infra/modules/nightcap, or name its deployment with --name",
                    "appliquez infra/modules/nightcap, ou nommez son déploiement avec --name",
                ),
            ),
            Self::ScheduleMissing { environments, cron, zone } => bad(
                "schedule-missing",
                (
                    format!("no schedule for {cron:?} in {zone} ({environments})"),
                    format!("aucun horaire pour {cron:?} dans {zone} ({environments})"),
                ),
                (
                    "apply infra/modules/nightcap with this file; until then the transition waits for the reconcile tick",
                    "appliquez infra/modules/nightcap avec ce fichier ; d'ici là, la transition attend le passage régulier",
                ),
            ),
            Self::ScheduleExtra { name, expression, zone } => bad(
                "schedule-extra",
                (
                    format!("{name} ({expression}, {zone}) is no transition of the file"),
                    format!("{name} ({expression}, {zone}) n'est aucune transition du fichier"),
                ),
                (
                    "apply infra/modules/nightcap with this file; a tick too many does nothing",
                    "appliquez infra/modules/nightcap avec ce fichier ; un passage de trop ne fait rien",
                ),
            ),
            Self::ScheduleZone { name, is, should } => bad(
                "schedule-zone",
                (
                    format!("{name} runs on the clocks of {is}; the file says {should}"),
                    format!("{name} suit les horloges de {is} ; le fichier dit {should}"),
                ),
                (
                    "apply infra/modules/nightcap with this file",
                    "appliquez infra/modules/nightcap avec ce fichier",
                ),
            ),
            Self::ScheduleOff { name } => bad(
                "schedule-off",
                (format!("{name} is switched off"), format!("{name} est désactivé")),
                (
                    "set `enabled` of infra/modules/nightcap to true, and apply",
                    "mettez `enabled` d'infra/modules/nightcap à true, et appliquez",
                ),
            ),
            Self::ReconcileMissing => bad(
                "reconcile-missing",
                (
                    "no schedule starts a tick at a rate: what a transition misses is never made good".to_owned(),
                    "aucun horaire ne lance de passage régulier : ce qu'une transition manque n'est jamais rattrapé".to_owned(),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::RuleRight => ok(
                "rule-right",
                "RDS's events reach the scheduler",
                "les événements de RDS atteignent le planificateur",
            ),
            Self::RuleOff { name } => bad(
                "rule-off",
                (
                    format!("the rule {name} is missing or switched off: a database that AWS starts after seven days is seen late"),
                    format!("la règle {name} manque ou est désactivée : une base qu'AWS démarre après sept jours est vue tard"),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::DatabasesRight { count } => ok(
                "databases-right",
                format!("{count} looked at"),
                format!("{count} examinées"),
            ),
            Self::MaintenanceInSleep { window } => bad(
                "maintenance-in-sleep",
                (
                    format!("its maintenance window {window} UTC lies within its sleep: maintenance piles up"),
                    format!("sa fenêtre de maintenance {window} UTC tombe dans son sommeil : la maintenance s'accumule"),
                ),
                (
                    "move PreferredMaintenanceWindow into the hours in which it runs, or set wake_for_maintenance",
                    "déplacez PreferredMaintenanceWindow dans les heures où elle tourne, ou activez wake_for_maintenance",
                ),
            ),
            Self::MembersNotUp { members } => bad(
                "members-not-up",
                (
                    format!("the cluster is available, but not its instances {}", members.join(", ")),
                    format!("la grappe est disponible, mais pas ses instances {}", members.join(", ")),
                ),
                (
                    "wait some minutes and look again; if it lasts, look at the instances in RDS",
                    "attendez quelques minutes et regardez de nouveau ; si cela dure, voyez les instances dans RDS",
                ),
            ),
            Self::ParametersPending { group } => bad(
                "parameters-pending",
                (
                    format!("parameters of {group} wait for a restart that a start after a sleep does not replace"),
                    format!("des paramètres de {group} attendent un redémarrage qu'un réveil ne remplace pas"),
                ),
                ("restart it once while it runs", "redémarrez-la une fois pendant qu'elle tourne"),
            ),
            Self::CannotStop { why } => Words {
                code: "cannot-stop",
                verdict: Verdict::Problem,
                said: Text::made(
                    format!("it runs day and night: {}", why.to(Language::En)),
                    format!("elle tourne jour et nuit : {}", why.to(Language::Fr)),
                ),
                remedy: Text::fixed(
                    "take its tag nightcap:environment off, so that nobody counts on its sleep",
                    "retirez son étiquette nightcap:environment, pour que personne ne compte sur son sommeil",
                ),
            },
            Self::BlueGreen { deployment } => bad(
                "blue-green",
                (
                    format!("it is part of the blue/green deployment {deployment}: AWS refuses to stop it"),
                    format!("elle fait partie du déploiement bleu/vert {deployment} : AWS refuse de l'arrêter"),
                ),
                (
                    "switch over and delete the deployment; until then it stays up",
                    "basculez et supprimez le déploiement ; d'ici là, elle reste en marche",
                ),
            ),
            Self::MachinesRight { count } => ok(
                "machines-right",
                format!("{count} looked at"),
                format!("{count} examinées"),
            ),
            Self::AllSpot => bad(
                "all-spot",
                (
                    "every machine of it is Spot: there may be none in the morning".to_owned(),
                    "toutes ses machines sont Spot : il peut n'y en avoir aucune le matin".to_owned(),
                ),
                (
                    "give it an OnDemandBaseCapacity, or several instance types",
                    "donnez-lui une OnDemandBaseCapacity, ou plusieurs types d'instance",
                ),
            ),
            Self::Predictive { policy } => bad(
                "predictive",
                (
                    format!("the predictive scaling policy {policy} may raise its maximum above 0 and never lowers it"),
                    format!("la politique prédictive {policy} peut relever son maximum au-dessus de 0 et ne le rabaisse jamais"),
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
            Self::VolumeKeyDead { key, state } => bad(
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
            Self::VolumeKeyClosed { key } => bad(
                "volume-key-closed",
                (
                    format!("a volume is encrypted with {key}, for which the role lacks kms:CreateGrant: AWS takes the start, and the machine stops again"),
                    format!("un volume est chiffré avec {key}, pour laquelle le rôle n'a pas kms:CreateGrant : AWS accepte le démarrage, et la machine s'arrête aussitôt"),
                ),
                (
                    "allow kms:CreateGrant and kms:Decrypt on the key to the role, through EC2 (kms:ViaService) and for AWS resources (kms:GrantIsForAWSResource)",
                    "autorisez kms:CreateGrant et kms:Decrypt sur la clé au rôle, par EC2 (kms:ViaService) et pour les ressources AWS (kms:GrantIsForAWSResource)",
                ),
            ),
            Self::Conflict { what } => Words {
                code: "conflict",
                verdict: Verdict::Problem,
                said: what.clone(),
                remedy: Text::fixed(
                    "let one of the two decide: remove it, or take the tag off",
                    "laissez l'un des deux décider : supprimez-le, ou retirez l'étiquette",
                ),
            },
            Self::TasksFail { reason } => bad(
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
            Self::NodesFail { codes } => bad(
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
            Self::LedgerRight { table } => ok(
                "ledger-right",
                format!("{table}: keys, expiry and point-in-time recovery are right"),
                format!("{table} : clés, expiration et restauration sont en ordre"),
            ),
            Self::LedgerUnnamed => unknown(
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
            Self::LedgerKeys { keys } => bad(
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
            Self::LedgerTtl { is } => bad(
                "ledger-ttl",
                (
                    format!("time to live is {is}; it should be on for `expires`: the table only grows"),
                    format!("l'expiration est {is} ; elle devrait porter sur `expires` : la table ne fait que grandir"),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::LedgerBackup => bad(
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
            Self::QueueRight { name } => ok(
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
            Self::DeadLettersNone => ok("dead-letters-none", "empty", "vide"),
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
            Self::FunctionRight { version, modified } => ok(
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
            Self::FunctionUnfit { state, reason } => bad(
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
            Self::FunctionConfig => bad(
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
            Self::FunctionReserved => bad(
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
            Self::MappingOff { state } => bad(
                "mapping-off",
                (
                    format!("the queue's event source mapping is {state}: targets are never worked"),
                    format!("le lien entre la file et la fonction est {state} : les cibles ne sont jamais traitées"),
                ),
                ("apply infra/modules/nightcap", "appliquez infra/modules/nightcap"),
            ),
            Self::TagsRight { count } => ok(
                "tags-right",
                format!("{count} tagged resources, each in an environment of the file"),
                format!("{count} ressources étiquetées, chacune dans un environnement du fichier"),
            ),
            Self::TagCase { key, resources } => bad(
                "tag-case",
                (
                    format!("{resources} resources carry the key {key}, whose letters differ in case"),
                    format!("{resources} ressources portent la clé {key}, dont la casse diffère"),
                ),
                (
                    "write the key in lower case: AWS and IAM tell letters apart where Nightcap may not",
                    "écrivez la clé en minuscules : AWS et IAM distinguent les lettres là où Nightcap peut ne pas le faire",
                ),
            ),
            Self::KindUnlisted { environment, kind } => bad(
                "kind-unlisted",
                (
                    format!("it is tagged {environment}, whose `kinds` do not list {kind}: nobody looks at it"),
                    format!("elle est étiquetée {environment}, dont `kinds` ne nomme pas {kind} : personne ne la regarde"),
                ),
                (
                    "add the kind to the environment, or take the tag off",
                    "ajoutez le type à l'environnement, ou retirez l'étiquette",
                ),
            ),
            Self::EnvironmentUnknown { environment } => bad(
                "environment-unknown",
                (
                    format!("its tag nightcap:environment names {environment:?}, which is not configured"),
                    format!("son étiquette nightcap:environment désigne {environment:?}, qui n'est pas configuré"),
                ),
                (
                    "correct the tag, or add the environment to the file",
                    "corrigez l'étiquette, ou ajoutez l'environnement au fichier",
                ),
            ),
            Self::LooksLikeProduction { where_, is } => bad(
                "looks-like-production",
                (
                    format!("its {where_} {is:?} looks like production, and its environment is stopped by a schedule"),
                    format!("son {where_} {is:?} ressemble à la production, et un horaire arrête son environnement"),
                ),
                (
                    "if it is production, take its tag off or protect the environment; if not, name it under `not_production` with a reason",
                    "si c'est la production, retirez son étiquette ou protégez l'environnement ; sinon, nommez-le sous `not_production` avec un motif",
                ),
            ),
            Self::Plan { problem } => {
                let fault = &problem.fault;
                let (en, fr) = (Language::En, Language::Fr);
                Words {
                    code: fault.code(),
                    verdict: Verdict::Problem,
                    said: Text::made(fault.message(en), fault.message(fr)),
                    remedy: Text::made(fault.remedy(en), fault.remedy(fr)),
                }
            }
        }
    }
}
