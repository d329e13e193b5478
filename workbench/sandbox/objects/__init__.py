"""The objects of a tenant, one family a module, and the life all of them share."""
