//! Azure's names for things: regions, resource ids, and the types of resources.

use serde::{Deserialize, Serialize};

/// The regions one may write, normalised.
pub(super) const LOCATIONS: &[&str] = &[
    "australiacentral",
    "australiaeast",
    "australiasoutheast",
    "austriaeast",
    "belgiumcentral",
    "brazilsouth",
    "canadacentral",
    "canadaeast",
    "centralindia",
    "centralus",
    "chilecentral",
    "denmarkeast",
    "eastasia",
    "eastus",
    "eastus2",
    "francecentral",
    "francesouth",
    "germanynorth",
    "germanywestcentral",
    "indonesiacentral",
    "israelcentral",
    "italynorth",
    "japaneast",
    "japanwest",
    "jioindiawest",
    "koreacentral",
    "koreasouth",
    "malaysiawest",
    "mexicocentral",
    "newzealandnorth",
    "northcentralus",
    "northeurope",
    "norwayeast",
    "norwaywest",
    "polandcentral",
    "qatarcentral",
    "southafricanorth",
    "southafricawest",
    "southcentralus",
    "southeastasia",
    "southindia",
    "spaincentral",
    "swedencentral",
    "swedensouth",
    "switzerlandnorth",
    "switzerlandwest",
    "uaecentral",
    "uaenorth",
    "uksouth",
    "ukwest",
    "westcentralus",
    "westeurope",
    "westindia",
    "westus",
    "westus2",
    "westus3",
];

/// `West Europe` as Azure keeps it: `westeurope`.
pub(super) fn location(text: &str) -> String {
    text.replace(' ', "").to_lowercase()
}

pub(super) fn is_location(text: &str) -> bool {
    LOCATIONS.binary_search(&location(text).as_str()).is_ok()
}

/// What the cloud keeps as things of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    ResourceGroup,
    VirtualNetwork,
    Subnet,
    NetworkSecurityGroup,
    PublicIp,
    NetworkInterface,
    ManagedDisk,
    VirtualMachine,
}

impl Kind {
    pub(super) const ALL: [Self; 8] = [
        Self::ResourceGroup,
        Self::VirtualNetwork,
        Self::Subnet,
        Self::NetworkSecurityGroup,
        Self::PublicIp,
        Self::NetworkInterface,
        Self::ManagedDisk,
        Self::VirtualMachine,
    ];

    /// `Microsoft.Network/networkInterfaces`
    pub(super) fn arm_type(self) -> &'static str {
        match self {
            Self::ResourceGroup => "Microsoft.Resources/resourceGroups",
            Self::VirtualNetwork => "Microsoft.Network/virtualNetworks",
            Self::Subnet => "Microsoft.Network/virtualNetworks/subnets",
            Self::NetworkSecurityGroup => "Microsoft.Network/networkSecurityGroups",
            Self::PublicIp => "Microsoft.Network/publicIPAddresses",
            Self::NetworkInterface => "Microsoft.Network/networkInterfaces",
            Self::ManagedDisk => "Microsoft.Compute/disks",
            Self::VirtualMachine => "Microsoft.Compute/virtualMachines",
        }
    }

    /// What people call it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::ResourceGroup => "Resource Group",
            Self::VirtualNetwork => "Virtual Network",
            Self::Subnet => "Subnet",
            Self::NetworkSecurityGroup => "Network Security Group",
            Self::PublicIp => "Public IP Address",
            Self::NetworkInterface => "Network Interface",
            Self::ManagedDisk => "Managed Disk",
            Self::VirtualMachine => "Virtual Machine",
        }
    }

    pub(super) fn of(id: &Id) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.arm_type().eq_ignore_ascii_case(&id.arm_type()))
    }
}

/// A resource id in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) subscription: String,
    pub(super) group: String,
    /// `Microsoft.Network`; empty for a resource group itself.
    pub(super) provider: String,
    /// Types and names, outermost first.
    pub(super) parts: Vec<(String, String)>,
}

impl Id {
    /// `None` when it is not the id of a resource group or of something in one.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut steps = text.strip_prefix('/')?.split('/');
        let mut after = |word: &str| -> Option<String> {
            steps
                .next()
                .filter(|step| step.eq_ignore_ascii_case(word))?;
            steps
                .next()
                .filter(|step| !step.is_empty())
                .map(str::to_owned)
        };
        let subscription = after("subscriptions")?;
        let group = after("resourceGroups")?;
        let mut id = Self {
            subscription,
            group,
            provider: String::new(),
            parts: Vec::new(),
        };
        let rest: Vec<&str> = steps.collect();
        if let [providers, provider, parts @ ..] = rest.as_slice() {
            let is_right = providers.eq_ignore_ascii_case("providers")
                && !parts.is_empty()
                && parts.len() % 2 == 0
                && parts.iter().all(|part| !part.is_empty());
            if !is_right {
                return None;
            }
            (*provider).clone_into(&mut id.provider);
            for pair in parts.chunks_exact(2) {
                if let [ty, name] = pair {
                    id.parts.push(((*ty).to_owned(), (*name).to_owned()));
                }
            }
            return Some(id);
        }
        rest.is_empty().then_some(id)
    }

    /// `Microsoft.Network/virtualNetworks/subnets`
    pub(super) fn arm_type(&self) -> String {
        if self.provider.is_empty() {
            return Kind::ResourceGroup.arm_type().to_owned();
        }
        self.parts
            .iter()
            .fold(self.provider.clone(), |all, (ty, _)| all + "/" + ty)
    }

    /// Its own name: the last one.
    pub(super) fn name(&self) -> &str {
        self.parts
            .last()
            .map_or(self.group.as_str(), |(_, name)| name.as_str())
    }

    /// The name of the outermost resource in the group: the network of a subnet.
    pub(super) fn parent_name(&self) -> &str {
        self.parts
            .first()
            .map_or(self.group.as_str(), |(_, name)| name.as_str())
    }
}

pub(super) fn group_id(subscription: &str, group: &str) -> String {
    format!("/subscriptions/{subscription}/resourceGroups/{group}")
}

/// The id of something that lies directly in a resource group.
pub(super) fn id(subscription: &str, group: &str, kind: Kind, name: &str) -> String {
    if kind == Kind::ResourceGroup {
        return group_id(subscription, group);
    }
    format!(
        "{}/providers/{}/{name}",
        group_id(subscription, group),
        kind.arm_type()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_names_its_type_and_itself() {
        let text = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/x";
        let id = Id::parse(text).unwrap();
        assert_eq!(
            (Kind::of(&id), id.name(), id.parent_name()),
            (Some(Kind::Subnet), "x", "v")
        );
        assert_eq!(
            Kind::of(&Id::parse("/subscriptions/s/resourcegroups/g").unwrap()),
            Some(Kind::ResourceGroup)
        );
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "web",
            "/subscriptions/s",
            "/subscriptions/s/resourceGroups/",
            "/subscriptions/s/resourceGroups/g/providers/P",
            "/subscriptions/s/resourceGroups/g/x",
        ] {
            assert_eq!(Id::parse(text), None, "{text}");
        }
    }

    #[test]
    fn regions_are_sorted_and_found_in_any_spelling() {
        assert!(LOCATIONS.is_sorted());
        assert!(is_location("West Europe") && !is_location("middleearth"));
    }
}
