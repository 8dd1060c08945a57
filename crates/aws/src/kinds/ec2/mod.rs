//! The few calls to EC2 that its instances need, on the SDK's own runtime.
//!
//! The SDK's crate for EC2 has 1.2 million lines of generated code, and takes a compiler 160 s
//! and 7.7 GB of memory (`docs/decisions/kinds.md`) for four calls. What makes an SDK client
//! is in the crates under it: credentials, signing, endpoints' partitions, retries, timeouts,
//! the connector. Here are only the words of those four calls.

mod reply;

use std::fmt;

use aws_config::SdkConfig;
use aws_smithy_query::QueryWriter;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;

use crate::client::CountCalls;
use crate::error::{AwsError, FromSdk};
use crate::pages::Followed;
use crate::plain_call::{self, Recipient, Refusal};
use crate::whole::{AskAgain, WholeXml};

pub(crate) use reply::{Instance, Page, SpotRequest};

/// The version of EC2's API, the same since 2016.
const VERSION: &str = "2016-11-15";

/// What an instance is in that is not on its way out.
const STATES: [&str; 4] = ["pending", "running", "stopping", "stopped"];

/// The most values that one filter takes (`DescribeInstances`, Amazon EC2 API Reference).
const FILTERED: usize = 200;

/// The most instances that one call gives.
const PAGE: &str = "1000";

/// EC2 in one account and region.
#[derive(Clone)]
pub(crate) struct Ec2 {
    config: SdkConfig,
    counting: CountCalls,
}

impl fmt::Debug for Ec2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ec2").finish_non_exhaustive()
    }
}

/// The parameters of a call, in order.
type Parameters = Vec<(String, String)>;

impl Ec2 {
    /// EC2 as this configuration reaches it.
    pub(crate) fn new(config: SdkConfig) -> Self {
        let counting = CountCalls::default();
        Self { config, counting }
    }

    /// The same, counting its calls together with those of others.
    pub(crate) fn counted_by(self, counting: CountCalls) -> Self {
        Self { counting, ..self }
    }

    /// One page of the instances that carry a tag and are not on their way out.
    pub(crate) async fn describe_instances(
        &self,
        tag: &str,
        after: Option<&str>,
    ) -> Result<Page, AwsError> {
        let mut asked = pairs(&[
            ("Filter.1.Name", "tag-key"),
            ("Filter.1.Value.1", tag),
            ("Filter.2.Name", "instance-state-name"),
            ("MaxResults", PAGE),
        ]);
        asked.extend(numbered("Filter.2.Value", &STATES));
        asked.extend(after.map(|token| ("NextToken".to_owned(), token.to_owned())));
        self.call("DescribeInstances", asked, reply::instances)
            .await
    }

    /// The machines that bear this tag with one of these values and are not on their way out, all
    /// pages.
    pub(crate) async fn machines_of(
        &self,
        tag: &str,
        values: &[&str],
    ) -> Result<Vec<Instance>, AwsError> {
        let mut found = vec![];
        for some in values.chunks(FILTERED) {
            let mut followed = Followed::new("ec2", "DescribeInstances");
            let mut after: Option<String> = None;
            loop {
                let mut asked = pairs(&[
                    ("Filter.1.Name", &format!("tag:{tag}")),
                    ("Filter.2.Name", "instance-state-name"),
                    ("MaxResults", PAGE),
                ]);
                asked.extend(numbered("Filter.1.Value", some));
                asked.extend(numbered("Filter.2.Value", &STATES));
                asked.extend(
                    after
                        .iter()
                        .map(|token| ("NextToken".to_owned(), token.clone())),
                );
                let page = self.call("DescribeInstances", asked, reply::instances);
                let page: Page = page.await?;
                found.extend(page.instances);
                after = followed.next(page.next.as_deref())?;
                if after.is_none() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// The Spot requests of these names, as far as AWS still knows them: a filter finds nothing
    /// where a list of names with one that is gone fails as a whole.
    pub(crate) async fn describe_spot_requests(
        &self,
        ids: &[&str],
    ) -> Result<Vec<SpotRequest>, AwsError> {
        let mut asked = pairs(&[("Filter.1.Name", "spot-instance-request-id")]);
        asked.extend(numbered("Filter.1.Value", ids));
        self.call("DescribeSpotInstanceRequests", asked, reply::spot_requests)
            .await
    }

    /// Orders an instance to start.
    pub(crate) async fn start_instance(&self, id: &str) -> Result<(), AwsError> {
        self.call("StartInstances", numbered("InstanceId", &[id]), reply::done)
            .await
    }

    /// Orders an instance to stop, its disks kept.
    pub(crate) async fn stop_instance(&self, id: &str) -> Result<(), AwsError> {
        self.call("StopInstances", numbered("InstanceId", &[id]), reply::done)
            .await
    }

    async fn call<T: fmt::Debug + Send + Sync + 'static>(
        &self,
        operation: &'static str,
        parameters: Parameters,
        read: fn(&str) -> Result<T, BoxError>,
    ) -> Result<T, AwsError> {
        let endpoint = self.endpoint(operation).await?;
        let answered: Result<T, SdkError<Refusal, HttpResponse>> = self
            .operation(operation, &endpoint, read)
            .invoke(parameters)
            .await;
        answered.map_err(|error| AwsError::from_sdk("ec2", operation, &error))
    }

    fn operation<T: fmt::Debug + Send + Sync + 'static>(
        &self,
        operation: &'static str,
        endpoint: &str,
        read: fn(&str) -> Result<T, BoxError>,
    ) -> Operation<Parameters, T, Refusal> {
        let recipient = Recipient {
            service: "EC2",
            signed_as: "ec2",
            region: self.config.region().cloned(),
            url: endpoint,
        };
        plain_call::operation(&self.config, recipient, operation)
            .retry_classifier(AskAgain)
            .interceptor(self.counting.clone())
            .interceptor(WholeXml)
            .serializer(move |parameters| request(operation, &parameters))
            .deserializer(move |response: &HttpResponse| answer(response, read))
            .build()
    }

    /// The URL to call: EC2's endpoints are named as Auto Scaling's are.
    async fn endpoint(&self, operation: &'static str) -> Result<String, AwsError> {
        if let Some(url) = self.config.endpoint_url() {
            return Ok(url.to_owned());
        }
        let region = self.config.region().map(ToString::to_string);
        match plain_call::regional_url(&self.config, region).await {
            Ok(url) => Ok(url.replacen("autoscaling", "ec2", 1)),
            Err((cause, message)) => Err(AwsError {
                service: "ec2",
                operation,
                cause,
                message,
            }),
        }
    }
}

fn pairs(pairs: &[(&str, &str)]) -> Parameters {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn numbered(key: &str, values: &[&str]) -> Parameters {
    values
        .iter()
        .enumerate()
        .map(|(place, value)| (format!("{key}.{}", place + 1), (*value).to_owned()))
        .collect()
}

fn request(operation: &str, parameters: &Parameters) -> Result<HttpRequest, BoxError> {
    let mut form = String::new();
    let mut writer = QueryWriter::new(&mut form, operation, VERSION);
    for (key, value) in parameters {
        writer.prefix(key).string(value);
    }
    writer.finish();
    plain_call::post("application/x-www-form-urlencoded", form)
}

fn answer<T>(
    response: &HttpResponse,
    read: fn(&str) -> Result<T, BoxError>,
) -> Result<T, OrchestratorError<Refusal>> {
    let body = response.body().bytes().unwrap_or_default();
    let text = std::str::from_utf8(body).map_err(OrchestratorError::other)?;
    if response.status().is_success() {
        return read(text).map_err(OrchestratorError::response);
    }
    Err(OrchestratorError::operation(Refusal(reply::refusal(text))))
}

#[cfg(test)]
mod tests;
