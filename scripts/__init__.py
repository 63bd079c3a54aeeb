"""Helpers around dbt: the embedded database, packages, checks and reports."""
