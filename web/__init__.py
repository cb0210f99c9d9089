"""What the built pages need beyond Jupyter Book: one extension, one renderer of outputs, styles, drawings."""
