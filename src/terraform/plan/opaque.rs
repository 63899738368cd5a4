//! What may change machines or security groups past every check by type.

use super::change::Change;
use super::json::Json;
use super::model::Action;
use std::fmt::Write as _;

/// Words for what such a resource may do; `None` for all others, and for those that do nothing now.
pub(super) fn words(change: &Change, values: &Json<'_>, unknown: &Json<'_>) -> Option<String> {
    if change.data || change.actions == [Action::Read] {
        return None;
    }
    let words = of_kind(change, values, unknown)?;
    // What stands already changes no machine; but rules that it holds are in force unseen.
    (!change.is_no_op() || words.contains("security groups")).then_some(words)
}

fn of_kind(change: &Change, values: &Json<'_>, unknown: &Json<'_>) -> Option<String> {
    match change.kind.as_str() {
        "azapi_resource"
        | "azapi_update_resource"
        | "azapi_data_plane_resource"
        | "azapi_resource_action" => {
            let kind = values.get("type").string().unwrap_or_default();
            let target = values.get("resource_id").string().unwrap_or_default();
            if change.kind == "azapi_resource_action" && is_power(values) {
                return None;
            }
            if is_deployment(&kind) || is_deployment(&target) {
                let template = body(values).filter(|_| !unknown.mark("body").is_marked());
                return deploys(template.as_deref());
            }
            let about = touches(&kind)
                .or_else(|| touches(&target))
                .or_else(|| kind.is_empty().then_some("an unknown type"))?;
            Some(format!("it changes {about} through the Azure API"))
        }
        "azurerm_resource_group_template_deployment"
        | "azurerm_template_deployment"
        | "azurerm_subscription_template_deployment"
        | "azurerm_management_group_template_deployment"
        | "azurerm_tenant_template_deployment"
        | "azurerm_resource_deployment_script_azure_cli"
        | "azurerm_resource_deployment_script_azure_power_shell" => {
            let mut template = values
                .get("template_content")
                .string()
                .or_else(|| values.get("template_body").string());
            if let Some(template) = &mut template {
                let _ = write!(
                    template,
                    " {}",
                    values.get("parameters_content").text().unwrap_or_default()
                );
            }
            deploys(template.as_deref())
        }
        _ => None,
    }
}

/// Deployments, their stacks and their scripts, by a type or an id.
fn is_deployment(text: &str) -> bool {
    text.to_ascii_lowercase()
        .contains("microsoft.resources/deployment")
}

/// The body of a deployment, where its template stands in it whole.
fn body(values: &Json<'_>) -> Option<String> {
    let body = values.get("body");
    let template = body.get("properties").get("template");
    let is_whole = !template.is_absent() && values.get("sensitive_body").is_absent();
    is_whole.then(|| body.written())
}

/// What a template does, where it is known; one can link to others, whose contents nobody sees here.
fn deploys(template: Option<&str>) -> Option<String> {
    let about = match template.filter(|text| !is_deployment(text)) {
        Some(text) => touches(text)?,
        None => "what its template says",
    };
    Some(format!("it deploys {about} past Terraform"))
}

fn is_power(values: &Json<'_>) -> bool {
    let action = values.get("action").string().unwrap_or_default();
    super::power::action(&action).is_some()
}

/// What of ours a type, an id or a template speaks of.
fn touches(text: &str) -> Option<&'static str> {
    const OURS: [(&str, &str); 8] = [
        (
            "microsoft.network/networksecuritygroups",
            "network security groups",
        ),
        ("microsoft.compute/virtualmachinescalesets", "scale sets"),
        ("microsoft.compute/virtualmachines", "virtual machines"),
        ("microsoft.network/networkinterfaces", "network interfaces"),
        ("microsoft.network/virtualnetworks", "virtual networks"),
        ("microsoft.network/publicipaddresses", "public addresses"),
        ("microsoft.compute/disks", "disks"),
        ("microsoft.network/loadbalancers", "load balancers"),
    ];
    let text = text.to_ascii_lowercase();
    OURS.iter()
        .find(|(kind, _)| text.contains(kind))
        .map(|(_, words)| *words)
}
