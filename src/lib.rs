//! Siaga (Indonesian: on the alert): an e-mail-driven incident desk for government CSIRTs.
//!
//! The map, from the ground up; every floor looks only down:
//!
//! ```text
//! FLOOR 3   daemon   cli                    waiting, sockets, clock, terminal
//! FLOOR 2        engine                     the only path that changes a ticket
//! FLOOR 1   store  mail  templates          one adapter per outside thing
//!           compose  archive                words and files → bytes
//!           pdf  cms_signed  openpgp        signed PDFs, signatures, encryption → what they say and prove
//!           office                          office documents → their words
//! FLOOR 0        domain                     the SOP as values and pure functions
//! ```
//!
//! The flow is one straight line: fetch → parse → understand → decide → commit → deliver. What is
//! decided about a message — ticket, timers, logbook and the frozen bytes of every mail it causes —
//! is one SQLite transaction; the mail server is told afterwards; sending is another round. So a
//! crash at any moment repeats work and never its effects.
//!
//! What must be true above all: no mail is ever lost, none is answered twice, nobody acts in
//! another's name, and no deadline passes unseen.

pub mod domain;

pub mod store;
pub mod mail;
pub mod templates;
pub mod compose;
pub mod archive;
pub mod cms_signed;
pub mod openpgp;
pub mod pdf;
pub mod office;

pub mod engine;

pub mod clock;
pub mod config;
pub mod daemon;
pub mod cli;

pub mod fail_point;
