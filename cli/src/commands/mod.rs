//! One file a subcommand.

pub(crate) mod check;
pub(crate) mod explain;
pub(crate) mod hold;
pub(crate) mod holds;
pub(crate) mod manual;
pub(crate) mod plan;
pub(crate) mod release;
pub(crate) mod timeline;
