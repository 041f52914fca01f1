//! The SOP as pure decisions: each transition, each refusal, each clock, without any mail.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

mod support;

mod transitions;
mod refusals;
mod branches;
mod matrix;
mod graph;
mod clocks;
mod histories;
mod authority;
mod approvals;
mod commands;
mod reports;
mod recaps;
