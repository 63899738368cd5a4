//! Whether to ask again, and when: never where it could be done twice, never longer than the run can bear.

use super::access::Patience;
use http::{HeaderMap, StatusCode};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How often one request is sent at most.
pub(super) const TRIES: u32 = 5;

/// What came of sending a request once.
pub(super) enum Outcome {
    Answer {
        status: StatusCode,
        headers: HeaderMap,
        body: Vec<u8>,
    },
    /// No connection came about, so nothing was asked.
    NotSent(String),
    /// The same, and the next time will be no better: a certificate that is not trusted, a proxy that wants a password.
    Shut(String),
    /// Asked, and the answer did not come, or not whole.
    Lost(String),
    /// The time of the run was over.
    Overdue,
}

/// Whether asking twice does no more than asking once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Freely,
    /// Only where GitHub says, or must have seen, that nothing was done.
    IfNotDone,
}

/// How long to wait before asking again; `None`: what came is final. `tries` counts those that are over.
pub(super) fn wait(
    outcome: &Outcome,
    repeat: Repeat,
    tries: u32,
    patience: &Patience,
) -> Option<Duration> {
    if tries >= TRIES {
        return None;
    }
    let step = patience.step * 2_u32.pow(tries.saturating_sub(1));
    match outcome {
        Outcome::Overdue | Outcome::Shut(_) => None,
        Outcome::NotSent(_) => Some(step),
        Outcome::Lost(_) => (repeat == Repeat::Freely).then_some(step),
        Outcome::Answer {
            status,
            headers,
            body,
        } => {
            if is_limit(*status, headers, body) {
                let unsaid = patience.limited * 2_u32.pow(tries.saturating_sub(1));
                return Some(asked(headers, SystemTime::now(), step).unwrap_or(unsaid));
            }
            let passing = status.is_server_error() || *status == StatusCode::CONFLICT;
            (passing && repeat == Repeat::Freely)
                .then(|| asked(headers, SystemTime::now(), step).unwrap_or(step))
        }
    }
}

/// A primary or secondary rate limit. GitHub sends 403 for it as for a missing permission.
pub(super) fn is_limit(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> bool {
    if status == StatusCode::TOO_MANY_REQUESTS {
        return true;
    }
    let said = || String::from_utf8_lossy(body).to_ascii_lowercase();
    status == StatusCode::FORBIDDEN
        && (headers.contains_key("retry-after")
            || headers
                .get("x-ratelimit-remaining")
                .is_some_and(|left| left == "0")
            || ["rate limit", "abuse detection"]
                .iter()
                .any(|words| said().contains(words)))
}

/// What the answer asks for: `retry-after` first, then the end of an exhausted limit.
fn asked(headers: &HeaderMap, now: SystemTime, step: Duration) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<u64>().ok();
    if let Some(seconds) = number("retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    if number("x-ratelimit-remaining") != Some(0) {
        return None;
    }
    let reset = UNIX_EPOCH.checked_add(Duration::from_secs(number("x-ratelimit-reset")?))?;
    // The second in which the limit ends still counts. Past: the clocks differ.
    let left = reset.duration_since(now);
    Some(left.map_or(step, |left| left + Duration::from_secs(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience {
        total: Duration::from_mins(2),
        step: Duration::from_secs(1),
        limited: Duration::from_mins(1),
        answer: Duration::from_secs(30),
    };

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Outcome {
        Outcome::Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect::<HeaderMap>(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn seconds(outcome: &Outcome, repeat: Repeat, tries: u32) -> Option<u64> {
        wait(outcome, repeat, tries, &PATIENCE).map(|wait| wait.as_secs())
    }

    #[test]
    fn what_could_be_done_twice_is_asked_again_only_when_nothing_was_done() {
        let lost = Outcome::Lost(String::new());
        let refused = Outcome::NotSent(String::new());
        for outcome in [&lost, &answer(502, &[], ""), &answer(409, &[], "")] {
            assert_eq!(seconds(outcome, Repeat::IfNotDone, 1), None);
            assert_eq!(seconds(outcome, Repeat::Freely, 1), Some(1));
        }
        for outcome in [&refused, &answer(429, &[("retry-after", "1")], "")] {
            assert_eq!(seconds(outcome, Repeat::IfNotDone, 1), Some(1));
        }
    }

    #[test]
    fn waits_grow_and_end() {
        let failing = answer(500, &[], "");
        let waits: Vec<_> = (1..=TRIES)
            .map(|tries| seconds(&failing, Repeat::Freely, tries))
            .collect();
        assert_eq!(waits, [Some(1), Some(2), Some(4), Some(8), None]);
    }

    #[test]
    fn a_limit_is_told_from_a_missing_permission() {
        let bare = answer(403, &[], "You have exceeded a secondary rate limit.");
        assert_eq!(seconds(&bare, Repeat::IfNotDone, 1), Some(60));
        let told = answer(403, &[("retry-after", "7")], "");
        assert_eq!(seconds(&told, Repeat::IfNotDone, 1), Some(7));
        let denied = answer(
            403,
            &[("x-ratelimit-remaining", "4999")],
            "Resource not accessible by integration",
        );
        assert_eq!(seconds(&denied, Repeat::Freely, 1), None);
    }

    #[test]
    fn an_exhausted_limit_is_waited_for_until_its_end() {
        let now = UNIX_EPOCH + Duration::from_secs(1_000);
        let Outcome::Answer { headers, .. } = answer(
            403,
            &[
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "1010"),
            ],
            "",
        ) else {
            unreachable!()
        };
        let step = Duration::from_secs(4);
        assert_eq!(asked(&headers, now, step), Some(Duration::from_secs(11)));
        let later = UNIX_EPOCH + Duration::from_secs(2_000);
        assert_eq!(asked(&headers, later, step), Some(step));
    }

    #[test]
    fn what_will_not_change_is_not_asked_again() {
        for status in [301, 400, 401, 404, 410, 422] {
            assert_eq!(seconds(&answer(status, &[], ""), Repeat::Freely, 1), None);
        }
    }
}
