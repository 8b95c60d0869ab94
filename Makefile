# The commands of the project. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo preview shell status down test test-unit test-node soak soak-certificates soak-people soak-media soak-large soak-lost soak-recorders bench lint format reference

SANDBOX := npm run -s sandbox --
# The program's npm packages, and those of the sandbox, which no deployment needs.
READY := node_modules/.ready packages/node_modules/.ready

help: ## list all commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Runs npm ci only if the lock file changed, and not after `pulumi new`, which installs the packages itself.
define install
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js 20 or newer" >&2; exit 1; }
	@node ci/isInstalled.js $(1) 2>/dev/null || \
		{ echo "installing the npm packages in $(1)/"; npm ci --prefix $(1) --no-progress --loglevel=error; }
	@touch $@
endef

node_modules/.ready: package.json package-lock.json
	$(call install,.)

packages/node_modules/.ready: packages/package-lock.json $(wildcard packages/package.json packages/*/package.json)
	$(call install,packages)

setup: $(READY) ## install and make everything that the other commands need; start nothing
	@$(SANDBOX) setup

demo: $(READY) ## create a cluster with two bridges in the sandbox, with a real `pulumi up`
	@$(SANDBOX) demo

preview: $(READY) ## preview the cluster, without an account, a token or root
	@ci/preview-in-sandbox.sh

shell: $(READY) ## open a shell in which pulumi and hcloud work on the demo
	@$(SANDBOX) shell

status: $(READY) ## compare the demo with its settings, by the API and by jicofo
	@environment=$$($(SANDBOX) env) && eval "$$environment" && npm run -s status -- --stack sandbox

down: $(READY) ## remove the demo and its sandbox; caches stay
	@$(SANDBOX) down

test: $(READY) ## run all suites: checks, unit, templates, API, toolchain, whole clusters
	@npx tsx test/run.ts

test-unit: $(READY) ## run the unit tests only, in seconds
	@npx jest --selectProjects unit

test-node: ## run unit tests and preview on Node.js 22 and 24, with the pinned and a newer SDK
	@ci/test-node.sh

soak: $(READY) ## interrupt pulumi up at twenty moments and recover; half an hour
	@npx tsx test/soak/interruptions.ts

soak-certificates: $(READY) ## fail orders and renewals of certificates in each way, with a pulumi up during each; half an hour
	@npx tsx test/soak/certificateFaults.ts

soak-large: $(READY) ## measure one pulumi up with twenty bridges and with two; a quarter of an hour
	@npx tsx test/soak/large.ts

soak-lost: $(READY) ## lose the passphrase of a stack and follow docs/restore.md; some minutes
	@npx tsx test/soak/lostPassphrase.ts

soak-recorders: $(READY) ## fail targets of recordings and interrupt pulumi up over the life of recorders; half an hour
	@npx tsx test/soak/recorders.ts

soak-people: $(READY) ## scale, roll and break clusters with participants in meetings; half an hour
	@npx tsx test/soak/people.ts

soak-media: $(READY) ## measure the time without media of each change; needs Jitsi's own packages; half an hour
	@npx tsx test/soak/media.ts

bench: $(READY) ## measure pulumi with 2, 20 and 90 bridges on simulated hosts; an hour
	@npx tsx test/soak/bench.ts

lint: $(READY) ## run formatter, linters, type check and shellcheck
	@npx tsx test/run.ts checks

format: node_modules/.ready ## format all files
	@npx prettier --log-level warn --write .

reference: $(READY) ## write the reference pages from their sources
	@npm run -s reference
	@npx tsx packages/sandbox/src/reference/write.ts
