package federation

import (
	"context"
	"errors"
	"fmt"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/fetch"
)

// errHandle says that a hoster's handle was looked up and is not its own.
var errHandle = errors.New("the handle is not its own")

// handlePatience is how many tries in a row must find nobody behind a handle
// before that counts: a server that is being repaired may answer 404 for an
// hour. Somebody else behind it counts at once.
const handlePatience = 4

// notItsOwn marks the failure to find an actor by its own handle where the
// server has answered, and not for it.
func notItsOwn(err error) error {
	for _, final := range []error{directory.ErrConflict, directory.ErrForbidden, directory.ErrNotFound, directory.ErrGone} {
		if errors.Is(err, final) {
			return errors.Join(errHandle, err)
		}
	}
	return err
}

// loseHandle adds to c the end of a listing whose handle leads to somebody
// else, or, for a while now, to nobody: the directory names hosters by their
// handles, and would send people to a stranger. The hoster stays followed, and
// is listed again when its handle is right again.
func (n *Node) loseHandle(ctx context.Context, r ap.Refresh, err error, c *ap.Change) error {
	if !errors.Is(err, errHandle) {
		return nil
	}
	var status *fetch.StatusError
	nobody := errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) || errors.As(err, &status)
	if nobody && r.Attempts < handlePatience {
		return nil
	}
	return n.withdraw(ctx, r.Actor, endedHandle, c)
}

// checkHandle makes sure that the actor's host gives the handle to this actor.
func (n *Node) checkHandle(ctx context.Context, actor ap.Actor) error {
	handle := actor.Username + "@" + actor.ID.Host()
	id, err := n.resolveHandle(ctx, handle)
	if err != nil {
		return fmt.Errorf("check the handle %s: %w", handle, notItsOwn(err))
	}
	if id != actor.ID {
		return fmt.Errorf("check the handle %s: it belongs to %s: %w", handle, id, notItsOwn(directory.ErrConflict))
	}
	return nil
}
