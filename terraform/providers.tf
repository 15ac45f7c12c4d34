provider "aws" {
  region = var.region

  default_tags {
    tags = merge(var.tags, { Product = var.name, ManagedBy = "terraform" })
  }
}
