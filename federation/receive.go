package federation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Bounds of what is kept of what strangers send.
const (
	tombstoneLife = 30 * 24 * time.Hour // how long a late Create cannot bring back what was deleted
	maxAhead      = 24 * time.Hour      // how far in the future a peer may date what it says
)

// only gives the one object of an activity: its id, and its document where
// it is embedded. An activity on several objects at once is ignored: nobody
// sends any.
func (rec *received) only() (id ap.IRI, embedded activitystreams.Object, err error) {
	value := rec.object["object"]
	if list, ok := value.([]any); ok {
		if len(list) != 1 {
			return "", nil, ignored("not_one_object")
		}
		value = list[0]
	}
	switch v := value.(type) {
	case string:
		return rec.object.IRI("object"), nil, nil
	case map[string]any:
		o := activitystreams.Object(v)
		return o.ID(), o, nil
	}
	return "", nil, ignored("no_object")
}

// embeddedBytes gives the embedded object of an activity as it was sent, byte
// for byte where it stands alone, because that is what is kept of it: member is
// what stands under "object".
func embeddedBytes(member []byte, embedded activitystreams.Object) ([]byte, error) {
	if len(member) > 0 && member[0] == '{' {
		return member, nil
	}
	body, err := json.Marshal(embedded)
	if err != nil {
		return nil, fmt.Errorf("write an embedded object: %w", err)
	}
	return body, nil
}

// localObject gives the actor of this node that an activity is about.
func (n *Node) localObject(id ap.IRI) (ap.LocalActor, error) {
	a, ok := n.local(id)
	if !ok || !n.stands(a) {
		return ap.LocalActor{}, ignored("not_ours")
	}
	return a, nil
}

// locals are the actors of this node that follow and are followed.
func (n *Node) locals() []ap.LocalActor {
	var out []ap.LocalActor
	for _, kind := range []ap.LocalKind{ap.KindAggregator, ap.KindHoster} {
		if a, ok := n.localKind(kind); ok {
			out = append(out, a)
		}
	}
	return append(out, n.areaActors()...)
}

// followOf gives the Follow of a pair, and whether there is one.
func (n *Node) followOf(ctx context.Context, actor, object ap.IRI) (ap.Follow, bool, error) {
	f, err := n.store.Follow(ctx, actor, object)
	if isNotFound(err) {
		return f, false, nil
	}
	return f, err == nil, err
}

// listed makes sure that this node's directory lists a hoster: nothing that
// anybody else publishes is kept. A listing stands only while its hoster is
// followed and has accepted: whatever ends the one ends the other, in the same
// Change.
func (n *Node) listed(ctx context.Context, hoster ap.IRI) error {
	if _, ok := n.localKind(ap.KindAggregator); !ok {
		return ignored("no_aggregator")
	}
	listed, err := n.store.Listed(ctx, directory.ID(hoster))
	if err == nil && !listed {
		return ignored("not_listed")
	}
	return err
}

// follows reports whether this node's directory follows an actor that agreed.
func (n *Node) follows(ctx context.Context, actor ap.IRI) (bool, error) {
	agg, ok := n.localKind(ap.KindAggregator)
	if !ok {
		return false, nil
	}
	f, ok, err := n.followOf(ctx, agg.ID, actor)
	return ok && f.State == ap.FollowAccepted, err
}

// notAhead gives t, or now where t lies too far in the future to be meant: a
// document dated next year could never be changed again. It is a whole second:
// peers say no more, and what they say in the same second is not older.
func notAhead(t, now time.Time) time.Time {
	if t.After(now.Add(maxAhead)) {
		return now.Truncate(time.Second)
	}
	return t
}
