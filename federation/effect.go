package federation

import (
	"context"
	"errors"
	"fmt"

	"matou/directory"
	"matou/federation/ap"
)

// effect is what one type of activity does here.
type effect struct {
	// hold reads what needs no lock, and holds back what must not happen at
	// the same time until unlock is called.
	hold func(ctx context.Context, rec *received) (unlock func(), err error)
	// change adds to c what follows from the activity.
	change func(ctx context.Context, rec *received, c *ap.Change) error
}

// ignored says why an authentic activity has no effect here. hold and change
// fail with it.
type ignored string

// Error is the reason.
func (i ignored) Error() string { return string(i) }

// effectError marks an error of this node, which go-fed passes on among its
// own.
type effectError struct{ error }

// Unwrap gives the error itself.
func (e *effectError) Unwrap() error { return e.error }

// take carries out the effect of an activity: one Change, applied once however
// often the activity comes.
func (n *Node) take(ctx context.Context, e effect) error {
	rec, ok := ctx.Value(receivedKey{}).(*received)
	if !ok {
		return &effectError{directory.ErrInvalid}
	}
	applied, err := n.carryOut(ctx, rec, e)
	var why ignored
	switch {
	case errors.As(err, &why):
		n.in.counts.ignored.Add(1)
		rec.result = resultIgnored
		n.log.DebugContext(ctx, "activity ignored", "type", rec.kind, "actor", string(rec.actor), "reason", string(why))
		return nil
	case err != nil:
		return &effectError{fmt.Errorf("take a %s: %w", rec.kind, err)}
	}
	n.in.seen.Add(activityName{rec.actor, rec.id}, struct{}{})
	if applied {
		n.in.counts.applied.Add(1)
		rec.result = resultApplied
	} else {
		n.in.counts.duplicate.Add(1)
		rec.result = resultDuplicate
	}
	return nil
}

func (n *Node) carryOut(ctx context.Context, rec *received, e effect) (applied bool, err error) {
	unlock, err := e.hold(ctx, rec)
	if err != nil {
		return false, err
	}
	defer unlock()
	defer n.policies.hold()()
	if n.policy(rec.actor.Host()).suspended() {
		return false, ignored("suspended") // while it was on its way
	}
	now := n.now()
	c := ap.Change{Activity: &ap.Activity{
		ID: rec.id, Type: rec.kind, Actor: rec.actor, ReceivedAt: now, ExpiresAt: now.Add(activityLife),
	}}
	if err := e.change(ctx, rec, &c); err != nil {
		return false, err
	}
	return n.apply(ctx, c)
}

// holdActor is the hold of whatever changes what its actor may do.
func (n *Node) holdActor(_ context.Context, rec *received) (unlock func(), err error) {
	return n.lockActor(rec.actor), nil
}
