# Every command of the project; `make help` lists them with a line each.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo preview shell status down test test-unit test-node soak soak-people soak-large soak-lost lint format reference

SANDBOX := npm run -s sandbox --

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# npm ci only when the lock file changed, and not after `pulumi new`, which installs by itself.
node_modules/.ready: package.json package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer" >&2; exit 1; }
	@node ci/isInstalled.js || \
		{ echo "installing the npm packages"; npm ci --no-progress --loglevel=error; }
	@touch $@

setup: node_modules/.ready ## all that the other commands need, without starting anything
	@$(SANDBOX) setup

demo: node_modules/.ready ## a cluster with two bridges in the sandbox, by a real `pulumi up`
	@$(SANDBOX) demo

preview: node_modules/.ready ## what the program would make, without an account, a token or root
	@ci/preview-in-sandbox.sh

shell: node_modules/.ready ## a shell in which pulumi and hcloud work on the demo
	@$(SANDBOX) shell

status: node_modules/.ready ## the demo as Hetzner's API and jicofo see it, beside what is declared
	@environment=$$($(SANDBOX) env) && eval "$$environment" && npm run -s status -- --stack sandbox

down: node_modules/.ready ## removes the demo and its sandbox; caches stay
	@$(SANDBOX) down

test: node_modules/.ready ## all suites: checks, unit, templates, API, toolchain, whole clusters
	@npx tsx test/run.ts

test-unit: node_modules/.ready ## the unit tests alone, in seconds
	@npx jest --selectProjects unit

test-node: ## unit tests and preview on Node.js 22 and 24, with the pinned and a newer SDK
	@ci/test-node.sh

soak: node_modules/.ready ## pulumi up interrupted at twenty moments, and healed; half an hour
	@npx tsx test/soak/interruptions.ts

soak-large: node_modules/.ready ## twenty bridges in one pulumi up, measured beside two; a quarter of an hour
	@npx tsx test/soak/large.ts

soak-lost: node_modules/.ready ## the passphrase of a stack is lost: docs/restore.md, walked; some minutes
	@npx tsx test/soak/lostPassphrase.ts

soak-people: node_modules/.ready ## clusters scaled, rolled and broken while people talk; half an hour
	@npx tsx test/soak/people.ts

lint: node_modules/.ready ## formatter, linters, types, shellcheck
	@npx tsx test/run.ts checks

format: node_modules/.ready ## formats all files
	@npx prettier --log-level warn --write .

reference: node_modules/.ready ## writes the reference pages from their sources
	@npm run -s reference
