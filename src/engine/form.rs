//! Reports from the form of the own website (decisions 16): the robot writes, the report is that of
//! whoever filled the form in.

use crate::domain::answer::Evidence;
use crate::domain::evidence::SenderEvidence;
use crate::domain::incoming::{IncomingMail, Nature};
use crate::domain::person::{Address, Person};
use crate::engine::Context;
use crate::engine::intake::Incoming;

/// Labels of the line that holds the reporter's name.
const NAME_LABELS: &[&str] = &["nama", "nama pelapor", "nama lengkap", "name"];
/// Labels of the line that holds his address.
const ADDRESS_LABELS: &[&str] = &["email", "e-mail", "surel", "alamat surel", "alamat email"];

impl Context {
    /// The mail of the person behind a form; `None` for all other mail. Nobody has proved the address
    /// he typed, so it is answered like that of a stranger.
    pub(super) fn behind_the_form(&self, incoming: Incoming<'_>) -> Option<(IncomingMail, SenderEvidence)> {
        let mail = incoming.mail;
        let robot = mail.sender.as_ref()?;
        let known = self.form_senders.iter().any(|sender| sender.same_mailbox(&robot.address));
        // Whoever forges the robot is no robot of ours.
        if !known || incoming.evidence.verdict() == Evidence::Fail {
            return None;
        }
        let labelled = labelled(&mail.text, ADDRESS_LABELS).and_then(|text| text.parse::<Address>().ok());
        let address = mail.reply_to.as_ref().map(|person| person.address.clone()).or(labelled);
        let address = address.filter(|address| !self.desk.is_ours(address) && !address.same_mailbox(&robot.address));
        let name = labelled_name(mail);
        let sender = address.map(|address| Person { name, address });
        let report = IncomingMail { sender, nature: Nature::Person, automatic: None, junk: false, ..mail.clone() };
        Some((report, SenderEvidence::NONE))
    }
}

fn labelled_name(mail: &IncomingMail) -> String {
    let typed = labelled(&mail.text, NAME_LABELS).map(str::to_owned);
    let name = typed.or_else(|| mail.reply_to.as_ref().map(|person| person.name.clone())).unwrap_or_default();
    name.chars().take(120).collect()
}

/// What stands behind one of these labels on a line of its own.
fn labelled<'text>(text: &'text str, labels: &[&str]) -> Option<&'text str> {
    text.lines().find_map(|line| {
        let (label, value) = line.split_once([':', '='])?;
        let label = label.trim().trim_matches('*').to_lowercase();
        Some(value.trim().trim_matches('*').trim())
            .filter(|value| labels.contains(&label.as_str()) && !value.is_empty())
    })
}
