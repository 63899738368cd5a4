resource "azurerm_network_security_group" "this" {
  for_each = local.servers

  name                = local.group_names[each.key]
  location            = var.location
  resource_group_name = var.resource_group.name
  tags                = local.tags

  dynamic "security_rule" {
    for_each = { for rule in var.servers[each.key].rules : rule.name => rule }

    content {
      name                       = security_rule.value.name
      priority                   = security_rule.value.priority
      direction                  = "Inbound"
      access                     = "Allow"
      protocol                   = security_rule.value.protocol
      source_port_range          = "*"
      destination_port_range     = one(slice(security_rule.value.ports, 0, length(security_rule.value.ports) == 1 ? 1 : 0))
      destination_port_ranges    = length(security_rule.value.ports) == 1 ? null : security_rule.value.ports
      source_address_prefix      = one(slice(security_rule.value.from, 0, length(security_rule.value.from) == 1 ? 1 : 0))
      source_address_prefixes    = length(security_rule.value.from) == 1 ? null : security_rule.value.from
      destination_address_prefix = "*"
    }
  }

  # Azure's own rule 65000 would let the whole virtual network in.
  security_rule {
    name                       = "deny-everything-else"
    priority                   = 4096
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    destination_port_range     = "*"
    source_address_prefix      = "*"
    destination_address_prefix = "*"
  }

  lifecycle {
    # A group that was taken over keeps its place and its owner's tags.
    ignore_changes = [location, tags]
  }

  depends_on = [azurerm_resource_group.this]
}

resource "azurerm_network_interface_security_group_association" "this" {
  for_each = local.servers

  network_interface_id      = var.servers[each.key].ownership == "managed" ? azurerm_network_interface.this[each.key].id : "${local.network_id}/networkInterfaces/${var.servers[each.key].network_interface}"
  network_security_group_id = azurerm_network_security_group.this[each.key].id
}
