# Every target makes .venv first where it is needed. `make` alone lists the targets.
#   make demo PYTHON=/path/to/python3.12    names the Python that .venv is made with
#   make grade COURSE=dir                   another course folder than course/

COURSE ?= course
SAMPLE := sample_course
ZIP := optimization-course
# What is made in another language has its name behind: make lab-ko.
# By name: whatever else lies in notebooks/ is not handed out.
LESSONS = $(patsubst solutions/%.py,notebooks/%.ipynb,$(wildcard solutions/[0-9]*.py))

# Only relative paths and quoted ones: the folder's own path may hold spaces.
HERE := $(CURDIR)
STAMP := .venv/.installed
# nbgrader calls `alembic` by name, so .venv/bin stands on PATH for everything we run. Bytecode is
# kept, also where a shell forbids it: every process would compile the whole grader anew.
RUN := PYTHONDONTWRITEBYTECODE= PATH="$(HERE)/.venv/bin:$$PATH" "$(HERE)/.venv/bin/python"
# Our Jupyter settings are added to the search path; no file of the user is edited.
CONFIG := $(HERE)/labconfig$${JUPYTER_CONFIG_PATH:+:$$JUPYTER_CONFIG_PATH}
LAB := $(RUN) -m jupyterlab

.PHONY: help lab demo course collect grade quick test cover release formgrader report progress bench bench-scale oracle build pins clean
.DEFAULT_GOAL := help

help:
	@echo "make TARGET, where TARGET is one of"
	@sed -n 's/^\([a-z%-]*\):.*## \(.*\)/  \1 \2/p' Makefile \
		| while read -r name text; do printf '  %-12s%s\n' "$$name" "$$text"; done

lab: $(STAMP) ## copy the lessons into study/ and open them in JupyterLab
	@$(RUN) -m autograder study
	@cd study && JUPYTER_CONFIG_PATH="$(HERE)/labconfig/learner:$(CONFIG)" \
		$(LAB) --LabApp.default_url=/lab/tree/00_start_here.ipynb

lab-%: $(STAMP) ## the same in another language: make lab-ko
	@$(RUN) -m autograder study --language "$*"
	@cd study && JUPYTER_CONFIG_PATH="$(HERE)/labconfig/$*:$(HERE)/labconfig/learner:$(CONFIG)" \
		$(LAB) --LabApp.default_url=/lab/tree/$*/00_start_here.ipynb

progress: $(STAMP) ## show how far you are, lesson by lesson
	@test -d study/optlab || { echo "study/: no lessons yet; make lab copies them" >&2; exit 2; }
	@cd study && $(RUN) -c "from optlab import progress; progress()"

progress-%: $(STAMP) ## the same in another language: make progress-ko
	@test -d "study/$*/optlab" || { echo "study/$*/: no lessons yet; make lab-$* copies them" >&2; exit 2; }
	@cd "study/$*" && $(RUN) -c "from optlab import progress; progress()"

demo: $(STAMP) ## grade a class of invented students in sample_course/
	@$(RUN) -m autograder sample --students 24 --seed 1 --course $(SAMPLE)
	@$(RUN) -m autograder grade --course $(SAMPLE)
	@$(RUN) -m autograder report --course $(SAMPLE)

course: $(STAMP) ## make the course folder course/ (or COURSE=dir)
	@$(RUN) -m autograder init "$(COURSE)"

collect: $(STAMP) ## bring FROM=zip (or folder) into course/ (or COURSE=dir); ROSTER=students.csv
	@test -n "$(FROM)" || { echo "make collect FROM=downloads.zip names what to bring in" >&2; exit 2; }
	@$(RUN) -m autograder collect "$(FROM)" --course "$(COURSE)" $(if $(ROSTER),--roster "$(ROSTER)")

grade: $(STAMP) ## grade what is in course/submitted/ (or COURSE=dir)
	@$(RUN) -m autograder grade --course "$(COURSE)"

report: $(STAMP) ## write the class report of course/ (or COURSE=dir)
	@$(RUN) -m autograder report --course "$(COURSE)"

formgrader: $(STAMP) ## open the formgrader of course/ (or COURSE=dir): marks and comments by hand
	@test -d "$(COURSE)" || { echo "$(COURSE): no such course folder; make course makes it" >&2; exit 2; }
	@cd "$(COURSE)" && JUPYTER_CONFIG_PATH="$(CONFIG)" \
		$(LAB) --LabApp.default_url=/formgrader

release: $(STAMP) ## write dist/optimization-course.zip, all that a learner needs
	@$(RUN) -m autograder build --check
	@$(call begin_zip,$(ZIP),$(LESSONS))
	@$(call learners_page,,$(ZIP))
	@rm -rf dist/$(ZIP)/optlab/words
	@$(call end_zip,$(ZIP))

release-%: $(STAMP) ## the same in another language: make release-ko
	@test -d "notebooks/$*" || { echo "notebooks/$* is not there: no course in that language" >&2; exit 2; }
	@$(RUN) -m autograder build --check
	@$(call begin_zip,$(ZIP)-$*,$(LESSONS:notebooks/%=notebooks/$*/%))
	@$(call learners_page,.$*,$(ZIP)-$*)
	@cp -R labconfig/$*/. dist/$(ZIP)-$*/.labconfig/learner
	@echo "$*" >dist/$(ZIP)-$*/optlab/language
	@cp notebooks/$*/optlab/*.png dist/$(ZIP)-$*/optlab
	@$(call end_zip,$(ZIP)-$*)

# Of a folder in dist/ and the lessons in it.
define begin_zip
rm -rf dist/$(1) dist/$(1).zip && mkdir -p dist/$(1) \
	&& cp -R $(2) notebooks/optlab handout/* LICENSE dist/$(1) \
	&& mkdir dist/$(1)/.labconfig \
	&& cp -R labconfig/jupyter_lab_config.py labconfig/labconfig labconfig/learner dist/$(1)/.labconfig
endef

# Without the line that leads to other languages, which are not in a zip.
define learners_page
sed '/^\[[^]]*\](learners[.a-z]*)$$/{N;d;}' docs/learners$(1).md >dist/$(2)/README.md
endef

define end_zip
cd dist && find $(1) -name .ipynb_checkpoints -prune -exec rm -rf {} + \
	-o -name __pycache__ -prune -exec rm -rf {} + \
	&& $(RUN) -m zipfile -c $(1).zip $(1) && rm -rf $(1) && echo "dist/$(1).zip"
endef

build: $(STAMP) ## build the notebooks and answer keys from their sources
	@$(RUN) -m autograder build

solutions-%: $(STAMP) ## run all solutions in another language: make solutions-ko
	@$(RUN) -m autograder solutions "$*"

PYTEST := $(RUN) -m pytest -p tests.early -rs
# Tests that share what takes long to make stay in one process, and begin in the order of
# tests/conftest.py.
SPREAD := --dist=loadgroup --no-loadscope-reorder

define lint
	@printf '\n== lint\n'
	@$(RUN) -m ruff check .
	@printf '\n== format\n'
	@$(RUN) -m ruff format --check .
	@printf '\n== types\n'
	@$(RUN) -m mypy
endef

quick: $(STAMP) ## lint, types, sync check and the fast tests: a minute, for every change
	$(lint)
	@printf '\n== fast tests; built files are in step with their sources\n'
	@$(PYTEST) -n 2 $(SPREAD) -m "not slow" --ignore=tests/browser tests

test: $(STAMP) ## run all that CI runs; T="tests/test_x.py -k name" runs pytest on that only
ifdef T
	@$(PYTEST) $(T)
else
	$(lint)
	@printf '\n== tests: unit, end to end, attacks, browser; every solution, run again and compared\n'
	@$(PYTEST) -n 2 $(SPREAD) --nbval tests solutions
endif

cover: $(STAMP) ## run the fast tests and fail where they reach less than they did
	@$(PYTEST) -n 2 $(SPREAD) -m "not slow" --cov --cov-report=term

oracle: $(STAMP) ## compare the references with PyTorch (a large download, once)
	@$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-oracle.txt
	@$(RUN) -m pytest tests/test_pytorch.py

bench: $(STAMP) ## CPU seconds of grading side by side with stock nbgrader and Otter: same work, per core
	@$(RUN) -m autograder bench

bench-scale: $(STAMP) ## CPU seconds of grading 100, 1,000 and 10,000 submissions
	@$(RUN) -m autograder bench --scale

# The CPU is enough for the oracle: PyTorch's CUDA packages are not pinned, so that a build
# without them installs too. Its version is raised here, by hand.
TORCH := 2.13.0
COMPILE := $(RUN) -m uv pip compile --quiet --universal \
	--python-version 3.11 --custom-compile-command "make pins"
PIN := $(COMPILE) pyproject.toml

pins: $(STAMP) ## compile requirements*.txt anew from pyproject.toml
	@$(PIN) --upgrade --extra dev --output-file requirements.txt
	@$(PIN) --upgrade --extra cluster --constraints requirements.txt --output-file requirements-cluster.txt
	@$(PIN) --upgrade --extra dev --extra hub --constraints requirements.txt --output-file requirements-hub.txt
	@$(PIN) --extra oracle --constraints requirements.txt --no-annotate \
		--upgrade-package torch==$(TORCH) \
		| grep -Ev '^(cuda|nvidia|triton)' >requirements-oracle.txt
	@$(COMPILE) --upgrade --group learner --constraints requirements.txt --no-annotate \
		--output-file handout/requirements.txt

clean: ## remove .venv, caches, sample_course and dist; course/ and study/ stay
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache dist $(SAMPLE)
	@find . \( -path ./course -o -path ./study \) -prune -o \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

# The first Python that runs, is new enough and can make environments; one that only lacks
# Debian's python3-venv is told apart, since the remedy is another one.
WANTED := Python 3.11, 3.12, 3.13 or 3.14
CANDIDATES = $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3.14 python3 python)
FITS = import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))
first_python = $(shell for name in $(CANDIDATES); do \
	"$$name" -c '$(1)' >/dev/null 2>&1 && { command -v "$$name"; break; }; done)
FOUND = $(call first_python,import ensurepip; $(FITS))
no_python = $(if $(call first_python,$(FITS)),\
	$(error $(call first_python,$(FITS)) cannot make environments: \
	install its venv module (Debian, Ubuntu: apt install python3-venv)),\
	$(error $(if $(PYTHON),$(PYTHON) is not $(WANTED),$(WANTED) is needed and was not found): \
	install one of them, or name it: make PYTHON=/path/to/python3.12))

$(STAMP): requirements.txt
	$(eval python := $(or $(FOUND),$(no_python)))
	@.venv/bin/python -c '$(FITS)' 2>/dev/null \
		|| { echo "Making .venv with $(python) ..."; "$(python)" -m venv --clear .venv; }
	@echo "Installing what requirements.txt names (once, a minute or two) ..."
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@
