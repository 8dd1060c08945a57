# What this needs: Rust (Cargo.toml says from which version), Python 3.10 or newer with venv, GNU make 4.
# Everything else is set up by the rules themselves. `make help` lists them.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
PYTHON_IN_VENV := $(ROOT)/.venv/bin/python
# Tools that were missing are put here, not into your own ~/.cargo/bin.
TOOLS := $(ROOT)/target/tools
export PATH := $(TOOLS)/bin:$(PATH)
export PYTHONPATH := $(ROOT)/tests
export PYTHONDONTWRITEBYTECODE := 1
export NIGHTCAP_DECISIONS := $(ROOT)/target/decisions.jsonl

say = @printf '==> %s\n' '$(1)' >&2

.PHONY: help
help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: venv ## See preprod fall asleep on Friday and wake on Monday: no AWS account needed
	@cd '$(ROOT)' && exec '$(PYTHON_IN_VENV)' -m demo

# The Rust tests keep the processor busy; the others mostly wait for Terraform and for programs to start.
.PHONY: test
test: venv ## Run every test, setting up what they need
	@rm -f '$(NIGHTCAP_DECISIONS)'
	@scripts/side-by-side '$(MAKE) --no-print-directory test-rust' '$(MAKE) --no-print-directory test-python test-app test-infra STRICT=$(STRICT)'
	@$(MAKE) --no-print-directory test-policies

.PHONY: test-rust
test-rust: venv ## Run the Rust tests, the end-to-end ones among them
	$(call say,Rust tests)
	@if scripts/tool cargo-nextest; then cargo nextest run --workspace --all-features; else cargo test --workspace --all-features --lib --bins --tests; fi
	$(call say,Examples in the documentation)
	@cargo test --workspace --all-features --doc --quiet

.PHONY: test-python
test-python: venv ## Run the tests of the embedded AWS and of the demo
	$(call say,Tests of the embedded AWS and of the demo)
	@cd '$(ROOT)/tests' && '$(PYTHON_IN_VENV)' -m unittest discover --start-directory embedded_aws --top-level-directory .
	@cd '$(ROOT)/tests' && '$(PYTHON_IN_VENV)' -m unittest discover --start-directory demo --top-level-directory .

# What IAM decided of every call of a function in the tests (docs/infra.md, "The policies in the tests").
.PHONY: test-policies
test-policies: venv ## After the other tests: every statement of the policies is needed by a call
	$(call say,Statements that no call needs)
	@cd '$(ROOT)/tests' && '$(PYTHON_IN_VENV)' -m embedded_aws.iam.coverage '$(NIGHTCAP_DECISIONS)'

# `make test STRICT=--strict` fails where a tool is missing; without it, what is skipped is said.
.PHONY: test-app
test-app: ## Check the shop's stack, the workflows and the scripts
	$(call say,The shop and its delivery)
	@tests/app/verify $(STRICT)

.PHONY: test-infra
test-infra: venv ## Check the Terraform, apply it to the embedded AWS, and take it down again
	$(call say,Terraform)
	@tests/infra/verify --setup $(STRICT)

.PHONY: package
package: ## Build the Lambda zips
	@scripts/package

.PHONY: deploy
deploy: ## Deploy one environment: make deploy ENV=preprod
	@scripts/deploy "$(ENV)"

.PHONY: check
check: ## Check format, lints, licences and duplicate dependencies
	$(call say,Format)
	@cargo fmt --all --check
	$(call say,Lints)
	@cargo clippy --workspace --all-targets --all-features -- -D warnings
	$(call say,Licences and dependencies)
	@if scripts/tool cargo-deny; then cargo deny --all-features check bans licenses sources; else exit 1; fi
	$(call say,Shell scripts)
	@if command -v shellcheck >/dev/null; then shellcheck scripts/*; else echo 'shellcheck is not installed: left out' >&2; fi

.PHONY: fmt
fmt: ## Format the Rust and the Terraform
	@cargo fmt --all
	@if command -v terraform >/dev/null; then terraform fmt -recursive infra; else echo 'terraform is not installed: left out' >&2; fi

.PHONY: bench
bench: ## Measure what docs/performance.md and docs/forecast.md publish
	@cargo bench -p nightcap-schedule --bench schedule
	@cargo bench -p nightcap-domain --bench plan
	@cargo bench -p nightcap-cost --features backtest --bench forecast

.PHONY: fuzz
fuzz: ## Run each fuzz target briefly: FUZZ_SECONDS=600 make fuzz
	@scripts/fuzz

.PHONY: ci
ci: ## Run everything that must hold: what .ci/run calls
	@MAKEFLAGS= scripts/ci

.PHONY: clean
clean: ## Remove what was built and set up
	@cargo clean
	@rm -rf .venv .venv-app fuzz/target fuzz/artifacts

.PHONY: audit
audit: ## Look for published weaknesses in dependencies (needs the Internet)
	@scripts/tool cargo-deny && cargo deny --all-features check advisories

.PHONY: setup
setup: venv ## Set up everything that the tests need besides Rust, at once
	@tests/app/verify --setup
	@tests/infra/verify --setup --list >/dev/null

.PHONY: venv
venv: ## Set up .venv: the fake AWS and cargo-lambda, pinned and checked by hash
	@scripts/venv
