//! What the tests share: one module per thing that is simulated.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

pub mod authority;
pub mod clamd;
pub mod desk;
pub mod dovecot;
pub mod fakes;
pub mod floor;
pub mod gnupg;
pub mod imap_script;
pub mod keys;
pub mod letters;
pub mod outgoing;
pub mod proxy;
pub mod reported;
pub mod script;
pub mod sealed;
pub mod signed_pdf;
pub mod smime;
pub mod smtp_sink;
pub mod spool;
pub mod tickets;
pub mod world;
