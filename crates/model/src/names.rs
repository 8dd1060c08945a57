//! Names that must not be swapped for one another.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

name! {
    /// An environment: the set of resources that sleep and wake together (`preprod`).
    EnvironmentName
}
name! {
    /// A schedule of the configuration (`office-hours`).
    ScheduleName
}
name! {
    /// A calendar of the configuration (`france`).
    CalendarName
}
name! {
    /// An AWS region (`eu-west-3`).
    Region
}
name! {
    /// The ARN of a role to assume in a target account.
    RoleArn
}
name! {
    /// The ARN of a resource: the one name that is unique across accounts, regions and kinds.
    ResourceArn
}
