//! The time after which a server wants the next request.

use core::time::Duration;

use super::http_date;

/// How long to wait by the value of a `Retry-After` header (RFC 9110, 10.2.3), as it comes with a 503 or a 429: seconds, or
/// the time until a date. `now` is the time since the Unix epoch, for dates alone; this function reads no clock.
///
/// Takes text, bytes, or the header value of your HTTP library; blanks at the ends do not count. A date may have each of the
/// three forms of RFC 9110, 5.6.7, letter by letter, and its two-digit years are at most 50 years ahead. A date in the
/// past is zero. A leap second is the second after it. The day name must be a valid one, but it need
/// not match the date.
///
/// `None` if the value is neither: treat it like a missing header. A number of seconds above `u64` becomes `u64::MAX`
/// seconds, so that a very long time does not become zero. The caller must set any other limit; a server can ask for
/// years.
///
/// ```
/// use sse_proto::headers::retry_after;
/// use std::time::{Duration, SystemTime};
///
/// let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
/// assert_eq!(retry_after("120", now), Some(Duration::from_secs(120)));
/// assert_eq!(retry_after("Sun, 06 Nov 1994 08:49:37 GMT", now), Some(Duration::ZERO)); // past
/// assert_eq!(retry_after("soon", now), None);
///
/// let now = Duration::from_secs(784_111_770);
/// for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
///     assert_eq!(retry_after(date, now), Some(Duration::from_secs(7)));
/// }
/// # Ok::<(), std::time::SystemTimeError>(())
/// ```
#[must_use]
pub fn retry_after(value: impl AsRef<[u8]>, now: Duration) -> Option<Duration> {
    let value = super::without_blanks(value.as_ref());
    if let Some(seconds) = seconds(value) {
        return Some(Duration::from_secs(seconds));
    }
    let date = http_date::since_epoch(value, now.as_secs())?;
    Some(Duration::from_secs(date).saturating_sub(now))
}

/// Exactly one or more digits.
fn seconds(value: &[u8]) -> Option<u64> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = value.iter().map(|byte| u64::from(byte - b'0'));
    Some(digits.fold(0, |number: u64, digit| number.saturating_mul(10).saturating_add(digit)))
}
