//! Who gets what, and what ends when (UU PDP): the gate in front of the outbox, the rules of retention,
//! redaction, and a person's own record.

#[path = "../support/mod.rs"]
mod support;

mod canaries;
mod outside;
mod person;
mod redaction;
mod retention;
mod separated;
mod withdrawn;
