package peers

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/federationtest"
	"matou/federation/proof"
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
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
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

// allVerified fails for each request that the independent checkers refused.
func (p *peer) allVerified() {
	p.t.Helper()
	for _, s := range p.journal().Received {
		if s.Check.Error != "" {
			p.t.Errorf("%s %s signed by %s in %s: %s", s.Method, s.Path, s.Check.KeyID, s.Check.Scheme, s.Check.Error)
		}
	}
}

// hoster starts one of our nodes with a published profile.
func hoster(t *testing.T) (*federationtest.Node, string) {
	t.Helper()
	h := directorytest.Hoster("Chat Droite")
	n := federationtest.NewNode(t, federationtest.Options{Hoster: h.Handle})
	if _, err := n.PublishHoster(context.Background(), ap.Profile{Hoster: h}); err != nil {
		t.Fatal(err)
	}
	return n, n.ActorID(h.Handle)
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

// TestFedifyFollowsAHoster is the whole story of a reader on an independent
// implementation, whichever signature scheme it tries first.
func TestFedifyFollowsAHoster(t *testing.T) {
	for _, firstKnock := range []string{"rfc9421", "draft-cavage-http-signatures-12"} {
		t.Run(firstKnock, func(t *testing.T) {
			t.Parallel()
			n, actor := hoster(t)
			p := startPeer(t, firstKnock)
			ctx := context.Background()

			var follow struct{ ID string }
			p.control("follow", map[string]string{"actor": actor}, &follow)
			accept := p.await("the Accept", func(h heard) bool { return h.Type == "Accept" })
			if accept.Actor != actor || accept.Object != follow.ID {
				t.Errorf("Accept of %s by %s, want of %s by %s", accept.Object, accept.Actor, follow.ID, actor)
			}
			if got := followers(t, n, actor); got != 1 {
				t.Errorf("%d followers, want 1", got)
			}

			readsAnAnnouncement(ctx, t, n, p)
			readsAnIncident(ctx, t, n, p)

			p.control("unfollow", map[string]string{"actor": actor}, nil)
			federationtest.Eventually(t, "the Undo", func() bool { return followers(t, n, actor) == 0 })
			idle(t, n)
			before := len(p.journal().Received)
			if _, err := n.PublishNotice(ctx, directory.NoticeDraft{
				Kind: directory.NoticeAnnouncement, Language: "fr", Title: "Personne ne lit plus", Body: "Ceci ne part pas.",
			}); err != nil {
				t.Fatal(err)
			}
			idle(t, n)
			if after := len(p.journal().Received); after != before {
				t.Errorf("%d requests after the unfollow", after-before)
			}
			p.allVerified()
		})
	}
}

func readsAnAnnouncement(ctx context.Context, t *testing.T, n *federationtest.Node, p *peer) {
	t.Helper()
	notice, err := n.PublishNotice(ctx, directory.NoticeDraft{
		Kind: directory.NoticeAnnouncement, Language: "fr",
		Title: "Atelier du samedi", Body: "On installe *ensemble* un agenda libre.",
	})
	if err != nil {
		t.Fatal(err)
	}
	id := string(notice.ID)
	created := p.await("the announcement", func(h heard) bool { return h.Type == "Create" && h.Object == id })
	if created.ObjectType != "Note" || !strings.Contains(created.Content, "<em>ensemble</em>") || !strings.Contains(created.Content, "Atelier du samedi") {
		t.Errorf("announcement read as %+v", created)
	}
	if created.Language != "fr" {
		t.Errorf("language %q, want fr", created.Language)
	}
	if _, err := n.EditNotice(ctx, notice.ID, "", "On installe *ensemble* un agenda libre, à 14 h."); err != nil {
		t.Fatal(err)
	}
	edited := p.await("the edit", func(h heard) bool { return h.Type == "Update" && h.Object == id })
	if !strings.Contains(edited.Content, "14 h") || edited.Updated == "" {
		t.Errorf("edit read as %+v", edited)
	}
	if err := n.DeleteNotice(ctx, notice.ID); err != nil {
		t.Fatal(err)
	}
	p.await("the deletion", func(h heard) bool { return h.Type == "Delete" && h.Object == id && h.ObjectType == "Tombstone" })
	resp, err := http.Get(id)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusGone {
		t.Errorf("deleted note answers %d, want 410", resp.StatusCode)
	}
}

func readsAnIncident(ctx context.Context, t *testing.T, n *federationtest.Node, p *peer) {
	t.Helper()
	notice, err := n.PublishNotice(ctx, directory.NoticeDraft{
		Kind: directory.NoticeIncident, Language: "fr", Title: "Le courrier arrive en retard", Body: "Nous cherchons pourquoi.",
	})
	if err != nil {
		t.Fatal(err)
	}
	root := string(notice.ID)
	p.await("the incident", func(h heard) bool { return h.Type == "Create" && h.Object == root })
	for _, step := range []directory.NoticeUpdate{
		{Stage: directory.Identified, Body: "Un disque est plein."},
		{Stage: directory.Resolved, Body: "Le courrier repart."},
	} {
		if _, err := n.UpdateNotice(ctx, notice.ID, step); err != nil {
			t.Fatal(err)
		}
		p.await("the reply "+step.Body, func(h heard) bool {
			return h.Type == "Create" && h.ReplyTo == root && strings.Contains(h.Content, step.Body)
		})
	}
	p.await("the incident told as resolved in its first note", func(h heard) bool {
		return h.Type == "Update" && h.Object == root && strings.Contains(h.Content, "Terminé")
	})
	idle(t, n)
	inOrder(t, p.journal().Read, root)
}

// inOrder checks that each reply came before the rewritten root that counts on
// it, and the steps in their order.
func inOrder(t *testing.T, read []heard, root string) {
	t.Helper()
	var got []string
	for _, h := range read {
		if h.Object == root || h.ReplyTo == root {
			got = append(got, h.Type)
		}
	}
	if want := "Create Create Update Create Update"; strings.Join(got, " ") != want {
		t.Errorf("the thread came as %q, want %q", strings.Join(got, " "), want)
	}
}

// TestFedifyFollowsADirectory follows one directory and hears of its hosters:
// the directory announces what they say, and the words are read where they
// live.
func TestFedifyFollowsADirectory(t *testing.T) {
	ctx := context.Background()
	h, hosterID := hoster(t)
	agg := federationtest.NewNode(t, federationtest.Options{Aggregator: "bretagne"})
	directoryID := agg.ActorID("bretagne")
	if _, err := agg.Follow(ctx, "@"+directorytest.Hoster("Chat Droite").Handle+"@"+h.Host); err != nil {
		t.Fatal(err)
	}
	federationtest.Eventually(t, "the hoster is listed", func() bool {
		listed, err := agg.Store.Listed(ctx, directory.ID(hosterID))
		return err == nil && listed
	})
	p := startPeer(t, "rfc9421")
	p.control("follow", map[string]string{"actor": directoryID}, nil)
	p.await("the Accept", func(a heard) bool { return a.Type == "Accept" && a.Actor == directoryID })

	notice, err := h.PublishNotice(ctx, directory.NoticeDraft{
		Kind: directory.NoticeIncident, Language: "fr", Title: "Les pads sont lents", Body: "Nous regardons.",
	})
	if err != nil {
		t.Fatal(err)
	}
	id := string(notice.ID)
	announced := p.await("the Announce", func(a heard) bool { return a.Type == "Announce" && a.Object == id })
	if announced.Actor != directoryID || !strings.Contains(announced.Content, "Nous regardons.") {
		t.Errorf("announced as %+v, want the hoster's own words by %s", announced, directoryID)
	}
	if err := h.DeleteNotice(ctx, notice.ID); err != nil {
		t.Fatal(err)
	}
	p.await("the Undo of the Announce", func(a heard) bool { return a.Type == "Undo" && a.Actor == directoryID })
	p.allVerified()
	p.proofsHold("Announce", "Undo")
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

// TestFedifysProof reads a proof that Fedify made.
func TestFedifysProof(t *testing.T) {
	p := startPeer(t, "rfc9421")
	var signed struct {
		Activity json.RawMessage
		Key      struct {
			ID                 string `json:"id"`
			PublicKeyMultibase string `json:"publicKeyMultibase"`
		}
	}
	p.control("signed", map[string]string{"object": "https://hoster.example/ap/notes/1"}, &signed)
	activity, err := activitystreams.Parse(signed.Activity)
	if err != nil {
		t.Fatal(err)
	}
	key, err := proof.ParseMultikey(signed.Key.PublicKeyMultibase)
	if err != nil {
		t.Fatal(err)
	}
	made, err := proof.Parse(activity)
	if err != nil {
		t.Fatalf("%v: %s", err, signed.Activity)
	}
	if err := made.Verify(key); err != nil || made.Method != signed.Key.ID {
		t.Errorf("by %s: %v, want that it holds, by %s: %s", made.Method, err, signed.Key.ID, signed.Activity)
	}
	activity["object"] = "https://hoster.example/ap/notes/2"
	if made, err = proof.Parse(activity); err != nil || made.Verify(key) == nil {
		t.Errorf("it holds for another document, %v", err)
	}
}

// TestSecondKnock delivers to a peer that takes RFC 9421 only: refused once by
// draft-cavage, then remembered.
func TestSecondKnock(t *testing.T) {
	n, actor := hoster(t)
	p := startPeer(t, "rfc9421")
	p.control("settings", map[string]bool{"refuseCavage": true}, nil)
	p.control("follow", map[string]string{"actor": actor}, nil)
	p.await("the Accept", func(h heard) bool { return h.Type == "Accept" })
	idle(t, n)
	for i := range 2 {
		if _, err := n.PublishNotice(context.Background(), directory.NoticeDraft{
			Kind: directory.NoticeAnnouncement, Language: "fr", Title: fmt.Sprintf("Nouvelle %d", i), Body: "Bonjour.",
		}); err != nil {
			t.Fatal(err)
		}
		idle(t, n)
	}
	var got []string
	for _, s := range p.journal().Received {
		if s.Method == http.MethodPost {
			got = append(got, fmt.Sprintf("%v %s %d", s.Activity["type"], s.Check.Scheme, s.Status))
		}
	}
	want := []string{"Accept draft-cavage 401", "Accept rfc9421 202", "Create rfc9421 202", "Create rfc9421 202"}
	if strings.Join(got, "; ") != strings.Join(want, "; ") {
		t.Errorf("knocks: %v\nwant: %v", got, want)
	}
	p.allVerified()
}

// TestFedifyReadsAHoster looks our documents up as a person who pastes an
// address into a search field would.
func TestFedifyReadsAHoster(t *testing.T) {
	_, actor := hoster(t)
	p := startPeer(t, "rfc9421")
	var got struct {
		ID, Type, Name, Summary string
		Attachments             []struct{ Name, Value string }
	}
	p.control("object", map[string]string{"id": actor}, &got)
	h := directorytest.Hoster("Chat Droite")
	if got.ID != actor || got.Type != "Organization" || got.Name != h.Name {
		t.Errorf("read as %+v, want the Organization %s", got, actor)
	}
	if len(got.Attachments) < 4 || got.Attachments[0].Name == "" || got.Attachments[0].Value == "" {
		t.Errorf("profile fields read as %+v, want at least four", got.Attachments)
	}
	if got.Summary == "" {
		t.Error("no summary")
	}
}
