package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInitAsks types answers at a terminal. A bad answer is explained and
// asked again; nothing is written before the last yes.
func TestInitAsks(t *testing.T) {
	tests := []struct {
		name    string
		flags   []string
		answers string
		says    []string // in this order
		code    int
		written string // in matou.toml; "": there is none
	}{
		{"a hoster", nil, "\nmatou.Lapin.example/\n\ny\n",
			[]string{"[hoster]", "Public address", "[lapin]", "@lapin@matou.lapin.example", "is written", "for good"},
			exitDone, `origin = "https://matou.lapin.example"`},
		{"bad answers", nil, "cat\nboth\nhttp://lapin.example\nlapin.example/path\nlapin.example\nLa Pine\nlapin\n\nVallée\ny\n",
			[]string{"answer hoster, directory or both", "must begin with https://", "must be a scheme and a host only", "letters a to z", "needs a name", `the directory "Vallée", @annuaire@lapin.example`},
			exitDone, `handle = "lapin"`},
		{"no", nil, "\nlapin.example\n\nn\n", []string{"[y/N]", "nothing was changed"}, exitDone, ""},
		{"nobody there", nil, "\n", []string{"no answer was given: nothing was changed"}, exitUsage, ""},
		{"nothing to ask", []string{"--origin", "https://lapin.example", "--handle", "lapin"}, "", []string{"is written"}, exitDone, `handle = "lapin"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			var out bytes.Buffer
			at := &terminal{in: strings.NewReader(test.answers), out: &out, errOut: &out, interactive: true}
			if got := run(t.Context(), append([]string{"init", dir}, test.flags...), at); got != test.code {
				t.Errorf("got exit code %d, want %d", got, test.code)
			}
			rest := out.String()
			for _, want := range test.says {
				_, after, ok := strings.Cut(rest, want)
				if !ok {
					t.Fatalf("got no %q (or not in its place) in:\n%s", want, out.String())
				}
				rest = after
			}
			raw, err := os.ReadFile(filepath.Join(dir, "matou.toml"))
			if written := err == nil; written != (test.written != "") || !strings.Contains(string(raw), test.written) {
				t.Errorf("got %v and %q, want %q written", err, raw, test.written)
			}
		})
	}
}

// TestAskStops ends a question by Ctrl-C, which nobody answers.
func TestAskStops(t *testing.T) {
	in, typing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer typing.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	at := &terminal{in: in, out: &out, errOut: &out, interactive: true}
	if got := run(ctx, []string{"init", t.TempDir()}, at); got != exitStopped {
		t.Errorf("got exit code %d, want %d", got, exitStopped)
	}
}
