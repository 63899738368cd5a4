# The two commands: `make demo` shows what lostops does, `make test` proves it. Both set up what is missing first.

SHELL := /usr/bin/env bash
# .tools holds a Terraform only where the one on PATH is missing or too old.
export PATH := $(CURDIR)/.tools:$(PATH):$(HOME)/.cargo/bin

# One after the other, with -j too: the last asks what the others have done.
.NOTPARALLEL:

.PHONY: help demo test setup forget build tested unit terraform-test module stand-ins-test prometheus-test review-test growing-test fuzz network-test hosts-test image image-test produced-test lint lint-workflows lint-ansible docs docs-check bench clean

help: ## What can be made
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: setup build ## Run the main job on describers/ against the simulated Azure
	@scripts/demo

test: setup forget unit terraform-test module stand-ins-test prometheus-test review-test network-test docs-check hosts-test image-test produced-test ## Set up what is missing and run every test

setup: ## Set up what is missing: compiler, Rust, Terraform
	@scripts/setup

forget: # what the tests of an earlier run have produced
	@rm -rf target/produced

build:
	cargo build --locked

# lostops as its tests have built it: on its own, `cargo build` would compile half of the dependencies once more, with fewer features.
tested:
	@cargo test --locked --quiet --no-run --test it

unit: ## Test what takes neither Terraform nor an engine: the inner loop
	cargo test --locked

terraform-test: ## Test with real Terraform on the simulated Azure, beside a strict GitHub
	@# Twice as many at once as there are cores: Terraform and its providers wait for each other.
	cargo test --locked --test it -- --test-threads $$(( $$(getconf _NPROCESSORS_ONLN) * 2 ))

module: tested ## Check and test the Terraform module against the simulated Azure
	@scripts/test-module

stand-ins-test: ## Test what stands in for images that cannot be pulled
	@scripts/test-stand-ins

prometheus-test: ## Test alerts with the real promtool, and the form of dashboards
	@scripts/test-prometheus

review-test: ## Change a plan between review and apply in every way, and see the verdict
	cargo test --locked --test it mutations:: -- --ignored

fuzz: SECONDS ?= 60
fuzz: ## Try hostile input for SECONDS (60) of each kind, with new seeds each time
	LOSTOPS_FUZZ_SECONDS=$(SECONDS) cargo test --locked --bin lostops panics -- --nocapture

growing-test: ## Plan a thousand servers in ten environments, a job each, with one comment; apply two (12 minutes)
	cargo test --locked --test it growing:: -- --ignored --nocapture

network-test: ## Send packets through random security groups, where root and nft are there
	@scripts/test-network

hosts-test: tested ## Boot hosts and initialise them with Ansible, where there is or may be a Docker engine
	@scripts/test-hosts

image: build ## Build the image of the action as lostops/action:test; needs a Docker engine
	@DOCKER_HOST=$$(scripts/engine start) && export DOCKER_HOST && scripts/image

image-test: tested ## Run the real image as GitHub's runner does, where there is or may be a Docker engine
	@scripts/test-image

produced-test: tested ## Check that the tests of this run have produced every finding and every failure reason
	@scripts/test-produced

lint-workflows: ## Check action.yml and the workflows: schemas, zizmor
	@scripts/lint-workflows

lint-ansible: ## Check the playbook and its roles: ansible-lint, syntax, the module's own tests
	@scripts/lint-ansible

lint: ## Formatting and clippy, warnings denied
	cargo fmt --check
	rustfmt --check --edition 2024 src/policy/*.rs # a macro declares them, and cargo fmt does not look there
	cargo clippy --locked --all-targets --test it -- --deny warnings

docs: tested ## Write what is generated: docs/findings.md, schema/, docs/topology, tables of README.md
	@scripts/docs write

docs-check: tested
	@scripts/docs check

bench: setup ## Measure, as docs/performance.md reports
	cargo bench --locked

clean: ## Remove what was built and every simulated cloud
	@scripts/engine stop
	cargo clean
	rm -rf .lostops .tools
