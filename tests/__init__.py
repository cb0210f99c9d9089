"""What holds the book to its word; `make test` runs all of it."""
