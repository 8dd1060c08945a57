use aws_sdk_sns::Client;
use aws_sdk_sns::operation::publish::PublishOutput;
use aws_smithy_mocks::mock;

use super::*;
use crate::error::Cause;
use crate::mocks;

const ARN: &str = "arn:aws:sns:eu-west-3:111122223333:nightcap";

#[tokio::test]
async fn a_message_goes_to_the_topic_and_its_id_comes_back() {
    let rule = mock!(Client::publish)
        .match_requests(|request| {
            request.topic_arn() == Some(ARN)
                && request.subject() == Some("Preprod eveillee a 9 h")
                && request.message() == Some("Préprod éveillée.\n")
        })
        .then_output(|| PublishOutput::builder().message_id("m-1").build());
    let topic = Topic::new(mocks::sns(&[&rule]), ARN);
    let id = topic
        .publish("Préprod éveillée\nà 9 h", "Préprod éveillée.\n")
        .await
        .unwrap();
    assert_eq!((id.as_str(), topic.arn()), ("m-1", ARN));
}

#[tokio::test]
async fn a_refusal_is_told() {
    let rule = mock!(Client::publish).then_http_response(|| {
        mocks::refusal(
            403,
            "AuthorizationError",
            "not authorized to perform: SNS:Publish",
        )
    });
    let topic = Topic::new(mocks::sns(&[&rule]), ARN);
    let error = topic.publish("Subject", "Body").await.unwrap_err();
    assert_eq!(error.cause, Cause::Denied);
    assert!(error.remedy().en.contains("sns:Publish"));
}

#[test]
fn a_subject_is_made_what_sns_takes() {
    for (given, fit) in [
        ("3 stopped, 0 problems", "3 stopped, 0 problems"),
        ("  Été à l'œuvre : 12 €… ", "Ete a l'oeuvre : 12 EUR..."),
        ("one\r\n\ttwo\u{0}three", "one two three"),
        ("\u{1f6a8} alert", "? alert"),
        ("“dev” – down", "\"dev\" - down"),
        ("", "Nightcap"),
        (" \n ", "Nightcap"),
    ] {
        assert_eq!(fit_subject(given), fit);
    }
}

#[test]
fn a_subject_is_never_longer_than_99_characters() {
    for length in [98, 99] {
        let given = "x".repeat(length);
        assert_eq!(fit_subject(&given), given);
    }
    for given in [
        "x".repeat(100),
        "é".repeat(500),
        "…".repeat(40),
        "a b ".repeat(90),
    ] {
        let fit = fit_subject(&given);
        assert!(
            fit.len() <= 99 && fit.is_ascii() && fit.ends_with("..."),
            "{fit}"
        );
    }
}

#[test]
fn every_printable_ascii_character_stays_what_it_is() {
    for byte in b'!'..=b'~' {
        let text = char::from(byte).to_string();
        assert_eq!(fit_subject(&text), text);
    }
}

#[test]
fn a_body_beyond_256_kb_ends_with_a_whole_line() {
    let line = "environnement préprod : éveillé\n";
    let fits = "x".repeat(BODY);
    assert_eq!(fit_body(&fits), fits);
    let long = line.repeat(BODY / line.len() + 10);
    let cut = fit_body(&long);
    assert!(cut.len() <= BODY && cut.len() > BODY - 100, "{}", cut.len());
    assert!(cut.ends_with("éveillé\n[...]\n"));
    let endless = fit_body(&"é".repeat(BODY));
    assert!(endless.len() <= BODY && endless.ends_with("é\n[...]\n"));
}
