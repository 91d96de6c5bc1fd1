package peers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/ap"
	"matou/federation/federationtest"
)

// peer is a Fedify server on loopback (peer.mjs) and what it tells of itself.
type peer struct {
	t   *testing.T
	url string
}

// seen is one request that came to the peer: what the independent checkers say
// of its signature, and what the peer answered.
type seen struct {
	Method   string         `json:"method"`
	Path     string         `json:"path"`
	Status   int            `json:"status"`
	Activity map[string]any `json:"activity"`
	Proof    string         `json:"proof"` // "holds", or why it does not; "" without one
	Check    struct {
		Scheme string `json:"scheme"`
		KeyID  string `json:"keyId"`
		Error  string `json:"error"`
	} `json:"check"`
}

// heard is one activity as Fedify understood it.
type heard struct {
	Type, ID, Actor, Object, ObjectType string
	Target, Result                      string
	Content, Language, ReplyTo, Updated string
}

type journal struct {
	Received []seen  `json:"received"`
	Read     []heard `json:"read"`
}

// startPeer starts a Fedify peer that tries the given scheme first.
func startPeer(t *testing.T, firstKnock string) *peer {
	t.Helper()
	needNode(t)
	port, release, err := federationtest.FreePorts(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	cmd := exec.Command("node", "peer.mjs", fmt.Sprint(port), firstKnock)
	stdin, err := cmd.StdinPipe() // the peer ends when it is closed
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("peer: %v", err)
		}
		if t.Failed() && complaints.Len() > 0 {
			t.Logf("peer said:\n%s", complaints.String())
		}
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); !strings.HasPrefix(line, "peer ready") {
		t.Fatalf("peer did not start: %q, %v\n%s", line, err, complaints.String())
	}
	return &peer{t: t, url: fmt.Sprintf("http://localhost:%d", port)}
}

// needNode skips where Node or the npm packages are missing, which is a
// failure where nothing may be left out.
func needNode(t *testing.T) {
	t.Helper()
	_, err := exec.LookPath("node")
	if err == nil {
		_, err = os.Stat(filepath.Join("node_modules", "@fedify", "fedify"))
	}
	if err == nil {
		return
	}
	const what = "needs Node 20 and the npm packages of federation/federationtest/peers: run make test, or npm ci there"
	if os.Getenv("CI") == "true" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// control calls a verb of the peer's control interface.
func (p *peer) control(verb string, in, out any) {
	p.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.Post(p.url+"/control/"+verb, "application/json", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %d %s %v", verb, resp.StatusCode, answer, err)
	}
	if out != nil {
		if err := json.Unmarshal(answer, out); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *peer) journal() journal {
	p.t.Helper()
	var j journal
	p.control("received", nil, &j)
	return j
}

// await gives the first activity understood by Fedify that fits.
func (p *peer) await(what string, fits func(heard) bool) heard {
	p.t.Helper()
	var found heard
	federationtest.Eventually(p.t, what, func() bool {
		for _, h := range p.journal().Read {
			if fits(h) {
				found = h
				return true
			}
		}
		return false
	})
	return found
}

// awaitRequest waits for a request that fits.
func (p *peer) awaitRequest(what string, fits func(seen) bool) {
	p.t.Helper()
	federationtest.Eventually(p.t, what, func() bool { return slices.ContainsFunc(p.journal().Received, fits) })
}

// allVerified fails for each request that the independent checkers refused.
func (p *peer) allVerified() {
	p.t.Helper()
	for _, s := range p.journal().Received {
		if s.Check.Error != "" {
			p.t.Errorf("%s %s signed by %s in %s: %s", s.Method, s.Path, s.Check.KeyID, s.Check.Scheme, s.Check.Error)
		}
	}
}

// thing is an object as Fedify understood it.
type thing struct {
	ID, Type, Name, Summary, Content, Author, Inbox string
	Aliases                                         []string
	Successor                                       string
	MayQuote                                        []string
	InteractingObject, InteractionTarget            string
	Attachments                                     []struct{ Name, Value string }
}

// read looks an address up as Fedify does, by GETs that it signs or not.
func (p *peer) read(id string, signed bool) thing {
	p.t.Helper()
	var found thing
	p.control("object", map[string]any{"id": id, "signed": signed}, &found)
	return found
}

// fetched is a document as Fedify's loader gives it.
type fetched struct {
	Status   int
	Document map[string]any
}

func (p *peer) document(id string, signed bool) fetched {
	p.t.Helper()
	var found fetched
	p.control("document", map[string]any{"id": id, "signed": signed}, &found)
	return found
}

// said is what became of an activity that the peer sent.
type said struct {
	ID     string
	Status int
}

// say has the peer do something (a verb of control.mjs), and makes sure of the
// status that it got.
func (p *peer) say(verb string, what map[string]any, status int) said {
	p.t.Helper()
	var done said
	p.control(verb, what, &done)
	if done.Status != status {
		p.t.Errorf("%s %v: %d, want %d", verb, what, done.Status, status)
	}
	return done
}

// follow has the peer follow one of our actors, and waits for the Accept.
func (p *peer) follow(actor string) {
	p.t.Helper()
	id := p.say("follow", map[string]any{"actor": actor}, http.StatusAccepted).ID
	got := p.await("the Accept", func(h heard) bool { return h.Type == "Accept" && h.Actor == actor })
	if got.Object != id {
		p.t.Errorf("Accept of %s, want of %s", got.Object, id)
	}
}

// actor is the id of an actor of the peer.
func (p *peer) actor(name string) string { return p.url + "/actors/" + name }

// posts counts the activities that came to the peer.
func (p *peer) posts() int {
	p.t.Helper()
	count := 0
	for _, s := range p.journal().Received {
		if s.Method == http.MethodPost {
			count++
		}
	}
	return count
}

// hoster starts one of our nodes with a published profile.
func hoster(t *testing.T) (*federationtest.Node, string) {
	t.Helper()
	return hosterWith(t, federationtest.Options{})
}

// hosterWith is hoster with options of its node.
func hosterWith(t *testing.T, o federationtest.Options) (*federationtest.Node, string) {
	t.Helper()
	h := directorytest.Hoster("Chat Droite")
	o.Hoster = h.Handle
	n := federationtest.NewNode(t, o)
	if _, err := n.PublishHoster(context.Background(), ap.Profile{Hoster: h}); err != nil {
		t.Fatal(err)
	}
	return n, n.ActorID(h.Handle)
}

// directoryOf starts a directory of ours that lists the hoster of a node.
func directoryOf(t *testing.T, h *federationtest.Node, o federationtest.Options) (*federationtest.Node, string) {
	t.Helper()
	o.Aggregator = "bretagne"
	n := federationtest.NewNode(t, o)
	handle := directorytest.Hoster("Chat Droite").Handle
	if _, err := n.Follow(context.Background(), "@"+handle+"@"+h.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the hoster is listed", func() bool {
		listed, err := n.Store.Listed(context.Background(), directory.ID(h.ActorID(handle)))
		return err == nil && listed
	})
	return n, n.ActorID("bretagne")
}

// announce publishes an announcement of our hoster.
func announce(t *testing.T, n *federationtest.Node, title string) directory.Notice {
	t.Helper()
	notice, err := n.PublishNotice(context.Background(), directory.NoticeDraft{
		Kind: directory.NoticeAnnouncement, Language: "fr", Title: title, Body: "On installe *ensemble* un agenda libre.",
	})
	if err != nil {
		t.Fatal(err)
	}
	return notice
}

func followers(t *testing.T, n *federationtest.Node, actor string) int {
	t.Helper()
	count, _, _, err := n.Store.Count(context.Background(), ap.IRI(actor))
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// idle waits until nothing is queued.
func idle(t *testing.T, n *federationtest.Node) {
	t.Helper()
	federationtest.Eventually(t, "the queue is empty", func() bool {
		next, err := n.Store.NextDue(context.Background())
		return err == nil && next.IsZero()
	})
}

// proofsHold makes sure that activities of these types came, each with a proof
// that holds by Fedify's own reading (FEP-8b32).
func (p *peer) proofsHold(types ...string) {
	p.t.Helper()
	for _, kind := range types {
		seen := 0
		for _, s := range p.journal().Received {
			if s.Activity["type"] != kind {
				continue
			}
			seen++
			if s.Proof != "holds" {
				p.t.Errorf("the proof of the %s: %q", kind, s.Proof)
			}
		}
		if seen == 0 {
			p.t.Errorf("no %s came", kind)
		}
	}
}
