package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/fetch"
	"matou/storage"
)

// doctorCommand is matou doctor.
type doctorCommand struct{}

// checkStore reads everything that is stored.
var checkStore = verb[nothing, storage.Report]{"doctor/store", func(ctx context.Context, n *node, _ nothing) (storage.Report, error) {
	return n.store.Check(ctx)
}}

const (
	// maxSkew is how far the clock may be off before peers refuse signatures.
	maxSkew = 30 * time.Second
	// sincePossible is a day that no right clock shows any more.
	sincePossible = "2026-11-01"
)

// diagnosis collects what the checks found.
type diagnosis struct {
	t      *terminal
	faults int
}

func (d *diagnosis) good(what, text string, args ...any) {
	d.t.printf("ok    %-14s %s\n", what, printable(fmt.Sprintf(text, args...)))
}

func (d *diagnosis) skipped(what, text string, args ...any) {
	d.t.printf("-     %-14s %s\n", what, printable(fmt.Sprintf(text, args...)))
}

func (d *diagnosis) bad(what, text string, args ...any) {
	d.faults++
	d.t.printf("FAULT %-14s %s\n", what, printable(fmt.Sprintf(text, args...)))
}

// Run checks what can be checked from here, and says for each fault what to do.
func (*doctorCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	cfg, err := loadConfig(c.Config, t.environ)
	if err != nil {
		return err
	}
	d := &diagnosis{t: t}
	d.good("configuration", "%s", cfg.path)
	if cfg.has(roleHoster) {
		d.profile(cfg)
	}
	running := d.store(ctx, cfg, t)
	d.clock(time.Now())
	if running {
		d.webFinger(ctx, cfg)
	} else {
		d.skipped("webfinger", "not checked: the node is not running; start it with matou serve, and run matou doctor again")
	}
	if d.faults > 0 {
		return fault(exitUnexpected, nil, "%s found: what to do stands beside each FAULT above", counted(d.faults, "fault"))
	}
	return nil
}

// counted writes "1 service", "2 services".
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

func (d *diagnosis) profile(cfg *config) {
	p, err := hosterProfile(cfg)
	if err != nil {
		d.bad("profile", "%s", sentence(err))
		return
	}
	for _, hint := range directory.Hints(p.Hoster) {
		text, _ := hint.Text.In(d.t.language())
		d.skipped("profile", "%s: %s", snake(hint.Field), text)
	}
	if err := filledIn(cfg, p); err != nil {
		d.skipped("profile", "%s", sentence(err))
		return
	}
	if !p.Hoster.Discoverable || !p.Hoster.Indexable {
		d.skipped("profile", "directories will not list the hoster: set discoverable = true and indexable = true to agree to that")
	}
	d.good("profile", "%s, with %s", p.Hoster.Name, counted(len(p.Hoster.Services), "service"))
}

// store checks the stored data, and reports whether a node is running on them.
func (d *diagnosis) store(ctx context.Context, cfg *config, t *terminal) (running bool) {
	g, err := reach(ctx, cfg, t)
	if err != nil {
		d.bad("data", "%s", sentence(err))
		return false
	}
	report, err := checkStore.call(ctx, g, nothing{})
	running = g.running()
	if err = errors.Join(err, g.Close()); err != nil {
		d.bad("data", "%s", sentence(err))
		return running
	}
	for i, p := range report.Problems {
		if i == 20 {
			d.bad("data", "and %d more", len(report.Problems)-i+report.Unlisted)
			break
		}
		d.bad("data", "%s %s: %s", p.Kind, p.ID, p.Detail)
	}
	if len(report.Problems) == 0 {
		var counts []string
		for _, kind := range sortedKeys(report.Counts) {
			counts = append(counts, fmt.Sprintf("%d %s", report.Counts[kind], kind))
		}
		d.good("data", "%d KiB: %s", report.Bytes>>10, strings.Join(counts, ", "))
	}
	return running
}

// clock finds a clock that was never set; webFinger compares it with another.
func (d *diagnosis) clock(now time.Time) {
	if now.Format(time.DateOnly) < sincePossible {
		d.bad("clock", "shows %s: set it, and let it be kept right (chrony, systemd-timesyncd)", now.Format(time.RFC3339))
		return
	}
	d.good("clock", "%s", now.Format(time.RFC3339))
}

// webFinger asks the node's public address who its actors are, as a peer does.
func (d *diagnosis) webFinger(ctx context.Context, cfg *config) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	client := fetch.New(fetch.Options{Development: cfg.Development, UserAgent: "matou-doctor/" + Version, Ports: originPort(cfg)})
	for _, role := range cfg.Roles {
		name := cfg.Hoster.Handle
		if role == roleAggregator {
			name = cfg.Aggregator.Handle
		}
		account := name + "@" + cfg.origin.Host
		address := cfg.origin.String() + "/.well-known/webfinger?resource=" + url.QueryEscape("acct:"+account)
		asked := time.Now()
		r, err := client.Get(ctx, address, "application/jrd+json, application/json", 64<<10)
		if err != nil {
			d.bad("webfinger", "%s does not answer (%s): check the DNS entry, the certificate and the reverse proxy", address, sentence(err))
			continue
		}
		d.skew(asked, r.Header)
		want := cfg.origin.String() + "/ap/actors/" + name
		if got := selfLink(r.Body); got != want {
			d.bad("webfinger", "%s names the actor %q, not %q: another program answers for /.well-known/webfinger on this host; let the reverse proxy pass it on to this node", address, got, want)
			continue
		}
		d.good("webfinger", "@%s", account)
	}
}

// originPort allows the port of the node's own origin to be dialled.
func originPort(cfg *config) []uint16 {
	var port uint16
	if _, err := fmt.Sscanf(cfg.origin.Port(), "%d", &port); err != nil {
		return nil
	}
	return []uint16{port}
}

// skew compares the clock with the one behind the public address.
func (d *diagnosis) skew(asked time.Time, h http.Header) {
	there, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return
	}
	off := asked.Sub(there)
	if off > maxSkew || off < -maxSkew {
		d.bad("clock", "is %s off that of the public address: let it be kept right (chrony, systemd-timesyncd)", off.Round(time.Second))
	}
}

// selfLink gives the actor that a WebFinger answer names (RFC 7033 4.4).
func selfLink(raw []byte) string {
	var answer struct {
		Links []struct{ Rel, Type, Href string }
	}
	if json.Unmarshal(raw, &answer) != nil {
		return ""
	}
	for _, l := range answer.Links {
		if l.Rel == "self" {
			return l.Href
		}
	}
	return ""
}
