//! The mail about a tick that could do nothing at all.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use crate::config::Language;

use super::layout::Body;
use super::{Mail, ascii_subject, local};

/// Columns of the labels at the top.
const LABEL: usize = 11;

/// Writes the mail about a tick that could do nothing.
pub fn nothing_done(
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
    body.field(words.next.0, LABEL, words.next.1);
    body.heading(words.reference);
    body.item(&format!("{} {reference}", at.format("%Y-%m-%dT%H:%M:%SZ")));
    Mail {
        subject: ascii_subject(words.subject),
        body: body.finish(),
    }
}

/// The words of one language.
struct Words {
    subject: &'static str,
    what: (&'static str, &'static str),
    when: &'static str,
    why: &'static str,
    effect: (&'static str, &'static str),
    next: (&'static str, &'static str),
    reference: &'static str,
}

const EN: Words = Words {
    subject: "Nothing could be done: the fleet could not be read (Nightcap)",
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
