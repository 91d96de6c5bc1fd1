package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const goodConfig = `origin = "https://hoster.example"
roles = ["hoster"]
[hoster]
handle = "menhir"
`

func TestLoadConfig(t *testing.T) {
	c, err := loadConfig(writeFile(t, "matou.toml", goodConfig), []string{"PATH=/bin", "MATOU_LISTEN=127.0.0.1:9000", "MATOU_HOSTER_PROFILE=/etc/p.toml", "MATOU_MEMORY=128"})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := c.Listen, "127.0.0.1:9000"; got != want {
		t.Errorf("listen from the environment: got %q, want %q", got, want)
	}
	if got, want := c.profilePath(), "/etc/p.toml"; got != want {
		t.Errorf("profile: got %q, want %q", got, want)
	}
	if got, want := c.dataDir(), filepath.Join(filepath.Dir(c.path), "data"); got != want {
		t.Errorf("data: got %q, want %q", got, want)
	}
	if c.Memory != 128 || c.origin.Host != "hoster.example" {
		t.Errorf("got memory %d and host %q, want 128 and hoster.example", c.Memory, c.origin.Host)
	}
}

func TestConfigFaults(t *testing.T) {
	tests := []struct {
		name, raw string
		environ   []string
		want      string
	}{
		{"unknown key", goodConfig + "handel = \"x\"\n", nil, `matou.toml line 5: hoster.handel: is no known key; did you mean "handle"?`},
		{"key of another table", "profile = \"p\"\n" + goodConfig, nil, `matou.toml line 1: profile: is no known key; it belongs to [hoster]`},
		{"no origin", "roles = [\"hoster\"]\n[hoster]\nhandle = \"a\"\n", nil, `origin: must be set`},
		{"origin with a path", strings.Replace(goodConfig, ".example", ".example/x", 1), nil, `matou.toml line 1: origin: must be a scheme and a host only`},
		{"plain http", strings.Replace(goodConfig, "https", "http", 1), nil, `matou.toml line 1: origin: must begin with https://`},
		{"development on a public origin", "development = true\n" + goodConfig, nil, `matou.toml line 2: origin: must be an address of this machine`},
		{"development on a public address", "development = true\nlisten = \"0.0.0.0:80\"\norigin = \"http://127.0.0.1:80\"\nroles = [\"hoster\"]\n[hoster]\nhandle = \"a\"\n", nil, `matou.toml line 2: listen: must be an address of this machine`},
		{"development on every address", "development = true\nlisten = \":80\"\norigin = \"http://127.0.0.1:80\"\nroles = [\"hoster\"]\n[hoster]\nhandle = \"a\"\n", nil, `line 2: listen: must be an address of this machine`},
		{"no role", "origin = \"https://a.example\"\n", nil, `roles: must name`},
		{"unknown role", strings.Replace(goodConfig, "[\"hoster\"]", "[\"hoster\", \"relay\"]", 1), nil, `matou.toml line 2: roles: must be "hoster" or "aggregator", not "relay"`},
		{"bad handle", strings.Replace(goodConfig, "menhir", "Le Menhir", 1), nil, `matou.toml line 4: hoster.handle: must be`},
		{"aggregator without a name", "origin = \"https://a.example\"\nroles = [\"aggregator\"]\n[aggregator]\nhandle = \"a\"\n", nil, `aggregator.name: must say`},
		{"unknown variable", goodConfig, []string{"MATOU_ORGIN=x"}, `MATOU_ORGIN: is no variable of matou; did you mean MATOU_ORIGIN?`},
		{"bad variable", goodConfig, []string{"MATOU_DEVELOPMENT=perhaps"}, `MATOU_DEVELOPMENT: must be true or false`},
		{"no TOML", "origin = https://a.example\n", nil, `matou.toml line 1: `},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := loadConfig(writeFile(t, "matou.toml", test.raw), test.environ)
			if err == nil {
				t.Fatalf("got no error, want %q", test.want)
			}
			if got := sentence(err); !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q in it", got, test.want)
			}
			if got := exitCode(err); got != exitInvalid {
				t.Errorf("exit code: got %d, want %d", got, exitInvalid)
			}
		})
	}
}

// What init writes is read back as what was answered.
func TestWriteConfig(t *testing.T) {
	i := initCommand{Origin: "https://a.example/", Role: []string{"hoster", "aggregator"}, Handle: "menhir", Directory: "L'annuaire \"à nous\"", Listen: "127.0.0.1:1"}
	want, err := i.config(filepath.Join(t.TempDir(), "matou.toml"))
	if err != nil {
		t.Fatal(err)
	}
	raw := string(writeConfig(want))
	got, err := loadConfig(writeFile(t, "matou.toml", raw), nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	got.path, want.path = "", ""
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for _, s := range settings(reflect.ValueOf(want).Elem(), "") {
		if s.Help == "" {
			t.Errorf("%s has no explanation", s.Path)
		}
		if s.Default != "" && s.set(s.Default) != nil {
			t.Errorf("%s: the default %q cannot be read", s.Path, s.Default)
		}
	}
}

func writeFile(t *testing.T, name, raw string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(raw), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
