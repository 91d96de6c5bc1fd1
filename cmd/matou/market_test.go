package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// market are the words that make of hosters a product and of people a ranking.
// No identifier and no field of a document or an interface holds one.
var market = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`provider providers customer customers tier tiers sla score scores scoring rank ranks ranking
		rating ratings premium competitor competitors competition marketing leader leaderboard stars popularity uptime
		whitelist blacklist subscriber subscribe toot toots`) {
		market[w] = true
	}
}

// foreign are the names of others that have to be written as they are.
var foreign = map[string]string{
	"isServiceProvider": "librehost.json",
	"provider":          "schema.org",
	"toot":              "Mastodon's terms",
	"relSubscribe":      "OStatus",
}

// wordsOfName gives the words of an identifier, in small letters.
func wordsOfName(name string) []string {
	var b strings.Builder
	before := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && !unicode.IsUpper(before) || !unicode.IsLetter(r) {
			b.WriteByte(' ')
		}
		if unicode.IsLetter(r) {
			b.WriteRune(unicode.ToLower(r))
		}
		before = r
	}
	return strings.Fields(b.String())
}

func TestWordsOfName(t *testing.T) {
	for name, want := range map[string]string{"ServerKind": "server kind", "is_a_rank": "is a rank", "SLATime": "slatime", "toURL": "to url"} {
		if got := strings.Join(wordsOfName(name), " "); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

var fieldTag = regexp.MustCompile(`(?:json|toml):"([^",]+)`)

// Identifiers that we declare, and the fields of what we write and read.
func TestNoIdentifierIsOfTheMarket(t *testing.T) {
	fset := token.NewFileSet()
	eachSource(t, ".go", func(path string, raw []byte) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		file, err := parser.ParseFile(fset, path, raw, parser.SkipObjectResolution)
		if err != nil {
			t.Logf("%s: %v", path, err) // the compiler says it better
			return
		}
		say := func(pos token.Pos, name string) {
			for _, w := range wordsOfName(name) {
				if market[w] && foreign[name] == "" {
					t.Errorf("%s: %s holds %q: another word is wanted", fset.Position(pos), name, w)
				}
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				say(n.Pos(), n.Name.Name)
			case *ast.TypeSpec:
				say(n.Pos(), n.Name.Name)
			case *ast.ValueSpec:
				for _, name := range n.Names {
					say(name.Pos(), name.Name)
				}
			case *ast.Field:
				for _, name := range n.Names {
					say(name.Pos(), name.Name)
				}
				if n.Tag != nil {
					for _, m := range fieldTag.FindAllStringSubmatch(n.Tag.Value, -1) {
						say(n.Pos(), m[1])
					}
				}
			}
			return true
		})
	})
}

// shop are the words of a comparison shop, which no text of a page holds,
// whatever the language of the page.
var shop = regexp.MustCompile(`(?i)(^|[^\pL\pN_-])(marketing|concurrence|concurrents?|meilleure?s?|classements?|leaders?|scores?|sla|premium|customers?|providers?|rankings?|ratings?|competitors?|best)($|[^\pL\pN_-])`)

// jsonKey is a key of a JSON document.
var jsonKey = regexp.MustCompile(`"([^"\\]+)":`)

// markup is what a template holds that is no text: comments, actions, elements.
var markup = regexp.MustCompile(`(?s)\{\{.*?\}\}|<!--.*?-->|<[^>]*>`)

// The sentences of pages stand in the locales, and a few words in the
// templates; web's own tests look at each sentence in its language.
func TestNoPageSpeaksLikeAShop(t *testing.T) {
	seen := 0
	look := func(path, text string) {
		seen++
		for _, m := range shop.FindAllStringSubmatch(text, -1) {
			t.Errorf("%s says %q: another word is wanted", path, m[2])
		}
	}
	eachSource(t, ".html", func(path string, raw []byte) { look(path, markup.ReplaceAllString(string(raw), " ")) })
	eachSource(t, ".toml", func(path string, raw []byte) {
		if filepath.Base(filepath.Dir(path)) == "locales" {
			look(path, string(raw))
		}
	})
	eachSource(t, ".json", func(path string, raw []byte) {
		if filepath.Base(path) == "openapi.json" {
			look(path, string(raw))
			for _, m := range jsonKey.FindAllStringSubmatch(string(raw), -1) {
				for _, w := range wordsOfName(m[1]) {
					if market[w] {
						t.Errorf("%s: %s holds %q: another word is wanted", path, m[1], w)
					}
				}
			}
		}
	})
	if seen < 10 {
		t.Errorf("got %d texts, want the templates and locales", seen)
	}
}

// eachSource visits the files of the repository with that ending.
func eachSource(t *testing.T, ending string, visit func(path string, raw []byte)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "bin" || len(d.Name()) > 2 && strings.HasPrefix(d.Name(), ".")):
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ending:
			return nil
		}
		raw, err := os.ReadFile(path)
		if err == nil {
			visit(path, raw)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
