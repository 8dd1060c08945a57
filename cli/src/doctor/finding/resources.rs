//! What a tick would report of the fleet, and its tags.

use nightcap_domain::config::Language;
use nightcap_domain::fleet::Text;
use nightcap_domain::plan::Problem;

use super::{Verdict, Words, bad, ok};

/// What a tick would report of the fleet, and its tags.
#[derive(Clone, Debug)]
pub(crate) enum Resources {
    /// It cannot be stopped.
    CannotStop { why: Text },
    /// Something else wakes it or puts it to sleep.
    Conflict { what: Text },
    /// The tags make sense.
    TagsCorrect { count: usize },
    /// A key that differs from ours in its letters' case alone.
    TagCase { key: String, resources: usize },
    /// Its environment does not look for its kind.
    KindUnlisted { environment: String, kind: String },
    /// Its environment is not in the file.
    EnvironmentUnknown { environment: String },
    /// It looks like production and has a schedule.
    LooksLikeProduction { place: Place, is: String },
    /// What a tick would report.
    Plan { problem: Box<Problem> },
}

/// Where a text was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the name.
    Name,
    /// In the tag of this key.
    Tag(String),
}

impl Place {
    fn words(&self) -> (String, String) {
        match self {
            Self::Name => ("name".to_owned(), "nom".to_owned()),
            Self::Tag(key) => (format!("tag {key}"), format!("étiquette {key}")),
        }
    }
}

impl Resources {
    /// Everything that is said of it.
    pub(super) fn words(&self) -> Words {
        match self {
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
            Self::Conflict { what } => Words {
                code: "conflict",
                verdict: Verdict::Problem,
                said: what.clone(),
                remedy: Text::fixed(
                    "let one of the two decide: remove it, or take the tag off",
                    "laissez l'un des deux décider : supprimez-le, ou retirez l'étiquette",
                ),
            },
            Self::TagsCorrect { count } => ok(
                "tags-right",
                format!("{count} tagged resources, each in an environment of the file"),
                format!("{count} ressources étiquetées, chacune dans un environnement du fichier"),
            ),
            Self::TagCase { key, resources } => bad(
                "tag-case",
                (
                    format!(
                        "{resources} resources carry the key {key}, whose letters differ in case"
                    ),
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
                    format!(
                        "it is tagged {environment}, whose `kinds` do not list {kind}: nobody looks at it"
                    ),
                    format!(
                        "elle est étiquetée {environment}, dont `kinds` ne nomme pas {kind} : personne ne la regarde"
                    ),
                ),
                (
                    "add the kind to the environment, or take the tag off",
                    "ajoutez le type à l'environnement, ou retirez l'étiquette",
                ),
            ),
            Self::EnvironmentUnknown { environment } => bad(
                "environment-unknown",
                (
                    format!(
                        "its tag nightcap:environment names {environment:?}, which is not configured"
                    ),
                    format!(
                        "son étiquette nightcap:environment désigne {environment:?}, qui n'est pas configuré"
                    ),
                ),
                (
                    "correct the tag, or add the environment to the file",
                    "corrigez l'étiquette, ou ajoutez l'environnement au fichier",
                ),
            ),
            Self::LooksLikeProduction { place, is } => {
                let (en, fr) = place.words();
                bad(
                    "looks-like-production",
                    (
                        format!(
                            "its {en} {is:?} looks like production, and its environment is stopped by a schedule"
                        ),
                        format!(
                            "{fr} {is:?} : cela ressemble à la production, et un horaire arrête son environnement"
                        ),
                    ),
                    (
                        "if it is production, take its tag off or protect the environment; if not, name it under `not_production` with a reason",
                        "si c'est la production, retirez son étiquette ou protégez l'environnement ; sinon, nommez-le sous `not_production` avec un motif",
                    ),
                )
            }
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
