//! HTTPS: all other tests speak to loopback without it.

use nightcap_tests::{EmbeddedAws, Tls};

use crate::e2e::world::{FRIDAY, demo_config, scheduler, tick};

#[test]
fn a_certificate_that_is_trusted_is_spoken_to() {
    let aws = EmbeddedAws::start(FRIDAY);
    aws.seed();
    let tls = Tls::before(&aws);
    let mut function = scheduler(&aws, &demo_config()).over(&tls).start();
    let answer = function.invoke(&tick(FRIDAY)).unwrap();
    assert_eq!(answer["summary"]["problems"], 0, "{answer:#}");
    assert_ne!(answer["summary"]["resources"], 0, "{answer:#}");
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not() {
    let aws = EmbeddedAws::start(FRIDAY);
    aws.seed();
    let stranger = Tls::before(&aws);
    let trusted = Tls::before(&aws);
    let mut function = scheduler(&aws, &demo_config())
        .over(&trusted)
        .with("AWS_ENDPOINT_URL", stranger.endpoint())
        .start();
    let asked = aws.calls().len();
    let told = match function.invoke(&tick(FRIDAY)) {
        Ok(answer) => answer["problems"].to_string(),
        Err(error) => error.message,
    };
    assert!(told.contains("certificate"), "{told}");
    assert_eq!(aws.calls().len(), asked, "nothing was said over it");
}
