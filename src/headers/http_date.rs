//! HTTP dates (RFC 9110, 5.6.7) in seconds since the Unix epoch. An earlier date becomes the epoch: both are past.

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const SHORT_DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const DAY: u64 = 24 * 60 * 60;
/// The days from the first day of the year 1 to the first of 1970.
const DAYS_TO_EPOCH: u64 = 719_162;
/// The mean year of the calendar's 400 years, in seconds.
const MEAN_YEAR: u64 = 146_097 * DAY / 400;

/// The date in `value`, in any of the three forms. The meaning of a two-digit year depends on `now`.
pub(super) fn since_epoch(value: &[u8], now: u64) -> Option<u64> {
    let date = fixdate(value).or_else(|| rfc850(value, now)).or_else(|| asctime(value))?;
    date.is_there().then(|| date.since_epoch())
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`
fn fixdate(value: &[u8]) -> Option<Date> {
    let mut rest = Rest(value);
    rest.one_of(&SHORT_DAYS)?;
    rest.text(", ")?;
    let day = rest.number(2)?;
    rest.text(" ")?;
    let month = rest.one_of(&MONTHS)?;
    rest.text(" ")?;
    let year = rest.number(4)?;
    rest.text(" ")?;
    let second = rest.time_of_day()?;
    rest.text(" GMT")?;
    rest.ends_with(Date { year, month, day, second })
}

/// `Sunday, 06-Nov-94 08:49:37 GMT`
fn rfc850(value: &[u8], now: u64) -> Option<Date> {
    let mut rest = Rest(value);
    rest.one_of(&DAYS)?;
    rest.text(", ")?;
    let day = rest.number(2)?;
    rest.text("-")?;
    let month = rest.one_of(&MONTHS)?;
    rest.text("-")?;
    let year = rest.number(2)?;
    rest.text(" ")?;
    let second = rest.time_of_day()?;
    rest.text(" GMT")?;
    rest.ends_with(Date { year, month, day, second }.at_most_50_years_after(now))
}

/// `Sun Nov  6 08:49:37 1994`
fn asctime(value: &[u8]) -> Option<Date> {
    let mut rest = Rest(value);
    rest.one_of(&SHORT_DAYS)?;
    rest.text(" ")?;
    let month = rest.one_of(&MONTHS)?;
    rest.text(" ")?;
    let digits = if rest.text(" ").is_some() { 1 } else { 2 };
    let day = rest.number(digits)?;
    rest.text(" ")?;
    let second = rest.time_of_day()?;
    rest.text(" ")?;
    let year = rest.number(4)?;
    rest.ends_with(Date { year, month, day, second })
}

/// The rest of the input. A function that returns `None` has read nothing.
struct Rest<'v>(&'v [u8]);

impl Rest<'_> {
    fn text(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text.as_bytes())?;
        Some(())
    }

    /// The index of the name in `names`.
    fn one_of(&mut self, names: &[&str]) -> Option<usize> {
        names.iter().position(|name| self.text(name).is_some())
    }

    /// A number with exactly this many digits.
    fn number(&mut self, digits: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        if !number.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.0 = rest;
        Some(number.iter().fold(0, |number, digit| number * 10 + u64::from(digit - b'0')))
    }

    /// `08:49:37` in seconds. A leap second is allowed only at the end of the day.
    fn time_of_day(&mut self) -> Option<u64> {
        let hour = self.number(2)?;
        self.text(":")?;
        let minute = self.number(2)?;
        self.text(":")?;
        let second = self.number(2)?;
        let is_there = hour < 24 && minute < 60 && second < 60;
        (is_there || (hour, minute, second) == (23, 59, 60)).then_some((hour * 60 + minute) * 60 + second)
    }

    /// `date`, if nothing follows it.
    fn ends_with(&self, date: Date) -> Option<Date> {
        self.0.is_empty().then_some(date)
    }
}

#[derive(Clone, Copy)]
struct Date {
    year: u64,
    /// From 0.
    month: usize,
    /// From 1.
    day: u64,
    /// Of the day.
    second: u64,
}

impl Date {
    fn days_of_months(&self) -> [u64; 12] {
        let is_leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        [31, if is_leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    }

    /// Whether the month has this day.
    fn is_there(&self) -> bool {
        self.days_of_months().get(self.month).is_some_and(|days| (1..=*days).contains(&self.day))
    }

    /// For each year up to that of `u64::MAX` and some more; later years saturate.
    fn since_epoch(&self) -> u64 {
        let before = self.year.saturating_sub(1);
        let days = before * 365 + before / 4 - before / 100 + before / 400;
        let days = days + self.days_of_months().iter().take(self.month).sum::<u64>() + self.day;
        // Days are counted from 1, and so is the subtracted number.
        let days = days.checked_sub(DAYS_TO_EPOCH + 1);
        days.map_or(0, |days| days.saturating_mul(DAY).saturating_add(self.second))
    }

    /// With the last year that ends with these two digits and is at most 50 years after `now`.
    fn at_most_50_years_after(self, now: u64) -> Self {
        // By mean years, so the result may be off by one; one more is added, so that it is never too small.
        let latest = 1970 + now / MEAN_YEAR + 51;
        let year = latest - (latest - self.year) % 100;
        let is_too_late = Self { year: year - 50, ..self }.since_epoch() > now;
        Self { year: if is_too_late { year - 100 } else { year }, ..self }
    }
}
