"""The stages as functions, without kernels: one engagement walked from folder to folder, the tenant in process."""
