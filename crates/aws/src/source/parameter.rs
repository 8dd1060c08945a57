//! One parameter of Systems Manager's store.
//!
//! Its SDK crate serves this one call, and is a twentieth of a function's code
//! (docs/decisions/size.md): the call is made as those to EC2 are.

use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::SdkError;
use serde::Deserialize;
use serde_json::json;

use crate::clients::Clients;
use crate::error::{AwsError, FromSdk};
use crate::plain_call::{self, Recipient, Refusal};
use crate::whole::AskAgain;

const OPERATION: &str = "GetParameter";

/// What `GetParameter` answers, as far as it is read (AWS Systems Manager API Reference).
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    parameter: Parameter,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Parameter {
    value: String,
}

/// What it answers where it refuses.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Refused {
    #[serde(rename = "__type")]
    code: String,
    #[serde(alias = "Message")]
    message: Option<String>,
}

/// The value of a parameter, decrypted.
///
/// # Errors
/// Whatever AWS refuses, or why it could not be asked.
pub(crate) async fn read(clients: &Clients, name: &str) -> Result<String, AwsError> {
    let failed = |cause, message| AwsError {
        service: "ssm",
        operation: OPERATION,
        cause,
        message,
    };
    let config = clients.config();
    let region = clients.region().map(str::to_owned);
    let url = match config.endpoint_url() {
        Some(url) => url.to_owned(),
        None => plain_call::regional_url(config, region)
            .await
            .map(|url| url.replacen("autoscaling", "ssm", 1))
            .map_err(|(cause, message)| failed(cause, message))?,
    };
    let recipient = Recipient {
        service: "SSM",
        signed_as: "ssm",
        region: config.region().cloned(),
        url: &url,
    };
    let asked = json!({ "Name": name, "WithDecryption": true }).to_string();
    let answered: Result<String, SdkError<Refusal, HttpResponse>> =
        plain_call::operation(config, recipient, OPERATION)
            .retry_classifier(AskAgain)
            .interceptor(clients.counting())
            .serializer(|body: String| {
                let mut request = plain_call::post("application/x-amz-json-1.1", body)?;
                let target = format!("AmazonSSM.{OPERATION}");
                request.headers_mut().insert("x-amz-target", target);
                Ok(request)
            })
            .deserializer(answer)
            .build()
            .invoke(asked)
            .await;
    answered.map_err(|error| AwsError::from_sdk("ssm", OPERATION, &error))
}

fn answer(response: &HttpResponse) -> Result<String, OrchestratorError<Refusal>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        let answer: Answer = serde_json::from_slice(body)
            .map_err(|error| OrchestratorError::response(error.into()))?;
        return Ok(answer.parameter.value);
    }
    // A proxy or a load balancer between may answer with something else than JSON.
    let refused: Refused = serde_json::from_slice(body).unwrap_or_default();
    let header = response.headers().get("x-amzn-errortype");
    let code = if refused.code.is_empty() {
        header.unwrap_or_default()
    } else {
        &refused.code
    };
    Err(OrchestratorError::operation(plain_call::refusal(
        code,
        refused.message.as_deref(),
    )))
}
