//! The scheduler function: an event becomes a request, a request becomes an answer.

pub mod handler;
pub mod request;
