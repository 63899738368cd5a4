terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    azapi = {
      source  = "Azure/azapi"
      version = ">= 2.8, < 3.0"
    }
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.76, < 6.0"
    }
  }
}

provider "azurerm" {
  subscription_id                 = var.subscription_id
  resource_provider_registrations = "none"

  features {
    managed_disk {
      # Whether a machine can take it running is asked of the whole subscription's sizes, which an identity
      # of one resource group may not read. The machine is deallocated for it, and started again.
      expand_without_downtime = false
    }
  }
}

provider "azapi" {
  subscription_id = var.subscription_id
}
