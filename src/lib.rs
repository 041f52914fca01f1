//! Siaga.
pub mod fail_point;
pub mod domain;
pub mod store;
pub mod mail;
pub mod templates;
pub mod compose;
pub mod engine;
pub mod config;
