"""Break the models on purpose, one place at a time, and see whether the tests notice."""
