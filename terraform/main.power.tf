# azurerm has no power state. The action is sent when the wanted state changes, when the machine is made anew,
# and when lostops asks for a replacement because the machine was found in another state.
resource "azapi_resource_action" "power" {
  for_each = local.servers

  type        = "Microsoft.Compute/virtualMachines@2024-07-01"
  resource_id = var.servers[each.key].ownership == "managed" ? azurerm_linux_virtual_machine.this[each.key].id : "${local.compute_id}/virtualMachines/${each.key}"
  action      = local.power_actions[var.servers[each.key].power]
  method      = "POST"

  depends_on = [azurerm_virtual_machine_data_disk_attachment.this]
}
