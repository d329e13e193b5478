"""Ours and other loaders through the same faults on the same records: `workbench bench faults`."""
