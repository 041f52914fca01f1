//! Floor 1: the outside world of mail. One adapter per transport, and the pure reading of messages.
//!
//! **Invariant:** nothing here decides what a mail means for a ticket, knows of SQL, or asks for the
//! time; a connection that was interrupted is dropped, never used again.

pub mod reader;
pub mod parse;
mod core_digest;
mod headers;
mod addresses;
mod structure;
mod contents;
mod collector;
mod parameters;
mod words;
mod charset;
mod transfer;
mod flowed;
mod uuencode;
mod smime;
pub mod opener;
mod signed_part;
mod tnef;
mod rtf;
mod html;
mod files;
mod language;
mod nature;
pub mod evidence;
mod newly_written;
mod lists;
mod provider;
pub mod transport;
pub mod connect;
pub mod imap;
pub mod maildir;
pub mod smtp;
