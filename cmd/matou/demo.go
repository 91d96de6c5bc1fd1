package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// demoCommand is matou demo: a directory and six invented hosters, each a node
// of its own, in a process of its own, that speak ActivityPub over real HTTP
// on the loopback address.
type demoCommand struct {
	Data string `placeholder:"DIR" help:"Keep the nodes' data in this folder, and go on from them the next time."`
	Port int    `default:"8420" help:"The port of the directory; the hosters take the six that follow (default: 8420)."`
}

// demoFiles are the profiles of the invented hosters.
//
//go:embed demo
var demoFiles embed.FS

// demoHoster is one invented hoster, and what it has to tell.
type demoHoster struct {
	handle  string
	from    string     // ChatonsInfos file that its profile is imported from; "" for a profile of its own
	notices [][]string // command lines, run in this order
}

// demoHosters are the hosters of the demo, by the order of their ports.
var demoHosters = []demoHoster{
	{handle: "menhir", notices: [][]string{
		{"notice", "publish", "incident", "Le courrier n’arrive plus", "--service", "courrier", "--body", "Depuis ce matin le courrier entrant attend. Rien n’est perdu : il sera distribué."},
		{"notice", "update", "last", "--stage", "identified", "--body", "Un disque plein sur le serveur de courrier. Nous faisons de la place."},
		{"notice", "close", "last", "--body", "Tout le courrier en attente est distribué. Le disque est surveillé."},
	}},
	{handle: "traboule", notices: [][]string{
		{"notice", "publish", "maintenance", "Mise à jour de Nextcloud", "--service", "fichiers", "--starts", "+26h", "--ends", "+28h", "--body", "Les fichiers seront en lecture seule pendant deux heures."},
	}},
	{handle: "garrigue"},
	{handle: "beffroi", notices: [][]string{
		{"notice", "publish", "announcement", "Permanence au local samedi", "--body", "De 14 h à 18 h, pour quitter son ancienne messagerie à plusieurs."},
	}},
	{handle: "veloutier", from: "veloutier.properties"},
	{handle: "zinneke", notices: [][]string{
		{"notice", "publish", "incident", "Video calls drop after ten minutes", "--language", "en", "--service", "visio", "--next-update", "+2h", "--body", "We see it too, and are looking for the cause."},
	}},
}

const (
	demoStart = 60 * time.Second // for all nodes to be ready
	demoList  = 60 * time.Second // for the directory to list all hosters
)

// Run starts the nodes, makes them speak, and waits to be stopped.
func (d *demoCommand) Run(ctx context.Context, t *terminal) (err error) {
	if err := d.portsFree(ctx); err != nil {
		return err
	}
	dir, remove, err := d.folder()
	if err != nil {
		return err
	}
	defer remove()
	f := newFleet(dir, t)
	defer func() { err = errors.Join(err, f.stop()) }()
	if err := d.begin(ctx, f); err != nil {
		if ctx.Err() == nil {
			return err
		}
		t.printf("stopping\n")
		return nil //nolint:nilerr // what fails because the demo is being stopped is no fault
	}
	d.tell(t)
	select {
	case <-ctx.Done():
		t.printf("stopping\n")
		return nil
	case name := <-f.died:
		return f.fault(name)
	}
}

// begin starts the nodes and makes them speak.
func (d *demoCommand) begin(ctx context.Context, f *fleet) error {
	if err := d.start(ctx, f); err != nil {
		return err
	}
	return d.speak(ctx, f)
}

// origin is the address of the i-th node; 0 is the directory.
func (d *demoCommand) origin(i int) string { return fmt.Sprintf("http://127.0.0.1:%d", d.Port+i) }

// portsFree refuses to begin what a taken port would stop half way.
func (d *demoCommand) portsFree(ctx context.Context) error {
	var lc net.ListenConfig
	for i := range len(demoHosters) + 1 {
		address := fmt.Sprintf("127.0.0.1:%d", d.Port+i)
		l, err := lc.Listen(ctx, "tcp", address)
		if err != nil {
			return fault(exitBusy, err, "port %d is taken by another program: stop it, or choose other ports with --port", d.Port+i)
		}
		if err := l.Close(); err != nil {
			return fmt.Errorf("close the port: %w", err)
		}
	}
	return nil
}

// folder is where the nodes keep their data: one of its own that is removed
// afterwards, or the one that was asked for.
func (d *demoCommand) folder() (string, func(), error) {
	if d.Data == "" {
		dir, err := os.MkdirTemp("", "matou-demo-")
		if err != nil {
			return "", nil, fault(exitStorage, err, "no folder for the demo can be made: %v", unwrapPath(err))
		}
		return dir, func() { _ = os.RemoveAll(dir) }, nil
	}
	dir, err := filepath.Abs(d.Data)
	if err != nil {
		return "", nil, fmt.Errorf("find the folder: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", nil, fault(exitStorage, err, "the folder %s cannot be made: %v", d.Data, unwrapPath(err))
	}
	return dir, func() {}, nil
}

// start writes the configurations where there are none yet, and starts every
// node.
func (d *demoCommand) start(ctx context.Context, f *fleet) error {
	f.t.printf("starting a directory and %d hosters in %s\n", len(demoHosters), f.dir)
	if err := d.sameAddresses(f); err != nil {
		return err
	}
	if err := d.initDirectory(ctx, f); err != nil {
		return err
	}
	names := []string{demoDirectory}
	for i, h := range demoHosters {
		if err := f.command(ctx, h.handle, d.initLine(i+1, h.handle, "--handle", h.handle)...); err != nil {
			return err
		}
		if err := writeDemoProfile(filepath.Join(f.dir, h.handle), h); err != nil {
			return err
		}
		names = append(names, h.handle)
	}
	ctx, cancel := context.WithTimeout(ctx, demoStart)
	defer cancel()
	for _, name := range names {
		if err := f.spawn(name); err != nil {
			return err
		}
	}
	for _, name := range names {
		if err := f.awaitReady(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// sameAddresses refuses to go on from nodes that were made for other ports:
// their addresses are part of every name that they know one another by.
func (d *demoCommand) sameAddresses(f *fleet) error {
	if !f.exists(demoDirectory, "matou.toml") {
		return nil
	}
	c, err := loadConfig(f.configFile(demoDirectory), nil)
	if err != nil {
		return err
	}
	if c.Origin != d.origin(0) {
		return fault(exitInvalid, nil, "the nodes in %s were made for %s: run the demo with --port %s, or in another folder", f.dir, c.Origin, c.origin.Port())
	}
	return nil
}

// initLine is the command line that prepares the i-th node.
func (d *demoCommand) initLine(i int, name string, more ...string) []string {
	return append([]string{"init", name, "--development", "--origin", d.origin(i), "--listen", strings.TrimPrefix(d.origin(i), "http://")}, more...)
}

// writeDemoProfile puts the invented profile, or the files to import it from,
// into a node's folder. What a person has changed there stays.
func writeDemoProfile(dir string, h demoHoster) error {
	from := path.Join("demo", h.handle)
	entries, err := fs.ReadDir(demoFiles, from)
	if err != nil {
		return fmt.Errorf("read the demo's profile: %w", err)
	}
	for _, e := range entries {
		raw, err := demoFiles.ReadFile(path.Join(from, e.Name()))
		if err != nil {
			return fmt.Errorf("read the demo's profile: %w", err)
		}
		file := filepath.Join(dir, e.Name())
		old, err := os.ReadFile(file)
		if err == nil && !bytes.Equal(old, profileExample) {
			continue
		}
		if err := replaceFile(file, raw); err != nil {
			return fmt.Errorf("write the demo's profile: %w", err)
		}
	}
	return nil
}

// speak has the hosters publish, the directory follow, and the hosters tell
// their news, by the commands that a person would type.
func (d *demoCommand) speak(ctx context.Context, f *fleet) error {
	for i, h := range demoHosters {
		line := []string{"hoster", "publish"}
		if h.from != "" && !f.exists(h.handle, "profile.toml.source.json") {
			line = []string{"hoster", "import", filepath.Join(f.dir, h.handle, h.from), "--list", "--publish"}
		}
		if err := f.command(ctx, h.handle, line...); err != nil {
			return err
		}
		host := strings.TrimPrefix(d.origin(i+1), "http://")
		if err := f.command(ctx, demoDirectory, "follow", "@"+h.handle+"@"+host); err != nil {
			return err
		}
		f.t.printf("@%s@%s has published its profile, and is followed by the directory\n", h.handle, host)
	}
	if err := d.awaitListings(ctx, f); err != nil {
		return err
	}
	for _, h := range demoHosters {
		if f.exists(h.handle, "told") {
			continue
		}
		for _, line := range h.notices {
			if err := f.command(ctx, h.handle, line...); err != nil {
				return err
			}
		}
		if err := f.note(h.handle); err != nil {
			return err
		}
	}
	return d.admit(ctx, f)
}

// awaitListings waits until the directory lists every hoster.
func (d *demoCommand) awaitListings(ctx context.Context, f *fleet) error {
	ctx, cancel := context.WithTimeout(ctx, demoList)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	listed := 0
	for {
		n, err := countListings(ctx, d.origin(0))
		if err == nil && n >= len(demoHosters) {
			f.t.printf("the directory lists all %d\n", n)
			return nil
		}
		listed = max(listed, n)
		select {
		case <-tick.C:
		case name := <-f.died:
			return f.fault(name)
		case <-ctx.Done():
			return fault(exitUnexpected, ctx.Err(), "the directory lists %d of %d hosters after %s: look at %s", listed, len(demoHosters), demoList, f.logFile(demoDirectory))
		}
	}
}

// countListings asks a directory how many hosters it lists.
func countListings(ctx context.Context, origin string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, origin+"/api/v1/listings", http.NoBody)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	var listings struct{ Total int }
	err = json.NewDecoder(io.LimitReader(answer.Body, 8<<20)).Decode(&listings)
	return listings.Total, err
}

// tell prints where everything is.
func (d *demoCommand) tell(t *terminal) {
	t.printf("\nThe directory:\n  %s/\n  %s/api/v1/listings\nThe hosters:\n", d.origin(0), d.origin(0))
	for i, h := range demoHosters {
		t.printf("  %s/   @%s@%s\n", d.origin(i+1), h.handle, strings.TrimPrefix(d.origin(i+1), "http://"))
	}
	t.printf("\nStop it with Ctrl-C.\ndemo ready\n")
}
