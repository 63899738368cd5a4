//! How deep brackets may stand in each other. The engine tries each as a comprehension first and reads what is inside anew, so
//! that one level more takes twice the time: thirty would take for ever.

use super::{File, Trouble};

/// Deeper than anybody writes rules, and still read at once.
const DEEPEST: usize = 12;

/// # Errors
/// A file nests deeper.
pub(super) fn check(files: &[File]) -> Result<(), Trouble> {
    let mut all = files.iter().enumerate();
    let deep = all.find_map(|(file, one)| Some((file, too_deep(&one.text)?)));
    deep.map_or(Ok(()), |at| {
        Err(Trouble {
            at: Some(at),
            message: format!("its brackets nest deeper than {DEEPEST} levels"),
        })
    })
}

/// The first bracket that stands too deep. Those in texts and comments are none.
fn too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                if depth > DEEPEST {
                    return Some(at);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'#' => drop(bytes.find(|(_, byte)| *byte == b'\n')),
            b'`' => drop(bytes.find(|(_, byte)| *byte == b'`')),
            b'"' => {
                while let Some((_, byte)) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        // No text goes on in the next line: what begins there is no text.
                        b'"' | b'\n' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    None
}
