//! The simulated Azure: this binary under a provider's name is that provider, and a file is the cloud.

mod arm;
pub(crate) mod authority;
mod change;
mod cloud;
mod codec;
pub(crate) mod command;
mod engine;
mod failure;
mod fault;
mod grpc;
pub(crate) mod hosts;
mod list;
pub(crate) mod mirror;
mod path;
mod plugin;
mod portal;
mod power;
mod proto;
mod provider;
mod resources;
mod schema;
pub(crate) mod seed;
mod session;
mod store;
mod value;
mod wire;

/// Which of Terraform's providers this process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Provider {
    Azurerm,
    Azapi,
}

impl Provider {
    fn word(self) -> &'static str {
        match self {
            Self::Azurerm => "azurerm",
            Self::Azapi => "azapi",
        }
    }

    /// The version of Terraform's provider protocol, as the real one speaks it.
    fn protocol(self) -> u8 {
        match self {
            Self::Azurerm => 5,
            Self::Azapi => 6,
        }
    }
}

/// The provider that this file name stands for; `None` for the ordinary command.
pub(crate) fn plugin_name(argv0: &str) -> Option<Provider> {
    let name = argv0.rsplit('/').next()?;
    let name = name.strip_prefix("terraform-provider-")?;
    [Provider::Azurerm, Provider::Azapi]
        .into_iter()
        .find(|provider| {
            name.strip_prefix(provider.word())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '.']))
        })
}

/// Serves Terraform until it is done.
pub(crate) fn serve(provider: Provider) -> anyhow::Result<()> {
    plugin::serve(provider)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_says_which_provider_it_is() {
        for (name, provider) in [
            (
                "/m/terraform-provider-azurerm_v4.99.0",
                Some(Provider::Azurerm),
            ),
            ("terraform-provider-azapi", Some(Provider::Azapi)),
            ("/usr/bin/lostops", None),
            ("terraform-provider-azurermx", None),
            ("", None),
        ] {
            assert_eq!(plugin_name(name), provider, "{name}");
        }
    }
}
