//! How fast AWS is asked: a bucket of tokens for each service in each account and region.
//!
//! AWS throttles an account's calls with such buckets, and everybody in the account shares
//! them: a scheduler that empties them at nine o'clock takes them from the deployments of
//! nine o'clock. The retries of the SDK stay what they are; they mend what is throttled for
//! other people's sake. Figures and sources: `docs/decisions/scale.md`.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
    http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use leaky_bucket::RateLimiter;

/// Services whose calls are limited; each has buckets of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// EC2 Auto Scaling.
    AutoScaling,
    /// EC2 itself.
    Ec2,
    /// ECS.
    Ecs,
    /// EKS.
    Eks,
    /// RDS and Aurora.
    Rds,
}

/// A bucket: what it holds, and what flows in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Calls that may be made at once when nothing was asked for a while.
    pub burst: u16,
    /// Calls a second after that.
    pub per_second: u16,
}

/// The buckets of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Buckets {
    /// One for all calls.
    Shared(Rate),
    /// One for what reads, one for what changes something.
    Apart { reads: Rate, orders: Rate },
}

impl Family {
    fn buckets(self) -> Buckets {
        let rate = |burst, per_second| Rate { burst, per_second };
        match self {
            // "throttles API requests based on a shared API bucket"; no figure is published.
            Self::AutoScaling => Buckets::Shared(rate(50, 10)),
            // Describe* unfiltered; StartInstances is the slowest of the orders.
            Self::Ec2 => Buckets::Apart {
                reads: rate(50, 10),
                orders: rate(5, 2),
            },
            // Reads as published for clusters; the orders are ours.
            Self::Ecs => Buckets::Apart {
                reads: rate(50, 20),
                orders: rate(20, 5),
            },
            // No figure is published.
            Self::Eks => Buckets::Apart {
                reads: rate(20, 5),
                orders: rate(10, 2),
            },
            // No figure is published; 700 calls of one kind in a minute have been too many.
            Self::Rds => Buckets::Apart {
                reads: rate(50, 10),
                orders: rate(50, 10),
            },
        }
    }

    /// The rate at which it is read from, or given orders.
    pub fn rate(self, reads: bool) -> Rate {
        match self.buckets() {
            Buckets::Shared(rate) => rate,
            Buckets::Apart { reads: rate, .. } if reads => rate,
            Buckets::Apart { orders, .. } => orders,
        }
    }

    /// How long the last of so many callers waits where all come at once and find the
    /// bucket empty. Time limits of calls must leave room for it.
    pub fn longest_wait(self, callers: u16) -> Duration {
        let slowest = self.rate(true).per_second.min(self.rate(false).per_second);
        Duration::from_secs(1) * u32::from(callers) / u32::from(slowest)
    }
}

/// Every bucket of this process. A function that stays warm keeps them between invocations.
#[derive(Default)]
pub struct Rates {
    /// Everybody may ask as fast as they can.
    unlimited: bool,
    buckets: Mutex<HashMap<Key, Arc<RateLimiter>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    family: Family,
    account: String,
    region: String,
    reads: bool,
}

impl fmt::Debug for Rates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rates").finish_non_exhaustive()
    }
}

impl Rates {
    /// The rates that `NIGHTCAP_RATE_LIMITS` asks for: `off` is none, to measure Nightcap
    /// itself or where AWS has raised an account's limits; anything else is the usual ones.
    pub fn from_setting(setting: Option<&str>) -> Self {
        Self {
            unlimited: setting.is_some_and(|setting| setting.trim() == "off"),
            ..Self::default()
        }
    }

    /// A client that asks no faster than the buckets of this family, account and region allow.
    /// Every attempt takes a token, retries too.
    ///
    /// This stands at the HTTP client because nothing before it in the SDK may wait: its
    /// interceptors are synchronous.
    pub fn limit(
        &self,
        client: SharedHttpClient,
        family: Family,
        account: &str,
        region: &str,
    ) -> SharedHttpClient {
        if self.unlimited {
            return client;
        }
        let bucket = |reads| self.bucket(family, account, region, reads);
        let (reads, orders) = (bucket(true), bucket(false));
        http_client_fn(move |settings, components| {
            SharedHttpConnector::new(Limited {
                connector: client.http_connector(settings, components),
                reads: Arc::clone(&reads),
                orders: Arc::clone(&orders),
            })
        })
    }

    pub(crate) fn bucket(
        &self,
        family: Family,
        account: &str,
        region: &str,
        reads: bool,
    ) -> Arc<RateLimiter> {
        let key = Key {
            family,
            account: account.to_owned(),
            region: region.to_owned(),
            reads: reads || matches!(family.buckets(), Buckets::Shared(_)),
        };
        // What a panic elsewhere left behind is a map all the same.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let made = buckets
            .entry(key)
            .or_insert_with(|| Arc::new(limiter(family.rate(reads))));
        Arc::clone(made)
    }
}

fn limiter(rate: Rate) -> RateLimiter {
    RateLimiter::builder()
        .initial(usize::from(rate.burst))
        .max(usize::from(rate.burst))
        // One token at a time, so that calls are spread over the second.
        .interval(Duration::from_secs(1) / u32::from(rate.per_second))
        .refill(1)
        // First come, first served: nobody starves.
        .fair(true)
        .build()
}

struct Limited {
    connector: SharedHttpConnector,
    reads: Arc<RateLimiter>,
    orders: Arc<RateLimiter>,
}

impl fmt::Debug for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limited").finish_non_exhaustive()
    }
}

impl HttpConnector for Limited {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let bucket = if reads(&request) {
            &self.reads
        } else {
            &self.orders
        };
        let token = Arc::clone(bucket).acquire_owned(1);
        let connector = self.connector.clone();
        HttpConnectorFuture::new(async move {
            token.await;
            connector.call(request).await
        })
    }
}

/// Whether a call only reads, as far as its protocol tells; what is not known is an order.
fn reads(request: &HttpRequest) -> bool {
    if matches!(request.method(), "GET" | "HEAD") {
        return true;
    }
    // JSON: `X-Amz-Target: Service.Operation`; query: the body begins with `Action=Operation`.
    let target = request.headers().get("x-amz-target");
    let operation = target
        .and_then(|target| target.rsplit('.').next())
        .or_else(|| {
            let body = std::str::from_utf8(request.body().bytes()?).ok()?;
            body.strip_prefix("Action=")
        });
    ["Describe", "Get", "List"]
        .iter()
        .any(|word| operation.is_some_and(|operation| operation.starts_with(word)))
}

#[cfg(test)]
mod tests;
