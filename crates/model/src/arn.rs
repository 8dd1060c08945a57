//! ARNs, taken apart in one place.

use crate::names::{Region, ResourceArn, RoleArn};

/// The parts of an ARN: `arn:partition:service:region:account:resource`.
///
/// ```
/// use nightcap_model::arn::Arn;
///
/// let arn = Arn::parse("arn:aws:rds:eu-west-3:123456789012:db:orders").unwrap();
/// assert_eq!((arn.service, arn.region, arn.account), ("rds", "eu-west-3", "123456789012"));
/// // The resource keeps its own colons and slashes.
/// assert_eq!(arn.resource, "db:orders");
/// // What belongs to no region, or to no account, has nothing there.
/// assert_eq!(Arn::parse("arn:aws:s3:::bucket/key").unwrap().account, "");
/// assert_eq!(Arn::parse("db:orders"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`…
    pub partition: &'a str,
    /// The service (`rds`).
    pub service: &'a str,
    /// The region; empty for what belongs to none.
    pub region: &'a str,
    /// The account's twelve digits; empty for what belongs to none.
    pub account: &'a str,
    /// The rest, which each service forms as it likes.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// The parts of a text, if it has the form of an ARN.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        if parts.next()? != "arn" {
            return None;
        }
        Some(Self {
            partition: parts.next()?,
            service: parts.next()?,
            region: parts.next()?,
            account: parts.next()?,
            resource: parts.next()?,
        })
    }

    /// The account, if it belongs to one.
    pub fn owner(self) -> Option<&'a str> {
        Some(self.account).filter(|account| !account.is_empty())
    }
}

impl ResourceArn {
    /// Its parts, if it has the form of an ARN.
    pub fn parts(&self) -> Option<Arn<'_>> {
        Arn::parse(self.as_str())
    }
}

impl RoleArn {
    /// Its parts, if it has the form of an ARN.
    pub fn parts(&self) -> Option<Arn<'_>> {
        Arn::parse(self.as_str())
    }
}

/// The region that an ARN names: empty for an ARN without one, which no resource of a regional
/// service has.
pub fn region(arn: &str) -> Region {
    Region::new(Arn::parse(arn).map_or("", |arn| arn.region))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_the_fourth_part() {
        let arn = "arn:aws-cn:rds:cn-north-1:111122223333:db:orders";
        assert_eq!(region(arn).as_str(), "cn-north-1");
        assert_eq!(region("orders").as_str(), "");
    }

    #[test]
    fn what_lacks_a_part_or_the_first_word_is_no_arn() {
        for text in [
            "",
            "arn",
            "arn:aws:rds:eu-west-3:123456789012",
            "urn:aws:rds:eu-west-3:1:db",
        ] {
            assert_eq!(Arn::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_belongs_to_no_account_has_no_owner() {
        assert_eq!(Arn::parse("arn:aws:s3:::bucket").unwrap().owner(), None);
        let role = RoleArn::new("arn:aws:iam::123456789012:role/nightcap");
        assert_eq!(role.parts().unwrap().owner(), Some("123456789012"));
    }
}
