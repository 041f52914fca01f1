//! The secret reply address of each person and ticket: told in every mail, checked in every answer.

use anyhow::Result;
use rusqlite::Connection;

use crate::domain::Time;
use crate::domain::incoming::IncomingMail;
use crate::domain::person::Address;
use crate::domain::ticket::TicketId;
use crate::domain::token::{StoredToken, TOKEN_BYTES, Token, TokenFault};
use crate::engine::Context;
use crate::store::tokens::{self, Told};

impl Context {
    /// Where somebody's answers to our mails about a ticket shall go; `None` where the provider has
    /// no sub-addresses.
    ///
    /// A token is made anew from its random bits and the key whenever a mail tells it, so that
    /// neither the database nor a copy of it ever holds one in clear.
    pub(super) fn reply_address(
        &self,
        db: &Connection,
        person: &Address,
        ticket: Option<TicketId>,
        now: Time,
    ) -> Result<Option<Address>> {
        if !self.command.subaddress {
            return Ok(None);
        }
        if let Some(salt) = tokens::salt_of(db, person, ticket)? {
            return Ok(self.key.token(&salt, person, ticket).address(&self.desk.address));
        }
        let mut bits = Vec::with_capacity(TOKEN_BYTES);
        while bits.len() < TOKEN_BYTES {
            bits.extend((self.entropy)()?);
        }
        let salt: String = bits[..TOKEN_BYTES].iter().map(|byte| format!("{byte:02x}")).collect();
        let token = self.key.token(&salt, person, ticket);
        let has_role = self.role_of(person, now).is_some();
        let digest = token.digest();
        tokens::insert(db, &Told { person, ticket, has_role, salt: &salt, digest: &digest }, now)?;
        Ok(token.address(&self.desk.address))
    }

    /// Whether a mail goes to the secret address its sender was told, for that ticket.
    pub(super) fn check_token(
        &self,
        db: &Connection,
        mail: &IncomingMail,
        ticket: Option<TicketId>,
        now: Time,
    ) -> Result<Result<(), TokenFault>> {
        Ok(self.token_of(db, mail, now)?.and_then(|token| match ticket {
            Some(ticket) if token.ticket != Some(ticket) => Err(TokenFault::OtherTicket),
            Some(_) | None => Ok(()),
        }))
    }

    /// The ticket whose secret address a mail of its holder goes to.
    pub(super) fn ticket_of_token(&self, db: &Connection, mail: &IncomingMail, now: Time) -> Result<Option<TicketId>> {
        Ok(self.token_of(db, mail, now)?.ok().and_then(|token| token.ticket))
    }

    fn token_of(&self, db: &Connection, mail: &IncomingMail, now: Time) -> Result<Result<StoredToken, TokenFault>> {
        let addresses = std::iter::once(&self.desk.address).chain(&self.desk.aliases);
        let mut shown = addresses.flat_map(|desk| mail.recipients.iter().filter_map(|to| Token::in_address(to, desk)));
        let (Some(sender), Some(token)) = (&mail.sender, shown.next()) else { return Ok(Err(TokenFault::Missing)) };
        // Two of them: whoever wrote that tries them out.
        if shown.any(|other| other != token) {
            return Ok(Err(TokenFault::Unknown));
        }
        let Some(stored) = tokens::find(db, &token.digest())? else { return Ok(Err(TokenFault::Unknown)) };
        Ok(stored.check(&sender.address, now).map(|()| stored))
    }
}
