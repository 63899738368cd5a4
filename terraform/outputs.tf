output "private_ips" {
  description = "Private address of every server by name."
  value       = { for name, server in var.servers : name => server.private_ip }
}

output "public_ips" {
  description = "Public address of every server that has one, by name."
  value = merge(
    { for name, address in azurerm_public_ip.this : name => address.ip_address },
    { for name, machine in data.azurerm_virtual_machine.adopted : name => machine.public_ip_address if machine.public_ip_address != "" },
  )
}

# The module gives a server one address at most; whoever made an adopted one may have given it more.
output "other_public_ips" {
  description = "Public addresses of every adopted server beside its first one, by name."
  value       = { for name, machine in data.azurerm_virtual_machine.adopted : name => slice(machine.public_ip_addresses, min(1, length(machine.public_ip_addresses)), length(machine.public_ip_addresses)) }
}

output "machine_ids" {
  description = "Azure's id of every machine by server: another one after a replacement, whatever its name."
  value = merge(
    { for name, machine in azurerm_linux_virtual_machine.this : name => machine.virtual_machine_id },
    { for name, machine in data.azapi_resource.adopted : name => try(machine.output.properties.vmId, "") },
  )
}
