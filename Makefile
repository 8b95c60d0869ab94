# The commands of the project. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo preview shell status down test test-unit test-node soak soak-people soak-large soak-lost lint format reference

SANDBOX := npm run -s sandbox --

help: ## list all commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Runs npm ci only if the lock file changed, and not after `pulumi new`, which installs the packages itself.
node_modules/.ready: package.json package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer" >&2; exit 1; }
	@node ci/isInstalled.js || \
		{ echo "installing the npm packages"; npm ci --no-progress --loglevel=error; }
	@touch $@

setup: node_modules/.ready ## install and make everything that the other commands need; start nothing
	@$(SANDBOX) setup

demo: node_modules/.ready ## create a cluster with two bridges in the sandbox, with a real `pulumi up`
	@$(SANDBOX) demo

preview: node_modules/.ready ## preview the cluster, without an account, a token or root
	@ci/preview-in-sandbox.sh

shell: node_modules/.ready ## open a shell in which pulumi and hcloud work on the demo
	@$(SANDBOX) shell

status: node_modules/.ready ## compare the demo with its settings, by the API and by jicofo
	@environment=$$($(SANDBOX) env) && eval "$$environment" && npm run -s status -- --stack sandbox

down: node_modules/.ready ## remove the demo and its sandbox; caches stay
	@$(SANDBOX) down

test: node_modules/.ready ## run all suites: checks, unit, templates, API, toolchain, whole clusters
	@npx tsx test/run.ts

test-unit: node_modules/.ready ## run the unit tests only, in seconds
	@npx jest --selectProjects unit

test-node: ## run unit tests and preview on Node.js 22 and 24, with the pinned and a newer SDK
	@ci/test-node.sh

soak: node_modules/.ready ## interrupt pulumi up at twenty moments and recover; half an hour
	@npx tsx test/soak/interruptions.ts

soak-large: node_modules/.ready ## measure one pulumi up with twenty bridges and with two; a quarter of an hour
	@npx tsx test/soak/large.ts

soak-lost: node_modules/.ready ## lose the passphrase of a stack and follow docs/restore.md; some minutes
	@npx tsx test/soak/lostPassphrase.ts

soak-people: node_modules/.ready ## scale, roll and break clusters with participants in meetings; half an hour
	@npx tsx test/soak/people.ts

lint: node_modules/.ready ## run formatter, linters, type check and shellcheck
	@npx tsx test/run.ts checks

format: node_modules/.ready ## format all files
	@npx prettier --log-level warn --write .

reference: node_modules/.ready ## write the reference pages from their sources
	@npm run -s reference
