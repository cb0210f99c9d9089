"""Which pages the book has."""

from tools import ledger, refresh

CHAPTERS = [path.stem for path in refresh.chapters()]
BACK = [f"back/{name}.html" for name in ledger.listed("back")]
PAGES = ["README.html", *(f"chapters/{name}.html" for name in CHAPTERS), *BACK, "search.html"]
