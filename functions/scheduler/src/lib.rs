//! The scheduler function: an event becomes a request, a request becomes an answer.

mod answer_size;
pub mod error;
mod fanout;
mod figures;
pub mod handler;
mod holds;
pub mod request;
