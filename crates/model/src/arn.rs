//! Parts of an ARN.

use crate::names::Region;

/// The region that an ARN names: `arn:partition:service:region:account:resource`.
///
/// Empty for an ARN without one, which no resource of a regional service has.
pub fn region(arn: &str) -> Region {
    Region::new(arn.split(':').nth(3).unwrap_or_default())
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
}
