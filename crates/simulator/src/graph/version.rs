//! Graph versions: which are live at the simulated time, and which one answers.
//!
//! Invariant: a dead version (and a call without one) is served by the oldest that is live; a version
//! that never was is refused.

/// Version and the Unix second its life ends; the newest have none yet.
const VERSIONS: [(u32, Option<i64>); 7] = [
    (20, Some(1_790_208_000)), // 2026-09-24
    (21, Some(1_800_489_600)), // 2027-01-21
    (22, Some(1_810_771_200)), // 2027-05-20
    (23, Some(1_822_953_600)), // 2027-10-08
    (24, Some(1_834_444_800)), // 2028-02-18
    (25, Some(1_848_441_600)), // 2028-07-29
    (26, None),
];

/// Takes a version off the front of a path: its number, and the rest.
pub fn split(path: &str) -> (Option<u32>, &str) {
    let path = path.trim_start_matches('/');
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let number =
        first.strip_prefix('v').and_then(|version| version.split_once('.')).and_then(|(major, minor)| {
            (minor.len() == 1 && minor.bytes().all(|b| b.is_ascii_digit()))
                .then(|| major.parse().ok())
                .flatten()
        });
    match number {
        Some(number) => (Some(number), rest),
        None => (None, path),
    }
}

/// The version that serves a call, as the header prints it; `None` when it never was.
pub fn serving(asked: Option<u32>, now_secs: i64) -> Option<String> {
    let live = |end: Option<i64>| end.is_none_or(|end| now_secs < end);
    let oldest = VERSIONS.iter().find(|(_, end)| live(*end)).map_or(26, |(version, _)| *version);
    let newest = VERSIONS.last().map_or(26, |(version, _)| *version);
    match asked {
        Some(asked) if asked > newest => None,
        Some(asked) => Some(format!("v{}.0", asked.max(oldest))),
        None => Some(format!("v{oldest}.0")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_taken_off_the_path() {
        assert_eq!(split("/v25.0/me/messages"), (Some(25), "me/messages"));
        assert_eq!(split("/me/accounts"), (None, "me/accounts"));
        assert_eq!(split("/v26.0/"), (Some(26), ""));
        assert_eq!(split("/"), (None, ""));
        assert_eq!(split("/v2x/a"), (None, "v2x/a"));
    }

    #[test]
    fn a_dead_version_is_served_by_the_oldest_live_one() {
        let november = 1_795_348_800;
        assert_eq!(serving(Some(20), november).as_deref(), Some("v21.0"));
        assert_eq!(serving(None, november).as_deref(), Some("v21.0"));
        assert_eq!(serving(Some(25), november).as_deref(), Some("v25.0"));
        assert_eq!(serving(Some(99), november), None);
    }
}
