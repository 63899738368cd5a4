resource "azurerm_linux_virtual_machine" "this" {
  for_each = local.managed

  name                            = each.key
  location                        = var.location
  resource_group_name             = var.resource_group.name
  size                            = var.servers[each.key].size
  admin_username                  = var.servers[each.key].admin_user
  disable_password_authentication = true
  network_interface_ids           = [azurerm_network_interface.this[each.key].id]
  tags                            = merge(local.tags, { role = var.servers[each.key].role })

  dynamic "admin_ssh_key" {
    for_each = toset(var.servers[each.key].ssh_keys)

    content {
      username   = var.servers[each.key].admin_user
      public_key = admin_ssh_key.value
    }
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
    disk_size_gb         = var.servers[each.key].disk_gb
  }

  source_image_reference {
    publisher = var.servers[each.key].image.publisher
    offer     = var.servers[each.key].image.offer
    sku       = var.servers[each.key].image.sku
    version   = var.servers[each.key].image.version
  }

  lifecycle {
    # What is settled when a machine is made and no describer can say: whoever made it has chosen. Keys are Ansible's
    # from then on. A change of any of these would replace the machine, or take something from it that its owner gave.
    ignore_changes = [
      admin_ssh_key,
      availability_set_id,
      boot_diagnostics,
      disable_password_authentication,
      os_disk[0].storage_account_type,
      plan,
      proximity_placement_group_id,
      secure_boot_enabled,
      tags,
      vtpm_enabled,
      zone,
    ]
  }

  # Never reachable before its group guards it.
  depends_on = [azurerm_network_interface_security_group_association.this]
}
