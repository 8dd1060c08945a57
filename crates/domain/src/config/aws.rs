//! How AWS writes regions and roles.

use nightcap_model::nearest;

/// Regions open in 2026 (`aws account list-regions`, and the Chinese and US government ones),
/// to suggest what was meant; a newer one is accepted by its form.
pub(super) const REGIONS: &[&str] = &[
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-central-1",
    "ca-west-1",
    "cn-north-1",
    "cn-northwest-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The region that was probably meant, where the text is none that is known.
pub fn nearest_region(text: &str) -> Option<String> {
    let known = REGIONS.contains(&text);
    let meant = || nearest(text, REGIONS.iter().copied());
    (!known).then(meant).flatten()
}

/// Whether the text has the form of a region: `eu-west-3`, `us-gov-east-1`.
pub(super) fn is_plausible_region(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [area, places @ .., number] = parts.as_slice() else {
        return false;
    };
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let numbered = matches!(number.len(), 1 | 2)
        && number.bytes().all(|b| b.is_ascii_digit())
        && !number.starts_with('0');
    text.len() <= 32
        && matches!(area.len(), 2..=4)
        && is_word(area)
        && matches!(places.len(), 1 | 2)
        && places.iter().all(is_word)
        && numbered
}

/// Checks the form `arn:<partition>:iam::<account>:role/<path and name>`; the error is the
/// number of characters before the part that is wrong, and what is wrong with it.
pub(super) fn check_role_arn(text: &str) -> Result<(), (usize, &'static str)> {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let [prefix, partition, service, region, account, resource] = parts.as_slice() else {
        return Err((0, "this is no role ARN"));
    };
    let checks = [
        (*prefix == "arn", *prefix, "an ARN begins with \"arn\""),
        (is_partition(partition), *partition, "unknown partition"),
        (
            *service == "iam",
            *service,
            "roles belong to the service iam",
        ),
        (region.is_empty(), *region, "a role has no region"),
        (
            account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()),
            *account,
            "an account has 12 digits",
        ),
        (is_role(resource), *resource, "this names no role"),
    ];
    let mut offset = 0;
    for (fits, part, message) in checks {
        if !fits {
            return Err((offset, message));
        }
        offset += part.chars().count() + 1;
    }
    Ok(())
}

fn is_partition(text: &str) -> bool {
    text == "aws"
        || text.strip_prefix("aws-").is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        })
}

fn is_role(resource: &str) -> bool {
    let Some(path_and_name) = resource.strip_prefix("role/") else {
        return false;
    };
    let name = path_and_name.rsplit('/').next().unwrap_or_default();
    let is_name_byte = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b);
    (1..=64).contains(&name.len())
        && name.bytes().all(is_name_byte)
        && path_and_name.len() <= 512
        && path_and_name.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions() {
        assert!(REGIONS.iter().all(|region| is_plausible_region(region)));
        assert!(is_plausible_region("eusc-de-east-1"));
        for text in [
            "",
            "eu",
            "eu-west",
            "eu-west-",
            "eu-west-03",
            "EU-WEST-3",
            "eu_west_3",
            "eu-west-3a",
            "eu--3",
            "eu-west-3 ",
        ] {
            assert!(!is_plausible_region(text), "{text:?}");
        }
    }

    #[test]
    fn roles() {
        for text in [
            "arn:aws:iam::123456789012:role/nightcap",
            "arn:aws-us-gov:iam::123456789012:role/ops/night/nightcap+x@y",
        ] {
            assert_eq!(check_role_arn(text), Ok(()), "{text}");
        }
        for (text, offset) in [
            ("nightcap", 0),
            ("urn:aws:iam::123456789012:role/x", 0),
            ("arn:azure:iam::123456789012:role/x", 4),
            ("arn:aws:sts::123456789012:role/x", 8),
            ("arn:aws:iam:eu-west-3:123456789012:role/x", 12),
            ("arn:aws:iam::12345678901:role/x", 13),
            ("arn:aws:iam::123456789012:user/x", 26),
            ("arn:aws:iam::123456789012:role/", 26),
            ("arn:aws:iam::123456789012:role/a b", 26),
        ] {
            assert_eq!(check_role_arn(text).unwrap_err().0, offset, "{text}");
        }
    }
}
