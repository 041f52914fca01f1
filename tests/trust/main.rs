//! Nobody acts in another's name: who a mail is believed to be from, and what that lets it do
//! (trust-and-safety 2.4 to 2.6; the numbers of the cases stand beside the tests). Case 25, a ticket of
//! another team, cannot be: a desk is one team. What stands for it is that an office commands nothing on
//! the ticket of another (`case_25_another_office_commands_nothing`).

#[path = "../support/mod.rs"]
mod support;

mod office;

mod forgery;
mod signatures;
mod codes;
mod tokens;
mod strangers;
mod attacks;
mod sealed;
mod separated;
mod signed_mail;
mod returns;
mod reporter;
mod smuggling;
