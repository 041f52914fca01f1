//! Which evidence which class needs: the whole decision table, and what is true all over it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use siaga::domain::answer::Evidence;
use siaga::domain::authority::{CodeProof, CommandPolicy, Proof, SignatureProof, Subject, Verdict, judge};
use siaga::domain::command::vocabulary::Class;

const PROOFS_PER_HOUR: u32 = 3;
const CLASSES: [Class; 4] = [Class::C0, Class::C1, Class::C2, Class::C3];
const SUBJECTS: [Subject; 2] = [Subject::Ticket, Subject::Desk];

fn policy(require_evidence: bool) -> CommandPolicy {
    CommandPolicy {
        hold: chrono::TimeDelta::minutes(5),
        require_evidence,
        code_without_evidence: true,
        subaddress: false,
        require_signature: false,
        proofs_hour: PROOFS_PER_HOUR,
    }
}

/// All 108 proofs.
fn proofs() -> Vec<Proof> {
    let mut proofs = Vec::new();
    for registered in [true, false] {
        for domain in [Evidence::Pass, Evidence::None, Evidence::Fail] {
            for answers_ours in [true, false] {
                for code in [CodeProof::None, CodeProof::Request, CodeProof::Fresh] {
                    for signature in [SignatureProof::None, SignatureProof::Good, SignatureProof::Bad] {
                        proofs.push(Proof { registered, domain, shared_domain: false, answers_ours, code, signature });
                    }
                }
            }
        }
    }
    proofs
}

/// Every class, subject, proof, policy and number of mails already sent.
fn everything() -> impl Iterator<Item = (Class, Subject, Proof, bool, u32, Verdict)> {
    everything_under(false)
}

/// The same where a signature is asked for, or not.
fn everything_under(require_signature: bool) -> impl Iterator<Item = (Class, Subject, Proof, bool, u32, Verdict)> {
    let cases = proofs().into_iter().flat_map(|proof| {
        CLASSES.into_iter().flat_map(move |class| SUBJECTS.into_iter().map(move |subject| (class, subject, proof)))
    });
    cases.flat_map(move |(class, subject, proof)| {
        [false, true].into_iter().flat_map(move |required| {
            [0, PROOFS_PER_HOUR].into_iter().map(move |sent| {
                let policy = CommandPolicy { require_signature, ..policy(required) };
                (class, subject, proof, required, sent, judge(class, subject, proof, &policy, sent))
            })
        })
    })
}

#[test]
fn the_decision_table_for_commands_on_a_ticket() {
    let mut table = String::new();
    for required in [false, true] {
        for class in CLASSES {
            writeln!(table, "# {class:?}, domain evidence {}", if required { "required" } else { "not required" })
                .unwrap();
            let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for proof in proofs().into_iter().filter(|proof| proof.registered) {
                let verdict = judge(class, Subject::Ticket, proof, &policy(required), 0);
                let reply = if proof.answers_ours { "reply" } else { "-" };
                let words = format!("{:?}/{reply}/{:?}/{:?}", proof.domain, proof.code, proof.signature).to_lowercase();
                rows.entry(format!("{verdict:?}")).or_default().push(words);
            }
            for (verdict, proofs) in rows {
                writeln!(table, "{verdict}:").unwrap();
                for proof in proofs {
                    writeln!(table, "    {proof}").unwrap();
                }
            }
        }
    }
    insta::assert_snapshot!("authority", table);
}

#[test]
fn what_is_true_of_every_combination() {
    let mut seen = 0;
    let all = everything().map(|one| (false, one)).chain(everything_under(true).map(|one| (true, one)));
    for (signature_required, (class, subject, proof, required, sent, verdict)) in all {
        seen += 1;
        let case = format!("{class:?} {subject:?} {proof:?} required {required} sent {sent}");
        let acts = verdict == Verdict::Act;
        let has_code = proof.code != CodeProof::None;
        // What a signature decides only the code in its text tells.
        let signed = proof.signature == SignatureProof::Good && has_code;
        if !proof.registered {
            assert_eq!(verdict, Verdict::Silence, "{case}");
        }
        if proof.domain == Evidence::Fail || proof.signature == SignatureProof::Bad {
            assert!(!acts || signed, "a denied or broken mail acts: {case}");
        }
        if acts && class == Class::C3 {
            assert!(has_code, "C3 without a code: {case}");
            assert!(signed || !signature_required, "C3 without a signature: {case}");
        }
        if acts && class >= Class::C1 && subject == Subject::Ticket {
            assert!(signed || has_code || proof.answers_ours, "a stranger to our mails acts: {case}");
        }
        if acts && required && !signed && class >= Class::C1 {
            assert!(proof.domain == Evidence::Pass || has_code, "evidence was required: {case}");
        }
        if verdict == Verdict::Explain {
            let vouched = signature_required && proof.domain == Evidence::Pass;
            // A good signature is no forger's, though a copy of it may be anybody's.
            let signed = proof.signature == SignatureProof::Good;
            assert!(proof.answers_ours || has_code || vouched || signed, "a forger is explained to: {case}");
        }
        if sent >= PROOFS_PER_HOUR {
            assert!(!matches!(verdict, Verdict::SendCode | Verdict::SendToken), "somebody is bombarded: {case}");
        }
    }
    assert_eq!(seen, 2 * 108 * 4 * 2 * 2 * 2);
}

#[test]
fn better_evidence_never_makes_it_worse() {
    let rank = |verdict| match verdict {
        Verdict::Silence => 0,
        Verdict::Explain => 1,
        Verdict::SendToken => 2,
        Verdict::SendCode => 3,
        Verdict::Act => 4,
    };
    for (class, subject, proof, required, sent, verdict) in everything() {
        let judged = |proof| rank(judge(class, subject, proof, &policy(required), sent));
        let better = [
            Proof { answers_ours: true, ..proof },
            Proof { code: CodeProof::Fresh, ..proof },
            Proof { domain: Evidence::Pass, ..proof },
            Proof { signature: SignatureProof::Good, ..proof },
        ];
        for better in better {
            assert!(judged(better) >= rank(verdict), "{class:?} {proof:?} against {better:?}, required {required}");
        }
    }
}

/// Trust-and-safety 5.2, word for word and in its order, beside the code.
fn expected_for_c3(proof: Proof, (unmarked, signature_required): (bool, bool), sent: u32) -> &'static str {
    let passed = proof.domain == Evidence::Pass;
    let good = proof.signature == SignatureProof::Good;
    if !proof.registered || proof.signature == SignatureProof::Bad {
        "refuse"
    } else if good && proof.code != CodeProof::None {
        // Its text names the present nonce, and with it version and hash.
        "accept"
    } else if (signature_required && !good) || proof.domain == Evidence::Fail {
        "refuse"
    } else if (passed && proof.code != CodeProof::None)
        || (!passed && unmarked && proof.answers_ours && proof.code == CodeProof::Fresh)
    {
        "accept"
    } else if (passed || ((unmarked || good) && proof.answers_ours)) && sent < PROOFS_PER_HOUR {
        "send a code"
    } else {
        "refuse"
    }
}

#[test]
fn all_108_combinations_of_what_speaks_for_the_office() {
    let mut seen = 0;
    for proof in proofs() {
        seen += 1;
        let cases = [(true, 0), (true, PROOFS_PER_HOUR), (false, 0)].map(|case| [(case, false), (case, true)]);
        for ((unmarked, sent), require_signature) in cases.into_iter().flatten() {
            let policy = CommandPolicy { code_without_evidence: unmarked, require_signature, ..policy(true) };
            let found = match judge(Class::C3, Subject::Ticket, proof, &policy, sent) {
                Verdict::Act => "accept",
                Verdict::SendCode => "send a code",
                Verdict::SendToken | Verdict::Explain | Verdict::Silence => "refuse",
            };
            let expected = expected_for_c3(proof, (unmarked, require_signature), sent);
            assert_eq!(found, expected, "{proof:?} unmarked {unmarked} sent {sent} signature {require_signature}");
        }
    }
    assert_eq!(seen, 108);
}

#[test]
fn taking_evidence_away_never_lets_a_refused_order_through() {
    let acts = |class, proof, (code_without_evidence, require_signature)| {
        let policy = CommandPolicy { code_without_evidence, require_signature, ..policy(true) };
        judge(class, Subject::Ticket, proof, &policy, 0) == Verdict::Act
    };
    let policies = [(true, false), (false, false), (true, true), (false, true)];
    for (class, unmarked) in CLASSES.into_iter().flat_map(|class| policies.map(|policy| (class, policy))) {
        for shared_domain in [false, true] {
            for proof in proofs().into_iter().map(|proof| Proof { shared_domain, ..proof }) {
                let mut less = vec![
                    Proof { registered: false, ..proof },
                    Proof { answers_ours: false, ..proof },
                    Proof { code: CodeProof::None, ..proof },
                    Proof { shared_domain: true, ..proof },
                ];
                if proof.domain == Evidence::Pass {
                    less.push(Proof { domain: Evidence::None, ..proof });
                }
                if proof.signature == SignatureProof::Good {
                    less.push(Proof { signature: SignatureProof::None, ..proof });
                }
                for less in less {
                    assert!(
                        acts(class, proof, unmarked) || !acts(class, less, unmarked),
                        "{class:?} {proof:?} {less:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn where_accounts_write_any_from_a_change_needs_a_code() {
    let proof = Proof {
        registered: true,
        domain: Evidence::Pass,
        shared_domain: true,
        answers_ours: true,
        code: CodeProof::None,
        signature: SignatureProof::None,
    };
    let judged = |class, proof| judge(class, Subject::Ticket, proof, &policy(true), 0);
    assert_eq!(judged(Class::C1, proof), Verdict::Act, "a note does no harm");
    assert_eq!(judged(Class::C2, proof), Verdict::SendCode);
    assert_eq!(judged(Class::C2, Proof { code: CodeProof::Fresh, ..proof }), Verdict::Act);
}
