//! Costs, their tag, and the AWS Budget.

use super::{Words, bad, ok};

/// Costs, their tag, and the AWS Budget.
#[derive(Clone, Debug)]
pub(crate) enum Money {
    /// Costs are there.
    CostsAvailable { last: String },
    /// Cost Explorer was never enabled.
    CostExplorerOff,
    /// The management account does not let this member account look.
    CostExplorerMember,
    /// There is nothing yet.
    NoCosts,
    /// The newest day is old.
    CostsStale { last: String, days: i64 },
    /// The cost allocation tag is active.
    CostTagActive { key: String },
    /// It is not.
    CostTagInactive { key: String },
    /// Active or not, no cost of the last days carries it.
    CostTagUnused { key: String },
    /// The budget is as the file has it.
    BudgetCorrect { name: String },
    /// There is no such budget.
    BudgetMissing { name: String },
    /// Its limit differs.
    BudgetLimit { file: String, aws: String },
    /// Its currency differs.
    BudgetCurrency { file: String, aws: String },
    /// Its period is not a month.
    BudgetPeriod { unit: String },
    /// It is no budget of costs.
    BudgetType { is: String },
    /// None of its notifications goes to the topic.
    BudgetNotificationsElsewhere { topic: String },
    /// It has no notification.
    BudgetWithoutNotification { name: String },
    /// The file watches none.
    NoBudgetConfigured,
}

impl Money {
    /// Everything that is said of it.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a finding: this is their table"
    )]
    pub(super) fn words(&self) -> Words {
        match self {
            Self::CostsAvailable { last } => ok(
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
                    "the management account does not let this member account see its costs"
                        .to_owned(),
                    "le compte de gestion ne laisse pas ce compte membre voir ses coûts".to_owned(),
                ),
                (
                    "in the management account: Cost Management preferences > allow linked account access",
                    "dans le compte de gestion : Préférences de gestion des coûts > autorisez l'accès des comptes liés",
                ),
            ),
            Self::NoCosts => bad(
                "costs-none",
                (
                    "Cost Explorer answers, and knows no cost of the last two weeks".to_owned(),
                    "Cost Explorer répond, et ne connaît aucun coût des deux dernières semaines"
                        .to_owned(),
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
                    format!(
                        "the cost allocation tag {key} is not active: every environment's cost is 0"
                    ),
                    format!(
                        "l'étiquette de répartition des coûts {key} n'est pas active : le coût de chaque environnement est 0"
                    ),
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
            Self::BudgetCorrect { name } => ok(
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
                    format!(
                        "la période du budget AWS est {unit} ; la limite du fichier vaut pour un mois"
                    ),
                ),
                (
                    "make the AWS Budget a monthly one",
                    "faites du budget AWS un budget mensuel",
                ),
            ),
            Self::BudgetWithoutNotification { name } => bad(
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
            Self::BudgetType { is } => bad(
                "budget-type",
                (
                    format!("the AWS Budget is of the type {is}; the file's limit is one of costs"),
                    format!(
                        "le budget AWS est du type {is} ; la limite du fichier porte sur des coûts"
                    ),
                ),
                (
                    "name a budget of the type COST under budget.name",
                    "nommez sous budget.name un budget du type COST",
                ),
            ),
            Self::BudgetNotificationsElsewhere { topic } => bad(
                "budget-not-to-topic",
                (
                    format!(
                        "none of its notifications goes to {topic}: the guard hears nothing of it"
                    ),
                    format!(
                        "aucune de ses notifications ne va à {topic} : le garde n'en apprend rien"
                    ),
                ),
                (
                    "add the topic as a subscriber of a notification (infra/modules/budget does)",
                    "ajoutez le sujet comme abonné d'une notification (infra/modules/budget le fait)",
                ),
            ),
            Self::NoBudgetConfigured => ok(
                "budget-none",
                "the file watches no budget",
                "le fichier ne surveille aucun budget",
            ),
        }
    }
}
