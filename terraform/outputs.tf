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

output "machine_ids" {
  description = "Azure's id of every machine by server: another one after a replacement, whatever its name."
  value = merge(
    { for name, machine in azurerm_linux_virtual_machine.this : name => machine.virtual_machine_id },
    { for name, machine in data.azapi_resource.adopted : name => try(machine.output.properties.vmId, "") },
  )
}
