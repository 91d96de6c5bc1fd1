package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
)

// host is a web server whose files a test changes while others read them.
type host struct {
	URL   string
	mu    sync.Mutex
	files map[string]string
}

func newHost(t *testing.T) *host {
	t.Helper()
	h := &host{files: map[string]string{}}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		defer h.mu.Unlock()
		if text, ok := h.files[r.URL.Path]; ok {
			_, _ = io.WriteString(w, text)
			return
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	h.URL = s.URL
	return h
}

// put writes a file; "" takes it away.
func (h *host) put(name, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files[name] = text
	if text == "" {
		delete(h.files, name)
	}
}

// keptDirectory is a directory that lists hosters from a file and reads it
// again by itself, on a clock of the test's.
type keptDirectory struct {
	*testing.T
	node *node
	file string
	now  atomic.Int64 // seconds
}

// keepDirectory starts one that has read the file.
func keepDirectory(t *testing.T, file string) *keptDirectory {
	t.Helper()
	c, err := loadConfig(writeFile(t, "matou.toml", directoryConfig), nil)
	if err != nil {
		t.Fatal(err)
	}
	log := newLog(c, &terminal{errOut: io.Discard})
	store, err := openStore(c, log)
	if err != nil {
		t.Fatal(err)
	}
	k := &keptDirectory{T: t, file: file, node: &node{config: c, store: store, told: &told{Store: store}, log: log}}
	k.now.Store(time.Date(2026, 9, 1, 9, 0, 0, 0, time.UTC).Unix())
	cfg := federationConfig(c, directory.LoadVocabulary())
	cfg.Clock = func() time.Time { return time.Unix(k.now.Load(), 0) }
	if k.node.federation, err = federation.New(t.Context(), cfg, k.node.told, store, log); err != nil {
		t.Fatal(err)
	}
	reading, _, err := newSiteReader(c).read(t.Context(), directory.SiteFile{Address: file})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := k.node.federation.ApplySites(t.Context(), reading, ap.Decision{Verb: "list from a file"}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan error, 1)
	go func() { stopped <- keepSites(ctx, k.node, 20*time.Millisecond) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return k
}

// after lets time pass, and waits until the file was tried again since.
func (k *keptDirectory) after(d time.Duration) directory.SiteFile {
	k.Helper()
	now := k.now.Add(int64(d / time.Second))
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		all, err := k.node.federation.SiteFiles(k.Context())
		if err != nil || len(all) != 1 {
			k.Fatalf("the files: got %v, %v, want one", all, err)
		}
		if all[0].DueAt.Unix() > now {
			return all[0]
		}
		if time.Now().After(end) {
			k.Fatalf("the file is due since %s and was not read again", all[0].DueAt)
		}
	}
}

// says gives what is listed of a site: its summary, "" where it is not listed.
func (k *keptDirectory) says(site *host) string {
	k.Helper()
	id := directory.SiteID(k.node.config.origin.String(), strings.TrimPrefix(site.URL, "http://"))
	if listed, err := k.node.store.Listed(k.Context(), id); err != nil || !listed {
		return ""
	}
	l, err := k.node.store.Listing(k.Context(), id)
	if err != nil {
		k.Fatal(err)
	}
	return l.Hoster.Summary["fr"]
}

// A file of hosters without a node is read again every week without anybody
// asking: what it says anew is shown, whom it names no more and whose site asks
// machines to stay away goes, and what cannot be read stays for a quarter of a
// year.
func TestFileIsReadAgainByItself(t *testing.T) {
	keeper, lucioles, ravine := newHost(t), newHost(t), newHost(t)
	member := func(name, words string, site *host) string {
		return "file.class = organization\norganization.name = " + name + "\norganization.description = " + words + "\norganization.website = " + site.URL + "/\n"
	}
	federationOf := func(names ...string) string {
		text := "file.class = federation\nfederation.name = Les Veilleuses\n"
		for _, name := range names {
			text += "subs." + name + " = " + keeper.URL + "/" + name + "\n"
		}
		return text
	}
	keeper.put("/federation", federationOf("lucioles"))
	keeper.put("/lucioles", member("Les Lucioles", "Une lueur.", lucioles))
	keeper.put("/ravine", member("La Ravine", "De l'eau.", ravine))
	const week = 7 * 24 * time.Hour
	k := keepDirectory(t, keeper.URL+"/federation")
	for _, step := range []struct {
		name             string
		change           func()
		wait             time.Duration
		lucioles, ravine string // what is said of each then
		tries            int
	}{
		{"nothing new", func() {}, week, "Une lueur.", "", 0},
		{"other words, and one more", func() {
			keeper.put("/lucioles", member("Les Lucioles", "Deux lueurs.", lucioles))
			keeper.put("/federation", federationOf("lucioles", "ravine"))
		}, week, "Deux lueurs.", "De l'eau.", 0},
		{"a site that asks matou to stay away", func() { lucioles.put("/robots.txt", "User-agent: matou\nDisallow: /\n") }, week, "", "De l'eau.", 0},
		{"the site lets it in again", func() { lucioles.put("/robots.txt", "") }, week, "Deux lueurs.", "De l'eau.", 0},
		{"a document that went away", func() { keeper.put("/lucioles", "") }, week, "", "De l'eau.", 0},
		{"the file went away: what it told stays", func() { keeper.put("/federation", "") }, week, "", "De l'eau.", 1},
		{"and is asked for again after an hour", func() {}, time.Hour, "", "De l'eau.", 2},
		{"for a quarter of a year", func() {}, 92 * 24 * time.Hour, "", "", 3},
		{"the file is there again", func() { keeper.put("/federation", federationOf("ravine")) }, 24 * time.Hour, "", "De l'eau.", 0},
		{"its host asks matou to stay away", func() { keeper.put("/robots.txt", "User-agent: matou\nDisallow: /\n") }, week, "", "De l'eau.", 1},
	} {
		step.change()
		if f := k.after(step.wait); f.Tries != step.tries {
			t.Errorf("%s: got %d readings in vain (%s), want %d", step.name, f.Tries, f.Error, step.tries)
		}
		if got := k.says(lucioles); got != step.lucioles {
			t.Errorf("%s: of Les Lucioles, got %q, want %q", step.name, got, step.lucioles)
		}
		if got := k.says(ravine); got != step.ravine {
			t.Errorf("%s: of La Ravine, got %q, want %q", step.name, got, step.ravine)
		}
	}
}
