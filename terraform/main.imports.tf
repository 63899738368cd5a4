# Servers that exist and become managed. Ids are written, not read; what is in the state already is not imported again.
import {
  for_each = local.imported
  to       = azurerm_linux_virtual_machine.this[each.key]
  id       = "${local.compute_id}/virtualMachines/${each.key}"
}

import {
  for_each = local.imported
  to       = azurerm_network_interface.this[each.key]
  id       = "${local.network_id}/networkInterfaces/${var.servers[each.key].network_interface}"
}

import {
  for_each = { for name in local.imported : name => name if var.servers[name].public_ip }
  to       = azurerm_public_ip.this[each.key]
  id       = "${local.network_id}/publicIPAddresses/${local.address_names[each.key]}"
}

import {
  for_each = { for key, disk in local.data_disks : key => disk if var.servers[disk.server].import }
  to       = azurerm_managed_disk.this[each.key]
  id       = "${local.compute_id}/disks/${each.value.name}"
}

import {
  for_each = { for key, disk in local.data_disks : key => disk if var.servers[disk.server].import }
  to       = azurerm_virtual_machine_data_disk_attachment.this[each.key]
  id       = "${local.compute_id}/virtualMachines/${each.value.server}/dataDisks/${each.value.name}"
}

# Groups that guard an adopted or imported server already.
import {
  for_each = local.inherited
  to       = azurerm_network_security_group.this[each.key]
  id       = "${local.network_id}/networkSecurityGroups/${local.group_names[each.key]}"
}

import {
  for_each = local.inherited
  to       = azurerm_network_interface_security_group_association.this[each.key]
  id       = "${local.network_id}/networkInterfaces/${var.servers[each.key].network_interface}|${local.network_id}/networkSecurityGroups/${local.group_names[each.key]}"
}
