//! Ending holds before their time.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::asked::{MOST_OF_A_NAME, Unsaid, listed, said};
use super::{About, Hold, Scope};
use crate::config::nearest;
use crate::text;

/// Which holds to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Released {
    /// The hold of this id.
    Id(String),
    /// Every hold on this environment or this resource itself, whoever made it.
    About(About),
    /// Whichever of the two this names, an id first.
    Named(String),
}

/// Why nothing is released.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReleaseError {
    /// No hold fits.
    #[error(
        "nothing holds {name:?}{}; {}",
        .nearest.as_ref().map(|n| format!(" (did you mean {n:?}?)")).unwrap_or_default(),
        if .known.is_empty() { "there are no holds".to_owned() } else { format!("there are {}", .known) }
    )]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest that exists.
        nearest: Option<String>,
        /// The holds that there are.
        known: String,
    },
    /// Who is missing, or cannot be kept as it was said.
    #[error(transparent)]
    Unsaid(#[from] Unsaid),
}

/// By whom and why holds are released, as that may be kept in the history. The reason may be empty.
///
/// # Errors
/// If either has a character that nobody sees or is too long, or nobody is named.
pub fn signed(by: &str, reason: &str) -> Result<(String, String), ReleaseError> {
    let by = said(by, "release", "an author")?;
    let reason = match reason.trim() {
        "" => String::new(),
        reason => said(reason, "release", "a reason")?,
    };
    Ok((by, reason))
}

/// The holds to end, each already with `now` as its end.
///
/// # Errors
/// If none fits; the error names those that there are.
pub fn release(
    holds: &[Hold],
    which: &Released,
    now: DateTime<Utc>,
) -> Result<Vec<Hold>, ReleaseError> {
    let lasting: Vec<&Hold> = holds.iter().filter(|hold| !hold.has_ended(now)).collect();
    let fits = |hold: &Hold| match which {
        Released::Id(id) => hold.id == *id,
        Released::About(about) => is_on(hold, about),
        Released::Named(name) => hold.id == *name || is_named(hold, name),
    };
    let mut chosen: Vec<Hold> = lasting
        .iter()
        .filter(|hold| fits(hold))
        .map(|&hold| hold.clone())
        .collect();
    if chosen.is_empty() {
        return Err(unknown(&lasting, which));
    }
    for hold in &mut chosen {
        hold.until = now;
    }
    Ok(chosen)
}

fn is_named(hold: &Hold, name: &str) -> bool {
    is_on(hold, &About::Environment(name.to_owned()))
        || is_on(hold, &About::Resource(name.to_owned()))
}

/// A resource is known here by its ARN alone; the name is what the ARN ends with.
fn is_on(hold: &Hold, about: &About) -> bool {
    match (&hold.scope, about) {
        (Scope::Environment(held), About::Environment(name)) => held.as_str() == name,
        (Scope::Resource(arn), About::Resource(name)) => {
            let arn = arn.as_str();
            arn == name || arn.rsplit([':', '/']).next() == Some(name)
        }
        _ => false,
    }
}

fn unknown(lasting: &[&Hold], which: &Released) -> ReleaseError {
    let (Released::Id(name)
    | Released::About(About::Environment(name) | About::Resource(name))
    | Released::Named(name)) = which;
    let candidates = lasting
        .iter()
        .map(|hold| hold.id.clone())
        .chain(lasting.iter().map(|hold| hold.scope.to_string()));
    let candidates: Vec<String> = candidates.collect();
    let all = lasting
        .iter()
        .map(|hold| format!("{} (on {})", hold.id, hold.scope));
    ReleaseError::Unknown {
        name: text::clean(name, MOST_OF_A_NAME),
        nearest: nearest(name, candidates.iter().map(String::as_str)),
        known: listed(all),
    }
}
