//! Describers that somebody hostile has written: read in the place of each kind of file, among good ones.

use super::TODAY;
use crate::describer::compose::ComposeFiles;
use crate::describer::folder::Part;
use crate::describer::{assemble, document};
use crate::fuzz::{fuzz, kept};
use crate::source::SourceMap;

const FILES: [(Part, &str); 3] = [
    (Part::Environment, "environment.yaml"),
    (Part::Policy, "policy.yaml"),
    (Part::Server, "server.yaml"),
];

#[test]
fn no_describer_panics_or_hangs() {
    let good = FILES.map(|(_, name)| kept("describers", name));
    fuzz("describers", 60, move |input| {
        for replaced in 0..FILES.len() {
            survives(&good, replaced, input);
        }
    });
}

fn survives(good: &[Vec<u8>], replaced: usize, input: &[u8]) {
    let mut sources = SourceMap::default();
    let mut documents = Vec::new();
    for (at, (part, name)) in FILES.into_iter().enumerate() {
        let bytes = if at == replaced { input } else { &good[at] };
        let file = sources.add(name, String::from_utf8_lossy(bytes));
        documents.push(document::given(file, part, name.into(), bytes));
    }
    let folder = "describers".into();
    let environment =
        assemble::environment(folder, documents, &ComposeFiles::new(), &|_| true, TODAY);
    for finding in &environment.findings {
        assert!(!finding.message.is_empty(), "{finding:?}");
        let related = finding.related.iter().map(|related| related.span);
        for span in finding.span.into_iter().chain(related) {
            sources.place(span);
        }
    }
}
