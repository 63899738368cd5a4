resource "azurerm_public_ip" "this" {
  for_each = local.public

  name                = local.address_names[each.key]
  location            = var.location
  resource_group_name = var.resource_group.name
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags

  lifecycle {
    # Azure deletes no address that an interface still has: the interface lets go of the old one first.
    create_before_destroy = true

    # Zones cannot be changed, and a name that Azure's own DNS gives is its owner's.
    ignore_changes = [domain_name_label, tags, zones]
  }

  depends_on = [azurerm_resource_group.this]
}

resource "azurerm_network_interface" "this" {
  for_each = local.managed

  name                = var.servers[each.key].network_interface
  location            = var.location
  resource_group_name = var.resource_group.name
  tags                = local.tags

  ip_configuration {
    name                          = "primary"
    subnet_id                     = local.subnet_id
    private_ip_address_allocation = "Static"
    private_ip_address            = var.servers[each.key].private_ip
    public_ip_address_id          = var.servers[each.key].public_ip ? azurerm_public_ip.this[each.key].id : null
  }

  lifecycle {
    # What the portal sets when it makes a machine. Forwarding and name servers are not among it: who changes those turns traffic aside.
    ignore_changes = [accelerated_networking_enabled, ip_configuration[0].name, tags]
  }

  depends_on = [azurerm_subnet.this]
}
