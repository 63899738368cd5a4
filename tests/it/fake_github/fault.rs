//! What can go wrong between us and GitHub, on purpose.

use super::state::State;
use std::time::Duration;

/// For the next requests to one route.
pub(crate) struct Fault {
    pub(super) route: String,
    pub(super) times: u32,
    pub(super) effect: Effect,
}

pub(super) enum Effect {
    /// In place of the work.
    Answer(Scripted),
    /// The work is not done and the connection ends.
    CutBefore,
    /// The work is done and the connection ends without an answer.
    CutAfter,
    /// The work is done and the connection ends within the answer.
    CutWithin,
    /// The work is done and the answer is not JSON.
    Garble,
    /// The work is done and answered later.
    Delay(Duration),
    /// The work is not done and no answer comes.
    Hang,
    /// The work is done, then something else happens, then the answer goes out.
    Then(Box<dyn FnMut(&mut State) + Send>),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Scripted {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Fault {
    fn new(route: &str, effect: Effect) -> Self {
        Self {
            route: route.to_owned(),
            times: 1,
            effect,
        }
    }

    /// How often; once unless told.
    pub(crate) fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Answers a status with a message as GitHub puts it.
    pub(crate) fn status(route: &str, status: u16, message: &str) -> Self {
        let body = serde_json::json!({ "message": message, "documentation_url": "https://docs.github.com/rest" });
        Self::raw(route, status, &body.to_string())
    }

    /// Answers a status with any text, as a proxy does.
    pub(crate) fn raw(route: &str, status: u16, body: &str) -> Self {
        Self::new(
            route,
            Effect::Answer(Scripted {
                status,
                headers: Vec::new(),
                body: body.to_owned(),
            }),
        )
    }

    /// Adds a header to a scripted answer.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        match &mut self.effect {
            Effect::Answer(answer) => answer.headers.push((name.to_owned(), value.to_owned())),
            _ => panic!("only a scripted answer has headers of its own"),
        }
        self
    }

    pub(crate) fn cut_before(route: &str) -> Self {
        Self::new(route, Effect::CutBefore)
    }

    pub(crate) fn cut_after(route: &str) -> Self {
        Self::new(route, Effect::CutAfter)
    }

    pub(crate) fn cut_within(route: &str) -> Self {
        Self::new(route, Effect::CutWithin)
    }

    pub(crate) fn garble(route: &str) -> Self {
        Self::new(route, Effect::Garble)
    }

    pub(crate) fn delay(route: &str, time: Duration) -> Self {
        Self::new(route, Effect::Delay(time))
    }

    pub(crate) fn hang(route: &str) -> Self {
        Self::new(route, Effect::Hang)
    }

    /// Something happens on GitHub after the request was carried out, before its answer is read.
    pub(crate) fn then(route: &str, act: impl FnMut(&mut State) + Send + 'static) -> Self {
        Self::new(route, Effect::Then(Box::new(act)))
    }
}
