package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"matou/directory"
)

func TestTOMLLines(t *testing.T) {
	raw := `# comment
origin = "https://a.example"
text = """
not = "a key"
"""
list = [
  "a = b",
]
[hoster]
handle = "x" # handle = "y"
summary.fr = "…"
[[services]]
slug = "a"
[services.software]
name = "A"
[[services]]
slug = "b"
[[services.statements]]
criterion = "c"
`
	got := tomlLines(raw)
	want := map[string]int{
		"origin": 2, "text": 3, "list": 6, "hoster": 9, "hoster.handle": 10,
		"hoster.summary": 11, "hoster.summary.fr": 11,
		"services[0]": 12, "services[0].slug": 13, "services[0].software": 14, "services[0].software.name": 15,
		"services[1]": 16, "services[1].slug": 17, "services[1].statements[0]": 18, "services[1].statements[0].criterion": 19,
	}
	for path, line := range want {
		if got[path] != line {
			t.Errorf("line of %s: got %d, want %d", path, got[path], line)
		}
	}
	for path := range got {
		if want[path] == 0 {
			t.Errorf("line of %s: got %d, want none: it is no key", path, got[path])
		}
	}
}

// What a person gets wrong in a profile is told with its line, all of it at
// once, and nothing is guessed.
func TestProfileFaults(t *testing.T) {
	tests := []struct{ name, raw, want string }{
		{"slip of the hand", "name = \"N\"\nsumary = \"x\"\n", `p.toml line 2: sumary: is no known key; did you mean "summary"?`},
		{"wrong table", "name = \"N\"\nrotation = 3\n", `p.toml line 2: rotation: is no known key; it belongs to [work.on_call]`},
		{"in a service", "name = \"N\"\n[[services]]\nslug = \"a\"\nname = \"A\"\n[[services]]\nslug = \"b\"\nname = \"B\"\nwebsit = \"x\"\n", `p.toml line 8: services[1].websit: is no known key; did you mean "website"?`},
		{"quoted number", "name = \"N\"\n[work]\nvolunteers = \"9\"\n", `p.toml line 3: work.volunteers: must be a whole number`},
		{"quoted boolean", "name = \"N\"\nindexable = \"yes\"\n", `p.toml line 2: indexable: must be true or false, without quotes`},
		{"number for a text", "name = 3\n", `p.toml line 1: name: must be a text in quotes`},
		{"bad date", "name = \"N\"\nsince = \"12/03/2017\"\n", `p.toml line 2: since: must be a date`},
		{"table for a list", "name = \"N\"\n[services]\nslug = \"a\"\n", `p.toml line 2: services: must be a list of tables, [[services]]`},
		{"the node's own fields", "name = \"N\"\nid = \"https://x.example/\"\n", `p.toml line 2: id: is no known key`},
		{"validation has lines too", "name = \"N\"\nwebsite = \"ftp://x.example/\"\n", `p.toml line 2: website: `},
		{"validation in a service", "name = \"N\"\n[[services]]\nslug = \"A B\"\nname = \"A\"\n", `p.toml line 3: services[0].slug: `},
		{"no TOML", "name = \"N\nsummary = \"x\"\n", `p.toml line 1: `},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := parseProfile("p.toml", []byte(test.raw), "n")
			if err == nil {
				t.Fatalf("got no error, want %q", test.want)
			}
			if got := err.Error(); !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
			if !errors.Is(err, directory.ErrInvalid) {
				t.Errorf("got %v, want an ErrInvalid", err)
			}
			if got := exitCode(err); got != exitInvalid {
				t.Errorf("exit code: got %d, want %d", got, exitInvalid)
			}
		})
	}
}

func TestProfileFaultsComeAllAtOnce(t *testing.T) {
	_, err := parseProfile("p.toml", []byte("nam = \"N\"\nindexable = 1\nwork = 2\n"), "n")
	if err == nil {
		t.Fatal("got no error, want three faults")
	}
	if got := strings.Count(err.Error(), "p.toml line"); got != 3 {
		t.Errorf("got %d faults, want 3: %v", got, err)
	}
}

func TestSnake(t *testing.T) {
	for in, want := range map[string]string{
		"name": "name", "stateComment": "state_comment", "licenceURL": "licence_url",
		"dataIn": "data_in", "services[2].levelComment": "services[2].level_comment", "withinHours": "within_hours",
	} {
		if got := snake(in); got != want {
			t.Errorf("snake(%q): got %q, want %q", in, got, want)
		}
	}
}

func FuzzProfile(f *testing.F) {
	f.Add(profileExample)
	f.Add([]byte("name = \"N\"\n[[services]]\nslug = \"a\"\n"))
	f.Add([]byte("a = \"\"\"\nb = [\n{c = 1}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if _, err := parseProfile("p.toml", raw, "n"); err != nil && !errors.Is(err, directory.ErrInvalid) {
			t.Errorf("got %v, want an ErrInvalid", err)
		}
	})
}

// Every fault of a configuration is told in words, and none is taken for good.
func FuzzConfig(f *testing.F) {
	f.Add([]byte("origin = \"https://hoster.example\"\nroles = [\"hoster\"]\n[hoster]\nhandle = \"maison\"\n"), "MATOU_LISTEN=127.0.0.1:1")
	f.Add([]byte("origin = 5\n[[a]]\nb = {c = [1, {d = 2}]}"), "MATOU_ROLES=x,,y")
	f.Fuzz(func(t *testing.T, raw []byte, environ string) {
		path := filepath.Join(t.TempDir(), "matou.toml")
		if err := os.WriteFile(path, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := loadConfig(path, []string{environ})
		if err == nil && (c.origin == nil || c.origin.Host == "" || len(c.Roles) == 0) {
			t.Errorf("accepted with the origin %v and the roles %q", c.origin, c.Roles)
		}
		if code := exitCode(err); err != nil && (err.Error() == "" || code != exitUsage && code != exitInvalid) {
			t.Errorf("refused with exit code %d: %v", code, err)
		}
	})
}
