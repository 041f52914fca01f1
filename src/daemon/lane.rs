//! The order of work in a backlog: what people with a role have written comes first, so that no flood
//! keeps an approval waiting (trust-and-safety 4.2).

use std::collections::HashSet;

use tracing::{info, warn};

use crate::clock::Clock;
use crate::daemon::Shared;
use crate::domain::digest::Digest;
use crate::mail::parse::parse_header;
use crate::mail::transport::{Extent, Listed, Mailbox, Piece, Place};

/// Fewer messages are dealt with faster than they are sorted.
const BACKLOG_MIN: usize = 256;
/// Headers that are asked for together.
const TOGETHER: usize = 500;
/// Octets of one header block that are looked at.
const HEAD_MAX: usize = 64 << 10;

/// Puts what people with a role have sent before everything else. Who says so is not proved: a forger
/// is only dealt with sooner.
pub(super) async fn team_first<C: Clock, B: Mailbox>(
    shared: &Shared<C>,
    mailbox: &mut B,
    wanted: Vec<Listed>,
) -> Vec<Listed> {
    if wanted.len() < BACKLOG_MIN {
        return wanted;
    }
    let mut first: HashSet<Place> = HashSet::new();
    for some in wanted.chunks(TOGETHER) {
        let mut head: Vec<u8> = Vec::new();
        let mut look = |piece: Piece<'_>| {
            match piece {
                Piece::Bytes(_, bytes) => {
                    let room = HEAD_MAX.saturating_sub(head.len());
                    head.extend_from_slice(&bytes[..bytes.len().min(room)]);
                }
                Piece::End(place) => {
                    if is_of_somebody(shared, &head) {
                        first.insert(place.clone());
                    }
                    head.clear();
                }
            }
            Ok(())
        };
        if let Err(trouble) = mailbox.fetch(some, Extent::Header, &mut look).await {
            warn!("A backlog is taken in as it lies: {trouble}");
            mailbox.disconnect();
            return wanted;
        }
    }
    info!(first = first.len(), "{} messages wait; {} of people with a role come first", wanted.len(), first.len());
    let (team, others): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|listed| first.contains(&listed.place));
    team.into_iter().chain(others).collect()
}

/// Whether the From of a header block is the address of somebody with a role.
fn is_of_somebody<C: Clock>(shared: &Shared<C>, head: &[u8]) -> bool {
    let digest = Digest::of(head);
    let Ok(parsed) = parse_header(head, digest, digest, 0) else { return false };
    let Some(sender) = parsed.mail.sender else { return false };
    let engine = shared.engine.borrow();
    let rules = &engine.context().rules;
    rules.people.role_of(&sender.address, rules.calendar.local(shared.clock.now()).date_naive()).is_some()
}
