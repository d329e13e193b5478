"""What proves a migration afterwards: manifests, approvals, the seal, and masking of what people read."""
