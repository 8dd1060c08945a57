//! Amazon SNS: where the mails go.

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_sns::types::MessageAttributeValue;
use futures_util::future::BoxFuture;
use nightcap_domain::guard::Subscriptions;
use nightcap_domain::message::Mail;
use nightcap_reconcile::notifier::Notifier;

use crate::clients::Clients;
use crate::error::{AwsError, FromSdk};
use crate::pages::Followed;

/// The longest subject that SNS takes is one character less than a hundred.
const SUBJECT: usize = 99;

/// The largest message that SNS takes, in bytes of UTF-8, its attributes counted in: "The total
/// size limit for a single SNS message is 256 KB" (docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html,
/// which counts their names, types and values).
const MESSAGE: usize = 256 * 1024;

/// What is left of that for the body.
const BODY: usize = MESSAGE - MARK.len() - MARK_TYPE.len() - MARK_VALUE.len();

/// The attribute that marks a mail of ours.
const MARK: &str = "nightcap";
const MARK_TYPE: &str = "String";
const MARK_VALUE: &str = "mail";

/// Pages read of the list of subscriptions: a topic has at most 12,500,000, of which nobody needs
/// to know all.
const MOST_PAGES: usize = 100;

/// Ends a body that had to be cut.
const CUT: &str = "\n[...]\n";

/// A topic that people subscribe to.
#[derive(Clone, Debug)]
pub struct Topic {
    clients: Arc<Clients>,
    arn: String,
}

impl Topic {
    /// The topic of this ARN.
    pub fn new(clients: Arc<Clients>, arn: impl Into<String>) -> Self {
        Self {
            clients,
            arn: arn.into(),
        }
    }

    /// The topic's ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Sends a message to everybody who subscribed; gives its id.
    ///
    /// A subject that SNS would refuse is made fit (ASCII, one line, 99 characters), and a
    /// body of more than 256 KB is cut at the end of a line: a mail in a plainer dress says
    /// more than none.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn publish(&self, subject: &str, body: &str) -> Result<String, AwsError> {
        self.clients
            .sns()
            .publish()
            .topic_arn(&self.arn)
            // The budget guard listens to this topic, and must not answer Nightcap's own mails.
            .set_message_attributes(own())
            .subject(fit_subject(subject))
            .message(fit_body(body))
            .send()
            .await
            .map(|answer| answer.message_id.unwrap_or_default())
            .map_err(|error| AwsError::from_sdk("sns", "Publish", &error))
    }

    /// Who reads what is sent: addresses of people that are confirmed, and those that are not.
    ///
    /// # Errors
    /// Whatever AWS refuses.
    pub async fn readers(&self) -> Result<Subscriptions, AwsError> {
        let mut pages = self
            .clients
            .sns()
            .list_subscriptions_by_topic()
            .topic_arn(&self.arn)
            .into_paginator()
            .send();
        let mut readers = Subscriptions::default();
        let mut followed = Followed::new("sns", "ListSubscriptionsByTopic").at_most(MOST_PAGES);
        while let Some(page) = pages.next().await {
            let page = page
                .map_err(|error| AwsError::from_sdk("sns", "ListSubscriptionsByTopic", &error))?;
            followed.next(page.next_token())?;
            for subscription in page.subscriptions() {
                let protocol = subscription.protocol().unwrap_or_default();
                // Functions and queues listen as well; they are nobody who reads.
                if !matches!(protocol, "email" | "email-json" | "sms" | "http" | "https") {
                    continue;
                }
                match subscription.subscription_arn() {
                    Some("PendingConfirmation") | None => readers.pending += 1,
                    Some("Deleted") => {}
                    Some(_) => readers.confirmed += 1,
                }
            }
        }
        Ok(readers)
    }
}

impl Notifier for Topic {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<String, AwsError>> {
        Box::pin(self.publish(&mail.subject, &mail.body))
    }
}

/// The mark of a mail of ours, by which a subscription leaves it out.
fn own() -> Option<HashMap<String, MessageAttributeValue>> {
    let mark = MessageAttributeValue::builder()
        .data_type(MARK_TYPE)
        .string_value(MARK_VALUE)
        .build();
    Some(HashMap::from([(MARK.to_owned(), mark.ok()?)]))
}

/// A subject as SNS wants it: ASCII without control characters, no space at either end,
/// never empty.
fn fit_subject(subject: &str) -> String {
    let mut fit = String::with_capacity(subject.len());
    for character in subject.chars() {
        match plain(character) {
            " " if fit.is_empty() || fit.ends_with(' ') => {}
            text => fit.push_str(text),
        }
    }
    let fit = fit.trim_end();
    if fit.is_empty() {
        return "Nightcap".to_owned();
    }
    match fit.get(..SUBJECT) {
        Some(_) if fit.len() > SUBJECT => {
            let kept = fit.get(..SUBJECT - 3).unwrap_or_default();
            format!("{}...", kept.trim_end())
        }
        _ => fit.to_owned(),
    }
}

/// The ASCII that stands for a character: French loses its accents and keeps its letters.
fn plain(character: char) -> &'static str {
    match character {
        'à' | 'â' | 'ä' | 'á' | 'ã' => "a",
        'À' | 'Â' | 'Ä' | 'Á' | 'Ã' => "A",
        'é' | 'è' | 'ê' | 'ë' => "e",
        'É' | 'È' | 'Ê' | 'Ë' => "E",
        'î' | 'ï' | 'í' => "i",
        'Î' | 'Ï' | 'Í' => "I",
        'ô' | 'ö' | 'ó' => "o",
        'Ô' | 'Ö' | 'Ó' => "O",
        'ù' | 'û' | 'ü' | 'ú' => "u",
        'Ù' | 'Û' | 'Ü' | 'Ú' => "U",
        'ç' => "c",
        'Ç' => "C",
        'ñ' => "n",
        'œ' => "oe",
        'Œ' => "OE",
        'æ' => "ae",
        'Æ' => "AE",
        'ÿ' => "y",
        '\u{2018}' | '\u{2019}' => "'",
        '«' | '»' | '\u{201c}' | '\u{201d}' => "\"",
        '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        '…' => "...",
        '€' => "EUR",
        '→' => "->",
        _ if character.is_whitespace() || character.is_control() => " ",
        _ => ascii(character),
    }
}

/// The printable ASCII characters as text; a question mark for everything else.
fn ascii(character: char) -> &'static str {
    const PRINTABLE: &str = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    PRINTABLE
        .find(character)
        .and_then(|at| PRINTABLE.get(at..=at))
        .unwrap_or("?")
}

/// A body that SNS takes: as it is, or its first lines.
fn fit_body(body: &str) -> String {
    if body.len() <= BODY {
        return body.to_owned();
    }
    let kept = body.floor_char_boundary(BODY - CUT.len());
    let kept = body.get(..kept).unwrap_or_default();
    let lines = kept.rfind('\n').and_then(|end| kept.get(..end));
    format!("{}{CUT}", lines.unwrap_or(kept))
}

#[cfg(test)]
mod tests;
