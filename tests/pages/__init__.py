"""The built pages, proved in a real browser."""
