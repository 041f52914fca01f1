//! What the malware scanner says of files that came in before it could look.

use anyhow::Result;
use serde_json::json;

use crate::domain::Time;
use crate::domain::digest::Digest;
use crate::domain::logbook::Kind;
use crate::domain::notice::Notice;
use crate::domain::notice::alert::DeskAlert;
use crate::domain::role::Audience;
use crate::domain::scan::Scan;
use crate::engine::Engine;
use crate::engine::commit::Posting;
use crate::store::{files, tickets};

/// Files that are scanned in one round.
const TOGETHER: u32 = 100;

impl Engine {
    /// Files that wait to be scanned, the oldest first.
    ///
    /// # Errors
    /// If the database refuses.
    pub fn unscanned(&self) -> Result<Vec<Digest>> {
        files::unscanned(self.store.db(), TOGETHER)
    }

    /// Notes what the scanner says of a file that waited, on every ticket it came to. The team is told
    /// of a finding; of the others the ticket says it.
    ///
    /// # Errors
    /// If the database refuses or a template fails; then the file waits still.
    pub fn scanned(&mut self, digest: &Digest, scan: &Scan, now: Time) -> Result<()> {
        let Engine { store, context, .. } = self;
        store.write(|tx| {
            for file in files::scanned(tx, digest, scan)? {
                let Some(ticket) = file.ticket else { continue };
                let detail = json!({ "file": file.filename, "sha256": digest, "scan": scan });
                context.log(tx, Some(ticket), Kind::FileScanned, Some(file.raw), detail, now)?;
                let Scan::Found(finding) = scan else { continue };
                let ticket = tickets::get(tx, ticket)?;
                let notice = Notice::DeskAlert(DeskAlert::MalwareFound {
                    number: ticket.number.to_string(),
                    file: file.filename,
                    finding: finding.clone(),
                });
                for person in &context.people_of(Audience::Assignee, Some(&ticket), now) {
                    let purpose = format!("scanned:{}:{digest}", ticket.id.0);
                    context.post(tx, &Posting::new(&notice, person, Some(ticket.id), purpose), now)?;
                }
            }
            Ok(())
        })
    }
}
