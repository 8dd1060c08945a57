//! The guard from end to end: the real binary, invoked through a Lambda Runtime API, against
//! the embedded AWS over HTTP, whose bill is what each test says it is.

mod bills;
mod calendar;
mod deaths;
mod doubts;
mod events;
mod faults;
mod ladder;
mod mails;
mod prices;
mod scheduler;
mod silence;
mod world;
