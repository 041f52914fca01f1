//! A mail server that cannot be used until a person mends something (case 87): the team is told after a
//! quarter of an hour, by the way that still works. If it is the sending that is refused, the mail waits with the
//! others; the log says it at every attempt, and `siaga check` as long as it stands.

use anyhow::Result;
use chrono::TimeDelta;

use crate::domain::Time;
use crate::domain::notice::Notice;
use crate::domain::notice::alert::{DeskAlert, Side};
use crate::engine::Engine;
use crate::store::trouble::{self, Obstacle};

/// A trouble that stands so long is told: a certificate that is being changed is none.
const TOLD_AFTER: TimeDelta = TimeDelta::minutes(15);

impl Engine {
    /// Notes that a server was refused, or refused us, in a way that only a person mends.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn server_refused(&mut self, side: Side, reason: &str, now: Time) -> Result<()> {
        let known = trouble::get(self.store.db(), side)?;
        let (since, told) = known.map_or((now, false), |known| (known.since, known.told));
        let obstacle = Obstacle { since, reason: reason.to_owned(), told };
        self.store.write(|tx| trouble::set(tx, side, Some(&obstacle)))
    }

    /// Notes that a server can be used.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn server_used(&mut self, side: Side) -> Result<()> {
        match trouble::get(self.store.db(), side)? {
            Some(_) => self.store.write(|tx| trouble::set(tx, side, None)),
            None => Ok(()),
        }
    }

    /// When such a trouble is to be told.
    pub(super) fn next_refused(&self) -> Result<Option<Time>> {
        let mut next = None;
        for side in Side::ALL {
            let untold = trouble::get(self.store.db(), *side)?.filter(|obstacle| !obstacle.told);
            next = untold.map(|obstacle| obstacle.since + TOLD_AFTER).into_iter().chain(next).min();
        }
        Ok(next)
    }

    /// Tells the team of what has stood long enough, once.
    pub(super) fn tell_of_refused(&mut self, now: Time) -> Result<()> {
        let Engine { store, context, .. } = self;
        for side in Side::ALL {
            let Some(obstacle) = trouble::get(store.db(), *side)? else { continue };
            if obstacle.told || now - obstacle.since < TOLD_AFTER {
                continue;
            }
            store.write(|tx| {
                let Obstacle { since, reason, .. } = obstacle.clone();
                let notice = Notice::DeskAlert(DeskAlert::ServerRefused { side: *side, since, reason });
                let purpose = format!("refused_server:{}:{}", side.as_str(), since.timestamp());
                context.post_to_audience(tx, &notice, None, &purpose, now)?;
                trouble::set(tx, *side, Some(&Obstacle { told: true, ..obstacle }))
            })?;
        }
        Ok(())
    }
}
