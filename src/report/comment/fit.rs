//! How a long answer is made to fit: sections end early, at the end of an item, and say so.

use super::Frame;
use super::safe::url;
use crate::fleet::words::count;
use std::borrow::Cow;

/// How large a text may become.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Limit {
    Characters(usize),
    Bytes(usize),
}

impl Limit {
    /// In the same unit, so many.
    pub(super) fn of(self, most: usize) -> Self {
        match self {
            Self::Characters(_) => Self::Characters(most),
            Self::Bytes(_) => Self::Bytes(most),
        }
    }

    pub(super) fn most(self) -> usize {
        match self {
            Self::Characters(most) | Self::Bytes(most) => most,
        }
    }

    pub(super) fn size(self, text: &str) -> usize {
        match self {
            Self::Characters(_) => text.chars().count(),
            Self::Bytes(_) => text.len(),
        }
    }
}

/// A part that can end after any of its items, and closes what it has opened.
pub(super) struct Section<'a> {
    pub(super) open: String,
    pub(super) items: Box<dyn Iterator<Item = String> + 'a>,
    pub(super) close: Cow<'a, str>,
    /// How many items there are.
    pub(super) total: usize,
    /// What an item is called: `server`, `line of the plan`.
    pub(super) noun: &'static str,
}

impl<'a> Section<'a> {
    /// A part that is there whole or not at all.
    pub(super) fn whole(text: String, noun: &'static str) -> Self {
        Self {
            open: String::new(),
            items: Box::new(std::iter::once(text)),
            close: "".into(),
            total: 1,
            noun,
        }
    }

    pub(super) fn of<T: 'a>(
        noun: &'static str,
        open: String,
        things: Vec<T>,
        item: impl Fn(T) -> String + 'a,
        close: &'a str,
    ) -> Self {
        Self {
            open,
            total: things.len(),
            items: Box::new(things.into_iter().map(item)),
            close: close.into(),
            noun,
        }
    }
}

/// What could be made of a section within the whole budget.
struct Made<'a> {
    section: Section<'a>,
    items: Vec<(String, usize)>,
    frame: usize,
}

impl Made<'_> {
    fn size(&self) -> usize {
        self.frame + self.items.iter().map(|(_, size)| size).sum::<usize>()
    }

    fn is_complete(&self) -> bool {
        self.items.len() == self.section.total
    }

    fn write(&self, most: usize, out: &mut String) {
        out.push_str(&self.section.open);
        for (item, _) in &self.items[..most] {
            out.push_str(item);
        }
        out.push_str(&self.section.close);
    }
}

/// `head`, as much of the sections as there is room for, `foot`. `None` when not even the ends fit.
pub(super) fn fit(
    head: &str,
    sections: Vec<Section<'_>>,
    foot: &str,
    frame: &Frame<'_>,
    limit: Limit,
) -> Option<String> {
    let room = limit
        .most()
        .checked_sub(limit.size(head) + limit.size(foot))?;
    let made: Vec<Made<'_>> = sections
        .into_iter()
        .map(|section| make(section, room, limit))
        .collect();
    let whole: usize = made.iter().map(Made::size).sum();
    let mut text = head.to_owned();
    if whole <= room && made.iter().all(Made::is_complete) {
        for one in &made {
            one.write(one.items.len(), &mut text);
        }
    } else {
        // Every section may have to say that it was cut.
        let notes: usize = made
            .iter()
            .map(|one| limit.size(&cut(one, 0, frame)) + 8)
            .sum();
        let mut left = room.checked_sub(notes)?;
        let mut later = whole;
        for one in &made {
            later -= one.size();
            // What comes later takes no more than half of what is left from what comes first.
            let allowance = left.saturating_sub(later).max(left / 2);
            let most = fitting(one, allowance);
            if most > 0 {
                let before = limit.size(&text);
                one.write(most, &mut text);
                left = left.saturating_sub(limit.size(&text) - before);
            }
            if most < one.section.total {
                text.push_str(&cut(one, most, frame));
            }
        }
    }
    text.push_str(foot);
    Some(text)
}

/// Items until the room is used up; more could not be shown anyway.
fn make(mut section: Section<'_>, room: usize, limit: Limit) -> Made<'_> {
    let frame = limit.size(&section.open) + limit.size(&section.close);
    let mut items = Vec::new();
    let mut used = frame;
    while used <= room {
        let Some(item) = section.items.next() else {
            break;
        };
        let size = limit.size(&item);
        used += size;
        items.push((item, size));
    }
    Made {
        section,
        items,
        frame,
    }
}

fn fitting(made: &Made<'_>, allowance: usize) -> usize {
    let mut used = made.frame;
    let fits = |(_, size): &&(String, usize)| {
        used += size;
        used <= allowance
    };
    made.items.iter().take_while(fits).count()
}

/// `… and 240 more lines of the plan: the run has all of them`
fn cut(made: &Made<'_>, shown: usize, frame: &Frame<'_>) -> String {
    let left = made.section.total - shown;
    let more = if shown == 0 { "" } else { " more" };
    let (noun, rest) = made
        .section
        .noun
        .split_once(' ')
        .map_or((made.section.noun, String::new()), |(noun, rest)| {
            (noun, format!(" {rest}"))
        });
    let what = count(left, noun).replacen(' ', &format!("{more} "), 1);
    let place = frame.run_url.as_deref().map_or_else(
        || "left out for length".to_owned(),
        |run| format!("see [the run's summary]({})", url(run)),
    );
    format!("✂️ *{what}{rest}: {place}*\n\n")
}
