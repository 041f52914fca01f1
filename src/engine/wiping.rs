//! One-time codes that are used, void or expired are made unreadable once their mails have left.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::approval::{Code, StoredCode, is_dead};
use crate::engine::{Context, Engine};
use crate::store::wiping;

impl Engine {
    /// Strikes out every dead code whose mails have left.
    pub(super) fn wipe_codes(&mut self, now: Time) -> Result<()> {
        let Engine { store, context, .. } = self;
        let dead = |code: &StoredCode| is_dead(code, &context.rules.calendar, now);
        let codes: Vec<_> = wiping::waiting(store.db())?.into_iter().filter(dead).collect();
        if codes.is_empty() {
            return Ok(());
        }
        store.write(|tx| codes.iter().try_for_each(|code| context.wipe_code(tx, code, now)))
    }
}

impl Context {
    fn wipe_code(&self, db: &Connection, code: &StoredCode, now: Time) -> Result<()> {
        let Some(mails) = wiping::words_to(db, &code.bound.person, code.bound.ticket)? else { return Ok(()) };
        // Only its seal is kept: the code itself is the word that fits it.
        let fits = |word: &&str| Code::typed(word).is_some_and(|typed| typed.seal(&code.bound) == code.seal);
        for (mail, words) in &mails {
            let tokens = words.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
            for found in tokens.filter(fits).collect::<std::collections::BTreeSet<_>>() {
                wiping::strike_out(db, *mail, found)?;
                if let Some(typed) = Code::typed(found) {
                    wiping::strike_out_of_letters(db, code.bound.ticket, &typed.to_string())?;
                }
            }
        }
        wiping::done(db, code.id, now)
    }
}
