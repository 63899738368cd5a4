variable "subscription_id" {
  type        = string
  description = "The Azure subscription that holds everything."
  nullable    = false
}

variable "environment" {
  type        = string
  description = "Name of the environment; every resource that is made carries it as a tag."
  nullable    = false
}

variable "location" {
  type        = string
  description = "Azure region, as Azure writes it: westeurope."
  nullable    = false
}

variable "resource_group" {
  type = object({
    name      = string
    ownership = string
  })
  description = "The resource group of every server; adopted: it exists and is never changed."
  nullable    = false

  validation {
    condition     = contains(["adopted", "managed"], var.resource_group.ownership)
    error_message = "A resource group is adopted or managed."
  }
}

variable "network" {
  type = object({
    name          = string
    ownership     = string
    address_space = string
    subnet_name   = string
    subnet_prefix = string
  })
  description = "The virtual network and the one subnet in which every server has its address."
  nullable    = false

  validation {
    condition     = contains(["adopted", "managed"], var.network.ownership)
    error_message = "A network is adopted or managed."
  }

  validation {
    condition     = can(cidrhost(var.network.subnet_prefix, 4))
    error_message = "The subnet must be a CIDR block with room for servers."
  }
}
