//! Codes about files and their shape.

use crate::finding::{Meta, Severity};

pub(crate) static LO101: Meta = Meta {
    code: "LO101",
    name: "file-unreadable",
    severity: Severity::Error,
    summary: "a describer file cannot be read as text",
    why: "A file that lostops cannot read is a server that nobody checks. Describers are small UTF-8 text files: at most \
1 MiB each, regular files, and never a link that leads out of the folder, because a pull request could otherwise show \
what else lies on the runner.",
    fix: "Save the file as UTF-8 text inside the folder. Remove it if it is not a describer.",
    example: "",
};

pub(crate) static LO102: Meta = Meta {
    code: "LO102",
    name: "not-yaml",
    severity: Severity::Error,
    summary: "a describer file is not a YAML document that lostops accepts",
    why: "The text does not parse, holds more than one document, or expands to far more than anybody would write \
(nested too deep, or aliases that multiply).",
    fix: "Correct the line that is shown. Indent with spaces, never tabs; keep one document in each file.",
    example: "```yaml\nvm:\n\tsize: Standard_B2ms   # wrong: a tab\nvm:\n  size: Standard_B2ms   # right: two spaces\n```",
};

pub(crate) static LO103: Meta = Meta {
    code: "LO103",
    name: "unknown-key",
    severity: Severity::Error,
    summary: "a key that means nothing here",
    why: "A misspelt key would otherwise be ignored in silence, and the server would not be what its describer seems to say.",
    fix: "Write the key as the message suggests, or remove it. `lostops schema` lets an editor complete keys.",
    example: "```yaml\nprivat_ip: 10.10.0.5    # wrong\nprivate_ip: 10.10.0.5   # right\n```",
};

pub(crate) static LO104: Meta = Meta {
    code: "LO104",
    name: "bad-value",
    severity: Severity::Error,
    summary: "a value is missing or is not of the kind that its key takes",
    why: "Every value goes to Terraform, Azure or Ansible, each of which would refuse it later and further from the line \
that is wrong.",
    fix: "Give the key a value of the kind that the message names.",
    example: "```yaml\ndisk: { size_gb: large }   # wrong\ndisk: { size_gb: 64 }      # right\n```",
};

pub(crate) static LO105: Meta = Meta {
    code: "LO105",
    name: "duplicate-name",
    severity: Severity::Error,
    summary: "the same name is given twice",
    why: "A server's name is also its host name, its name in the inventory and its key in Terraform's state: two of the \
same would overwrite each other. A key that stands twice in one mapping hides the first. A file named otherwise than \
its server is only a warning: it misleads readers, not machines.",
    fix: "Give one of the two another name, and name each file after its server.",
    example: "```yaml\n# describers/database.yaml\nserver: databse    # warning: the file says `database`\n```",
};

pub(crate) static LO112: Meta = Meta {
    code: "LO112",
    name: "file-missing",
    severity: Severity::Error,
    summary: "an environment lacks a file that it needs",
    why: "`environment.yaml` says where servers live, `policy.yaml` what they may be, and every other file is one server. \
Without a policy nothing could be judged, and to judge nothing must never pass.",
    fix: "Add the file; `lostops init` writes all of them.",
    example: "",
};

pub(crate) static LO119: Meta = Meta {
    code: "LO119",
    name: "rules-not-understood",
    severity: Severity::Error,
    summary: "a file of rules in Rego is not understood, or none of its rules is asked",
    why: "Rules of your own lie in `policy/*.rego` beside the policy. One that is not understood judges nothing; nor does a file in which no rule is called `deny`, \
`violation` or `warn`, or begins so with a `_` behind it: it only looks as if it judged. A file that holds nothing but functions is for the others.",
    fix: "Mend the line that is shown. Rego is of version 1: `if` before a body, `contains` for a set.",
    example: "```rego\ndeny[msg] { msg := \"no\" }            # wrong: version 0\ndeny contains msg if { msg := \"no\" }  # right\n```",
};
