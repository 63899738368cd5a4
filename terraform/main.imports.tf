# Servers that exist and become managed. Ids are written, not read; what is in the state already is not imported again.
import {
  for_each = local.imported
  to       = azurerm_linux_virtual_machine.this[each.key]
  id       = local.machine_ids[each.key]
}

import {
  for_each = local.imported
  to       = azurerm_network_interface.this[each.key]
  id       = local.interface_ids[each.key]
}

import {
  for_each = { for name, server in local.imported : name => server if server.public_ip }
  to       = azurerm_public_ip.this[each.key]
  id       = "${local.resource_group_id}/providers/Microsoft.Network/publicIPAddresses/${coalesce(each.value.public_ip_name, "${each.key}-ip")}"
}

import {
  for_each = { for key, disk in local.data_disks : key => disk if local.managed[disk.server].import }
  to       = azurerm_managed_disk.this[each.key]
  id       = "${local.resource_group_id}/providers/Microsoft.Compute/disks/${each.value.name}"
}

import {
  for_each = { for key, disk in local.data_disks : key => disk if local.managed[disk.server].import }
  to       = azurerm_virtual_machine_data_disk_attachment.this[each.key]
  id       = "${local.machine_ids[each.value.server]}/dataDisks/${each.value.name}"
}

# Groups that guard an adopted or imported server already.
import {
  for_each = local.inherited
  to       = azurerm_network_security_group.this[each.key]
  id       = local.inherited_group_ids[each.key]
}

import {
  for_each = local.inherited
  to       = azurerm_network_interface_security_group_association.this[each.key]
  id       = "${local.interface_ids[each.key]}|${local.inherited_group_ids[each.key]}"
}
