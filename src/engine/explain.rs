//! What the desk would do with a mail, and why; nothing is written.
