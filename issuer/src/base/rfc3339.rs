//! Moments as people and their tools read them (RFC 3339).

use crate::base::clock::Moment;
use edgewrit_shared::time::UnixSeconds;

/// The first second of the year 10000, which RFC 3339 cannot write.
const END: u64 = 253_402_300_800;

/// `moment` in UTC, such as `2026-05-10T12:00:00Z`. Moments beyond the year 9999 are written as its
/// last second.
#[must_use]
pub fn write(moment: UnixSeconds) -> String {
    let seconds = moment.0.min(END - 1);
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// `moment` with its milliseconds, such as `2026-05-10T12:00:00.250Z`.
#[must_use]
pub fn write_millis(moment: Moment) -> String {
    let whole = write(moment.seconds());
    let seconds = whole.strip_suffix('Z').unwrap_or(&whole);
    format!("{seconds}.{:03}Z", moment.millis % 1000)
}

/// The Gregorian date `days` after 1970-01-01: Hinnant's `civil_from_days`, in which years begin in
/// March.
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

/// Reads a moment of this era, such as `2026-05-10T12:00:00Z` or `2026-05-10t14:00:00.5+02:00`; a
/// fraction of a second is dropped. `None` if it is none (RFC 3339, section 5.6), or before 1970.
#[must_use]
pub fn read(text: &str) -> Option<UnixSeconds> {
    let (date, time) = text.split_at_checked(10)?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, offset) = zone(time.strip_prefix(['T', 't'])?)?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    // Unix time has no second of its own for a leap second.
    if !is_fraction || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = days(year, month, day)? * 86_400 + hour * 3600 + minute * 60 + second;
    seconds.checked_add_signed(-offset).map(UnixSeconds)
}

/// Splits off the offset from UTC, in seconds.
fn zone(time: &str) -> Option<(&str, i64)> {
    if let Some(time) = time.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let (time, zone) = time.split_at_checked(time.len().checked_sub(6)?)?;
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let [hours, minutes] = numbers(zone.get(1..)?, ':', [2, 2])?;
    let seconds = i64::try_from(hours * 3600 + minutes * 60).ok()?;
    (hours < 24 && minutes < 60).then_some((time, sign * seconds))
}

/// Numbers of so many digits each.
fn numbers<const N: usize>(text: &str, between: char, digits: [usize; N]) -> Option<[u64; N]> {
    let mut parts = text.split(between);
    let mut found = [0; N];
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts.next()?;
        let is_number = part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit());
        *number = part.parse().ok().filter(|_| is_number)?;
    }
    parts.next().is_none().then_some(found)
}

/// Days from 1970-01-01 to a Gregorian date: [`date`], turned around. `None` if there is no such
/// date, or it is earlier.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let year_from_march = if month > 2 { year } else { year.checked_sub(1)? };
    let (era, year_of_era) = (year_from_march / 400, year_from_march % 400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day.checked_sub(1)?;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (era * 146_097 + day_of_era).checked_sub(719_468)?;
    (date(days) == (year, month, day)).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_other_tools_write_them() {
        // From `date --utc --date=@N +%FT%TZ`.
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_078_012_800, "2004-02-29T00:00:00Z"),
            (1_778_414_400, "2026-05-10T12:00:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
            (u64::MAX, "9999-12-31T23:59:59Z"),
        ];
        for (seconds, text) in cases {
            assert_eq!(write(UnixSeconds(seconds)), text);
        }
    }

    #[test]
    fn what_is_written_is_read_as_the_same_moment() {
        for day in (0..=2_932_896).step_by(17) {
            let moment = UnixSeconds(day * 86_400 + day % 86_400);
            assert_eq!(read(&write(moment)), Some(moment));
        }
    }

    #[test]
    fn moments_are_read_in_every_zone() {
        let noon = Some(UnixSeconds(1_778_414_400));
        for text in [
            "2026-05-10T12:00:00Z",
            "2026-05-10t12:00:00.999z",
            "2026-05-10T14:00:00+02:00",
            "2026-05-09T22:30:00-13:30",
            "2026-05-10T12:00:00-00:00",
            "2026-05-10T12:00:00.1234567890123Z",
        ] {
            assert_eq!(read(text), noon, "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_moment_is_not_read() {
        for text in [
            "",
            "2026-05-10",
            "2026-05-10 12:00:00Z",
            "2026-05-10T12:00:00",
            "2026-05-10T12:00Z",
            "2026-05-10T24:00:00Z",
            "2026-05-10T12:60:00Z",
            "2026-05-10T12:00:60Z",
            "2026-05-10T12:00:00.Z",
            "2026-05-10T12:00:00+2:00",
            "2026-05-10T12:00:00+24:00",
            "2026-02-29T12:00:00Z",
            "2026-13-01T12:00:00Z",
            "2026-00-01T12:00:00Z",
            "2026-05-00T12:00:00Z",
            "2026-5-10T12:00:00Z",
            "+026-05-10T12:00:00Z",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01",
            "0000-01-01T00:00:00Z",
            "2026-05-1éT12:00:00Z",
            // The crates `time` and `jiff` read some of these.
            "2026-12-31T23:59:60Z",
            "2026-05-10_12:00:00Z",
            "2026-05-10T12:00:00,5Z",
            "2026-05-10T12:00:00+02",
            "2026-05-10T12:00:00Z[UTC]",
            "20260510T120000Z",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
