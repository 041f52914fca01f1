//! What holds for the due times of every office there can be, whatever its hours and holidays.

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use siaga::domain::Time;
use siaga::domain::calendar::{Calendar, Counting, Limit, Period, Span, Week};

/// Hours of one day: none, or up to three spans apart from each other.
fn day_hours() -> impl Strategy<Value = Vec<Span>> {
    let clock = |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).expect("a minute of the day");
    prop::collection::btree_set(0_u32..1440, 0..=6).prop_map(move |minutes| {
        let minutes: Vec<u32> = minutes.into_iter().collect();
        minutes.chunks_exact(2).map(|pair| Span { from: clock(pair[0]), to: clock(pair[1]) }).collect()
    })
}

fn week_hours() -> impl Strategy<Value = Week> {
    prop::array::uniform7(day_hours())
}

/// A day of 2026 or 2027.
fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..730).prop_map(|days| NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day") + chrono::Days::new(days))
}

/// Any office of Indonesia: odd hours, holidays, one block with hours of its own. Monday at least has
/// an hour.
fn any_calendar() -> impl Strategy<Value = Calendar> {
    let zones = vec![Tz::Asia__Jakarta, Tz::Asia__Makassar, Tz::Asia__Jayapura];
    let holidays = prop::collection::btree_map(any_day(), Just("libur".to_owned()), 0..60);
    let period = (any_day(), 0_u64..60, week_hours()).prop_map(|(from, days, week)| Period {
        name: "Ramadan".to_owned(),
        from,
        to: from + chrono::Days::new(days),
        week,
    });
    let parts = (prop::sample::select(zones), week_hours(), prop::option::of(period), holidays);
    parts.prop_map(|(zone, mut week, period, holidays)| {
        if week[0].is_empty() {
            week[0] = vec![Span { from: NaiveTime::MIN, to: NaiveTime::from_hms_opt(1, 0, 0).expect("one o'clock") }];
        }
        let calendar = Calendar::new(zone, week, period.into_iter().collect(), holidays, [2026, 2027].into());
        calendar.expect("Monday has an hour")
    })
}

/// An instant of 2026 or 2027, to the second.
fn any_time() -> impl Strategy<Value = Time> {
    let first = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).single().expect("an instant");
    (0_i64..730 * 86_400).prop_map(move |seconds| first + TimeDelta::seconds(seconds))
}

fn any_limit() -> impl Strategy<Value = Limit> {
    prop_oneof![(1_u32..3_000).prop_map(Limit::Minutes), (1_u32..15).prop_map(Limit::Days)]
}

/// Whether the office works just before an instant: closing time itself is the last moment of work.
fn is_worked(calendar: &Calendar, at: Time) -> bool {
    calendar.is_open(at) || calendar.is_open(at - TimeDelta::milliseconds(1))
}

proptest! {
    #[test]
    fn a_later_start_is_never_due_earlier(
        calendar in any_calendar(), one in any_time(), other in any_time(), limit in any_limit(),
    ) {
        let (earlier, later) = (one.min(other), one.max(other));
        for counting in [Counting::Working, Counting::Calendar] {
            let due = |start| calendar.due(start, limit, counting).at;
            prop_assert!(due(earlier) <= due(later), "{counting:?}");
            prop_assert!(earlier <= due(earlier), "due before it began");
        }
    }

    #[test]
    fn nothing_is_due_while_nobody_works(calendar in any_calendar(), start in any_time(), limit in any_limit()) {
        let due = calendar.due(start, limit, Counting::Working).at;
        prop_assert!(is_worked(&calendar, due), "{}", calendar.local(due));
    }

    #[test]
    fn the_working_minutes_up_to_the_due_time_are_the_limit(
        calendar in any_calendar(), start in any_time(), minutes in 1_u32..3_000,
    ) {
        let due = calendar.due(start, Limit::Minutes(minutes), Counting::Working).at;
        prop_assert_eq!(calendar.working_minutes(start, due), i64::from(minutes));
        prop_assert_eq!(calendar.working_minutes(due, start), -i64::from(minutes));
    }

    #[test]
    fn days_are_counted_in_working_days(calendar in any_calendar(), start in any_time(), days in 1_u32..15) {
        let due = calendar.due(start, Limit::Days(days), Counting::Working).at;
        let (first, last) = (calendar.local(calendar.next_open(start)).date_naive(), calendar.local(due).date_naive());
        let works = |day: NaiveDate| {
            let midnight = day.and_time(NaiveTime::MIN).and_local_timezone(calendar.zone()).single();
            let midnight = midnight.expect("no clock changes").with_timezone(&Utc);
            calendar.working_minutes(midnight, midnight + TimeDelta::days(1)) > 0
        };
        let worked = first.iter_days().skip(1).take_while(|day| *day <= last).filter(|day| works(*day)).count();
        prop_assert_eq!(worked, days as usize);
        prop_assert!(works(last));
    }

    #[test]
    fn shares_rise_from_the_start_to_the_due_time(
        calendar in any_calendar(), start in any_time(), limit in any_limit(), mut percents in [0_u32..=100, 0_u32..=100],
    ) {
        percents.sort_unstable();
        for counting in [Counting::Working, Counting::Calendar] {
            let due = calendar.due(start, limit, counting).at;
            let [less, more] = percents.map(|percent| calendar.share(start, due, percent, counting));
            prop_assert!(start <= less && less <= more && more <= due, "{start} {less} {more} {due} {counting:?}");
            prop_assert_eq!(calendar.share(start, due, 100, counting), due);
        }
    }

    #[test]
    fn an_explanation_counts_all_and_nothing_twice(
        calendar in any_calendar(), start in any_time(), limit in any_limit(),
    ) {
        let explained = calendar.explain_due(start, limit, Counting::Working);
        let due = explained.due.at;
        prop_assert_eq!(due, calendar.due(start, limit, Counting::Working).at);
        let minutes: i64 = explained.spans.iter().map(|span| span.minutes).sum();
        prop_assert_eq!(minutes, calendar.working_minutes(start, due));
        prop_assert!(explained.spans.iter().all(|span| span.from < span.to && start <= span.from && span.to <= due));
        prop_assert!(explained.spans.is_sorted_by(|one, next| one.to <= next.from));
        for skipped in &explained.skipped {
            prop_assert!(explained.spans.iter().all(|span| calendar.local(span.from).date_naive() != skipped.day));
        }
    }

    #[test]
    fn the_next_opening_is_open_and_its_own(calendar in any_calendar(), at in any_time()) {
        let opening = calendar.next_open(at);
        prop_assert!(at <= opening && calendar.is_open(opening));
        prop_assert_eq!(calendar.next_open(opening), opening);
        prop_assert_eq!(calendar.working_minutes(at, opening), 0);
        prop_assert_eq!(calendar.is_open(at), at == opening);
    }

    #[test]
    fn working_time_adds_up(calendar in any_calendar(), mut times in [any_time(), any_time(), any_time()]) {
        times.sort_unstable();
        let [first, middle, last] = times;
        let whole = calendar.working_minutes(first, last);
        let parts = calendar.working_minutes(first, middle) + calendar.working_minutes(middle, last);
        // Each part is cut to whole minutes.
        prop_assert!((whole - 1..=whole).contains(&parts), "{parts} of {whole}");
        prop_assert!(whole <= (last - first).num_minutes());
    }
}
