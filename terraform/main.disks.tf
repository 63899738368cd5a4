# Disks of their own: a machine that is replaced finds its data again.
resource "azurerm_managed_disk" "this" {
  for_each = local.data_disks

  name                 = each.value.name
  location             = var.location
  resource_group_name  = var.resource_group.name
  storage_account_type = "Premium_LRS"
  create_option        = "Empty"
  disk_size_gb         = each.value.size_gb
  tags                 = merge(local.tags, { server = each.value.server })

  lifecycle {
    # How a disk came to be, which says nothing of what is on it.
    ignore_changes = [create_option, source_resource_id, storage_account_type, tags, zone]
  }

  depends_on = [azurerm_resource_group.this]
}

resource "azurerm_virtual_machine_data_disk_attachment" "this" {
  for_each = local.data_disks

  managed_disk_id    = azurerm_managed_disk.this[each.key].id
  virtual_machine_id = azurerm_linux_virtual_machine.this[each.value.server].id
  lun                = each.value.lun
  caching            = "ReadOnly"

  lifecycle {
    # Another caching takes the disk off the running machine for a moment.
    ignore_changes = [caching]
  }
}
