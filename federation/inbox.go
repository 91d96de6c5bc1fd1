package federation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-fed/activity/pub"
	"github.com/go-fed/activity/streams"
	lru "github.com/hashicorp/golang-lru/v2"

	"matou/federation/activitystreams"
	"matou/federation/ap"
	"matou/federation/proof"
)

// Bounds of what an inbox takes and remembers.
const (
	maxInboxBody = 256 << 10
	usualBody    = 8 << 10
	mostSeen     = 32 << 10           // ids of activities, in memory
	activityLife = 7 * 24 * time.Hour // how long a sender may come again with the same activity
	stripes      = 1024
	courtesy     = 250 * time.Millisecond // see stepAside
	courtesyStep = 5 * time.Millisecond
)

// inbound is what the receiving half of a Node holds of its own.
type inbound struct {
	pub       pub.FederatingActor
	resolver  *streams.TypeResolver
	requests  map[string]effect // by type: what go-fed does not know
	keys      keyring
	away      away                               // hosts that do not answer when asked for keys
	seen      *lru.Cache[activityName, struct{}] // activities that took effect lately
	seed      maphash.Seed
	actors    [stripes]sync.RWMutex // see lockActor
	threads   [stripes]sync.Mutex   // see lockThread
	published sync.Map              // our actors that have a document
	busy      atomic.Int64          // activities that are being received now
	waiting   atomic.Int64          // those of them that were read
	tally     tally                 // what became of activities, by type
	refusals  tally                 // those that were not authentic, by reason
	counts    struct {
		applied, ignored, unknown, duplicate, refused, malformed, limited, failed atomic.Uint64
		readsLimited                                                              atomic.Uint64
	}
}

// activityName is an activity of an actor: a neighbour on its host that uses
// the same id first takes nothing from it.
type activityName struct{ actor, id ap.IRI }

// init makes the receiving half of n ready.
func (in *inbound) init(n *Node) error {
	var err error
	in.seed = maphash.MakeSeed()
	if in.seen, err = lru.New[activityName, struct{}](mostSeen); err != nil {
		return err
	}
	if err = in.keys.init(); err != nil {
		return err
	}
	d := &delegate{node: n}
	if in.resolver, err = streams.NewTypeResolver(d.effects()...); err != nil {
		return err
	}
	in.requests = n.requests()
	in.pub = pub.NewCustomActor(d, false, true, pubClock(n.clock))
	return nil
}

// pubClock is the node's clock as go-fed wants it.
type pubClock func() time.Time

// Now is the time.
func (c pubClock) Now() time.Time { return c() }

// ReceiveStats counts what became of the activities that came in since the
// start. Every count only grows.
type ReceiveStats struct {
	Applied      uint64 `json:"applied"`      // took effect
	Ignored      uint64 `json:"ignored"`      // were authentic and of no concern here
	Unknown      uint64 `json:"unknown"`      // were of a type that is not known here
	Duplicate    uint64 `json:"duplicate"`    // had come before
	Refused      uint64 `json:"refused"`      // were not authentic
	Malformed    uint64 `json:"malformed"`    // could not be read
	Limited      uint64 `json:"limited"`      // came too fast for their origin to be asked for keys
	Failed       uint64 `json:"failed"`       // met an error of this node
	KeysFetched  uint64 `json:"keysFetched"`  // actors that were fetched for their keys
	KeysUnusable uint64 `json:"keysUnusable"` // of these, those that gave none
}

// ReceiveStats gives a snapshot.
func (n *Node) ReceiveStats() ReceiveStats {
	c := &n.in.counts
	return ReceiveStats{
		Applied: c.applied.Load(), Ignored: c.ignored.Load(), Unknown: c.unknown.Load(),
		Duplicate: c.duplicate.Load(), Refused: c.refused.Load(), Malformed: c.malformed.Load(),
		Limited: c.limited.Load(), Failed: c.failed.Load(),
		KeysFetched: n.in.keys.fetched.Load(), KeysUnusable: n.in.keys.unusable.Load(),
	}
}

// lockActor holds back everything else that decides on what a remote actor
// may change, until the function that it gives is called: what is read, what
// is decided on it and what is applied belong together.
func (n *Node) lockActor(id ap.IRI) (unlock func()) {
	m := &n.in.actors[n.in.stripe(id)]
	m.Lock()
	return m.Unlock
}

// shareActor lets activities of one actor that do not touch one another's
// records (notes of different threads) go together, so that they reach the
// store at once and share one durable write. lockActor excludes them all.
func (n *Node) shareActor(id ap.IRI) (unlock func()) {
	m := &n.in.actors[n.in.stripe(id)]
	m.RLock()
	return m.RUnlock
}

// lockThread holds back other notes of one thread: they change one notice.
func (n *Node) lockThread(root ap.IRI) (unlock func()) {
	m := &n.in.threads[n.in.stripe(root)]
	m.Lock()
	return m.Unlock
}

func (in *inbound) stripe(id ap.IRI) uint64 {
	return maphash.String(in.seed, string(id)) % stripes
}

// received is one activity on its way in. The raw bytes are the truth: what
// go-fed sees of it is an envelope made from them.
type received struct {
	request *http.Request
	raw     []byte
	object  activitystreams.Object
	member  []byte // its "object", as it stands in raw
	id      ap.IRI
	kind    string
	actor   ap.IRI                       // who signed it, once authenticated
	sender  ap.Actor                     // as its keys were found
	proof   *proof.Proof                 // by which the actor speaks through somebody else
	note    *authored                    // the note that it carries, once read
	self    *ap.Actor                    // its actor as it carries it, once read
	asks    activitystreams.StampRequest // what it asks for, once read
	move    *movement                    // where its actor went, once checked
	result  string                       // what became of it, as metrics name it
}

type receivedKey struct{}

// receive takes a POST to any inbox of this node (ActivityPub 7). Which inbox
// it was does not matter: whom an activity concerns stands in it.
//
// 202 is for everything authentic, whether it has an effect here or not, and
// for what needs no check to have none: peers take other statuses for a fault
// and come again. 4xx carry a reason code and nothing else.
func (n *Node) receive(w http.ResponseWriter, r *http.Request) {
	leave, ok := n.limitPost(w, r)
	if !ok {
		return
	}
	n.in.busy.Add(1)
	defer n.in.busy.Add(-1)
	rec := &received{request: r}
	out := &inboxWriter{ResponseWriter: w, rec: rec}
	defer func() { leave(out.status) }()
	defer func() { n.in.tally.add(typeLabel(rec.kind), rec.result) }()
	body, refused := readActivity(w, r)
	if refused.status == 0 {
		if n.in.waiting.Add(1) > mostWaiting {
			refused = refusal{http.StatusServiceUnavailable, reasonBusy}
		}
		defer n.in.waiting.Add(-1)
	}
	if refused.status != 0 {
		n.answer(out, refused)
		return
	}
	rec.raw = body
	defer func() {
		// go-fed's vocabulary has panicked on what strangers wrote; no single
		// activity may take the node down.
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // a sentinel of net/http for recover
				panic(p)
			}
			n.log.ErrorContext(r.Context(), "panic on a received activity", "panic", clip(fmt.Sprint(p)), "stack", string(debug.Stack()))
			if !out.wrote {
				n.answer(w, refusal{http.StatusBadRequest, reasonMalformed})
			}
		}
	}()
	_, err := n.in.pub.PostInbox(context.WithValue(r.Context(), receivedKey{}, rec), out, envelopeRequest(r))
	switch {
	case err == nil && out.wrote:
	case err == nil:
		n.answer(out, refusal{http.StatusUnsupportedMediaType, reasonContentType})
	default:
		n.fail(out, rec, err)
	}
}

// fail answers an activity on which this node, or go-fed's reading of it,
// failed.
func (n *Node) fail(w *inboxWriter, rec *received, err error) {
	var own *effectError
	switch {
	case w.wrote:
	case !errors.As(err, &own):
		n.log.DebugContext(rec.request.Context(), "activity not readable", "type", clip(rec.kind), "error", clip(err.Error()))
		n.answer(w, refusal{http.StatusBadRequest, reasonMalformed})
	case rec.request.Context().Err() != nil:
		n.answer(w, refusal{http.StatusServiceUnavailable, "cancelled"})
	default:
		n.in.counts.failed.Add(1)
		n.log.ErrorContext(rec.request.Context(), "receive an activity", "type", clip(rec.kind), "actor", clip(string(rec.actor)), "error", own.error)
		// A full disk, for one: the peer keeps the activity and comes again.
		n.answer(w, refusal{http.StatusServiceUnavailable, "unavailable"})
	}
}

// readActivity reads the body of a POST within its bounds. The bytes are
// taken as they are: a Digest is of the bytes as sent.
func readActivity(w http.ResponseWriter, r *http.Request) ([]byte, refusal) {
	if !isActivityType(r.Header.Get("Content-Type")) {
		return nil, refusal{http.StatusUnsupportedMediaType, reasonContentType}
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return nil, refusal{http.StatusUnsupportedMediaType, "content_encoding"}
	}
	if r.ContentLength > maxInboxBody {
		return nil, refusal{http.StatusRequestEntityTooLarge, "size"}
	}
	var buf bytes.Buffer
	if r.ContentLength > 0 {
		// What is only promised takes no room: the rest follows the bytes.
		buf.Grow(int(min(r.ContentLength, usualBody)) + bytes.MinRead)
	}
	_, err := io.Copy(&buf, http.MaxBytesReader(w, r.Body, maxInboxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refusal{http.StatusRequestEntityTooLarge, "size"}
	case err != nil:
		return nil, refusal{http.StatusBadRequest, "body"}
	}
	return buf.Bytes(), refusal{}
}

// envelopeRequest is the request as go-fed may see it: a Content-Type in the
// one spelling that it knows and an address of its own to rewrite. Its body is
// set once the activity is authentic.
func envelopeRequest(r *http.Request) *http.Request {
	return &http.Request{
		Method: http.MethodPost,
		URL:    &url.URL{Path: r.URL.Path},
		Host:   r.Host,
		Header: http.Header{"Content-Type": {typeActivity}},
		Body:   http.NoBody,
	}
}

// inboxWriter turns go-fed's 200 into the 202 that peers expect of an inbox.
type inboxWriter struct {
	http.ResponseWriter
	rec    *received
	wrote  bool
	status int
}

// WriteHeader writes the status, once.
func (w *inboxWriter) WriteHeader(status int) {
	if w.wrote {
		return
	}
	w.wrote = true
	if status == http.StatusOK {
		status = http.StatusAccepted
	}
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Write writes a body.
func (w *inboxWriter) Write(b []byte) (int, error) {
	if !w.wrote {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// stepAside lets what comes in go before a signature for what goes out, for a
// moment: a peer that waits for its answer comes again, and a delivery can
// wait. It never waits for long, so that news leaves also under a flood.
func (n *Node) stepAside(ctx context.Context) {
	for waited := time.Duration(0); waited < courtesy; waited += courtesyStep {
		if n.in.busy.Load() <= int64(runtime.NumCPU()) || ctx.Err() != nil {
			return
		}
		time.Sleep(courtesyStep)
	}
}

// answer writes what was decided without an effect, and counts it.
func (n *Node) answer(w http.ResponseWriter, v refusal) {
	c := &n.in.counts
	result := resultIgnored
	switch v.status {
	case http.StatusAccepted:
		switch v.reason {
		case reasonDuplicate:
			c.duplicate.Add(1)
			result = resultDuplicate
		case reasonUnknownType:
			c.unknown.Add(1)
			result = resultUnknown
		default:
			c.ignored.Add(1)
		}
	case http.StatusUnauthorized, http.StatusForbidden:
		c.refused.Add(1)
		n.in.refusals.add(v.reason, "")
		result = resultRefused
	case http.StatusTooManyRequests:
		c.limited.Add(1)
		w.Header().Set("Retry-After", "60")
		result = resultLimited
	case http.StatusServiceUnavailable:
		wait := "300"
		if v.reason == reasonBusy {
			wait = waitingRetry
		}
		w.Header().Set("Retry-After", wait)
		result = resultFailed
	default:
		c.malformed.Add(1)
		result = resultMalformed
	}
	if out, ok := w.(*inboxWriter); ok {
		out.rec.result = result
	}
	if v.status == http.StatusAccepted {
		w.WriteHeader(v.status)
		return
	}
	writeReason(w, v.status, v.reason)
}
