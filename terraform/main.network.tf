resource "azurerm_resource_group" "this" {
  for_each = var.resource_group.ownership == "managed" ? { (var.resource_group.name) = var.location } : {}

  name     = each.key
  location = each.value
  tags     = local.tags
}

resource "azurerm_virtual_network" "this" {
  for_each = var.network.ownership == "managed" ? { (var.network.name) = var.network.address_space } : {}

  name                = each.key
  location            = var.location
  resource_group_name = var.resource_group.name
  address_space       = [each.value]
  tags                = local.tags

  depends_on = [azurerm_resource_group.this]
}

resource "azurerm_subnet" "this" {
  for_each = var.network.ownership == "managed" ? { (var.network.subnet_name) = var.network.subnet_prefix } : {}

  name                 = each.key
  resource_group_name  = var.resource_group.name
  virtual_network_name = var.network.name
  address_prefixes     = [each.value]

  depends_on = [azurerm_virtual_network.this]
}
