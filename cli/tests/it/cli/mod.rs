//! The `nightcap` binary as a person or a script meets it: what it prints, where, and its
//! exit code. Golden files hold whole terminals, to be reviewed as text.

mod answers;
mod check;
mod colour;
mod fleet;
mod manual;
mod nightcap;
mod places;
mod session;
mod streams;
mod timeline;
