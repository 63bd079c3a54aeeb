"""Bring data into schema `raw`: the raw contract, the bulk loader, and real 835 files."""
