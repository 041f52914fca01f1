//! The gate in front of the outbox, as the engine opens it: once for every mail, whoever it is for.

use anyhow::Result;
use rusqlite::Connection;
use serde_json::json;

use crate::domain::Time;
use crate::domain::gate::{Barred, Cleared, Gate};
use crate::domain::logbook::Kind;
use crate::domain::notice::Notice;
use crate::domain::notice::alert::DeskAlert;
use crate::domain::person::Address;
use crate::domain::role::Audience;
use crate::domain::ticket::Ticket;
use crate::engine::Context;
use crate::engine::commit::Posting;
use crate::store::suppressed::{self, Withheld};
use crate::store::tickets;

impl Context {
    /// Lets a mail through, without what its reader may not see. One that is refused is written down,
    /// and the team is told: somebody expects that it was sent.
    pub(super) fn let_through<'a>(
        &self,
        db: &Connection,
        posting: &Posting<'a>,
        now: Time,
    ) -> Result<Option<Cleared<'a>>> {
        let (notice, to) = (posting.notice, &posting.to.address);
        let ticket = posting.ticket.map(|ticket| tickets::get(db, ticket)).transpose()?;
        let admitted = match &ticket {
            Some(ticket) => tickets::is_participant(db, ticket.id, to)?,
            None => false,
        };
        let gate = Gate {
            ticket: ticket.as_ref(),
            office: posting.office,
            admitted,
            people: &self.rules.people,
            today: self.rules.calendar.local(now).date_naive(),
        };
        match gate.let_through(notice, to) {
            Ok(cleared) => Ok(Some(cleared)),
            Err(barred) => {
                self.note_barred(db, notice, (to, ticket.as_ref()), barred, now)?;
                Ok(None)
            }
        }
    }

    fn note_barred(
        &self,
        db: &Connection,
        notice: &Notice,
        (to, ticket): (&Address, Option<&Ticket>),
        barred: Barred,
        now: Time,
    ) -> Result<()> {
        let id = ticket.map(|ticket| ticket.id);
        let withheld = Withheld {
            notice: notice.folder(),
            recipient: Some(to.as_str()),
            reason: barred.as_str(),
            ticket: id,
            gathered: false,
        };
        suppressed::insert(db, &withheld, now)?;
        let detail = json!({ "notice": notice.folder(), "recipient": to, "reason": barred.as_str() });
        self.log(db, id, Kind::NoticeWithheld, None, detail, now)?;
        // That nobody writes to a pseudonym is what was ordered.
        let Some(ticket) = ticket.filter(|_| barred != Barred::Removed) else { return Ok(()) };
        let alert = DeskAlert::NoticeWithheld {
            number: ticket.number.to_string(),
            addressee: to.to_string(),
            tlp: ticket.class.tlp,
            barred,
        };
        let purpose = format!("withheld:{}:{}:{to}:{}", notice.folder(), ticket.id.0, now.timestamp_millis());
        for person in self.people_of(Audience::Assignee, Some(ticket), now) {
            self.post(db, &Posting::new(&Notice::DeskAlert(alert.clone()), &person, id, purpose.clone()), now)?;
        }
        Ok(())
    }
}
