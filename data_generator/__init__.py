"""Synthetic revenue-cycle data for two hospitals, simulated event by event.

    python -m data_generator --help
    python -m data_generator load --help

The package simulates the life of every billing account (charge, claim, acknowledgement,
remittance, denial, rework, patient balance), one calendar month of service at a time, and writes
the events as the tables of the raw contract. All people, payers and amounts are invented.
"""
