# What the module promises, with mocked providers: no cloud, simulated or real, is asked.
mock_provider "azurerm" {}
mock_provider "azapi" {}

variables {
  subscription_id = "00000000-0000-4000-8000-000000000000"
  environment     = "test"
  location        = "westeurope"
  resource_group  = { name = "lostops", ownership = "managed" }
  network = {
    name          = "network"
    ownership     = "managed"
    address_space = "10.10.0.0/16"
    subnet_name   = "servers"
    subnet_prefix = "10.10.0.0/24"
  }
  servers = {
    backend = {
      role              = "backend"
      ownership         = "managed"
      power             = "running"
      size              = "Standard_B2ms"
      image             = { publisher = "Canonical", offer = "ubuntu-24_04-lts", sku = "server", version = "latest" }
      private_ip        = "10.10.0.4"
      public_ip         = true
      disk_gb           = 64
      admin_user        = "lostops"
      ssh_keys          = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIPuIfWh+V2mMHtmBmZSUBhk4zOuB3jglinxzUlXM+L test"]
      network_interface = "backend-nic"
      data_disks        = { uploads = { size_gb = 32, lun = 0 } }
      rules = [
        { name = "https", priority = 543, protocol = "Tcp", ports = ["443"], from = ["*"] },
        { name = "exporters", priority = 200, protocol = "Tcp", ports = ["8082", "9100"], from = ["10.10.0.6/32"] },
      ]
    }
    database = {
      role              = "database"
      ownership         = "adopted"
      power             = "stopped"
      size              = "Standard_B2ms"
      image             = { publisher = "Canonical", offer = "ubuntu-24_04-lts", sku = "server", version = "latest" }
      private_ip        = "10.10.0.5"
      public_ip         = false
      disk_gb           = 64
      admin_user        = "lostops"
      ssh_keys          = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILIPuIfWh+V2mMHtmBmZSUBhk4zOuB3jglinxzUlXM+L test"]
      network_interface = "database-nic"
    }
  }
}

run "every_group_ends_in_an_explicit_denial" {
  command = plan

  assert {
    condition = alltrue([
      for group in azurerm_network_security_group.this :
      anytrue([for rule in group.security_rule : rule.access == "Deny" && rule.priority == 4096 && rule.source_address_prefix == "*" && rule.destination_port_range == "*" && rule.protocol == "*"])
    ])
    error_message = "Without a final denial Azure's rule 65000 opens the group to the whole network."
  }

  assert {
    condition     = length(azurerm_network_security_group.this["database"].security_rule) == 1
    error_message = "A server that declares no port must have nothing but the denial."
  }
}

run "several_ports_stay_one_rule_and_one_port_is_written_singly" {
  command = plan

  assert {
    condition     = one([for rule in azurerm_network_security_group.this["backend"].security_rule : rule.destination_port_ranges if rule.name == "exporters"]) == toset(["8082", "9100"])
    error_message = "The exporters' rule must list both ports."
  }

  assert {
    condition     = one([for rule in azurerm_network_security_group.this["backend"].security_rule : rule.destination_port_range if rule.name == "https"]) == "443"
    error_message = "A single port is written as a single port."
  }
}

run "an_adopted_machine_is_never_managed" {
  command = plan

  assert {
    condition     = keys(azurerm_linux_virtual_machine.this) == ["backend"]
    error_message = "Terraform must not manage an adopted machine."
  }

  assert {
    condition     = keys(azurerm_network_interface.this) == ["backend"] && keys(azurerm_public_ip.this) == ["backend"] && keys(azurerm_managed_disk.this) == ["backend/uploads"]
    error_message = "Terraform must not manage what belongs to an adopted machine."
  }
}

run "every_public_address_of_an_adopted_machine_is_named" {
  command = plan

  override_data {
    target = data.azurerm_virtual_machine.adopted
    values = {
      public_ip_address   = "198.51.100.4"
      public_ip_addresses = ["198.51.100.4", "198.51.100.5"]
    }
  }

  assert {
    condition     = output.public_ips["database"] == "198.51.100.4" && output.other_public_ips["database"] == tolist(["198.51.100.5"])
    error_message = "An address that nobody knows of is one that nobody measures."
  }
}

run "a_machine_takes_keys_and_no_password" {
  command = plan

  assert {
    condition     = azurerm_linux_virtual_machine.this["backend"].disable_password_authentication && azurerm_linux_virtual_machine.this["backend"].admin_password == null && azurerm_linux_virtual_machine.this["backend"].custom_data == null
    error_message = "A password or custom data would stand in the state in clear."
  }
}

run "stopped_means_deallocated" {
  command = plan

  assert {
    condition     = azapi_resource_action.power["database"].action == "deallocate" && azapi_resource_action.power["backend"].action == "start"
    error_message = "A stopped server must not be billed."
  }
}

run "a_rule_without_sources_is_refused" {
  command = plan

  variables {
    servers = {
      web = {
        role              = "backend"
        ownership         = "managed"
        power             = "running"
        size              = "Standard_B2ms"
        image             = { publisher = "Canonical", offer = "ubuntu-24_04-lts", sku = "server", version = "latest" }
        private_ip        = "10.10.0.4"
        public_ip         = false
        disk_gb           = 64
        admin_user        = "lostops"
        ssh_keys          = []
        network_interface = "web-nic"
        rules             = [{ name = "any", priority = 100, protocol = "Tcp", ports = ["22"], from = [] }]
      }
    }
  }

  expect_failures = [var.servers]
}
