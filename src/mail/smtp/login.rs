//! The login: AUTH PLAIN or LOGIN by password, XOAUTH2 by token; the secret never comes back in words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::transport::smtp::authentication::Mechanism;
use secrecy::ExposeSecret as _;

use crate::mail::connect::{self, Login, Secret, without};
use crate::mail::smtp::reply::{Reply, Silence};
use crate::mail::smtp::session::{COMMAND_MAX, Session};
use crate::mail::transport::Trouble;

/// Logs in; returns the name of the mechanism.
///
/// # Errors
/// [`Trouble`]; a refused secret or a server without a mechanism of ours needs a person.
pub(super) async fn log_in(session: &mut Session, login: &Login) -> Result<&'static str, Trouble> {
    let offered = |mechanism| session.server.supports_auth_mechanism(mechanism);
    let none = |wanted: &str| Trouble::lasting(format!("{} offers no login by {wanted}", session.shown));
    match &login.secret {
        Secret::Password(password) => {
            let password = password.expose_secret();
            if offered(Mechanism::Plain) {
                let word = STANDARD.encode(format!("\0{}\0{password}", login.user));
                dialogue(session, "AUTH PLAIN", &[word], password).await?;
                Ok("PLAIN")
            } else if offered(Mechanism::Login) {
                let words = [STANDARD.encode(&login.user), STANDARD.encode(password)];
                dialogue(session, "AUTH LOGIN", &words, password).await?;
                Ok("LOGIN")
            } else {
                Err(none("password (AUTH PLAIN or LOGIN)"))
            }
        }
        Secret::TokenCommand(command) => {
            if !offered(Mechanism::Xoauth2) {
                return Err(none("token (AUTH XOAUTH2)"));
            }
            let token = connect::token(command).await?;
            let token = token.expose_secret();
            let word = STANDARD.encode(format!("user={}\x01auth=Bearer {token}\x01\x01", login.user));
            dialogue(session, "AUTH XOAUTH2", &[word], token).await?;
            Ok("XOAUTH2")
        }
    }
}

/// Says the AUTH command and then `words`, one for each challenge. A single word goes with the command.
async fn dialogue(session: &mut Session, command: &str, words: &[String], secret: &str) -> Result<(), Trouble> {
    let (opening, mut answers) = match words {
        [word] => (format!("{command} {word}\r\n"), [].iter()),
        words => (format!("{command}\r\n"), words.iter()),
    };
    let mut answered = session.ask(opening, COMMAND_MAX).await;
    // XOAUTH2 explains a refusal as a challenge, which wants an empty answer before the real reply.
    for _ in 0..=words.len() {
        match &answered {
            Ok(reply) if reply.code == 334 => {
                let answer = answers.next().map_or("", String::as_str);
                answered = session.ask(format!("{answer}\r\n"), COMMAND_MAX).await;
            }
            Ok(_) | Err(_) => break,
        }
    }
    match answered {
        Ok(reply) if reply.code == 235 => Ok(()),
        Ok(reply) if reply.agrees() || reply.code == 334 => {
            Err(Trouble::lasting(format!("{} did not end the login: {}", session.shown, reply.code)))
        }
        Ok(reply) => {
            let text = without(&reply.text, words, secret);
            Err(Reply { text, ..reply }.trouble(&format!("{} refuses the login", session.shown)))
        }
        Err(Silence(reason)) => {
            let reason = without(&reason, words, secret);
            Err(session.broken("AUTH", &Silence(reason)))
        }
    }
}
