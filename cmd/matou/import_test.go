package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// importer is a hoster's node with a profile that a person wrote, and a
// terminal to import with.
type importer struct {
	*testing.T
	dir     string
	profile []byte
}

func newImporter(t *testing.T, origin string, development bool) *importer {
	t.Helper()
	i := &importer{T: t, dir: t.TempDir(), profile: []byte("name = \"Chez nous\"\nsummary = \"Écrit à la main\" # avec un mot\n")}
	text := fmt.Sprintf("origin = %q\nlisten = \"127.0.0.1:0\"\nroles = [\"hoster\"]\ndevelopment = %t\n[hoster]\nhandle = \"nous\"\n", origin, development)
	i.write("matou.toml", []byte(text))
	i.write("profile.toml", i.profile)
	return i
}

func (i *importer) write(name string, raw []byte) {
	i.Helper()
	if err := os.WriteFile(filepath.Join(i.dir, name), raw, 0o600); err != nil {
		i.Fatal(err)
	}
}

// run imports with --apply, and gives the exit code and all that was said.
func (i *importer) run(from string, more ...string) (int, string) {
	i.Helper()
	var said bytes.Buffer
	t := &terminal{in: strings.NewReader(""), out: &said, errOut: &said, environ: []string{"LC_ALL=C.UTF-8"}}
	args := append([]string{"--config", filepath.Join(i.dir, "matou.toml"), "import", from, "--apply"}, more...)
	return run(context.Background(), args, t), said.String()
}

// untouched checks that nothing of the node's own was changed.
func (i *importer) untouched() {
	i.Helper()
	entries, err := os.ReadDir(i.dir)
	if err != nil || len(entries) != 2 {
		i.Errorf("got %v, %v: want the two files that were there", entries, err)
	}
	if got, err := os.ReadFile(filepath.Join(i.dir, "profile.toml")); err != nil || !bytes.Equal(got, i.profile) {
		i.Errorf("the profile was changed to %s (%v)", got, err)
	}
}

// Files that mean harm end with a sentence, and change nothing.
func TestImportOfHostileFiles(t *testing.T) {
	i := newImporter(t, "http://127.0.0.1:8420", true)
	files := map[string][]byte{
		"/ten-megabytes":  bytes.Repeat([]byte("a = b\n"), 10<<20/6),
		"/utf-16":         []byte("\xff\xfef\x00i\x00l\x00e\x00"),
		"/latin-1":        []byte("file.class = organization\norganization.name = \xe9t\xe9\n"),
		"/zeros":          make([]byte, 1000),
		"/deep":           bytes.Repeat([]byte("["), 1<<20),
		"/page":           []byte("<html>nothing here</html>"),
		"/service":        []byte("file.class = service\nservice.name = Pad\n"),
		"/empty":          nil,
		"/federation":     []byte("file.class = federation\nsubs.a = http://127.0.0.1:1/a\n"),
		"/no-name":        []byte("file.class = organization\norganization.website = javascript:x\n"),
		"/two.csv":        []byte("name,website\nA,https://a.example/\nB,https://b.example/\n"),
		"/card.vcf":       []byte("BEGIN:VCARD\nVERSION:4.0\nEND:VCARD\n"),
		"/carbon-on-disk": []byte("[org]\ncredentials = 'x'\n"),
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if raw, ok := files[r.URL.Path]; ok {
			_, _ = w.Write(raw)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	for path := range files {
		if path == "/carbon-on-disk" || path == "/no-name" {
			continue
		}
		code, said := i.run(s.URL + path)
		if code == exitDone || code == exitUnexpected || !strings.Contains(said, "matou: ") {
			t.Errorf("%s: got exit code %d and %q", path, code, said)
		}
		i.untouched()
	}
	if code, said := i.run(filepath.Join(i.dir, "matou.toml")); code == exitDone {
		t.Errorf("a file of another kind: got %q", said)
	}
	if code, said := i.run(s.URL + "/missing"); code != exitNotFound {
		t.Errorf("a missing file: got exit code %d and %q", code, said)
	}
	if code, said := i.run(i.dir); code != exitInvalid {
		t.Errorf("a folder: got exit code %d and %q", code, said)
	}
	i.untouched()
	if code, said := i.run(s.URL + "/no-name"); code != exitDone || !strings.Contains(said, "Refused") || !strings.Contains(said, "the profile stays as it is") {
		t.Errorf("a file that says nothing: got exit code %d and %q", code, said)
	}
	if got, err := os.ReadFile(filepath.Join(i.dir, "profile.toml")); err != nil || !bytes.Equal(got, i.profile) {
		t.Errorf("the profile was changed to %s (%v)", got, err)
	}
}

// A tree of thousands of files in circles ends, asks for no more than it may,
// and tells what it left out.
func TestImportOfAHostileTree(t *testing.T) {
	i := newImporter(t, "http://127.0.0.1:8420", true)
	asked := 0
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		switch {
		case r.URL.Path == "/root":
			fmt.Fprint(w, "file.class = organization\norganization.name = Chez nous\n")
			for n := range 3000 {
				fmt.Fprintf(w, "subs.s%d = %s/%d\n", n, s.URL, n)
			}
		default:
			fmt.Fprintf(w, "file.class = service\nservice.name = S\nsubs.up = %s/root\n", s.URL)
		}
	}))
	t.Cleanup(s.Close)
	code, said := i.run(s.URL + "/root")
	if asked != 500 {
		t.Errorf("%d files were asked for, want 500", asked)
	}
	for _, want := range []string{"an import takes at most 500 files", "a hoster may have 100 services", "more things to look at in this file"} {
		if !strings.Contains(said, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	if code != exitDone || len(said) > 300<<10 {
		t.Errorf("got exit code %d and %d bytes of report", code, len(said))
	}
	if old, err := os.ReadFile(filepath.Join(i.dir, "profile.toml.old1")); err != nil || !bytes.Equal(old, i.profile) {
		t.Errorf("the profile that a person wrote is not kept: %v", err)
	}
}

// What an import may not ask it does not: addresses of the node's own network,
// named or linked, and other protocols.
func TestImportAsksNoPrivateAddress(t *testing.T) {
	asked := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	t.Cleanup(s.Close)
	i := newImporter(t, "https://nous.example", false)
	for _, address := range []string{
		s.URL, "https://127.0.0.1/", "https://10.0.0.1/org.properties", "https://169.254.169.254/latest", "https://[::1]/", "https://localhost/", "http://nous.example/", "https://user:pass@nous.example/",
	} {
		if code, said := i.run(address); code == exitDone || code == exitUnexpected {
			t.Errorf("%s: got exit code %d and %q", address, code, said)
		}
		i.untouched()
	}
	link := filepath.Join(i.dir, "org.properties")
	i.write("org.properties", []byte("file.class = organization\norganization.name = Chez nous\nsubs.a = "+s.URL+"\nsubs.b = https://192.168.0.1/\nsubs.c = file:///etc/passwd\n"))
	if code, said := i.run(link); code != exitDone || strings.Count(said, "\n  https://") != 2 || !strings.Contains(said, "is no complete address") {
		t.Errorf("got exit code %d and %s", code, said)
	}
	if asked {
		t.Error("a private address was asked")
	}
}

// Wrong words on the command line say what to do.
func TestImportWords(t *testing.T) {
	i := newImporter(t, "http://127.0.0.1:8420", true)
	i.write("t.csv", []byte("name,website\nChez eux,https://eux.example/\n"))
	for _, test := range []struct {
		more []string
		want string
	}{
		{[]string{"--format", "vcard"}, `cannot be read as "vcard"`},
		{[]string{"--format", "papyrus"}, `cannot be read as "papyrus"`},
		{[]string{"--hoster", "Personne"}, "tells of no hoster called"},
		{[]string{"--format", "librehost"}, "is no JSON"},
	} {
		code, said := i.run(filepath.Join(i.dir, "t.csv"), test.more...)
		if (code != exitInvalid && code != exitNotFound) || !strings.Contains(said, test.want) {
			t.Errorf("%q: got exit code %d and %q, want %q in it", test.more, code, said, test.want)
		}
	}
}
