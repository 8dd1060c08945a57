//! One file a subcommand.

pub(crate) mod backtest;
pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod forecast;
pub(crate) mod hold;
pub(crate) mod holds;
pub(crate) mod manual;
pub(crate) mod money;
pub(crate) mod plan;
pub(crate) mod prices;
pub(crate) mod release;
pub(crate) mod report;
pub(crate) mod simulate;
pub(crate) mod timeline;
pub(crate) mod uninstall;
