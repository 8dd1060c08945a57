//! The scheduler function: an event becomes a request, a request becomes an answer.

pub mod error;
mod fanout;
mod figures;
pub mod handler;
mod holds;
pub mod request;
