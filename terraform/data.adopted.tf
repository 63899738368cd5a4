# What an adopted machine really is, so that its describer can be compared with it. Nothing here changes it.
data "azapi_resource" "adopted" {
  for_each = local.adopted

  type                   = "Microsoft.Compute/virtualMachines@2024-07-01"
  name                   = each.key
  parent_id              = local.resource_group_id
  response_export_values = ["properties.vmId", "properties.hardwareProfile", "properties.storageProfile", "properties.networkProfile"]
}

# Where an adopted machine is reached: its public address is nobody's to describe.
data "azurerm_virtual_machine" "adopted" {
  for_each = local.adopted

  name                = each.key
  resource_group_name = var.resource_group.name
}
