//! Answers that are read whole or not at all.
//!
//! The SDK's XML reader takes the end of the text, and any error in it, for the end of the
//! list that it reads: of a page that was cut short it gives what came before the cut, as if
//! there were no more (aws-smithy-xml 0.64, `next_start_element`). A fleet read so lacks
//! resources, and a database would be stopped under a group that was not seen. So every
//! XML answer is checked before it is believed.
//!
//! An answer that cannot be read is asked for again, as one is that never came. An order that
//! AWS has carried out already is then refused for the resource's state, which the next tick
//! makes good; what else is asked for twice is once.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    AfterDeserializationInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::retries::classifiers::{ClassifyRetry, RetryAction};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use thiserror::Error;
use xmlparser::{ElementEnd, Token, Tokenizer};

/// Refuses an XML answer that is cut short or malformed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WholeXml;

/// Asks again where AWS took the call and its answer could not be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AskAgain;

/// Why an answer is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the answer is cut short or malformed ({bytes} bytes)")]
struct NotWhole {
    bytes: usize,
}

impl Intercept for WholeXml {
    fn name(&self) -> &'static str {
        "WholeXml"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // What AWS refuses is an error already, whatever of it could be read.
        if context.output_or_error().is_err() {
            return Ok(());
        }
        let body = context.response().body().bytes().unwrap_or_default();
        if is_whole(body) {
            Ok(())
        } else {
            Err(NotWhole { bytes: body.len() }.into())
        }
    }
}

impl ClassifyRetry for AskAgain {
    fn name(&self) -> &'static str {
        "AskAgain"
    }

    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let failed = matches!(context.output_or_error(), Some(Err(_)));
        let taken = context
            .response()
            .is_some_and(|response| response.status().is_success());
        if failed && taken {
            RetryAction::transient_error()
        } else {
            RetryAction::NoActionIndicated
        }
    }
}

/// Whether this is one XML element from its first tag to its last.
fn is_whole(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    let mut open = vec![];
    let mut closed = false;
    for token in Tokenizer::from(text) {
        match token {
            Err(_) => return false,
            Ok(Token::ElementStart { prefix, local, .. }) => open.push((prefix, local)),
            Ok(Token::ElementEnd { end, .. }) => match end {
                ElementEnd::Open => {}
                ElementEnd::Empty => {
                    open.pop();
                    closed = open.is_empty();
                }
                ElementEnd::Close(prefix, local) => {
                    let names = open.pop().map(|(p, l)| (p.as_str(), l.as_str()));
                    if names != Some((prefix.as_str(), local.as_str())) {
                        return false;
                    }
                    closed = open.is_empty();
                }
            },
            Ok(_) => {}
        }
    }
    closed && open.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<?xml version=\"1.0\"?>\n<Answer xmlns=\"urn:x\"><!-- c --><Result><DBInstances>\
        <DBInstance><Name>db &amp; co</Name><Empty/></DBInstance></DBInstances></Result>\
        <Metadata a=\"b\"></Metadata></Answer>\n";

    #[test]
    fn a_whole_answer_is_whole() {
        assert!(is_whole(PAGE.as_bytes()));
        assert!(is_whole(b"<Answer/>"));
    }

    #[test]
    fn an_answer_cut_anywhere_is_not_whole() {
        let end = PAGE.trim_end().len();
        for place in 0..end {
            assert!(!is_whole(&PAGE.as_bytes()[..place]), "{}", &PAGE[..place]);
        }
    }

    #[test]
    fn what_is_no_xml_is_not_whole() {
        for text in [
            "",
            " ",
            "503",
            "<html><body><br></body></html>",
            "<A><B></A></B>",
            "<A><\"{,</A>",
            "{\"Answer\": 1}",
        ] {
            assert!(!is_whole(text.as_bytes()), "{text}");
        }
        assert!(!is_whole(b"<A>\xff</A>"));
    }
}
