package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"matou/directory"
)

var update = flag.Bool("update", false, "write the generated documents anew")

// TestDocs holds docs/cli.md, docs/configuration.md and docs/api.md to the
// program: they are written by it (make docs).
func TestDocs(t *testing.T) {
	for name, want := range map[string][]byte{
		"cli.md":           cliDocument(t),
		"configuration.md": configurationDocument(t),
		"api.md":           apiDocument(t),
	} {
		file := filepath.Join("..", "..", "docs", name)
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s does not say what the program does: run make docs", file)
		}
	}
}

func cliDocument(t *testing.T) []byte {
	t.Helper()
	intro, err := os.ReadFile("testdata/docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	parser, err := newParser(&cli{}, &terminal{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.Write(intro)
	for _, n := range parser.Model.Leaves(true) {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n    %s\n", n.FullPath(), n.Help, usage(n))
		var rows strings.Builder
		for _, p := range n.Positional {
			fmt.Fprintf(&rows, "| `%s` | %s |\n", p.Summary(), cell(p.Help))
		}
		for _, f := range n.Flags {
			if !f.Hidden {
				fmt.Fprintf(&rows, "| `%s` | %s |\n", flagWords(f), cell(f.Help))
			}
		}
		if rows.Len() > 0 {
			b.WriteString("\n| | |\n|---|---|\n" + rows.String())
		}
	}
	return b.Bytes()
}

// usage is the command line of a command.
func usage(n *kong.Node) string {
	words := []string{n.FullPath()}
	for _, p := range n.Positional {
		words = append(words, p.Summary())
	}
	for _, f := range n.Flags {
		if !f.Hidden {
			words = append(words, "["+flagWords(f)+"]")
		}
	}
	return strings.Join(words, " ")
}

func flagWords(f *kong.Flag) string {
	if f.IsBool() {
		return "--" + f.Name
	}
	return "--" + f.Name + "=" + f.FormatPlaceHolder()
}

// cell makes a text fit into a cell of a Markdown table.
func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func configurationDocument(t *testing.T) []byte {
	t.Helper()
	intro, err := os.ReadFile("testdata/docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	before, after, found := bytes.Cut(intro, []byte("<!-- settings -->\n"))
	if !found {
		t.Fatal("the document has no place for the settings")
	}
	b.Write(before)
	b.WriteString("| key | environment | default | |\n|---|---|---|---|\n")
	for _, s := range settings(reflect.ValueOf(&config{}).Elem(), "") {
		standard := ""
		if s.Default != "" {
			standard = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s.Path, s.Env, standard, cell(s.Help))
	}
	b.Write(after)
	writeProfileKeys(&b)
	return b.Bytes()
}

// writeProfileKeys lists every key of the profile file with its kind, by
// reflection over the types that it is read into.
func writeProfileKeys(b *bytes.Buffer) {
	omit := map[string]bool{}
	for _, o := range notInProfile {
		omit[o] = true
	}
	type table struct {
		path string
		typ  reflect.Type
	}
	queue := []table{{"", reflect.TypeFor[profileFile]()}}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		title := "The top of the file"
		if at.path != "" {
			title = "`" + at.path + "`"
		}
		fmt.Fprintf(b, "\n### %s\n\n| key | kind | |\n|---|---|---|\n", title)
		for _, f := range reflect.VisibleFields(at.typ) {
			key := keyOf(f)
			owner := at.typ
			if len(f.Index) > 1 {
				owner = reflect.TypeFor[directory.Hoster]()
			}
			if key == "" || f.Anonymous || omit[owner.Name()+"."+f.Name] {
				continue
			}
			kind, below := kindOf(f.Type)
			path := strings.Trim(at.path, "[]")
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", key, kind, explained[owner.Name()+"."+key])
			if below == nil || at.path != "" && (key == "contact" || key == "statements" || key == "hours" && path != "contact" || key == "guides") {
				continue
			}
			name := "[" + join(path, key) + "]"
			if f.Type.Kind() == reflect.Slice {
				name = "[" + name + "]"
			}
			queue = append(queue, table{name, below})
		}
	}
}

// kindOf says in words what a key takes, and the type of its table.
func kindOf(t reflect.Type) (string, reflect.Type) {
	switch {
	case t == textType:
		return "text, one or one for each language", nil
	case t == timeType:
		return "date and time", nil
	case t == dateType:
		return "date", nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return kindOf(t.Elem())
	case reflect.Struct:
		return "table", t
	case reflect.Slice:
		kind, table := kindOf(t.Elem())
		if table != nil {
			return "tables, each under `[[…]]`", table
		}
		return "list of " + kind + "s", nil
	case reflect.Bool:
		return "true or false", nil
	case reflect.Int:
		return "whole number", nil
	case reflect.Float64:
		return "number", nil
	}
	return "text", nil
}

// Every key of the profile is explained, and nothing else is.
func TestDocsExplainEveryKey(t *testing.T) {
	seen := map[string]bool{}
	var walk func(t reflect.Type)
	walk = func(typ reflect.Type) {
		for _, f := range reflect.VisibleFields(typ) {
			if len(f.Index) > 1 || f.Anonymous {
				continue
			}
			name := typ.Name() + "." + keyOf(f)
			if seen[name] {
				continue
			}
			omitted := false
			for _, o := range notInProfile {
				omitted = omitted || o == typ.Name()+"."+f.Name
			}
			if keyOf(f) == "" || omitted {
				continue
			}
			seen[name] = true
			if explained[name] == "" {
				t.Errorf("%s is not explained", name)
			}
			if _, table := kindOf(f.Type); table != nil {
				walk(table)
			}
		}
	}
	walk(reflect.TypeFor[profileFile]())
	walk(reflect.TypeFor[directory.Hoster]())
	for name := range explained {
		if !seen[name] {
			t.Errorf("%s is explained, and is no key", name)
		}
	}
}
