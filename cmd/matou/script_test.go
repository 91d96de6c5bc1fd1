package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"matou/federation/federationtest"
)

// TestMain lets the scripts run matou as a program of its own: the test binary
// is matou where it is called by that name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"matou": main})
}

// TestScripts runs the stories of testdata/script: real nodes, in processes of
// their own, that speak to one another over loopback.
//
// Besides testscript's own commands there are
//
//	[!] await [-within DURATION] [-accept TYPE] URL TEXT   until the answer holds TEXT (or does not)
//	until REGEXP COMMAND…                                  runs the command until its output matches
//	fill URL FIELD=VALUE…                                  sends a form; see fillCommand
//	get [-accept TYPE] URL                                 the answer becomes stdout; see setupScript for $PORT1 and $WWW
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                "testdata/script",
		Setup:              setupScript,
		RequireUniqueNames: true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await": awaitCommand,
			"fill":  fillCommand,
			"get":   getCommand,
			"until": untilCommand,
		},
	})
}

// setupScript gives a script four free ports, $PORT1 to $PORT4, and a server
// of its folder www at $WWW.
func setupScript(env *testscript.Env) error {
	port, release, err := federationtest.FreePorts(4)
	if err != nil {
		return err
	}
	env.Defer(release)
	for i := range 4 {
		env.Setenv("PORT"+strconv.Itoa(i+1), strconv.Itoa(port+i))
	}
	s := httptest.NewServer(http.FileServer(http.Dir(env.WorkDir + "/www")))
	env.Defer(s.Close)
	env.Setenv("WWW", s.URL)
	env.Setenv("LC_ALL", "C.UTF-8")
	return nil
}

// request is what await and get ask.
type request struct {
	within time.Duration
	accept string
	args   []string
}

func parseRequest(ts *testscript.TestScript, args []string, want int) request {
	r := request{within: time.Minute, accept: "*/*"}
	for len(args) > 2 && strings.HasPrefix(args[0], "-") {
		switch args[0] {
		case "-within":
			d, err := time.ParseDuration(args[1])
			ts.Check(err)
			r.within = d
		case "-accept":
			r.accept = args[1]
		default:
			ts.Fatalf("unknown option %s", args[0])
		}
		args = args[2:]
	}
	if len(args) != want {
		ts.Fatalf("got %d arguments, want %d", len(args), want)
	}
	r.args = args
	return r
}

// ask gives the status and body of an answer as one text.
func (r request) ask(ctx context.Context, address string) (string, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	q.Header.Set("Accept", r.accept)
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return fmt.Sprintf("%d\n%s", answer.StatusCode, body), err
}

func awaitCommand(ts *testscript.TestScript, neg bool, args []string) {
	r := parseRequest(ts, args, 2)
	ctx, cancel := context.WithTimeout(context.Background(), r.within)
	defer cancel()
	began := time.Now()
	last := ""
	for {
		got, err := r.ask(ctx, r.args[0])
		if err == nil {
			last = got
			if strings.Contains(got, r.args[1]) != neg {
				ts.Logf("after %s", time.Since(began).Round(time.Millisecond))
				return
			}
		}
		select {
		case <-ctx.Done():
			if len(last) > 4000 {
				last = last[:4000] + "…"
			}
			ts.Fatalf("after %s %s (not: %t) is not at %s:\n%s", r.within, strconv.Quote(r.args[1]), neg, r.args[0], last)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func getCommand(ts *testscript.TestScript, neg bool, args []string) {
	r := parseRequest(ts, args, 1)
	got, err := r.ask(context.Background(), r.args[0])
	if err != nil != neg {
		ts.Fatalf("get %s: %v", r.args[0], err)
	}
	_, _ = io.WriteString(ts.Stdout(), got)
}

// TestDemo runs what the README promises: matou demo, from nothing, until its
// last line, then Ctrl-C.
func TestDemo(t *testing.T) {
	if testing.Short() {
		t.Skip("seven nodes take a quarter of a minute: not with -short")
	}
	port, release, err := federationtest.FreePorts(len(demoHosters) + 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	d := startDemo(ctx, t, "--port", strconv.Itoa(port))
	d.await(t, "demo ready")
	for i := range len(demoHosters) + 1 {
		address := fmt.Sprintf("http://127.0.0.1:%d/", port+i)
		got, err := (request{accept: "text/html"}).ask(ctx, address)
		if err != nil || !strings.HasPrefix(got, "200\n") {
			t.Errorf("%s: got %.20q and %v, want 200", address, got, err)
		}
	}
	listings, err := (request{accept: "application/json"}).ask(ctx, fmt.Sprintf("http://127.0.0.1:%d/api/v1/listings", port))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Le Menhir associatif", "La Traboule coopérative", "Garrigue numérique", "Collectif du Beffroi", "Le Veloutier", "Zinneke asbl"} {
		if !strings.Contains(listings, name) {
			t.Errorf("the directory does not list %s", name)
		}
	}
	if code := d.interrupt(t); code != exitDone {
		t.Errorf("exit code after Ctrl-C: got %d, want 0", code)
	}
	for i := range len(demoHosters) + 1 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port+i))
		if err != nil {
			t.Errorf("a node outlived the demo: %v", err)
			continue
		}
		l.Close()
	}
}
