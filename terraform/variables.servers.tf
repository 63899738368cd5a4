variable "servers" {
  type = map(object({
    role              = string
    ownership         = string
    import            = optional(bool, false)
    power             = string
    size              = string
    image             = object({ publisher = string, offer = string, sku = string, version = string })
    private_ip        = string
    public_ip         = bool
    disk_gb           = number
    admin_user        = string
    ssh_keys          = list(string)
    network_interface = string
    public_ip_name    = optional(string)
    security_group    = optional(string)

    data_disks = optional(map(object({
      size_gb      = number
      lun          = number
      managed_disk = optional(string)
    })), {})

    rules = optional(list(object({
      name     = string
      priority = number
      protocol = string
      ports    = list(string)
      from     = list(string)
    })), [])
  }))
  description = <<-EOT
    Every server by name. `rules` are the ports it opens; whatever no rule allows is denied.
    `security_group` is the group's name. That of an adopted or imported server is there already: it is taken over, not made.
    A managed server with `import` exists: it is taken over with its interface, address and disks. May stay afterwards.
  EOT
  nullable    = false

  validation {
    condition     = alltrue([for server in var.servers : contains(["adopted", "managed"], server.ownership)])
    error_message = "A server is adopted or managed."
  }

  validation {
    condition     = alltrue([for server in var.servers : !server.import || server.ownership == "managed"])
    error_message = "Only a managed server is imported."
  }

  validation {
    condition     = alltrue([for server in var.servers : length(distinct([for disk in server.data_disks : disk.lun])) == length(server.data_disks)])
    error_message = "Every data disk of a server has a LUN of its own."
  }

  validation {
    condition     = alltrue([for server in var.servers : contains(["running", "stopped", "restarted"], server.power)])
    error_message = "A server's power is running or stopped, or it is restarted; an absent one is left out."
  }

  validation {
    condition     = alltrue([for server in var.servers : length(server.ssh_keys) > 0])
    error_message = "Every server needs an SSH key: passwords are switched off."
  }

  validation {
    condition     = alltrue(flatten([for server in var.servers : [for rule in server.rules : rule.priority >= 100 && rule.priority < 4096]]))
    error_message = "A rule's priority lies from 100 to 4095; 4096 is the final denial."
  }

  validation {
    condition     = alltrue(flatten([for server in var.servers : [for rule in server.rules : length(rule.ports) > 0 && length(rule.from) > 0]]))
    error_message = "A rule names its ports and its sources: an empty list would mean any."
  }
}
