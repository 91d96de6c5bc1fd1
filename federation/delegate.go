package federation

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/go-fed/activity/pub"
	"github.com/go-fed/activity/streams"
	"github.com/go-fed/activity/streams/vocab"

	"matou/federation/ap"
)

// delegate is what this node does at each step of go-fed's algorithm for an
// inbox. go-fed's own side effects are not used: they trust what an activity
// says of itself.
type delegate struct{ node *Node }

var _ pub.DelegateActor = (*delegate)(nil)

// errServerOnly answers the client to server half of ActivityPub, which this
// node does not speak.
var errServerOnly = errors.New("client to server is not spoken here")

// AuthenticatePostInbox lets go-fed read the envelope of an activity that is
// authentic, and answers every other; requests, whose types go-fed does not
// know, are carried out here.
func (d *delegate) AuthenticatePostInbox(ctx context.Context, w http.ResponseWriter, r *http.Request) (context.Context, bool, error) {
	rec, ok := ctx.Value(receivedKey{}).(*received)
	if !ok {
		return ctx, false, errServerOnly
	}
	if v := d.node.authenticate(ctx, rec); v.status != 0 {
		d.node.answer(w, v)
		return ctx, false, nil
	}
	if e, ok := d.node.in.requests[rec.kind]; ok {
		if err := d.node.take(ctx, e); err != nil {
			return ctx, false, err
		}
		w.WriteHeader(http.StatusAccepted)
		return ctx, false, nil
	}
	envelope, err := rec.object.Envelope()
	if err != nil {
		return ctx, false, err
	}
	r.Body = io.NopCloser(bytes.NewReader(envelope))
	return ctx, true, nil
}

// PostInboxRequestBodyHook adds nothing.
func (d *delegate) PostInboxRequestBodyHook(ctx context.Context, _ *http.Request, _ pub.Activity) (context.Context, error) {
	return ctx, nil
}

// AuthorizePostInbox makes sure that go-fed read the activity that was
// authenticated, and nothing else.
func (d *delegate) AuthorizePostInbox(ctx context.Context, w http.ResponseWriter, a pub.Activity) (bool, error) {
	rec, ok := ctx.Value(receivedKey{}).(*received)
	if ok && a.GetTypeName() == rec.kind && a.GetJSONLDId() != nil && a.GetJSONLDId().IsXMLSchemaAnyURI() {
		return true, nil
	}
	d.node.answer(w, refusal{http.StatusBadRequest, reasonMalformed})
	return false, nil
}

// PostInbox carries out what an activity of its type does here.
func (d *delegate) PostInbox(ctx context.Context, _ *url.URL, a pub.Activity) error {
	err := d.node.in.resolver.Resolve(ctx, a)
	if streams.IsUnmatchedErr(err) {
		d.node.in.counts.ignored.Add(1)
		return nil
	}
	return err
}

// effects gives what each type of activity does here, in the form that go-fed
// dispatches on. Other types do nothing.
func (d *delegate) effects() []any {
	n := d.node
	alone := func(change func(context.Context, *received, *ap.Change) error) effect {
		return effect{hold: n.holdActor, change: change}
	}
	create := effect{hold: n.holdNote, change: n.receiveCreate}
	follow, undo := alone(n.receiveFollow), alone(n.receiveUndo)
	accept, reject := alone(n.receiveAccept), alone(n.receiveReject)
	update := effect{hold: n.holdUpdate, change: n.receiveUpdate}
	remove, block := alone(n.receiveDelete), alone(n.receiveBlock)
	move := effect{hold: n.holdMove, change: n.receiveMove}
	flag := effect{hold: n.holdReports, change: n.receiveFlag}
	add, takeOut := alone(n.receiveAdd), alone(n.receiveRemove)
	return []any{
		func(ctx context.Context, _ vocab.ActivityStreamsFollow) error { return n.take(ctx, follow) },
		func(ctx context.Context, _ vocab.ActivityStreamsUndo) error { return n.take(ctx, undo) },
		func(ctx context.Context, _ vocab.ActivityStreamsAccept) error { return n.take(ctx, accept) },
		func(ctx context.Context, _ vocab.ActivityStreamsReject) error { return n.take(ctx, reject) },
		func(ctx context.Context, _ vocab.ActivityStreamsCreate) error { return n.take(ctx, create) },
		func(ctx context.Context, _ vocab.ActivityStreamsUpdate) error { return n.take(ctx, update) },
		func(ctx context.Context, _ vocab.ActivityStreamsDelete) error { return n.take(ctx, remove) },
		func(ctx context.Context, _ vocab.ActivityStreamsBlock) error { return n.take(ctx, block) },
		func(ctx context.Context, _ vocab.ActivityStreamsMove) error { return n.take(ctx, move) },
		func(ctx context.Context, _ vocab.ActivityStreamsFlag) error { return n.take(ctx, flag) },
		func(ctx context.Context, _ vocab.ActivityStreamsAdd) error { return n.take(ctx, add) },
		func(ctx context.Context, _ vocab.ActivityStreamsRemove) error { return n.take(ctx, takeOut) },
	}
}

// InboxForwarding does nothing: what others say is forwarded by nobody here
// (ActivityPub 7.1.2 makes it a SHOULD for private replies, of which there are
// none).
func (d *delegate) InboxForwarding(context.Context, *url.URL, pub.Activity) error { return nil }

// PostOutboxRequestBodyHook is client to server.
func (d *delegate) PostOutboxRequestBodyHook(ctx context.Context, _ *http.Request, _ vocab.Type) (context.Context, error) {
	return ctx, errServerOnly
}

// AuthenticateGetInbox is client to server.
func (d *delegate) AuthenticateGetInbox(ctx context.Context, _ http.ResponseWriter, _ *http.Request) (context.Context, bool, error) {
	return ctx, false, errServerOnly
}

// PostOutbox is client to server.
func (d *delegate) PostOutbox(context.Context, pub.Activity, *url.URL, map[string]any) (bool, error) {
	return false, errServerOnly
}

// AddNewIDs is client to server.
func (d *delegate) AddNewIDs(context.Context, pub.Activity) error { return errServerOnly }

// Deliver is client to server; what this node says is delivered from its queue.
func (d *delegate) Deliver(context.Context, *url.URL, pub.Activity) error { return errServerOnly }

// AuthenticatePostOutbox is client to server.
func (d *delegate) AuthenticatePostOutbox(ctx context.Context, _ http.ResponseWriter, _ *http.Request) (context.Context, bool, error) {
	return ctx, false, errServerOnly
}

// AuthenticateGetOutbox is not asked: outboxes are served as stored bytes.
func (d *delegate) AuthenticateGetOutbox(ctx context.Context, _ http.ResponseWriter, _ *http.Request) (context.Context, bool, error) {
	return ctx, false, errServerOnly
}

// WrapInCreate is client to server.
func (d *delegate) WrapInCreate(context.Context, vocab.Type, *url.URL) (vocab.ActivityStreamsCreate, error) {
	return nil, errServerOnly
}

// GetOutbox is not asked: outboxes are served as stored bytes.
func (d *delegate) GetOutbox(context.Context, *http.Request) (vocab.ActivityStreamsOrderedCollectionPage, error) {
	return nil, errServerOnly
}

// GetInbox is client to server.
func (d *delegate) GetInbox(context.Context, *http.Request) (vocab.ActivityStreamsOrderedCollectionPage, error) {
	return nil, errServerOnly
}
