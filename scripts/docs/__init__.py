"""What scripts/render-docs and scripts/check-docs share; docs/README.md tells authors about the markup."""
