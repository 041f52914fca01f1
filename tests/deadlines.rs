//! When a step of the SOP is due: the worked examples of the SOP study over the shipped calendar, and
//! the holiday file checked against its own sums.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use siaga::config::embedded;
use siaga::domain::Time;
use siaga::domain::calendar::{Calendar, Counting, Limit, NeverOpen, Period, Span, Week};
use siaga::domain::due_explained::{Explained, Landing, WhySkipped};

const THREE_HOURS: Limit = Limit::Minutes(180);
const ONE_DAY: Limit = Limit::Days(1);
const ONE_HOUR: Limit = Limit::Minutes(60);

/// An instant from the local time as officials write it: `2026-11-23 10.30`.
fn at(local: &str) -> Time {
    let parsed = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H.%M").expect("a local time");
    let instant = chrono_tz::Asia::Jakarta.from_local_datetime(&parsed).single();
    instant.expect("Jakarta has no clock changes").with_timezone(&Utc)
}

fn shown(calendar: &Calendar, at: Time) -> String {
    calendar.local(at).format("%Y-%m-%d %H.%M").to_string()
}

#[test]
fn the_fourteen_worked_examples() {
    let calendar = embedded().calendar;
    let check = |limit: Limit, start: &str, working: &str, by_calendar: &str| {
        let due = |counting| shown(&calendar, calendar.due(at(start), limit, counting).at);
        assert_eq!(due(Counting::Working), working, "{limit:?} from {start}, working time");
        assert_eq!(due(Counting::Calendar), by_calendar, "{limit:?} from {start}, calendar time");
    };
    check(THREE_HOURS, "2026-11-23 10.30", "2026-11-23 14.30", "2026-11-23 13.30");
    check(THREE_HOURS, "2026-11-20 15.10", "2026-11-23 09.10", "2026-11-20 18.10");
    check(THREE_HOURS, "2026-11-27 10.45", "2026-11-27 15.15", "2026-11-27 13.45");
    check(THREE_HOURS, "2026-11-21 21.00", "2026-11-23 10.30", "2026-11-22 00.00");
    check(THREE_HOURS, "2026-12-23 15.30", "2026-12-28 10.00", "2026-12-23 18.30");
    // Ramadan.
    check(THREE_HOURS, "2027-02-15 10.00", "2027-02-15 13.30", "2027-02-15 13.00");
    check(THREE_HOURS, "2027-03-05 15.00", "2027-03-16 10.00", "2027-03-05 18.00");
    check(ONE_DAY, "2026-11-24 14.20", "2026-11-25 14.20", "2026-11-25 14.20");
    check(ONE_DAY, "2026-11-27 16.20", "2026-11-30 16.00", "2026-11-28 16.20");
    check(ONE_DAY, "2026-11-21 21.00", "2026-11-24 07.30", "2026-11-22 21.00");
    check(ONE_DAY, "2026-12-23 14.20", "2026-12-28 14.20", "2026-12-24 14.20");
    check(ONE_HOUR, "2026-11-26 15.40", "2026-11-27 08.10", "2026-11-26 16.40");
    check(ONE_HOUR, "2026-11-27 11.20", "2026-11-27 13.50", "2026-11-27 12.20");
    check(ONE_HOUR, "2026-11-24 11.50", "2026-11-24 13.50", "2026-11-24 12.50");
}

/// "1 hari" is the same clock time on the next working day: its closing time if that is over, the
/// end of the rest if that is a rest (decisions 19).
#[test]
fn a_day_ends_at_the_same_clock_time_or_where_the_office_can_act() {
    let calendar = embedded().calendar;
    let check = |days: u32, start: &str, expected: &str| {
        let due = calendar.due(at(start), Limit::Days(days), Counting::Working);
        assert_eq!(shown(&calendar, due.at), expected, "{days} days from {start}");
    };
    // The very opening and the very closing of a day.
    check(1, "2026-11-23 07.30", "2026-11-24 07.30");
    check(1, "2026-11-23 15.59", "2026-11-24 15.59");
    check(1, "2026-11-23 16.00", "2026-11-25 07.30");
    // Before opening counts from the opening, in a rest from the end of the rest.
    check(1, "2026-11-23 05.00", "2026-11-24 07.30");
    check(1, "2026-11-23 12.30", "2026-11-24 13.00");
    // Friday rests from 11.30: what falls into the rest is due at its end.
    check(1, "2026-11-26 11.29", "2026-11-27 11.29");
    check(1, "2026-11-26 11.30", "2026-11-27 13.00");
    check(1, "2026-11-26 11.45", "2026-11-27 13.00");
    // Friday closes later than the other days.
    check(1, "2026-11-27 16.00", "2026-11-30 16.00");
    check(1, "2026-11-27 16.29", "2026-11-30 16.00");
    check(1, "2026-11-27 16.30", "2026-12-01 07.30");
    // Into Ramadan: it closes at 15.00 and opens at 08.00.
    check(1, "2027-02-05 09.00", "2027-02-09 08.00");
    check(1, "2027-02-04 15.45", "2027-02-08 15.00");
    check(1, "2027-02-04 07.40", "2027-02-08 08.00");
    // Out of Ramadan.
    check(1, "2027-03-05 14.50", "2027-03-16 14.50");
    // Several days, over a weekend and over the end of the year.
    check(3, "2026-11-26 09.00", "2026-12-01 09.00");
    check(7, "2026-12-23 09.00", "2027-01-07 09.00");
}

#[test]
fn ramadan_has_hours_of_its_own() {
    let calendar = embedded().calendar;
    let check = |from: &str, to: &str, minutes: i64| {
        assert_eq!(calendar.working_minutes(at(from), at(to)), minutes, "{from} to {to}");
    };
    // Five days of six and a half hours, in both years.
    check("2026-02-23 00.00", "2026-02-28 00.00", 5 * 390);
    check("2027-02-15 00.00", "2027-02-20 00.00", 5 * 390);
    // An ordinary week has 37 hours and 30 minutes.
    check("2026-11-23 00.00", "2026-11-28 00.00", 5 * 450);
    // The first day of the block, and the last day before it.
    check("2026-02-18 00.00", "2026-02-19 00.00", 450);
    check("2026-02-19 00.00", "2026-02-20 00.00", 390);
    // Rests: 12.00 to 12.30, on Friday 11.30 to 12.30.
    check("2026-02-19 12.00", "2026-02-19 12.30", 0);
    check("2026-02-19 12.30", "2026-02-19 13.00", 30);
    check("2026-02-20 11.30", "2026-02-20 12.30", 0);
    check("2026-02-20 15.00", "2026-02-20 16.00", 30);
}

/// In the shipped years the last day of Ramadan is a holiday; here it is not.
#[test]
fn a_period_holds_from_its_first_day_to_its_last() {
    let clock = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
    let every_day = |from, to| std::array::from_fn(|_| vec![Span { from: clock(from), to: clock(to) }]);
    let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
    let period =
        Period { name: "Ramadan".to_owned(), from: day("2026-11-24"), to: day("2026-11-25"), week: every_day(8, 11) };
    let calendar = Calendar::new(Tz::Asia__Jakarta, every_day(8, 16), vec![period], BTreeMap::new(), BTreeSet::new());
    let calendar = calendar.expect("it is open");
    let hours = |day: &str| calendar.working_minutes(at(&format!("{day} 00.00")), at(&format!("{day} 23.59"))) / 60;
    let days = ["2026-11-23", "2026-11-24", "2026-11-25", "2026-11-26"];
    assert_eq!(days.map(hours), [8, 3, 3, 8]);
}

#[test]
fn nothing_counts_in_a_closure() {
    let calendar = embedded().calendar;
    let check = |closing: &str, opening: &str| {
        assert_eq!(shown(&calendar, calendar.next_open(at(closing))), opening, "after {closing}");
        assert_eq!(calendar.working_minutes(at(closing), at(opening)), 0, "{closing} to {opening}");
        let just_before = calendar.working_minutes(at(closing) - TimeDelta::minutes(1), at(opening));
        assert_eq!(just_before, 1, "the minute before {closing}");
    };
    check("2026-03-17 15.00", "2026-03-25 07.30");
    check("2026-12-23 16.00", "2026-12-28 07.30");
    check("2027-03-05 15.30", "2027-03-16 07.30");
    check("2027-05-14 16.30", "2027-05-21 07.30");
}

/// A reckoning as a person would check it, span by span.
fn in_lines(calendar: &Calendar, explained: &Explained) -> String {
    let mut lines = vec![format!("from {}", shown(calendar, explained.start))];
    if explained.counted_from != explained.start {
        lines.push(format!("  counted from {}", shown(calendar, explained.counted_from)));
    }
    for span in &explained.spans {
        let to = calendar.local(span.to).format("%H.%M");
        let period = span.period.as_deref().unwrap_or_default();
        lines
            .push(format!("  {}-{to} {} min {period}", shown(calendar, span.from), span.minutes).trim_end().to_owned());
    }
    for skipped in &explained.skipped {
        let why = match &skipped.why {
            WhySkipped::Holiday(name) => name.as_str(),
            WhySkipped::DayOff => "day off",
        };
        lines.push(format!("  not {}: {why}", skipped.day));
    }
    if let Some(landing) = explained.landing {
        lines.push(format!("  at {landing:?}"));
    }
    lines.push(format!("due {}", shown(calendar, explained.due.at)));
    lines.join("\n")
}

/// Every worked example with its reckoning, for an official to check by hand.
#[test]
fn every_due_time_can_be_explained() {
    let calendar = embedded().calendar;
    let explain = |limit: Limit, start: &str| {
        let explained = calendar.explain_due(at(start), limit, Counting::Working);
        let counted: i64 = explained.spans.iter().map(|span| span.minutes).sum();
        if let Limit::Minutes(minutes) = limit {
            assert_eq!(counted, i64::from(minutes), "from {start}");
        }
        format!("{limit:?} {}", in_lines(&calendar, &explained))
    };
    let starts = [
        (THREE_HOURS, "2026-11-23 10.30"),
        (THREE_HOURS, "2026-11-20 15.10"),
        (THREE_HOURS, "2026-11-27 10.45"),
        (THREE_HOURS, "2026-11-21 21.00"),
        (THREE_HOURS, "2026-12-23 15.30"),
        (THREE_HOURS, "2027-02-15 10.00"),
        (THREE_HOURS, "2027-03-05 15.00"),
        (ONE_DAY, "2026-11-24 14.20"),
        (ONE_DAY, "2026-11-27 16.20"),
        (ONE_DAY, "2026-11-21 21.00"),
        (ONE_DAY, "2026-12-23 14.20"),
        (ONE_HOUR, "2026-11-26 15.40"),
        (ONE_HOUR, "2026-11-27 11.20"),
        (ONE_HOUR, "2026-11-24 11.50"),
    ];
    insta::assert_snapshot!(starts.map(|(limit, start)| explain(limit, start)).join("\n\n"));
}

#[test]
fn a_day_says_where_it_lands() {
    let calendar = embedded().calendar;
    let check = |start: &str, landing: Landing| {
        let explained = calendar.explain_due(at(start), ONE_DAY, Counting::Working);
        assert_eq!(explained.landing, Some(landing), "{start}");
    };
    check("2026-11-24 14.20", Landing::SameClockTime);
    check("2026-11-21 21.00", Landing::SameClockTime);
    check("2026-11-27 16.20", Landing::ClosingTime);
    check("2026-11-26 11.45", Landing::EndOfRest);
    check("2027-02-04 07.40", Landing::Opening);
    let hours = calendar.explain_due(at("2026-11-24 14.20"), THREE_HOURS, Counting::Working);
    assert_eq!(hours.landing, None);
    let running = calendar.explain_due(at("2026-11-21 21.00"), THREE_HOURS, Counting::Calendar);
    assert_eq!((running.counted_from, running.spans.len()), (at("2026-11-21 21.00"), 1));
    assert_eq!((running.spans[0].minutes, running.skipped.len()), (180, 0));
}

/// Of the dates that published lists get wrong, a checked file is right; its sums are those of the
/// decrees.
#[test]
fn the_holiday_file_has_the_sums_of_the_decrees() {
    let file: toml::Table = include_str!("../config/calendar.toml").parse().expect("calendar.toml is TOML");
    let listed: Vec<(NaiveDate, &str)> = file["holiday"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| {
            let date = entry["date"].as_str().expect("a date").parse().expect("a date");
            (date, entry["kind"].as_str().expect("a kind"))
        })
        .collect();
    let count = |year: i32, kind: &str| listed.iter().filter(|(day, k)| day.year() == year && *k == kind).count();
    assert_eq!((count(2026, "national"), count(2026, "joint_leave")), (17, 8));
    assert_eq!((count(2027, "national"), count(2027, "joint_leave")), (18, 8));
    let on_weekdays = |year: i32| {
        let weekend = |day: &NaiveDate| matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        listed.iter().filter(|(day, _)| day.year() == year && !weekend(day)).count()
    };
    assert_eq!((on_weekdays(2026), on_weekdays(2027)), (21, 19));
    assert!(listed.is_sorted(), "the list is in the order of its days");
    let calendar = embedded().calendar;
    assert!(listed.iter().all(|(day, _)| calendar.holiday(*day).is_some()));
}

#[test]
fn a_year_without_a_list_is_never_computed_in_silence() {
    let config = embedded();
    let due = |start: &str| config.calendar.due(at(start), ONE_DAY, Counting::Working).unlisted_years;
    assert_eq!(due("2027-12-22 09.00"), Vec::<i32>::new());
    assert_eq!(due("2027-12-31 09.00"), vec![2028]);
    assert_eq!(due("2028-06-01 09.00"), vec![2028]);
    assert_eq!(due("2025-12-31 09.00"), vec![2025]);
    let warned = |today: &str| {
        let warnings = config.warnings(today.parse().expect("a day"));
        warnings.into_iter().filter(|warning| warning.contains("no holidays for 2028")).count()
    };
    assert_eq!(warned("2027-10-02"), 0, "2028 is more than 90 days away");
    assert_eq!(warned("2027-10-03"), 1, "2028 is 90 days away");
    assert_eq!(warned("2028-06-01"), 1, "it is 2028");
}

#[test]
fn shares_are_of_working_time() {
    let calendar = embedded().calendar;
    let check = |start: &str, limit: Limit, counting: Counting, expected: [&str; 3]| {
        let start = at(start);
        let due = calendar.due(start, limit, counting).at;
        let shares = [50, 80, 100].map(|percent| shown(&calendar, calendar.share(start, due, percent, counting)));
        assert_eq!(shares, expected, "{limit:?} from {start}");
    };
    let working = Counting::Working;
    // Half of the three hours ends where the rest begins.
    check("2026-11-23 10.30", THREE_HOURS, working, ["2026-11-23 12.00", "2026-11-23 13.54", "2026-11-23 14.30"]);
    check("2026-11-20 15.10", THREE_HOURS, working, ["2026-11-23 07.40", "2026-11-23 08.34", "2026-11-23 09.10"]);
    check("2026-11-21 21.00", THREE_HOURS, working, ["2026-11-23 09.00", "2026-11-23 09.54", "2026-11-23 10.30"]);
    // Four days of closure count nothing.
    check("2026-12-23 15.30", THREE_HOURS, working, ["2026-12-28 08.30", "2026-12-28 09.24", "2026-12-28 10.00"]);
    check("2026-11-24 14.20", ONE_DAY, working, ["2026-11-25 09.35", "2026-11-25 11.50", "2026-11-25 14.20"]);
    check(
        "2026-11-21 21.00",
        THREE_HOURS,
        Counting::Calendar,
        ["2026-11-21 22.30", "2026-11-21 23.24", "2026-11-22 00.00"],
    );
}

#[test]
fn time_left_is_negative_once_it_is_over() {
    let calendar = embedded().calendar;
    let check = |now: &str, due: &str, minutes: i64| {
        assert_eq!(calendar.working_minutes(at(now), at(due)), minutes, "{now} to {due}");
    };
    check("2026-11-23 10.30", "2026-11-23 14.30", 180);
    check("2026-11-23 14.30", "2026-11-23 14.30", 0);
    check("2026-11-23 15.00", "2026-11-23 14.30", -30);
    // Overdue by a night: no working minute more than at closing time.
    check("2026-11-23 16.00", "2026-11-23 14.30", -90);
    check("2026-11-24 07.30", "2026-11-23 14.30", -90);
}

#[test]
fn an_office_that_never_works_has_no_calendar() {
    let never = Calendar::new(Tz::Asia__Jakarta, Week::default(), Vec::new(), Default::default(), Default::default());
    assert_eq!(never.map(|_| ()), Err(NeverOpen));
}
