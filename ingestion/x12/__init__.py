"""Real X12 005010X221A1 (835) remittance files into the clearinghouse tables of schema raw."""
