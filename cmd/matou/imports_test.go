package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// imports are the rules of docs/architecture.md: which packages of matou may
// import what. A rule counts for the packages that its pattern names and no
// earlier rule did; test files obey them too, but for inTests.
var imports = []struct {
	pkg   string   // "directory", or "directory/…" with all below it
	own   []string // packages of matou that it may import
	other []string // libraries that it may import besides the standard library
}{
	{"directory", []string{}, []string{}},
	{"directory/directorytest", []string{"directory"}, []string{}},
	{"directory/search", []string{"directory"}, []string{"github.com/RoaringBitmap/roaring/v2", "golang.org/x/text/…"}},
	{"directory/geo/build", []string{"directory", "directory/geo"}, []string{"golang.org/x/text/…"}},
	{"directory/geo/…", []string{"directory"}, []string{"golang.org/x/text/…"}},
	{"directory/exchange/judges", []string{"directory", "directory/exchange"}, []string{}},
	{"directory/exchange", []string{"directory"}, []string{"golang.org/x/text/…"}},
	{"federation/ap", []string{"directory"}, []string{}},
	{"federation/fetch", []string{"directory"}, []string{"code.dny.dev/ssrf"}},
	{"federation/signature", []string{"directory"}, []string{"github.com/go-fed/httpsig", "github.com/dunglas/httpsfv"}},
	{"federation/proof", []string{"directory"}, []string{}},
	{"federation/activitystreams", []string{"directory", "federation/ap", "federation/proof", "federation/signature"}, []string{"github.com/go-json-experiment/json/…", "github.com/go-fed/activity/…", "github.com/microcosm-cc/bluemonday", "github.com/yuin/goldmark/…", "golang.org/x/net/…"}},
	{"federation/delivery", []string{"directory", "federation/ap"}, []string{"github.com/hashicorp/golang-lru/v2/…"}},
	{"federation/…", []string{"directory", "federation/…"}, []string{"github.com/go-fed/activity/…", "github.com/gorilla/mux", "github.com/hashicorp/golang-lru/v2/…", "github.com/oklog/ulid/v2", "golang.org/x/net/…", "golang.org/x/sync/…", "golang.org/x/text/…", "golang.org/x/time/rate"}},
	{"storage/badger", []string{"directory", "federation/ap", "storage"}, []string{"github.com/dgraph-io/badger/v4/…", "github.com/hashicorp/golang-lru/v2/…"}},
	{"storage/…", []string{"directory", "federation/ap", "storage/…"}, []string{}},
	{"web/logo", []string{"directory"}, []string{"golang.org/x/image/…"}},
	{"web/…", []string{"directory/…", "web/…"}, []string{"github.com/BurntSushi/toml", "github.com/gorilla/mux", "github.com/microcosm-cc/bluemonday", "github.com/yuin/goldmark/…", "golang.org/x/net/…", "golang.org/x/text/…"}},
	{"cmd/…", []string{"…"}, []string{"github.com/BurntSushi/toml", "github.com/alecthomas/kong", "github.com/gorilla/mux", "github.com/prometheus/client_golang/…", "golang.org/x/sync/…", "golang.org/x/term"}},
}

// inTests may be imported by any test, and by the packages that exist for
// tests: federation/federationtest starts whole nodes on storage/badger and
// signs its peers' requests by httpsig, as storage/storagetest puts every
// engine to one suite.
var inTests = []string{
	"matou/directory/directorytest", "matou/directory/geo", "matou/storage/badger", "matou/storage/storagetest", "matou/federation/federationtest/…",
	"pgregory.net/rapid", "github.com/rogpeppe/go-internal/testscript", "github.com/go-fed/httpsig", "golang.org/x/net/…",
	"github.com/getkin/kin-openapi/…", "golang.org/x/sys/unix",
}

// impure may not be used by the domain: it does no I/O and reads no clock.
var impure = []string{"os", "os/…", "net", "net/http/…", "database/…", "io/fs", "log", "log/…", "syscall", "unsafe"}

// TestImports parses the files itself: a test that asked the go command would
// pass from the test cache after a file had changed.
func TestImports(t *testing.T) {
	const root = "../.."
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "zz_warm") {
			return filepath.SkipDir
		}
		if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil && d.IsDir() && path != root {
			return filepath.SkipDir // a module of its own, as search/yardstick is
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		files++
		pkg, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		checkImports(t, path, filepath.ToSlash(pkg))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("got %d files, want the whole repository", files)
	}
}

func checkImports(t *testing.T, file, pkg string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	test := strings.HasSuffix(file, "_test.go") || forTests(pkg)
	for _, i := range f.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		if reason := refused(pkg, imported, test); reason != "" {
			t.Errorf("%s imports %q: %s", file, imported, reason)
		}
	}
}

// forTests reports whether a package exists for tests.
func forTests(pkg string) bool { return strings.HasSuffix(pkg, "test") }

// refused says why a package may not import another, "" where it may.
func refused(pkg, imported string, test bool) string {
	for _, rule := range imports {
		if !matches(rule.pkg, pkg) {
			continue
		}
		first, _, _ := strings.Cut(imported, "/")
		own, ours := strings.CutPrefix(imported, "matou/")
		switch {
		case ours && (own == pkg || anyOf(rule.own, own)):
			return ""
		case test && anyOf(inTests, imported):
			return ""
		case ours:
			return "the rules let " + rule.pkg + " import only " + strings.Join(rule.own, ", ") + " of matou"
		case strings.Contains(first, "."):
			if anyOf(rule.other, imported) {
				return ""
			}
			return "the rules let " + rule.pkg + " import no such library"
		case !test && pkg == "directory" && anyOf(impure, imported):
			return "the domain does no I/O"
		}
		return ""
	}
	return "no rule of docs/architecture.md names this package"
}

func anyOf(patterns []string, path string) bool {
	for _, p := range patterns {
		if matches(p, path) {
			return true
		}
	}
	return false
}

// matches reports whether a pattern names a path: itself, or with "/…" itself
// and all below it.
func matches(pattern, path string) bool {
	prefix, below := strings.CutSuffix(pattern, "…")
	if !below {
		return pattern == path
	}
	return strings.HasPrefix(path, prefix) || path == strings.TrimSuffix(prefix, "/")
}

// The rules refuse what they are there to refuse.
func TestImportRules(t *testing.T) {
	tests := []struct {
		pkg, imported string
		test, want    bool // want: may it?
	}{
		{"directory", "strings", false, true},
		{"directory", "net/http", false, false},
		{"directory", "os", false, false},
		{"directory", "github.com/yuin/goldmark", false, false},
		{"directory", "matou/federation/ap", false, false},
		{"directory/search", "matou/storage", false, false},
		{"federation", "matou/storage/badger", false, false},
		{"federation", "matou/storage/badger", true, true},
		{"federation/federationtest", "matou/storage/badger", forTests("federation/federationtest"), true},
		{"federation/federationtest", "github.com/dgraph-io/badger/v4", forTests("federation/federationtest"), false},
		{"federation", "github.com/go-fed/httpsig", false, false},
		{"federation/signature", "github.com/go-fed/httpsig", false, true},
		{"federation/ap", "github.com/go-fed/activity/streams", false, false},
		{"storage/badger", "github.com/go-fed/activity/streams", false, false},
		{"storage/badger", "github.com/dgraph-io/badger/v4", false, true},
		{"storage/badger", "matou/federation", false, false},
		{"web", "matou/federation", false, false},
		{"web", "matou/federation/ap", false, false},
		{"web", "github.com/gorilla/mux", false, true},
		{"web", "matou/storage", false, false},
		{"cmd/matou", "matou/web", false, true},
		{"cmd/matou", "github.com/dgraph-io/badger/v4", false, false},
		{"utils", "strings", false, false},
	}
	for _, test := range tests {
		if reason := refused(test.pkg, test.imported, test.test); (reason == "") != test.want {
			t.Errorf("%s importing %s (in a test: %t): got %q, want allowed: %t", test.pkg, test.imported, test.test, reason, test.want)
		}
	}
}
