# What a newcomer types. `make help` lists it.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
READY := .venv/.ready
# One thread: two on a busy machine run several times slower, and change the digits of trained networks
export OMP_NUM_THREADS := 1
export PYTHONWARNINGS := ignore::DeprecationWarning
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help book pdf epub zip test lab serve full refresh diagrams model record weigh lock address clean

help:  ## list these commands
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

book: $(READY)  ## build the site into _build/html and say where to open it
	$(BIN)/python -m tools.build

pdf: $(READY)  ## print the whole book into one PDF
	$(BIN)/python -m tools.pdf

epub: $(READY)  ## bind the whole book as an EPUB for reading devices
	$(BIN)/python -m tools.epub

zip: $(READY)  ## pack the built site for reading offline
	$(BIN)/python -m tools.bundle

test: $(READY)  ## prove everything: unit and form tests, every stored output, the site in a real browser
	$(BIN)/python -m tools.check

full: $(READY)  ## repeat the chapters' studies on full-size data, minutes to an hour: make full STUDY=gan (no name: all)
	$(BIN)/python -m pytest -rs tests/full -k "$(subst -,_,$(STUDY))"

lab: $(READY)  ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. chapters

serve: book  ## serve the built site on this machine only
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

refresh: $(READY)  ## run a chapter afresh and store it: make refresh CHAPTER=digits (no name: all)
	$(BIN)/python -m tools.refresh $(CHAPTER)

diagrams: $(READY)  ## draw every diagram that has no drawing yet, drop those no chapter shows
	$(BIN)/python -m tools.diagrams

model: $(READY)  ## write data/digits.onnx anew, as the deployment chapter exports it
	$(BIN)/python -m tools.export

record: $(READY)  ## prove chapters and note when, how long, on what: make record CHAPTER=digits (no name: all)
	$(BIN)/python -m tools.record $(CHAPTER)

weigh: $(READY)  ## weigh every page beside an untouched Jupyter Book's
	$(BIN)/python -m tools.weigh

lock:  ## renew requirements.lock from pyproject.toml
	$(PYTHON) tools/lock.py

address:  ## change the repository's address everywhere: make address URL=https://github.com/you/book
	$(PYTHON) tools/address.py $(URL)

clean:  ## remove what was built (not the environment)
	$(PYTHON) -c "import shutil; shutil.rmtree('_build', ignore_errors=True)"

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'The book needs Python 3.11 or newer; this is ' + sys.version.split()[0] + '. Try: make PYTHON=python3.12 book')"
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --requirement requirements.lock
	$(BIN)/python -m pip install -qq --no-deps --editable .
	$(BIN)/python -c "open('$(READY)', 'w').close()"
