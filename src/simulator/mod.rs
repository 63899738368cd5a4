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

/// How Terraform has the files of its providers begin.
const PREFIX: &str = "terraform-provider-";

/// The provider that a process is whose arguments begin with these two; `None` for the ordinary command. Either it has
/// the name of one, or a file that has it names lostops as its interpreter.
pub(crate) fn as_provider(argv: &[String]) -> Option<Provider> {
    argv.iter().take(2).find_map(|word| named(word))
}

fn named(file: &str) -> Option<Provider> {
    let name = file.rsplit('/').next()?.strip_prefix(PREFIX)?;
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
            assert_eq!(named(name), provider, "{name}");
        }
    }

    #[test]
    fn lostops_is_a_provider_by_its_name_or_as_the_interpreter_of_one() {
        let provider = |argv: &[&str]| {
            as_provider(&argv.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
        };
        let azapi = "terraform-provider-azapi";
        assert_eq!(provider(&[azapi]), Some(Provider::Azapi));
        assert_eq!(
            provider(&["/lostops", azapi, "/m/azapi_v2"]),
            Some(Provider::Azapi)
        );
        assert_eq!(provider(&["lostops", "plan", azapi]), None);
        assert_eq!(provider(&[]), None);
    }
}
