//! The desk itself: its name, its address, its ticket prefix.

use serde::Serialize;

use crate::domain::person::Address;

/// The team that runs this mailbox, as `[desk]` in `siaga.toml` names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Desk {
    /// The team, e.g. Ciamiskab-CSIRT.
    pub name: String,
    /// The section it belongs to.
    pub unit: String,
    /// The office the section belongs to.
    pub office: String,
    /// The mailbox that is watched and written from.
    pub address: Address,
    /// Other addresses that lead to the same mailbox.
    pub aliases: Vec<Address>,
    /// The public page.
    pub website: String,
    /// First part of ticket numbers, capital letters.
    pub ticket_prefix: String,
}

impl Desk {
    /// Every address of our own.
    pub fn addresses(&self) -> Vec<Address> {
        std::iter::once(&self.address).chain(&self.aliases).cloned().collect()
    }

    /// Whether an address is one of our own.
    pub fn is_ours(&self, address: &Address) -> bool {
        std::iter::once(&self.address).chain(&self.aliases).any(|own| own.same_mailbox(address))
    }
}
