//! Inputs that take one word of several.

/// Which cloud is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CloudInput {
    Azure,
    Simulated,
}

/// Which stages of an apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnlyInput {
    All,
    /// Terraform and Ansible.
    Both,
    Terraform,
    Ansible,
    Verify,
}

/// When the pull request gets a comment. An existing one is brought up to date whatever is chosen but the last
/// two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommentInput {
    Always,
    /// When something would change, or is wrong.
    Changes,
    /// When something is wrong.
    Failure,
    Never,
    /// It is a part of one that another job writes.
    Part,
}

/// What an apply is held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReviewedInput {
    /// The plan that was reviewed, where there is one.
    WhenAvailable,
    /// Without one nothing is applied.
    Required,
    /// The policy alone.
    Off,
}

/// The first choice is the usual one.
pub(super) fn choose<T: Copy>(
    name: &str,
    value: Option<&str>,
    choices: &[(&str, T)],
    wrong: &mut Vec<String>,
) -> T {
    let usual = choices[0].1;
    let Some(value) = value else { return usual };
    match choices
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(value))
    {
        Some((_, choice)) => *choice,
        None => {
            let words: Vec<String> = choices
                .iter()
                .map(|(word, _)| format!("`{word}`"))
                .collect();
            wrong.push(format!(
                "the input `{name}` is `{value}`: it takes {}",
                words.join(", ")
            ));
            usual
        }
    }
}
