//! Fetching: small messages many at a time, large ones in pieces, so that memory stays the same for any mail.

use std::collections::{BTreeMap, VecDeque};

use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};
use tracing::debug;

use crate::mail::headers::BLOCK_MAX;
use crate::mail::imap::line::{Answer, BULK_MAX, Refusal};
use crate::mail::imap::session::Session;
use crate::mail::imap::uids;
use crate::mail::transport::{Extent, Listed, Piece, Trouble};

/// What is fetched at once of one message; the largest answer that is ever asked for.
const PIECE: u64 = 1 << 20;
/// Messages of one command.
const TOGETHER: usize = 50;
/// Octets of the messages of one command.
const TOGETHER_BYTES: u64 = 8 << 20;

/// Where the pieces go.
type Spool<'s> = &'s mut dyn FnMut(Piece<'_>) -> anyhow::Result<()>;

/// A message that is wanted and may be there.
#[derive(Debug, Clone, Copy)]
struct Wanted<'l> {
    uid: u32,
    listed: &'l Listed,
}

/// What is fetched by one command, or by one after the other.
#[derive(Debug)]
enum Load<'l> {
    Together(Vec<Wanted<'l>>),
    InPieces(Wanted<'l>),
}

/// What a load left undone.
#[derive(Debug, Default)]
struct Rest<'l> {
    again: Vec<Load<'l>>,
    refusal: Option<Refusal>,
}

impl Session {
    /// Hands messages to `spool`. What has vanished is passed over.
    pub(super) async fn fetch(&mut self, wanted: &[Listed], extent: Extent, spool: Spool<'_>) -> Result<(), Trouble> {
        let mut loads = self.plan(wanted, extent);
        let mut refusal = None;
        while let Some(load) = loads.pop_front() {
            let rest = match load {
                Load::Together(batch) => self.together(batch, extent, spool).await?,
                Load::InPieces(wanted) => self.in_pieces(wanted, spool).await?,
            };
            rest.again.into_iter().rev().for_each(|load| loads.push_front(load));
            refusal = rest.refusal.or(refusal);
        }
        // Said last: one message the server cannot hand out must not hold up the others.
        refusal.map_or(Ok(()), |refusal| Err(refusal.trouble()))
    }

    /// Loads in the order of `wanted`.
    fn plan<'l>(&self, wanted: &'l [Listed], extent: Extent) -> VecDeque<Load<'l>> {
        let mut loads = VecDeque::new();
        let mut batch = Vec::new();
        let mut bytes = 0;
        for listed in wanted {
            let Some(uid) = uids::uid_in(&listed.place, self.selected.uid_validity) else { continue };
            let wanted = Wanted { uid, listed };
            let size = match extent {
                Extent::Whole => listed.size_bytes,
                Extent::Header => 0,
            };
            if !batch.is_empty() && (batch.len() == TOGETHER || bytes + size > TOGETHER_BYTES || size > PIECE) {
                loads.push_back(Load::Together(std::mem::take(&mut batch)));
                bytes = 0;
            }
            if size > PIECE {
                loads.push_back(Load::InPieces(wanted));
            } else {
                batch.push(wanted);
                bytes += size;
            }
        }
        if !batch.is_empty() {
            loads.push_back(Load::Together(batch));
        }
        loads
    }

    async fn together<'l>(
        &mut self,
        batch: Vec<Wanted<'l>>,
        extent: Extent,
        spool: Spool<'_>,
    ) -> Result<Rest<'l>, Trouble> {
        let mut open: BTreeMap<u32, Wanted<'l>> = batch.iter().map(|wanted| (wanted.uid, *wanted)).collect();
        let mut rest = Rest::default();
        let section = match extent {
            // Bounded, because the stated size may be wrong.
            Extent::Whole => format!("BODY.PEEK[]<0.{PIECE}>"),
            Extent::Header => format!("BODY.PEEK[HEADER]<0.{BLOCK_MAX}>"),
        };
        let numbers: Vec<u32> = open.keys().copied().collect();
        let arguments = format!("{} (UID {section})", uids::set(&numbers));
        let answer = self.line.exec_within(BULK_MAX, "UID FETCH", &arguments, |response| {
            // Whatever else comes is news about flags, or an answer nobody waits for.
            let Some(body) = body(response, extent) else { return Ok(()) };
            let Some(wanted) = open.remove(&body.uid) else { return Ok(()) };
            let Some(bytes) = body.bytes else { return Ok(()) };
            let Wanted { uid, listed } = wanted;
            if extent == Extent::Whole && bytes.len() as u64 != listed.size_bytes {
                debug!(uid, "message {uid} has {} bytes instead of {}", bytes.len(), listed.size_bytes);
                rest.again.push(Load::InPieces(wanted));
                return Ok(());
            }
            spool(Piece::Bytes(&listed.place, bytes))?;
            Ok(spool(Piece::End(&listed.place))?)
        });
        if let Answer::Refused(refusal) = answer.await? {
            if refusal.bad {
                return Err(refusal.trouble());
            }
            if batch.len() > 1 {
                rest.again.extend(open.into_values().map(|wanted| Load::Together(vec![wanted])));
            } else if !refusal.names("EXPUNGEISSUED") {
                rest.refusal = Some(refusal);
            }
        }
        Ok(rest)
    }

    /// Fetches a message piece by piece until the server, asked for what follows, has nothing more.
    /// Its stated size alone is no proof: some servers only estimate it (Exchange by default).
    async fn in_pieces<'l>(&mut self, wanted: Wanted<'l>, spool: Spool<'_>) -> Result<Rest<'l>, Trouble> {
        let Wanted { uid, listed } = wanted;
        let longest = listed.size_bytes.saturating_mul(2).saturating_add(PIECE);
        let mut offset = 0;
        loop {
            let mut piece = None;
            let arguments = format!("{uid} (UID BODY.PEEK[]<{offset}.{PIECE}>)");
            let answer = self.line.exec_within(BULK_MAX, "UID FETCH", &arguments, |response| {
                let Some(body) = body(response, Extent::Whole).filter(|body| body.uid == uid) else { return Ok(()) };
                let Some(bytes) = body.bytes else { return Ok(()) };
                let length = bytes.len() as u64;
                if piece.is_some() || body.offset != offset || length > PIECE {
                    return Err(Trouble::passing(format!("message {uid} came otherwise than it was asked for")));
                }
                piece = Some(length);
                if !bytes.is_empty() {
                    spool(Piece::Bytes(&listed.place, bytes))?;
                }
                Ok(())
            });
            if let Answer::Refused(refusal) = answer.await? {
                if refusal.bad {
                    return Err(refusal.trouble());
                }
                let vanished = refusal.names("EXPUNGEISSUED");
                return Ok(Rest { again: Vec::new(), refusal: (!vanished).then_some(refusal) });
            }
            let Some(length) = piece else { return Ok(Rest::default()) };
            offset += length;
            if length == 0 || (length < PIECE && offset == listed.size_bytes) {
                spool(Piece::End(&listed.place))?;
                return Ok(Rest::default());
            }
            if offset > longest {
                return Err(Trouble::passing(format!("message {uid} is far longer than the server said")));
            }
        }
    }
}

/// The part of a message that came.
struct Body<'r> {
    uid: u32,
    offset: u64,
    /// `None`: the server has it no more.
    bytes: Option<&'r [u8]>,
}

fn body<'r>(response: &'r Response<'_>, extent: Extent) -> Option<Body<'r>> {
    let Response::Fetch(_, attributes) = response else { return None };
    let mut uid = None;
    let mut part = None;
    for attribute in attributes {
        if let AttributeValue::Uid(number) = attribute {
            uid = Some(*number);
        } else if let AttributeValue::BodySection { section, index, data } = attribute {
            let asked_for = match extent {
                Extent::Whole => section.is_none(),
                Extent::Header => matches!(section, Some(SectionPath::Full(MessageSection::Header))),
            };
            if asked_for {
                part = Some((u64::from(index.unwrap_or(0)), data.as_deref()));
            }
        }
    }
    let (offset, bytes) = part?;
    Some(Body { uid: uid?, offset, bytes })
}
