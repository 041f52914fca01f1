//! What in a document acts by itself when it is opened, or is no part of what its reader sees.
//!
//! A report that goes out under the office's name carries none of it: its readers open it because of
//! that name. This holds for whatever a program or a template put there unasked, too.

use serde::{Deserialize, Serialize};

/// Something that acts, or hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Acting {
    /// A program in the document: JavaScript, a form of XFA, a macro.
    Program,
    /// A command that starts another program.
    Launch,
    /// Something done when the document or a page of it is opened, but for turning to a page.
    OnOpening,
    /// Something sent or fetched: a form, data, another document.
    Transfer,
    /// A file, or a piece of another program, inside the document.
    Embedded,
    /// Media that need a player: video, sound, 3D.
    Media,
    /// A template, picture or object that is fetched from elsewhere.
    Linked,
    /// A declaration of entities, which can hide text or unpack without end.
    Entities,
}

impl Acting {
    /// All of them.
    pub const ALL: &[Acting] = &[
        Acting::Program,
        Acting::Launch,
        Acting::OnOpening,
        Acting::Transfer,
        Acting::Embedded,
        Acting::Media,
        Acting::Linked,
        Acting::Entities,
    ];
}
