//! The external id of the roles of an environment.

use nightcap_domain::config::Compiled;

const ROLE: &str = "arn:aws:iam::123456789012:role/nightcap";

fn parsed(dev: &str, preprod: &str) -> Result<Compiled, String> {
    let text = format!(
        "timezone: UTC
schedules: {{ s: {{ windows: [{{ start: '0 9 * * *', stop: '0 19 * * *' }}] }} }}
environments:
  dev: {{ schedule: s{dev} }}
  preprod: {{ schedule: s{preprod} }}
"
    );
    Compiled::parse(&text).map_err(|errors| errors.to_string())
}

#[test]
fn it_is_read_and_old_files_have_none() {
    let id = format!(", roles: ['{ROLE}'], external_id: nightcap-2026");
    let config = parsed("", &id).unwrap();
    let of = |name| config.environment(name).unwrap().1.external_id.clone();
    assert_eq!(of("preprod").as_deref(), Some("nightcap-2026"));
    assert_eq!(of("dev"), None);
}

#[test]
fn what_sts_would_refuse_or_nobody_would_be_sent_is_refused() {
    for (written, says) in [
        (
            format!(", roles: ['{ROLE}'], external_id: x"),
            "is no external id",
        ),
        (
            format!(", roles: ['{ROLE}'], external_id: 'a b'"),
            "is no external id",
        ),
        (", external_id: nightcap-2026".to_owned(), ""),
        (
            ", roles: [], external_id: nightcap-2026".to_owned(),
            "without roles",
        ),
    ] {
        let error = parsed("", &written)
            .err()
            .unwrap_or_else(|| panic!("{written} is accepted"));
        assert!(error.contains(says), "{written}: {error}");
    }
}

#[test]
fn a_role_has_one_external_id() {
    let with = |id: &str| format!(", roles: ['{ROLE}']{id}");
    assert!(parsed(&with(", external_id: one"), &with(", external_id: one")).is_ok());
    for (dev, preprod) in [
        (", external_id: one", ", external_id: two"),
        (", external_id: one", ""),
    ] {
        let error = parsed(&with(dev), &with(preprod)).unwrap_err();
        assert!(error.contains("dev and preprod name the role"), "{error}");
    }
}
