//! Codes about what values mean.

use crate::finding::{Meta, Severity};

pub(crate) static LO106: Meta = Meta {
    code: "LO106",
    name: "address-unusable",
    severity: Severity::Error,
    summary: "a private address that the server cannot have",
    why: "Private addresses are static, so that security rules can name them. Azure keeps the first four addresses and \
the last of every subnet for itself, and gives an address to one machine only.",
    fix: "Choose a free address inside the subnet of `environment.yaml`.",
    example: "```yaml\n# subnet 10.10.0.0/24\nprivate_ip: 10.10.0.1   # wrong: the subnet's gateway\nprivate_ip: 10.10.0.4   # right: the first that Azure leaves\n```",
};

pub(crate) static LO107: Meta = Meta {
    code: "LO107",
    name: "unknown-name",
    severity: Severity::Error,
    summary: "a role, source or server that nobody defines",
    why: "A rule for somebody who does not exist protects nothing, and mostly is a misspelt name. `from` takes \
`internet`, a group of `sources` in `environment.yaml`, a server, `role:` with a role, or a CIDR block.",
    fix: "Write the name as it is defined, or define it.",
    example: "```yaml\n- { port: 3306, from: bakend }    # wrong\n- { port: 3306, from: backend }   # right: a server\n```",
};

pub(crate) static LO108: Meta = Meta {
    code: "LO108",
    name: "port-twice",
    severity: Severity::Error,
    summary: "a port is opened twice to the same source",
    why: "Two entries for one port and source say the same twice, or contradict each other in `tls` or `must`; who \
removes one believes that the port is closed.",
    fix: "Keep one of the entries, or make the ranges disjoint.",
    example: "```yaml\n- { port: 8000-8010, from: backend }\n- { port: 8005, from: backend }   # wrong: already open\n```",
};

pub(crate) static LO109: Meta = Meta {
    code: "LO109",
    name: "bad-range",
    severity: Severity::Error,
    summary: "a port, range or CIDR block that does not exist",
    why: "Ports go from 1 to 65535, ranges from low to high. A block with bits set behind its prefix is refused, as \
Azure does: it cannot be known whether the address or the prefix is wrong.",
    fix: "Write the range or block that is meant; the message gives the nearest that is valid.",
    example: "```yaml\nport: 8010-8000        # wrong\nport: 8000-8010        # right\nfrom: 203.0.113.7/24   # wrong: bits behind the prefix\nfrom: 203.0.113.0/24   # right\n```",
};

pub(crate) static LO110: Meta = Meta {
    code: "LO110",
    name: "secret-in-clear",
    severity: Severity::Error,
    summary: "a secret stands in a describer",
    why: "Describers are in git: whoever reads the repository, now or from its history, has the secret. The value is \
shown as asterisks in every report of lostops.",
    fix: "Replace the secret, because it is known now. Put the new one into an environment variable and write \
`secret:NAME`. Names are capital letters, digits and `_`; variables of lostops, the workflow or the system are no secrets \
of servers: `GITHUB_…`, `LOSTOPS_…`, `ARM_…`, `PATH` and their like.",
    example: "```yaml\npassword: hunter2                         # wrong\npassword: secret:MYSQL_LARAVEL_PASSWORD   # right\n```",
};

pub(crate) static LO111: Meta = Meta {
    code: "LO111",
    name: "secret-not-set",
    severity: Severity::Warning,
    summary: "a secret's environment variable is not set here",
    why: "Describers can be checked without secrets, but the servers cannot be configured without them.",
    fix: "Set the variable where lostops runs: in a workflow, `env: { NAME: ${{ secrets.NAME }} }`.",
    example: "```yaml\n- uses: lostops/action@v1\n  env:\n    MYSQL_LARAVEL_PASSWORD: ${{ secrets.MYSQL_LARAVEL_PASSWORD }}\n```",
};

pub(crate) static LO113: Meta = Meta {
    code: "LO113",
    name: "contradiction",
    severity: Severity::Error,
    summary: "two values that cannot both be meant",
    why: "For example, a machine that lostops adopts exists already and is not its to destroy, so it cannot be `absent`, \
nor live in a resource group that lostops has yet to create.",
    fix: "Change one of the two values that are shown.",
    example: "```yaml\nstate: absent               # wrong: not ours to destroy\nvm: { ownership: adopted }\n```",
};

pub(crate) static LO114: Meta = Meta {
    code: "LO114",
    name: "bad-ssh-key",
    severity: Severity::Error,
    summary: "an SSH key is missing, malformed or private",
    why: "Servers accept keys only, never passwords: with a wrong key nobody gets in. A private key in a repository must \
be considered stolen.",
    fix: "Paste the line of the `.pub` file, `ssh-ed25519 AAAA… comment`. If a private key was committed, make a new pair.",
    example: "```yaml\nssh_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… maria@example.org]\n```",
};
