locals {
  # Names alone: Terraform works out for_each anew for every instance, and whole servers would make that the longest part of a plan.
  servers = { for name, server in var.servers : name => name }
  managed = { for name, server in var.servers : name => name if server.ownership == "managed" }
  adopted = { for name, server in var.servers : name => name if server.ownership == "adopted" }
  public  = { for name in local.managed : name => name if var.servers[name].public_ip }

  # Servers that exist and become managed.
  imported = { for name in local.managed : name => name if var.servers[name].import }

  # Groups that exist already and are taken over.
  inherited = { for name, server in var.servers : name => name if server.security_group != null && (server.ownership == "adopted" || server.import) }

  # Ids are written, not read: they are known in every plan, so that the plan can be judged whole.
  resource_group_id = "/subscriptions/${var.subscription_id}/resourceGroups/${var.resource_group.name}"
  compute_id        = "${local.resource_group_id}/providers/Microsoft.Compute"
  network_id        = "${local.resource_group_id}/providers/Microsoft.Network"
  subnet_id         = "${local.network_id}/virtualNetworks/${var.network.name}/subnets/${var.network.subnet_name}"

  group_names   = { for name, server in var.servers : name => coalesce(server.security_group, "${name}-nsg") }
  address_names = { for name in local.public : name => coalesce(var.servers[name].public_ip_name, "${name}-ip") }

  data_disks = merge([
    for name in local.managed : {
      for disk, spec in var.servers[name].data_disks :
      "${name}/${disk}" => merge(spec, { server = name, name = coalesce(spec.managed_disk, "${name}-${disk}") })
    }
  ]...)

  tags = { lostops = var.environment }

  power_actions = { running = "start", stopped = "deallocate", restarted = "restart" }
}
