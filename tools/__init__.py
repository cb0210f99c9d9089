"""The commands behind the Makefile: build, check, refresh, draw, lock, change the address."""
