//! THE table: what each command does in each state. Its rows are the SOP's sentences.

use crate::domain::command::Command::*;
use crate::domain::stage::Disposition::{Duplicate as Joined, NotValid, Referred, Resolved, Spam as Junk};
use crate::domain::stage::Status::{
    Analysis, Approved, AwaitingReporter, Closed, FollowUp, Forwarded, New, Recheck, Repair, Review, Verification,
};
use crate::domain::workflow::Instruction;
use crate::domain::workflow::draft::Draft;
use crate::domain::workflow::refusal::Refusal;

/// The straight line: report, verification, analysis, review, forwarding, repair, check.
#[rustfmt::skip]
pub(super) fn apply(draft: &mut Draft<'_>, instruction: &Instruction) -> Result<(), Refusal> {
    let answers = instruction.answers;
    match (draft.status(), instruction.command.clone()) {
        // SOP 3: Ciamiskab-CSIRT confirms and verifies.
        (New | Verification | AwaitingReporter, Verify(found))             => draft.verify(found),
        (New | Verification | AwaitingReporter, Reject { reason })         => draft.reject(reason),
        (New | Verification | AwaitingReporter, Duplicate { of })          => draft.join(of),
        (New | Verification | AwaitingReporter, Refer { to })              => draft.refer(to),
        (New | Verification | AwaitingReporter, Spam)                      => draft.junk(),
        (Closed(Junk), Verify(found))                                      => { draft.revive(); draft.verify(found) }
        (New | Verification | AwaitingReporter | Analysis | Repair, Ask { text })
                                                                           => draft.ask_reporter(text),

        // SOP 4: it analyses and writes the report.
        (Analysis | Repair, Submit(submission))                            => draft.submit(submission),

        // SOP 5: the Kabid reviews. `#setuju` answers whatever he was asked.
        (Review, Revise { notes })                                         => draft.revise(answers, notes),
        (_, Approve { withhold, signature })                               => draft.approve(answers, withhold, signature),

        // SOP 6: he forwards it to the OPD.
        (Approved | Forwarded, Forward { to })                             => draft.forward_by_order(to),

        // The OPD follows up.
        (Forwarded, Acknowledge { officer })                               => draft.acknowledge(officer),
        (Forwarded | FollowUp, Fixed { account })                          => draft.fixed(account, false),
        (Forwarded | FollowUp, Offline { account })                        => draft.fixed(account, true),
        (Forwarded | FollowUp, NotOurs { reason })                         => draft.not_ours(reason),
        (Forwarded | FollowUp, Extend { until, reason })                   => draft.extend(answers, until, reason),
        (Forwarded | FollowUp, Escalate { note })                          => draft.escalate(answers, note),
        (Forwarded | FollowUp | Recheck, Assist { need })                  => draft.assist(need),

        // The repair is checked.
        (Recheck, Pass { note })                                           => draft.pass(note),
        (Recheck, Fail { findings })                                       => draft.fail(findings),

        (_, Take | Verify(_) | Reject { .. } | Ask { .. } | Duplicate { .. } | Refer { .. } | Spam | SetKind(_)
            | SetSeverity(_) | SetOwner(_) | SetTlp(_) | SetLanguage(_) | Note { .. } | Reply(_) | Assign { .. }
            | Dispose { .. } | Evidence | Admit { .. } | Submit(_) | Pass { .. } | Fail { .. } | Urgent { .. } | PersonalData(_)
            | Bssn { .. } | Reopen { .. } | Close { .. } | Merge { .. } | Split { .. } | Separate { .. } | NewTicket { .. }
            | Revise { .. } | Forward { .. } | Escalate { .. } | Isolate { .. } | Delegate { .. } | Extend { .. }
            | Undo | Acknowledge { .. } | Fixed { .. } | Assist { .. } | NotOurs { .. } | Offline { .. }
            | Status { .. } | List | Recap { .. } | Help | Rehearse)       => beside(draft, instruction),
    }
}

/// Beside the line: what may happen on the way, and what is refused.
#[rustfmt::skip]
fn beside(draft: &mut Draft<'_>, instruction: &Instruction) -> Result<(), Refusal> {
    let answers = instruction.answers;
    match (draft.status(), instruction.command.clone()) {
        // Whose it is, and what it is about.
        (AwaitingReporter, Take)                                           => draft.go_on(),
        (New | Verification | Analysis | Review | Repair | Approved | Forwarded | FollowUp | Recheck, Take)
                                                                           => draft.take(),
        (New | Verification | AwaitingReporter | Analysis | Repair, SetOwner(opd))
                                                                           => draft.set_owner(opd),
        (Forwarded | FollowUp, SetOwner(opd))                              => draft.give_to(opd),
        (New | Verification | AwaitingReporter | Analysis | Repair | Forwarded | FollowUp | Recheck, SetKind(kind))
                                                                           => draft.set_kind(kind),
        (New | Verification | AwaitingReporter | Analysis | Repair | Review | Approved | Forwarded | FollowUp | Recheck, SetTlp(tlp))
                                                                           => draft.set_tlp(tlp),

        // An OPD that was warned acts before the report comes.
        (Analysis | Review | Repair | Approved | AwaitingReporter, Acknowledge { officer })
                                                                           => draft.acknowledge_warning(officer),
        (Analysis | Review | Repair | Approved | AwaitingReporter, Fixed { account })
                                                                           => draft.fixed_early(account, false),
        (Analysis | Review | Repair | Approved | AwaitingReporter, Offline { account })
                                                                           => draft.fixed_early(account, true),
        (Analysis | Review | Repair | Approved | AwaitingReporter, Assist { need })
                                                                           => draft.assist_early(need),
        (Analysis | Repair | AwaitingReporter, NotOurs { reason })         => draft.not_ours_early(reason),

        // Denials, duties, ends and new beginnings.
        (Analysis | Review | Repair | Approved | Forwarded | FollowUp | Recheck, Reject { reason })
                                                                           => draft.deny(answers, reason),
        (Closed(NotValid | Resolved), Reject { reason })                   => draft.uphold(reason),
        (Analysis | Review | Repair | Approved | Forwarded | FollowUp | Recheck, Bssn { text })
                                                                           => draft.draft_bssn(text),
        (Analysis | Review | Repair | Approved | Forwarded | FollowUp | Recheck | AwaitingReporter | Closed(Resolved),
            PersonalData(breach))                                          => draft.personal_data(breach),
        (New | Verification | AwaitingReporter | Analysis | Repair, Close { reason })
                                                                           => draft.close_for(reason),
        (Forwarded | FollowUp | Recheck, Close { reason })                 => draft.propose_closing(reason),
        (New | Verification | AwaitingReporter | Analysis | Repair, Merge { into })
                                                                           => draft.join(into),
        (Analysis | Repair | Forwarded | FollowUp, Split { opd })          => draft.split(opd),
        (Closed(Joined), Separate { sender: None })                        => draft.disjoin(),
        (Closed(NotValid | Resolved | Joined | Referred | Junk), Reopen { reason })
                                                                           => draft.reopen(reason),

        // In every open state, and in every state.
        (Closed(_), SetSeverity(_) | Urgent { .. } | Isolate { .. } | Assign { .. } | Dispose { .. })
                                                                           => Err(not_now(draft, instruction)),
        (_, SetSeverity(severity))                                         => draft.set_severity(severity),
        (_, Urgent { reason })                                             => draft.urgent(reason),
        (_, Isolate { reason })                                            => draft.isolate(reason),
        (_, Assign { to, note } | Dispose { to, note })                    => draft.assign(to, note),
        (_, SetLanguage(language))                                         => draft.set_language(language),
        (_, Note { text })                                                 => draft.annotate(text),
        (_, Reply(reply))                                                  => draft.reply(reply),
        (_, Delegate { to, term })                                         => draft.delegate(to, term),
        (_, NewTicket { text })                                            => draft.open_ticket(text),
        (_, Status { .. } | List | Recap { .. } | Help | Evidence | Admit { .. } | Rehearse)
                                                                           => Ok(()),
        (_, Undo)                                                          => Err(Refusal::NothingToUndo),
        (_, Take | Verify(_) | Reject { .. } | Duplicate { .. } | Refer { .. } | Spam | Ask { .. } | Submit(_)
            | Approve { .. } | Revise { .. } | Forward { .. } | Acknowledge { .. } | Fixed { .. } | Offline { .. }
            | NotOurs { .. } | Extend { .. } | Escalate { .. } | Assist { .. } | Pass { .. } | Fail { .. }
            | Close { .. } | Merge { .. } | Split { .. } | Separate { .. } | Reopen { .. } | SetOwner(_) | SetKind(_)
            | SetTlp(_) | Bssn { .. } | PersonalData(_))                               => Err(not_now(draft, instruction)),
    }
}

/// The refusal of everything that has no row.
fn not_now(draft: &Draft<'_>, Instruction { command, .. }: &Instruction) -> Refusal {
    Refusal::NotNow { word: command.word(), status: draft.status() }
}
