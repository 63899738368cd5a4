//! A port that two entries open to the same source.

use crate::describer::codes::LO108;
use crate::finding::Finding;
use crate::fleet::port::{PortSet, Protocol};
use crate::source::Span;
use std::collections::BTreeMap;

/// One entry: its ports, and where they stand.
pub(in crate::describer) struct Opening<'a> {
    pub(in crate::describer) protocol: Protocol,
    pub(in crate::describer) from: String,
    pub(in crate::describer) ports: &'a PortSet,
    pub(in crate::describer) span: Span,
}

/// A range of ports, and where it stands.
type Ranges = Vec<(u16, u16, Span)>;

/// Reports each entry that overlaps an earlier one, once. Sorts, and so never compares all pairs.
pub(in crate::describer) fn check<'a>(
    openings: impl Iterator<Item = Opening<'a>>,
    findings: &mut Vec<Finding>,
) {
    let mut groups: BTreeMap<(Protocol, String), Ranges> = BTreeMap::new();
    for opening in openings {
        let group = groups.entry((opening.protocol, opening.from)).or_default();
        group.extend(
            opening
                .ports
                .ranges()
                .map(|(low, high)| (low, high, opening.span)),
        );
    }
    for ((protocol, from), mut ranges) in groups {
        ranges.sort_unstable();
        let mut reported = None;
        let mut widest: Option<(u16, u16, Span)> = None;
        for (low, high, span) in ranges {
            if let Some((_, reach, other)) = widest
                && low <= reach
                && other != span
            {
                let (first, again) = if other < span {
                    (other, span)
                } else {
                    (span, other)
                };
                if reported != Some((first, again)) {
                    reported = Some((first, again));
                    findings.push(twice(
                        protocol,
                        &from,
                        &PortSet::range(low, high.min(reach)),
                        first,
                        again,
                    ));
                }
            }
            if widest.is_none_or(|(_, reach, _)| high > reach) {
                widest = Some((low, high, span));
            }
        }
    }
}

fn twice(protocol: Protocol, from: &str, ports: &PortSet, first: Span, again: Span) -> Finding {
    Finding::new(
        &LO108,
        format!(
            "{} port {ports} is opened twice to `{from}`",
            protocol.word()
        ),
    )
    .at(again, "again here")
    .related(first, "first here")
    .help("keep one of the two, or make their ports disjoint")
}
