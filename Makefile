# What is done with matou, each by one word. "make test" sets up all it needs.

GO ?= go
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LINTER := .tools/golangci-lint
LINTER_VERSION := v2.15.0

.PHONY: demo pictures build test check race network fuzz corpus bench bench-parts bench-search golden docs fmt lint

build: ## bin/matou, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.Version=$(VERSION)" -o bin/matou ./cmd/matou

demo: build ## a directory and six invented hosters on this machine
	bin/matou demo

pictures: ## the ten main pages as pictures in screenshots/, of the demo that runs on port 8420
	CHROMIUM=$$(command -v chromium) node web/browser/pictures.mjs http://127.0.0.1:8420 http://127.0.0.1:8421 screenshots

test: ## every test, those with independent peers among them
	.ci/test

check: ## form, vet, import rules, generated documents
	.ci/check

race: ## every test of ours under the race detector
	$(GO) test -race -short ./...

network: ## three directories and thirty hosters: how long until each sees what one says
	.ci/network

fuzz: ## each fuzz target for FUZZTIME seconds
	.ci/fuzz $(or $(FUZZTIME),15s)

corpus: ## keep of what fuzzing has found the inputs that reach new code
	.ci/corpus

bench: ## a whole node beside the limits of this machine, then search beside bleve and PostgreSQL: two tables
	$(GO) test ./cmd/matou -run '^$$' -bench '^BenchmarkNode$$' -benchtime 1x -timeout 20m
	$(MAKE) bench-search

bench-parts: ## the benchmark of every part, with memory
	$(GO) test -run '^$$' -bench . -benchmem $$($(GO) list ./... | grep -v cmd/matou)

bench-search: ## search at a thousand to a million listings, beside bleve and PostgreSQL up to BESIDE of them
	cd directory/search/yardstick && $(GO) run . -sizes "$(or $(SIZES),1000 10000 100000 1000000)" -beside $(or $(BESIDE),100000)

golden: ## write the golden files of all packages anew
	for p in $$(grep -rl --include=*_test.go 'flag.Bool("update"' . | xargs -n1 dirname | sort -u); do $(GO) test "$$p" -update || exit 1; done

docs: ## write the generated documents anew
	$(GO) test ./cmd/matou -run 'TestDocs' -update
	$(GO) test ./federation -run '^TestAttacks$$' -update

fmt: ## form all Go files
	gofmt -l -w $$(git ls-files '*.go')

lint: $(LINTER) ## golangci-lint, of the pinned version
	$(LINTER) run ./...

$(LINTER): Makefile
	GOBIN=$(CURDIR)/.tools $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINTER_VERSION)
	touch $@
