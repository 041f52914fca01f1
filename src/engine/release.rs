//! What waits before it leaves the team: errands that become due, and `#batal`, which takes back.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::case::Case;
use crate::domain::notice::Notice;
use crate::domain::notice::team::CommandWithdrawn;
use crate::domain::person::{Address, Person};
use crate::domain::role::{Actor, Role};
use crate::domain::stage::{Disposition, Status};
use crate::domain::workflow::facts::{about, turn_clock};
use crate::domain::workflow::refusal::Refusal;
use crate::domain::workflow::undo::undo;
use crate::domain::workflow::{Decision, Event, decide};
use crate::engine::commands::CommandMail;
use crate::engine::commit::Posting;
use crate::engine::effects::{Carried, Origin};
use crate::engine::{Context, Engine};
use crate::store::errands::{self, Errand, Kind};
use crate::store::{cases, runs, tickets};

impl Engine {
    /// Does every errand that is due, each in one transaction. Returns how many mails were decided,
    /// and the first failure: one that fails holds no other up and stays due.
    ///
    /// # Errors
    /// If the database refuses to say what is due.
    pub(super) fn do_errands(&mut self, now: Time) -> Result<(usize, Option<anyhow::Error>)> {
        let (mut decided, mut failed) = (0, None);
        for errand in errands::due(self.store.db(), now)? {
            let Engine { store, context, .. } = self;
            let done = store.write(|tx| {
                let carried = context.do_errand(tx, errand, now)?;
                errands::done(tx, errand, now)?;
                Ok(carried.mails)
            });
            match done {
                Ok(mails) => decided += mails,
                Err(error) => {
                    failed.get_or_insert(error.context(format!("do errand {}", errand.id)));
                }
            }
        }
        Ok((decided, failed))
    }
}

impl Context {
    fn do_errand(&self, db: &Connection, errand: Errand, now: Time) -> Result<Carried> {
        let case = cases::get(db, errand.ticket)?;
        let cause = format!("errand:{}", errand.id);
        match errand.kind {
            Kind::Forward => self.happen(db, &case, &Event::HoldEnded, cause, now),
            Kind::TellDuplicates => {
                let mut carried = Carried::default();
                for child in tickets::children(db, &case.ticket.number)? {
                    let child = cases::get(db, child)?;
                    if child.ticket.status == Status::Closed(Disposition::Duplicate) {
                        let cause = format!("{cause}:{}", child.ticket.id.0);
                        carried.add(self.happen(db, &child, &Event::ParentResolved, cause, now)?);
                    }
                }
                Ok(carried)
            }
        }
    }

    /// Something happens to a ticket that nobody has ordered.
    pub(super) fn happen(
        &self,
        db: &Connection,
        case: &Case,
        event: &Event,
        cause: String,
        now: Time,
    ) -> Result<Carried> {
        let decision: Decision = decide(case, event, &self.rules, now)?;
        let origin = Origin { cause, by: Actor::Siaga, hold: None, mail: None };
        self.carry_out(db, &decision, &origin, now)
    }

    /// `#batal`: the last run of the ticket, by whoever ordered it or by the Kabid, as long as
    /// nothing of it has left.
    pub(super) fn undo(
        &self,
        db: &Connection,
        letter: CommandMail<'_>,
        case: &Case,
        now: Time,
    ) -> Result<Result<Case, Refusal>> {
        let speaker = letter.speaker;
        let Some(run) = runs::open(db, case.ticket.id, now)? else { return Ok(Err(Refusal::NothingToUndo)) };
        if !run.by.same_mailbox(&speaker.person.address) && speaker.role != Role::Kabid {
            return Ok(Err(Refusal::NothingToUndo));
        }
        let message = Some(letter.incoming.mail.raw);
        let made = (&run.before, run.revision);
        let decision = match undo(made, case, &speaker.actor(), message, &self.rules, now) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let (ordered_at, told) = runs::told_at_once(db, run.id)?;
        let of_team = |address: &Address| self.role_of(address, now).is_some_and(Role::is_staff);
        if !told.iter().all(of_team) || !runs::withdraw_mails(db, run.id)? {
            return Ok(Err(Refusal::NothingToUndo));
        }
        errands::take_back(db, run.id, now)?;
        runs::undone(db, run.id, now)?;
        let cause = format!("command:{}:undo", letter.message.0);
        let origin = Origin { cause, by: speaker.actor(), hold: None, mail: Some(letter.incoming) };
        self.carry_out(db, &decision, &origin, now)?;
        let told = told.iter().filter(|address| !address.same_mailbox(&speaker.person.address));
        self.tell_withdrawn(db, &decision.case, (&speaker.person, ordered_at), (told, &origin.cause), now)?;
        Ok(Ok(decision.case))
    }

    /// Tells those of the team who heard of a run at once that it was taken back.
    fn tell_withdrawn<'a>(
        &self,
        db: &Connection,
        case: &Case,
        (by, ordered_at): (&Person, Time),
        (told, cause): (impl Iterator<Item = &'a Address>, &str),
        now: Time,
    ) -> Result<()> {
        let notice = Notice::CommandWithdrawn(CommandWithdrawn {
            about: about(case, &self.rules),
            by: by.name.clone(),
            ordered_at,
            status: case.ticket.status,
            clock: turn_clock(case, &self.rules, now),
        });
        for address in told {
            let name = self.rules.people.name_of(address).unwrap_or_default().to_owned();
            let to = Person { name, address: address.clone() };
            self.post(db, &Posting::new(&notice, &to, Some(case.ticket.id), cause.to_owned()), now)?;
        }
        Ok(())
    }
}
