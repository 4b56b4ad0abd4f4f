//! `Retry-After` in all its forms, against calendars that count day by day and a reference that reads dates by writing
//! them again.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use sse_proto::headers::{RETRY_AFTER, retry_after};

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// 2026-11-25 12:00:00.
const NOW: Duration = s(1_795_608_000);

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn is_leap(year: u64) -> bool {
    year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
}

fn days_of_month(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Date {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Date {
    fn is_valid(&self) -> bool {
        let leap_second = (self.hour, self.minute, self.second) == (23, 59, 60);
        (1..=12).contains(&self.month)
            && (1..=days_of_month(self.year, self.month)).contains(&self.day)
            && self.hour < 24
            && self.minute < 60
            && (self.second < 60 || leap_second)
    }

    /// Years and months added one by one. Before 1970 it is 0: past, whatever now is.
    fn unix(&self) -> u64 {
        if self.year < 1970 {
            return 0;
        }
        let years: u64 = (1970..self.year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
        let months: u64 = (1..self.month).map(|month| days_of_month(self.year, month)).sum();
        (((years + months + self.day - 1) * 24 + self.hour) * 60 + self.minute) * 60 + self.second
    }

    fn forms(&self, weekday: &str) -> [String; 3] {
        let Self { year, month, day, hour, minute, second } = self;
        let (month, short) = (MONTHS[*month as usize - 1], &weekday[..3]);
        let time = format!("{hour:02}:{minute:02}:{second:02}");
        [
            format!("{short}, {day:02} {month} {year:04} {time} GMT"),
            format!("{weekday}, {day:02}-{month}-{:02} {time} GMT", year % 100),
            format!("{short} {month} {day:2} {time} {year:04}"),
        ]
    }
}

/// The moment, in the calendar.
fn date_of(unix: u64) -> Date {
    let (mut days, mut year, mut month) = (unix / 86400, 1970, 1);
    while days >= if is_leap(year) { 366 } else { 365 } {
        days -= if is_leap(year) { 366 } else { 365 };
        year += 1;
    }
    while days >= days_of_month(year, month) {
        days -= days_of_month(year, month);
        month += 1;
    }
    let (hour, minute, second) = (unix / 3600 % 24, unix / 60 % 60, unix % 60);
    Date { year, month, day: days + 1, hour, minute, second }
}

/// The last year that ends with these digits and is not more than 50 years ahead.
fn year_of_two_digits(date: Date, now: u64) -> u64 {
    let most = Date { year: date_of(now).year + 50, ..date_of(now) };
    let years = (0..).map(|century| century * 100 + date.year).take_while(|year| *year <= most.year);
    years.filter(|year| Date { year: *year, ..date } <= most).last().unwrap()
}

/// Takes numbers from where they stand in each form, and then writes the date down to see whether it is that text.
fn reference(value: &[u8], now: Duration) -> Option<Duration> {
    let text = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(s(text.parse().unwrap_or(u64::MAX)));
    }
    let number = |text: &str, from: usize, to: usize| text.get(from..to)?.trim_start().parse::<u64>().ok();
    let month = |text: &str, from: usize| {
        let name = text.get(from..from + 3)?;
        Some(MONTHS.iter().position(|month| *month == name)? as u64 + 1)
    };
    for weekday in DAYS {
        // Where the year, month, day and hour stand, after the name of the day.
        for (form, name, year, at_month, day, hour) in [
            (0, &weekday[..3], 9..13, 5, 2, 14),
            (1, weekday, 9..11, 5, 2, 12),
            (2, &weekday[..3], 17..21, 1, 5, 8),
        ] {
            let Some(rest) = text.strip_prefix(name) else { continue };
            let read = || {
                Some(Date {
                    year: number(rest, year.start, year.end)?,
                    month: month(rest, at_month)?,
                    day: number(rest, day, day + 2)?,
                    hour: number(rest, hour, hour + 2)?,
                    minute: number(rest, hour + 3, hour + 5)?,
                    second: number(rest, hour + 6, hour + 8)?,
                })
            };
            let Some(mut date) = read() else { continue };
            if form == 1 {
                date.year = year_of_two_digits(date, now.as_secs());
            }
            // `asctime` may write the day with a zero, too.
            let written = &date.forms(weekday)[form];
            let with_zero = format!("{}0{}", &written[..8.min(written.len())], &written[9..]);
            let is_it = *written == text || (form == 2 && date.day < 10 && with_zero == text);
            if is_it && date.is_valid() {
                return Some(s(date.unix()).saturating_sub(now));
            }
        }
    }
    None
}

fn check(value: &[u8], now: Duration) {
    assert_eq!(
        retry_after(value, now),
        reference(value, now),
        "{:?} at {now:?}",
        value.escape_ascii().to_string()
    );
}

#[test]
fn the_examples_of_the_standard() {
    assert_eq!(RETRY_AFTER, "retry-after");
    // RFC 9110, 10.2.3.
    assert_eq!(retry_after("120", NOW), Some(s(120)));
    let in_1999 = retry_after("Fri, 31 Dec 1999 23:59:59 GMT", s(946_684_799 - 77));
    assert_eq!(in_1999, Some(s(77)));
    // 5.6.7.
    for same in
        ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
    {
        assert_eq!(retry_after(same, s(784_111_777 - 5)), Some(s(5)), "{same}");
        assert_eq!(retry_after(same.as_bytes(), s(784_111_777)), Some(s(0)), "{same}");
        assert_eq!(retry_after(same, NOW), Some(s(0)), "{same}: it is past");
        let now = Duration::from_millis(784_111_775_250);
        assert_eq!(retry_after(same, now), Some(Duration::from_millis(1750)), "{same}");
    }
}

#[test]
fn seconds() {
    for (value, expected) in [
        ("0", Some(0)),
        ("00", Some(0)),
        ("007", Some(7)),
        (" \t120 \t", Some(120)),
        ("18446744073709551614", Some(u64::MAX - 1)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", Some(u64::MAX)),
        ("184467440737095516150", Some(u64::MAX)),
        ("99999999999999999999999999999999999999999999", Some(u64::MAX)),
        ("", None),
        (" ", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1 2", None),
        ("1s", None),
        ("0x10", None),
        ("1f", None),
        ("A", None),
        ("1,2", None),
        ("1\n", None),
        ("\u{0661}", None),
    ] {
        assert_eq!(retry_after(value, NOW), expected.map(s), "{value:?}");
        assert_eq!(retry_after(value, Duration::MAX), expected.map(s), "{value:?}: now does not matter");
        check(value.as_bytes(), NOW);
    }
    assert_eq!(retry_after(b"1\xff", NOW), None);
}

#[test]
fn every_day_of_two_centuries() {
    let (mut day, mut weekday) = (Date { year: 1970, month: 1, day: 1, hour: 0, minute: 0, second: 0 }, 3);
    let mut days = 0;
    while day.year < 2170 {
        for (hour, minute, second) in [(0, 0, 0), (23, 59, 59), (23, 59, 60), (7, 8, 9)] {
            let date = Date { hour, minute, second, ..day };
            let unix = days * 86400 + hour * 3600 + minute * 60 + second;
            let [fixdate, rfc850, asctime] = date.forms(DAYS[weekday]);
            assert_eq!(retry_after(&fixdate, s(0)), Some(s(unix)), "{fixdate}");
            assert_eq!(retry_after(&asctime, s(0)), Some(s(unix)), "{asctime}");
            // Two digits mean that year while it is not more than 50 years away.
            for now in [unix.saturating_sub(50), unix.saturating_sub(49 * 365 * 86400)] {
                assert_eq!(retry_after(&rfc850, s(now)), Some(s(unix - now)), "{rfc850} at {now}");
            }
        }
        (day.day, weekday, days) = (day.day + 1, (weekday + 1) % 7, days + 1);
        if day.day > days_of_month(day.year, day.month) {
            (day.day, day.month) = (1, day.month + 1);
            if day.month > 12 {
                (day.month, day.year) = (1, day.year + 1);
            }
        }
    }
    assert_eq!(days, 200 * 365 + 49);
}

#[test]
fn every_second_of_a_day() {
    for second in 0..86400 {
        let text = date_of(NOW.as_secs() / 86400 * 86400 + second).forms("Wednesday");
        for form in text {
            check(form.as_bytes(), NOW);
        }
    }
}

/// No day is a day that its month has not, no time one that its day has not, and nothing is one when it is not quite.
#[test]
fn what_is_no_date() {
    for year in [0, 1, 4, 100, 400, 1600, 1900, 1969, 1970, 1999, 2000, 2027, 2028, 2100, 2400, 9999] {
        for (month, day) in (1..=12).flat_map(|month| (0..=99).map(move |day| (month, day))) {
            for (hour, minute, second) in [(0, 0, 0), (23, 59, 59)] {
                for form in (Date { year, month, day, hour, minute, second }).forms("Monday") {
                    check(form.as_bytes(), NOW);
                }
            }
        }
    }
    let of_day = |hour, minute, second| Date { year: 2030, month: 5, day: 6, hour, minute, second };
    for (number, at_minute, at_second) in (0..=99).flat_map(|n| [(n, 0, 0), (n, 59, 60)]) {
        for date in [
            of_day(number, at_minute, at_second),
            of_day(23, number, at_second),
            of_day(0, number, at_second),
            of_day(23, 59, number),
            of_day(23, 58, number),
            of_day(22, 59, number),
        ] {
            date.forms("Monday").iter().for_each(|form| check(form.as_bytes(), NOW));
        }
    }
    let leap_second = retry_after("Sat, 31 Dec 2016 23:59:60 GMT", s(1_483_228_799));
    assert_eq!(leap_second, Some(s(1)), "like the second after it");
    for no in [
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "sun, 06 nov 1994 08:49:37 gmt",
        "Sunday, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994 GMT",
        "Sun Nov 6 08:49:37 1994",
        "1994-11-06T08:49:37Z",
        "06 Nov 1994 08:49:37 GMT",
        "Sun",
    ] {
        assert_eq!(retry_after(no, NOW), None, "{no}");
        check(no.as_bytes(), NOW);
    }
}

/// Each byte of each form lost, doubled, and in turn each other one.
#[test]
fn dates_that_are_not_quite() {
    for (unix, weekday) in [(784_111_777, "Sunday"), (1_803_859_200, "Wednesday"), (4_107_542_399, "Sunday")]
    {
        for form in date_of(unix).forms(weekday) {
            assert!(retry_after(&form, NOW).is_some());
            let form = form.into_bytes();
            for at in 0..form.len() {
                let mut value = form.clone();
                value.remove(at);
                check(&value, NOW);
                for byte in 0..=0xff {
                    let mut value = form.clone();
                    value[at] = byte;
                    check(&value, NOW);
                    value.insert(at, form[at]);
                    check(&value, NOW);
                }
            }
            for byte in 0..=0xff {
                check(&[&form, &[byte][..]].concat(), NOW);
            }
        }
    }
}

#[test]
fn a_day_that_has_the_wrong_name_is_the_day_of_its_number() {
    for weekday in DAYS {
        for form in date_of(NOW.as_secs() + 60).forms(weekday) {
            assert_eq!(retry_after(&form, NOW), Some(s(60)), "{form}");
        }
    }
}

/// RFC 9110, 5.6.7: what appears to be more than 50 years in the future is of the past.
#[test]
fn two_digits_of_a_year() {
    let at = |year, month, day, second| Date { year, month, day, hour: 12, minute: 0, second }.unix();
    let now = s(at(2026, 11, 25, 0));
    for (text, expected) in [
        ("Wednesday, 25-Nov-76 12:00:00 GMT", at(2076, 11, 25, 0)), // in 50 years
        ("Wednesday, 25-Nov-76 12:00:01 GMT", 0),                   // in more than that: of 1976
        ("Wednesday, 26-Nov-76 11:00:00 GMT", 0),
        ("Thursday, 31-Dec-75 12:00:00 GMT", at(2075, 12, 31, 0)),
        ("Friday, 01-Jan-77 12:00:00 GMT", 0),
        ("Friday, 01-Jan-00 12:00:00 GMT", 0),
        ("Tuesday, 29-Feb-28 12:00:00 GMT", at(2028, 2, 29, 0)),
    ] {
        let expected = s(expected.saturating_sub(now.as_secs()));
        assert_eq!(retry_after(text, now), Some(expected), "{text}");
    }
    assert_eq!(retry_after("Friday, 28-Feb-00 12:00:00 GMT", s(at(2098, 1, 1, 0))), Some(s(788 * 86400)));
    assert_eq!(retry_after("Friday, 29-Feb-00 12:00:00 GMT", s(at(2098, 1, 1, 0))), None, "not in 2100");
    // Each year at each turn of many.
    for year in (1971..2070).chain([2098, 2099, 2100, 2101, 2149, 2150, 2199, 2400]) {
        let midnight = at(year, 1, 1, 0) - 43_200;
        for now in [midnight - 1, midnight, midnight + 1, at(year, 6, 15, 30)] {
            for two in 0..100 {
                for (month, day, hour, second) in
                    [(1, 1, 0, 0), (6, 15, 12, 29), (6, 15, 12, 30), (6, 15, 12, 31), (12, 31, 23, 59)]
                {
                    let date = Date { year: two, month, day, hour, minute: 0, second };
                    check(date.forms("Monday")[1].as_bytes(), s(now));
                }
            }
        }
    }
}

/// Clocks that stand at an end of time.
#[test]
fn any_now() {
    for form in date_of(1_795_608_000).forms("Wednesday") {
        assert_eq!(retry_after(&form, Duration::MAX), Some(s(0)));
        assert!(retry_after(&form, s(0)).is_some());
    }
    for date in ["Wed, 31 Dec 1969 23:59:59 GMT", "Sat, 01 Jan 0000 12:00:00 GMT", "Thu Jan  1 00:00:00 1970"]
    {
        assert_eq!(retry_after(date, s(0)), Some(s(0)), "before the epoch, or at it");
    }
    for two in 0..100 {
        for now in [Duration::MAX, s(u64::MAX), s(i64::MAX as u64), s(u64::MAX - 50 * 31_556_952)] {
            let waits = retry_after(format!("Monday, 01-Jan-{two:02} 00:00:00 GMT"), now).unwrap();
            assert!(waits <= s(51 * 366 * 86400));
        }
    }
    // Half of all years are ahead even where most of them are beyond what a clock can show.
    let late = s(u64::MAX - 10 * 31_556_952);
    let dates = (0..100).map(|two| format!("Monday, 01-Jan-{two:02} 00:00:00 GMT"));
    let ahead = dates.filter(|date| retry_after(date, late).unwrap() > s(0)).count();
    assert!((49..=51).contains(&ahead), "{ahead}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(value in vec(any::<u8>(), 0..60), seconds: u64, nanos in 0..1_000_000_000_u32) {
        let _ = retry_after(value, Duration::new(seconds, nanos));
    }

    #[test]
    fn any_pieces(
        value in "[ \t]?(Sun|Sunday|Mon|[0-9]{0,30})(, | )?([0-9]{2}[ -])?(Feb|Nov|Nop)?[ -]{0,2}([0-9]{0,4}) [0-2][0-9]:[0-6][0-9]:[0-6][0-9]( GMT| [12][09][0-9]{2})?",
        seconds in 0..8_000_000_000_u64,
    ) {
        check(value.as_bytes(), s(seconds));
    }

    #[test]
    fn any_dates(unix in 0..253_402_300_800_u64, now in 0..8_000_000_000_u64, weekday in 0..7_usize) {
        for form in date_of(unix).forms(DAYS[weekday]) {
            check(form.as_bytes(), s(now));
        }
    }
}
