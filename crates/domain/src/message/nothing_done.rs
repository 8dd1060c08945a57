//! The mail about a tick that could do nothing at all.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::config::Language;

use super::layout::Body;
use super::{Mail, ascii_subject, local};

/// Columns of the labels at the top.
const LABEL: usize = 11;

/// What could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NothingRead {
    /// No target could be.
    Fleet,
    /// The ledger could not be: nobody knows for certain what was told.
    Ledger,
}

/// Writes the mail about a tick that could do nothing.
pub fn nothing_done(
    read: NothingRead,
    error: &str,
    at: DateTime<Utc>,
    zone: Tz,
    language: Language,
    reference: &str,
) -> Mail {
    let words = match language {
        Language::En => EN,
        Language::Fr => FR,
    };
    let mut body = Body::default();
    body.field(words.what.0, LABEL, words.what.1);
    body.field(words.when, LABEL, &local(at, zone, language));
    body.field(words.why, LABEL, error);
    body.field(words.effect.0, LABEL, words.effect.1);
    let (subject, next) = match read {
        NothingRead::Fleet => (words.subject, words.next.1),
        NothingRead::Ledger => (words.no_ledger, words.without_ledger),
    };
    body.field(words.next.0, LABEL, next);
    body.heading(words.reference);
    body.item(&format!("{} {reference}", at.format("%Y-%m-%dT%H:%M:%SZ")));
    Mail {
        subject: ascii_subject(subject),
        body: body.finish(),
    }
}

/// The words of one language.
struct Words {
    subject: &'static str,
    no_ledger: &'static str,
    without_ledger: &'static str,
    what: (&'static str, &'static str),
    when: &'static str,
    why: &'static str,
    effect: (&'static str, &'static str),
    next: (&'static str, &'static str),
    reference: &'static str,
}

const EN: Words = Words {
    subject: "Nothing could be done: the fleet could not be read (Nightcap)",
    no_ledger: "Nothing could be done: the ledger could not be read (Nightcap)",
    without_ledger: "every tick tries again; nothing needs to be done twice. Without the ledger this mail may come more than once",
    what: ("What", "nothing could be done"),
    when: "When",
    why: "Why",
    effect: ("Effect", "everything stays as it is; nothing was changed"),
    next: (
        "Next",
        "every tick tries again; this mail is sent once, and nothing needs to be done twice",
    ),
    reference: "Reference",
};

const FR: Words = Words {
    subject: "Rien n'a pu être fait : le parc n'a pas pu être lu (Nightcap)",
    no_ledger: "Rien n'a pu être fait : le registre n'a pas pu être lu (Nightcap)",
    without_ledger: "chaque passage réessaie ; rien n'est à refaire. Sans le registre, ce message peut arriver plus d'une fois",
    what: ("Quoi", "rien n'a pu être fait"),
    when: "Quand",
    why: "Pourquoi",
    effect: ("Effet", "tout reste en l'état ; rien n'a été modifié"),
    next: (
        "Ensuite",
        "chaque passage réessaie ; ce message n'est envoyé qu'une fois, rien n'est à refaire",
    ),
    reference: "Référence",
};
