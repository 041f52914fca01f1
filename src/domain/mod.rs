//! Floor 0: the SOP as values and pure functions.
//!
//! **Invariant:** nothing here does I/O, asks for the time or knows of SQL, sockets or templates;
//! every answer follows from the arguments alone.

pub mod digest;
pub mod person;
pub mod desk;
pub mod role;
pub mod stage;
pub mod severity;
pub mod kind;
pub mod tlp;
pub mod ticket;
pub mod calendar;
pub mod due_explained;
pub mod sop;
pub mod deadline;
pub mod timer;
pub mod directory;
pub mod hosts;
pub mod indicator;
pub mod incoming;
pub mod arrival;
pub mod scan;
pub mod completeness;
pub mod thanks;
pub mod alarm;
pub mod answer;
pub mod limits;
pub mod evidence;
pub mod lookalike;
pub mod command;
pub mod personal_data;
pub mod redaction;
pub mod retention;
pub mod leaving;
pub mod question;
pub mod report;
pub mod approval;
pub mod acting;
pub mod signed_pdf;
pub mod authority;
pub mod protection;
pub mod case;
pub mod workflow;
pub mod schedule;
pub mod recap;
pub mod notice;
pub mod outgoing;
pub mod gate;
pub mod message_id;
pub mod token;
pub mod logbook;

/// An instant. Stored as RFC 3339 in UTC; local time exists only in [`calendar`] and templates.
pub type Time = chrono::DateTime<chrono::Utc>;
