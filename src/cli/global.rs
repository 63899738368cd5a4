//! What every command takes.

use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Global {
    /// When to colour the output.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,

    /// Which program runs the module: `terraform`, or `tofu` in its place, where it is on PATH.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "PROGRAM",
        env = "LOSTOPS_TERRAFORM"
    )]
    pub(crate) terraform: Program,

    /// Say more on standard error: -v what is done, -vv everything.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    #[default]
    Auto,
    Always,
    Never,
}

/// Which program runs the module.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Program {
    #[default]
    Terraform,
    /// OpenTofu.
    Tofu,
}

impl Program {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Tofu => "tofu",
        }
    }
}
