//! Ports of a security rule, in every form in which they are written.

/// Disjoint ranges in ascending order, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ports(Vec<(u16, u16)>);

impl Ports {
    pub(super) fn all() -> Self {
        Self(vec![(0, u16::MAX)])
    }

    pub(super) fn is_all(&self) -> bool {
        *self == Self::all()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the texts say, and those parts that say nothing.
    pub(super) fn read<'a>(texts: impl Iterator<Item = &'a str>) -> (Self, Vec<&'a str>) {
        let (mut ranges, mut unread) = (Vec::new(), Vec::new());
        for part in texts.flat_map(|text| text.split(',')) {
            match range(part.trim()) {
                Some(range) => ranges.push(range),
                None => unread.push(part),
            }
        }
        (Self(joined(ranges)), unread)
    }

    /// `22, 8000-8010`, as nftables takes the elements of a set.
    pub(super) fn elements(&self) -> String {
        let element = |&(low, high): &(u16, u16)| {
            if low == high {
                low.to_string()
            } else {
                format!("{low}-{high}")
            }
        };
        self.0.iter().map(element).collect::<Vec<_>>().join(", ")
    }
}

/// `22`, `022`, `20-25`, `20 - 25`, `*`.
fn range(part: &str) -> Option<(u16, u16)> {
    if part == "*" || part.eq_ignore_ascii_case("any") {
        return Some((0, u16::MAX));
    }
    let (low, high) = part.split_once('-').unwrap_or((part, part));
    let (low, high) = (number(low.trim())?, number(high.trim())?);
    (low <= high).then_some((low, high))
}

/// Digits alone: `+22` is no port.
fn number(text: &str) -> Option<u16> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// Ranges that meet or touch become one: nftables refuses a set whose intervals overlap.
fn joined(mut ranges: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    ranges.sort_unstable();
    let mut all: Vec<(u16, u16)> = Vec::new();
    for (low, high) in ranges {
        match all.last_mut() {
            Some(last) if u32::from(low) <= u32::from(last.1) + 1 => last.1 = last.1.max(high),
            _ => all.push((low, high)),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> (String, usize) {
        let (ports, unread) = Ports::read(texts.iter().copied());
        (ports.elements(), unread.len())
    }

    #[test]
    fn ports_are_read_in_every_form() {
        for (texts, elements) in [
            (&["22"][..], "22"),
            (&["022"], "22"),
            (&["20 - 25"], "20-25"),
            (&["22,80"], "22, 80"),
            (&["80", "20-25", "26"], "20-26, 80"),
            (&["23-30", "*"], "0-65535"),
            (&["8000-8080", "8010-9000", "65535"], "8000-9000, 65535"),
        ] {
            assert_eq!(read(texts), (elements.to_owned(), 0), "{texts:?}");
        }
        assert!(Ports::read(["0-65535"].into_iter()).0.is_all());
    }

    #[test]
    fn what_is_no_port_is_told_apart_from_what_is() {
        for text in ["", "http", "70000", "25-20", "+22", "-22", "22-", "1-2-3"] {
            assert_eq!(read(&[text, "443"]), ("443".to_owned(), 1), "{text:?}");
        }
    }
}
