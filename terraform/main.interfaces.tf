resource "azurerm_public_ip" "this" {
  for_each = local.public

  name                = "${each.key}-ip"
  location            = var.location
  resource_group_name = var.resource_group.name
  allocation_method   = "Static"
  sku                 = "Standard"
  tags                = local.tags

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

  depends_on = [azurerm_subnet.this]
}
