//! Every finding in every language: the same facts, and no sentence of one in the other.

use nightcap_domain::config::Language;
use nightcap_domain::fleet::Text;
use nightcap_domain::plan::{Fault, Problem};

use super::{
    Access, Databases, Deployment, Finding, Machines, Money, Place, Resources, Schedules, Topic,
    Verdict,
};

/// A fact of a finding, as no sentence would have it.
fn fact() -> String {
    "zq7".to_owned()
}

fn text() -> Text {
    Text::made("english-fact", "fait-français")
}

fn list() -> Vec<String> {
    vec![fact(), fact()]
}

/// All variants of an enum, one after another: the compiler refuses one that is left out.
fn all<T>(next: fn(Option<&T>) -> Option<T>) -> Vec<T> {
    let mut found: Vec<T> = vec![];
    while let Some(one) = next(found.last()) {
        found.push(one);
    }
    found
}

fn access(last: Option<&Access>) -> Option<Access> {
    match last {
        None => Some(Access::SignedIn {
            account: fact(),
            region: fact(),
            principal: fact(),
        }),
        Some(Access::SignedIn { .. }) => Some(Access::NotSignedIn {
            error: fact(),
            remedy: text(),
        }),
        Some(Access::NotSignedIn { .. }) => Some(Access::RoleNotAssumable {
            account: fact(),
            region: fact(),
            role: fact(),
            scheduler: fact(),
        }),
        Some(Access::RoleNotAssumable { .. }) => Some(Access::Unread {
            operation: fact(),
            error: fact(),
            remedy: text(),
        }),
        Some(Access::Unread { .. }) => Some(Access::ClockRight { seconds: 7 }),
        Some(Access::ClockRight { .. }) => Some(Access::ClockWrong { seconds: 7 }),
        Some(Access::ClockWrong { .. }) => Some(Access::ClockUnknown),
        Some(Access::ClockUnknown) => Some(Access::PermissionsComplete {
            principal: fact(),
            actions: 7,
        }),
        Some(Access::PermissionsComplete { .. }) => Some(Access::PermissionsMissing {
            principal: fact(),
            actions: list(),
        }),
        Some(Access::PermissionsMissing { .. }) => Some(Access::PermissionsUnknown {
            principal: fact(),
            actions: list(),
        }),
        Some(Access::PermissionsUnknown { .. }) => None,
    }
}

fn databases(last: Option<&Databases>) -> Option<Databases> {
    match last {
        None => Some(Databases::Correct { count: 7 }),
        Some(Databases::Correct { .. }) => Some(Databases::MaintenanceInSleep { window: fact() }),
        Some(Databases::MaintenanceInSleep { .. }) => {
            Some(Databases::MembersNotUp { members: list() })
        }
        Some(Databases::MembersNotUp { .. }) => {
            Some(Databases::ParametersPending { group: fact() })
        }
        Some(Databases::ParametersPending { .. }) => {
            Some(Databases::BlueGreen { deployment: fact() })
        }
        Some(Databases::BlueGreen { .. }) => None,
    }
}

fn deployment(last: Option<&Deployment>) -> Option<Deployment> {
    match last {
        None => Some(Deployment::LedgerCorrect { table: fact() }),
        Some(Deployment::LedgerCorrect { .. }) => Some(Deployment::LedgerNotConfigured),
        Some(Deployment::LedgerNotConfigured) => Some(Deployment::LedgerMissing { table: fact() }),
        Some(Deployment::LedgerMissing { .. }) => {
            Some(Deployment::LedgerKeySchema { keys: fact() })
        }
        Some(Deployment::LedgerKeySchema { .. }) => Some(Deployment::LedgerTtlOff {
            attribute: Some(fact()),
        }),
        Some(Deployment::LedgerTtlOff { .. }) => Some(Deployment::LedgerBackupOff),
        Some(Deployment::LedgerBackupOff) => Some(Deployment::LedgerUnusable { status: fact() }),
        Some(Deployment::LedgerUnusable { .. }) => Some(Deployment::KeyUnusable {
            key: fact(),
            state: fact(),
        }),
        Some(Deployment::KeyUnusable { .. }) => Some(Deployment::KeyNotAllowed {
            key: fact(),
            principal: fact(),
            actions: list(),
        }),
        Some(Deployment::KeyNotAllowed { .. }) => Some(Deployment::KeyUnknown {
            key: fact(),
            principal: fact(),
        }),
        Some(Deployment::KeyUnknown { .. }) => Some(Deployment::QueueDenied { principal: fact() }),
        Some(Deployment::QueueDenied { .. }) => Some(Deployment::QueueCorrect { name: fact() }),
        Some(Deployment::QueueCorrect { .. }) => Some(Deployment::QueueMissing { name: fact() }),
        Some(Deployment::QueueMissing { .. }) => Some(Deployment::QueueRedrive { receives: 7 }),
        Some(Deployment::QueueRedrive { .. }) => Some(Deployment::QueueVisibility {
            seconds: 7,
            timeout: 7,
        }),
        Some(Deployment::QueueVisibility { .. }) => Some(Deployment::NoDeadLetters),
        Some(Deployment::NoDeadLetters) => Some(Deployment::DeadLetters { count: 7 }),
        Some(Deployment::DeadLetters { .. }) => Some(Deployment::FunctionCorrect {
            version: fact(),
            modified: fact(),
        }),
        Some(Deployment::FunctionCorrect { .. }) => {
            Some(Deployment::FunctionMissing { name: fact() })
        }
        Some(Deployment::FunctionMissing { .. }) => Some(Deployment::FunctionNotActive {
            state: fact(),
            reason: fact(),
        }),
        Some(Deployment::FunctionNotActive { .. }) => Some(Deployment::FunctionConfigDiffers),
        Some(Deployment::FunctionConfigDiffers) => {
            Some(Deployment::FunctionConfigMissing { place: fact() })
        }
        Some(Deployment::FunctionConfigMissing { .. }) => Some(Deployment::FunctionConfigUnread {
            place: fact(),
            error: fact(),
        }),
        Some(Deployment::FunctionConfigUnread { .. }) => Some(Deployment::FunctionVariable {
            name: fact(),
            is: fact(),
        }),
        Some(Deployment::FunctionVariable { .. }) => Some(Deployment::FunctionConcurrencyZero),
        Some(Deployment::FunctionConcurrencyZero) => Some(Deployment::MappingDisabled {
            state: Some(fact()),
        }),
        Some(Deployment::MappingDisabled { .. }) => None,
    }
}

fn machines(last: Option<&Machines>) -> Option<Machines> {
    match last {
        None => Some(Machines::Correct { count: 7 }),
        Some(Machines::Correct { .. }) => Some(Machines::AllSpot),
        Some(Machines::AllSpot) => {
            Some(Machines::PredictiveScalingRaisesMaximum { policy: fact() })
        }
        Some(Machines::PredictiveScalingRaisesMaximum { .. }) => {
            Some(Machines::LaunchFailed { reason: fact() })
        }
        Some(Machines::LaunchFailed { .. }) => Some(Machines::LaunchHookWaits { minutes: 7 }),
        Some(Machines::LaunchHookWaits { .. }) => Some(Machines::StartFailed { reason: fact() }),
        Some(Machines::StartFailed { .. }) => Some(Machines::VolumeKeyUnusable {
            key: fact(),
            state: fact(),
        }),
        Some(Machines::VolumeKeyUnusable { .. }) => {
            Some(Machines::VolumeKeyNotAllowed { key: fact() })
        }
        Some(Machines::VolumeKeyNotAllowed { .. }) => {
            Some(Machines::TasksNotStarting { reason: fact() })
        }
        Some(Machines::TasksNotStarting { .. }) => {
            Some(Machines::NodeGroupUnhealthy { codes: list() })
        }
        Some(Machines::NodeGroupUnhealthy { .. }) => None,
    }
}

fn money(last: Option<&Money>) -> Option<Money> {
    match last {
        None => Some(Money::CostsAvailable { last: fact() }),
        Some(Money::CostsAvailable { .. }) => Some(Money::CostExplorerOff),
        Some(Money::CostExplorerOff) => Some(Money::CostExplorerMember),
        Some(Money::CostExplorerMember) => Some(Money::NoCosts),
        Some(Money::NoCosts) => Some(Money::CostsStale {
            last: fact(),
            days: 7,
        }),
        Some(Money::CostsStale { .. }) => Some(Money::CostTagActive { key: fact() }),
        Some(Money::CostTagActive { .. }) => Some(Money::CostTagInactive { key: fact() }),
        Some(Money::CostTagInactive { .. }) => Some(Money::CostTagUnused { key: fact() }),
        Some(Money::CostTagUnused { .. }) => Some(Money::BudgetCorrect { name: fact() }),
        Some(Money::BudgetCorrect { .. }) => Some(Money::BudgetMissing { name: fact() }),
        Some(Money::BudgetMissing { .. }) => Some(Money::BudgetLimit {
            file: fact(),
            aws: fact(),
        }),
        Some(Money::BudgetLimit { .. }) => Some(Money::BudgetCurrency {
            file: fact(),
            aws: fact(),
        }),
        Some(Money::BudgetCurrency { .. }) => Some(Money::BudgetPeriod { unit: fact() }),
        Some(Money::BudgetPeriod { .. }) => Some(Money::BudgetType { is: fact() }),
        Some(Money::BudgetType { .. }) => {
            Some(Money::BudgetNotificationsElsewhere { topic: fact() })
        }
        Some(Money::BudgetNotificationsElsewhere { .. }) => {
            Some(Money::BudgetWithoutNotification { name: fact() })
        }
        Some(Money::BudgetWithoutNotification { .. }) => Some(Money::NoBudgetConfigured),
        Some(Money::NoBudgetConfigured) => None,
    }
}

fn resources(last: Option<&Resources>) -> Option<Resources> {
    match last {
        None => Some(Resources::CannotStop { why: text() }),
        Some(Resources::CannotStop { .. }) => Some(Resources::Conflict { what: text() }),
        Some(Resources::Conflict { .. }) => Some(Resources::TagsCorrect { count: 7 }),
        Some(Resources::TagsCorrect { .. }) => Some(Resources::TagCase {
            key: fact(),
            resources: 7,
        }),
        Some(Resources::TagCase { .. }) => Some(Resources::KindUnlisted {
            environment: fact(),
            kind: fact(),
        }),
        Some(Resources::KindUnlisted { .. }) => Some(Resources::EnvironmentUnknown {
            environment: fact(),
        }),
        Some(Resources::EnvironmentUnknown { .. }) => Some(Resources::LooksLikeProduction {
            place: Place::Tag(fact()),
            is: fact(),
        }),
        Some(Resources::LooksLikeProduction { .. }) => Some(Resources::Plan { problem: problem() }),
        Some(Resources::Plan { .. }) => None,
    }
}

fn schedules(last: Option<&Schedules>) -> Option<Schedules> {
    match last {
        None => Some(Schedules::Correct { count: 7 }),
        Some(Schedules::Correct { .. }) => Some(Schedules::GroupMissing { group: fact() }),
        Some(Schedules::GroupMissing { .. }) => Some(Schedules::TransitionMissing {
            environments: fact(),
            cron: fact(),
            zone: fact(),
        }),
        Some(Schedules::TransitionMissing { .. }) => Some(Schedules::Unexpected {
            name: fact(),
            expression: fact(),
            zone: fact(),
        }),
        Some(Schedules::Unexpected { .. }) => Some(Schedules::WrongZone {
            name: fact(),
            is: fact(),
            should: fact(),
        }),
        Some(Schedules::WrongZone { .. }) => Some(Schedules::Disabled { name: fact() }),
        Some(Schedules::Disabled { .. }) => Some(Schedules::WrongTarget {
            name: fact(),
            is: fact(),
            should: fact(),
        }),
        Some(Schedules::WrongTarget { .. }) => Some(Schedules::Ended {
            name: fact(),
            end: fact(),
        }),
        Some(Schedules::Ended { .. }) => Some(Schedules::GuardMissing),
        Some(Schedules::GuardMissing) => Some(Schedules::ReconcileMissing),
        Some(Schedules::ReconcileMissing) => Some(Schedules::RuleEnabled),
        Some(Schedules::RuleEnabled) => Some(Schedules::RuleDisabled { name: fact() }),
        Some(Schedules::RuleDisabled { .. }) => {
            Some(Schedules::RuleReachesNothing { name: fact() })
        }
        Some(Schedules::RuleReachesNothing { .. }) => None,
    }
}

fn topic(last: Option<&Topic>) -> Option<Topic> {
    match last {
        None => Some(Topic::NotConfigured),
        Some(Topic::NotConfigured) => Some(Topic::Missing),
        Some(Topic::Missing) => Some(Topic::PublishAllowed),
        Some(Topic::PublishAllowed) => Some(Topic::PublishNotAllowed),
        Some(Topic::PublishNotAllowed) => Some(Topic::KeyNotUsableByBudgets { key: fact() }),
        Some(Topic::KeyNotUsableByBudgets { .. }) => Some(Topic::Fifo),
        Some(Topic::Fifo) => Some(Topic::PublishDenied { principal: fact() }),
        Some(Topic::PublishDenied { .. }) => Some(Topic::ConditionalDeny { keys: list() }),
        Some(Topic::ConditionalDeny { .. }) => Some(Topic::SubscribersConfirmed { confirmed: 7 }),
        Some(Topic::SubscribersConfirmed { .. }) => Some(Topic::SubscribersPending { pending: 7 }),
        Some(Topic::SubscribersPending { .. }) => Some(Topic::NoSubscribers),
        Some(Topic::NoSubscribers) => Some(Topic::FilterPolicyBlocks {
            protocol: fact(),
            body: false,
        }),
        Some(Topic::FilterPolicyBlocks { .. }) => Some(Topic::GuardNotSubscribed),
        Some(Topic::GuardNotSubscribed) => Some(Topic::GuardNotInvokable),
        Some(Topic::GuardNotInvokable) => None,
    }
}

fn problem() -> Box<Problem> {
    Box::new(Problem {
        about: fact(),
        name: fact(),
        fault: Fault::UnreadableTier(fact()),
    })
}

/// Every finding; those that say one thing or another in several ways in each of them.
fn every() -> Vec<Finding> {
    fn of<T: Into<Finding>>(next: fn(Option<&T>) -> Option<T>) -> Vec<Finding> {
        all(next).into_iter().map(Into::into).collect()
    }
    let other = vec![
        Deployment::LedgerTtlOff { attribute: None }.into(),
        Deployment::MappingDisabled { state: None }.into(),
        Deployment::QueueRedrive { receives: 0 }.into(),
        Deployment::FunctionVariable {
            name: fact(),
            is: String::new(),
        }
        .into(),
        Topic::FilterPolicyBlocks {
            protocol: fact(),
            body: true,
        }
        .into(),
        Resources::LooksLikeProduction {
            place: Place::Name,
            is: fact(),
        }
        .into(),
    ];
    [
        of(access),
        of(databases),
        of(deployment),
        of(machines),
        of(money),
        of(resources),
        of(schedules),
        of(topic),
        other,
    ]
    .concat()
}

/// Words that no sentence of the other language has.
const ENGLISH: [&str; 26] = [
    " the ", " is ", " its ", " of ", " and ", " not ", " it ", " that ", " with ", " on for ",
    " has ", " for ", " who ", " you ", " this ", " was ", " are ", " an ", " to ", " in ", " be ",
    " tag ", " name ", " off ", "english", " or ",
];
const FRENCH: [&str; 12] = [
    " le ",
    " les ",
    " une ",
    " des ",
    " est ",
    " et ",
    " pas ",
    " qui ",
    " dans ",
    " sa ",
    "français",
    " ou ",
];

#[test]
fn every_finding_is_said_in_every_language_with_the_same_facts() {
    let mut codes = std::collections::BTreeSet::new();
    for finding in every() {
        let words = finding.words();
        codes.insert(words.code);
        let (en, fr) = (words.said.to(Language::En), words.said.to(Language::Fr));
        for (sentence, other) in [
            (en, fr),
            (words.remedy.to(Language::En), words.remedy.to(Language::Fr)),
        ] {
            assert_eq!(sentence.is_empty(), other.is_empty(), "{finding:?}");
            let (plain, translated) = (format!(" {sentence} "), format!(" {other} "));
            for word in ENGLISH {
                assert!(
                    !unquoted(&translated).contains(word),
                    "{word:?} in {other:?}"
                );
            }
            for word in FRENCH {
                assert!(!unquoted(&plain).contains(word), "{word:?} in {sentence:?}");
            }
            // The facts stand in both, as often.
            for mark in ["zq7", "7"] {
                let count = |text: &str| text.matches(mark).count();
                assert_eq!(count(sentence), count(other), "{sentence:?} and {other:?}");
            }
        }
        // Two languages that say the same in the same words say it in one of them.
        assert!(en != fr || en.is_empty(), "{en:?}");
        // Whoever reads of a problem, or of what is not known, reads what to do.
        let nothing_to_do = words.remedy.to(Language::En).is_empty();
        assert_eq!(nothing_to_do, words.verdict == Verdict::Ok, "{finding:?}");
        for verdict in [Verdict::Ok, Verdict::Problem, Verdict::Unknown] {
            assert!(!verdict.said(Language::Fr).is_empty());
        }
    }
    assert!(codes.len() > 80, "{}", codes.len());
}

/// A text without what it quotes: keys, commands and AWS's own words are the same in every language.
fn unquoted(text: &str) -> String {
    let code = text.split('`').step_by(2).collect::<String>();
    let quoted = code.split('"').step_by(2).collect::<String>();
    let parts = quoted.split(['«', '»']).step_by(2);
    parts.collect()
}
