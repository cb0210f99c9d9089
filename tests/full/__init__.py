"""The chapters' studies on full-size data (make full): minutes to an hour, never part of make test."""
