//! What the tests share: servers in this process, and certificates for them.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(unreachable_pub, reason = "a test file is a crate of its own, and `pub` reads better here")]

pub mod authority;
pub mod outgoing;
pub mod smtp_sink;
