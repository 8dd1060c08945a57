//! A channel by which people are notified.

use std::fmt::Debug;

use futures_util::future::BoxFuture;
use nightcap_domain::message::Mail;

use crate::error::AwsError;

/// A channel by which people are notified.
pub trait Notifier: Debug + Send + Sync {
    /// Sends a mail to everybody who subscribed; gives its id.
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<String, AwsError>>;
}
