output "private_ips" {
  description = "Private address of every server by name."
  value       = { for name, server in var.servers : name => server.private_ip }
}

output "public_ips" {
  description = "Public address of every managed server that has one, by name."
  value       = { for name, address in azurerm_public_ip.this : name => address.ip_address }
}
