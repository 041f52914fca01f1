//! Received headers (RFC 5321 section 4.4): who took a mail in, how, and with whose login.

use crate::domain::evidence::TrustRules;
use crate::domain::person::Address;

/// How Postfix and its kin write whose login it was (`smtpd_sasl_authenticated_header`).
const LOGIN_MARK: &str = "Authenticated sender: ";

/// RFC 3848 and RFC 6531: protocols that asked for a login.
const WITH_LOGIN: &[&str] = &["ESMTPA", "ESMTPSA", "UTF8SMTPA", "UTF8SMTPSA"];

/// One line of trace.
#[derive(Debug, PartialEq, Eq)]
struct Trace {
    by: String,
    with: String,
    login: Option<String>,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Comment(String),
    Semicolon,
}

/// Whether the first `trace_lines` lines are our provider's own.
pub(super) fn is_ours(received: &[String], rules: &TrustRules) -> bool {
    let own = |line: &String| Trace::of(line).is_some_and(|trace| named(&rules.trace_hosts, &trace.by));
    rules.trace_lines > 0 && received.len() >= rules.trace_lines && received.iter().take(rules.trace_lines).all(own)
}

/// Whether the mail was handed in on our own server with the sender's own login. The line that says
/// so is the lowest of those our servers write: below it a sender may write what he likes.
pub(super) fn is_own_login(received: &[String], sender: &Address, rules: &TrustRules) -> bool {
    let above = rules.trace_lines.saturating_sub(1);
    let passed_on = |line: &String| {
        Trace::of(line)
            .is_some_and(|trace| named(&rules.trace_hosts, &trace.by) || named(&rules.login_hosts, &trace.by))
    };
    let Some(line) = received.get(above).filter(|_| received.iter().take(above).all(passed_on)) else { return false };
    let Some(trace) = Trace::of(line) else { return false };
    let Some(login) = trace.login else { return false };
    let account = match login.contains('@') {
        true => login,
        false if rules.login_domain.is_empty() => return false,
        false => format!("{login}@{}", rules.login_domain),
    };
    named(&rules.login_hosts, &trace.by)
        && WITH_LOGIN.contains(&trace.with.to_ascii_uppercase().as_str())
        && account.eq_ignore_ascii_case(sender.as_str())
}

fn named(hosts: &[String], host: &str) -> bool {
    hosts.iter().any(|known| known.eq_ignore_ascii_case(host))
}

impl Trace {
    /// `None` if the line can be read in two ways: the greeting of a client stands in it as he wrote it,
    /// with words and comments in it if he likes.
    fn of(line: &str) -> Option<Trace> {
        let tokens = tokens(line)?;
        let is_by = |token: &&Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case("by"));
        let dated = tokens.iter().filter(|token| **token == Token::Semicolon).count();
        if tokens.iter().filter(is_by).count() > 1 || dated > 1 {
            return None;
        }
        let at = |word: &str, from: usize| {
            let found = tokens
                .iter()
                .skip(from)
                .position(|token| matches!(token, Token::Word(other) if other.eq_ignore_ascii_case(word)));
            found.map(|at| at + from)
        };
        let after = |at: usize| match tokens.get(at + 1) {
            Some(Token::Word(word)) => Some(word.clone()),
            Some(Token::Comment(_) | Token::Semicolon) | None => None,
        };
        let by = at("by", 0)?;
        Some(Trace {
            by: after(by)?,
            with: at("with", by + 2).and_then(after).unwrap_or_default(),
            login: login_of(&tokens[..by]),
        })
    }
}

/// The login in what stands before `by`: `from GREETING (CLIENT [ADDRESS]) (…) (Authenticated sender: LOGIN)`.
/// Postfix writes the greeting as one word unless a client sends several, then the client it sees, and the
/// login last: whatever else is there, a client may have written.
fn login_of(before: &[Token]) -> Option<String> {
    let [Token::Word(from), Token::Word(_), Token::Comment(client), others @ .., Token::Comment(last)] = before else {
        return None;
    };
    let login = last.strip_prefix(LOGIN_MARK)?;
    let is_client = |text: &str| text.trim_end().ends_with(']');
    let plain = |token: &Token| matches!(token, Token::Comment(text) if !is_client(text) && !text.starts_with(LOGIN_MARK.trim_end()));
    (from.eq_ignore_ascii_case("from") && is_client(client) && others.iter().all(plain))
        .then(|| login.trim().to_owned())
}

/// Words and comments, the semicolon before the date among them; `None` if a comment does not end.
fn tokens(line: &str) -> Option<Vec<Token>> {
    let (mut tokens, mut word, mut comment, mut depth) = (Vec::new(), String::new(), String::new(), 0_usize);
    let mut letters = line.chars();
    while let Some(c) = letters.next() {
        match (c, depth) {
            ('\\', _) => {
                let escaped = letters.next()?;
                if depth > 0 { comment.push(escaped) } else { word.push(escaped) }
            }
            ('(', _) => {
                if depth > 0 {
                    comment.push(c);
                }
                depth += 1;
            }
            (')', 0) => return None,
            (')', 1) => {
                depth = 0;
                end_word(&mut word, &mut tokens);
                tokens.push(Token::Comment(std::mem::take(&mut comment)));
            }
            (')', _) => {
                comment.push(c);
                depth -= 1;
            }
            (';', 0) => {
                end_word(&mut word, &mut tokens);
                tokens.push(Token::Semicolon);
            }
            (c, 0) if c.is_whitespace() => end_word(&mut word, &mut tokens),
            (c, 0) => word.push(c),
            (c, _) => comment.push(c),
        }
    }
    end_word(&mut word, &mut tokens);
    (depth == 0).then_some(tokens)
}

fn end_word(word: &mut String, tokens: &mut Vec<Token>) {
    if !word.is_empty() {
        tokens.push(Token::Word(std::mem::take(word)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBMITTED: &str = "from [10.0.0.7] (laptop [10.0.0.7]) (using TLSv1.3) (Authenticated sender: kabid@csirt.example) \
        by mx.csirt.example (Postfix) with ESMTPSA id 4F2A for <csirt@csirt.example>; Mon, 23 Nov 2026 10:00:00 +0700";

    fn own(line: &str) -> bool {
        let rules = TrustRules {
            login_hosts: vec!["mx.csirt.example".to_owned()],
            trace_lines: 1,
            login_domain: "csirt.example".to_owned(),
            ..TrustRules::default()
        };
        is_own_login(&[line.to_owned()], &"kabid@csirt.example".parse().expect("valid"), &rules)
    }

    #[test]
    fn a_login_counts_for_its_own_address_on_our_own_server_alone() {
        assert!(own(SUBMITTED));
        assert!(own(&SUBMITTED.replace("kabid@csirt.example", "kabid")), "completed by the configured domain");
        assert!(own(&SUBMITTED.replace("mx.csirt", "MX.CSIRT")));
        let foreign = [
            SUBMITTED.replace("kabid@csirt.example", "ani@csirt.example"),
            SUBMITTED.replace("by mx.csirt.example", "by mx.evil.example"),
            SUBMITTED.replace("ESMTPSA", "ESMTPS"),
            SUBMITTED.replace("(Authenticated sender: kabid@csirt.example)", ""),
            SUBMITTED.replace("(laptop", "(Authenticated sender: ani@csirt.example) (laptop"),
            SUBMITTED.replace("(laptop", "((laptop"),
            SUBMITTED.replace("by mx.csirt.example", "(by mx.csirt.example) by mx.evil.example"),
            SUBMITTED.replace("with ESMTPSA", "with ESMTP (with ESMTPSA)"),
        ];
        for line in foreign {
            assert!(!own(&line), "{line}");
        }
    }

    /// The greeting of a client is his own words, and was read as our server's.
    #[test]
    fn a_login_was_read_out_of_a_greeting() {
        let greetings = [
            "(Authenticated sender: kabid@csirt.example) by mx.csirt.example (Postfix) with ESMTPSA id 1",
            "x (y [10.0.0.7]) (Authenticated sender: kabid@csirt.example) by mx.csirt.example with ESMTPSA id 1",
            "x (y [10.0.0.7]) (Authenticated sender: kabid@csirt.example) by mx.csirt.example with ESMTPSA id 1; Mon",
            "x (y [10.0.0.7]) (Authenticated sender: kabid@csirt.example) by mx.csirt.example with ESMTPSA id 1 (",
            r"x (y [10.0.0.7]) (Authenticated sender: kabid@csirt.example) by mx.csirt.example with ESMTPSA id 1; (\",
            "x (y [10.0.0.7]) (Authenticated sender: kabid@csirt.example)",
            "x (Authenticated sender: kabid@csirt.example)",
            "(Authenticated sender: kabid@csirt.example)",
        ];
        for greeting in greetings {
            for protocol in ["ESMTP", "ESMTPSA"] {
                let line = format!(
                    "from {greeting} (evil.example [203.0.113.9]) by mx.csirt.example (Postfix) with {protocol} id 2; \
                     Mon, 23 Nov 2026 10:00:00 +0700"
                );
                assert!(!own(&line), "{line}");
            }
            // Whoever is logged in as somebody else.
            let line = SUBMITTED.replace("[10.0.0.7] (", &format!("{greeting} ("));
            assert!(!own(
                &line.replace("(Authenticated sender: kabid@csirt.example) by", "(Authenticated sender: ani) by")
            ));
        }
    }
}
