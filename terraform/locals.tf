locals {
  managed = { for name, server in var.servers : name => server if server.ownership == "managed" }
  adopted = { for name, server in var.servers : name => server if server.ownership == "adopted" }

  # Servers that exist and become managed.
  imported = { for name, server in local.managed : name => server if server.import }

  # Groups that exist already and are taken over.
  inherited = { for name, server in var.servers : name => server if server.security_group != null }

  # Ids are written, not read: they are known in every plan, so that the plan can be judged whole.
  resource_group_id = "/subscriptions/${var.subscription_id}/resourceGroups/${var.resource_group.name}"
  machine_ids = {
    for name, server in var.servers :
    name => "${local.resource_group_id}/providers/Microsoft.Compute/virtualMachines/${name}"
  }
  subnet_id = "${local.resource_group_id}/providers/Microsoft.Network/virtualNetworks/${var.network.name}/subnets/${var.network.subnet_name}"
  interface_ids = {
    for name, server in var.servers :
    name => "${local.resource_group_id}/providers/Microsoft.Network/networkInterfaces/${server.network_interface}"
  }
  inherited_group_ids = {
    for name, server in local.inherited :
    name => "${local.resource_group_id}/providers/Microsoft.Network/networkSecurityGroups/${server.security_group}"
  }
  group_names = { for name, server in var.servers : name => coalesce(server.security_group, "${name}-nsg") }

  data_disks = merge([
    for name, server in local.managed : {
      for disk, spec in server.data_disks : "${name}/${disk}" => merge(spec, { server = name, name = coalesce(spec.managed_disk, "${name}-${disk}") })
    }
  ]...)

  tags = { lostops = var.environment }

  power_actions = { running = "start", stopped = "deallocate", restarted = "restart" }
}
