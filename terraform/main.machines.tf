resource "azurerm_linux_virtual_machine" "this" {
  for_each = local.managed

  name                            = each.key
  location                        = var.location
  resource_group_name             = var.resource_group.name
  size                            = each.value.size
  admin_username                  = each.value.admin_user
  disable_password_authentication = true
  network_interface_ids           = [azurerm_network_interface.this[each.key].id]
  tags                            = merge(local.tags, { role = each.value.role })

  dynamic "admin_ssh_key" {
    for_each = toset(each.value.ssh_keys)

    content {
      username   = each.value.admin_user
      public_key = admin_ssh_key.value
    }
  }

  os_disk {
    caching              = "ReadWrite"
    storage_account_type = "Premium_LRS"
    disk_size_gb         = each.value.disk_gb
  }

  source_image_reference {
    publisher = each.value.image.publisher
    offer     = each.value.image.offer
    sku       = each.value.image.sku
    version   = each.value.image.version
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
