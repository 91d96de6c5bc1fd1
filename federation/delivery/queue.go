// Package delivery moves activities from the queue to their inboxes: in order
// for each inbox, retried with backoff over days, a few at once for each host.
package delivery

import (
	"context"
	"time"

	"matou/federation/ap"
)

// Queue is the persistent queue of deliveries. Entries come in with the
// ap.Change that they announce; they leave by Settle only.
type Queue interface {
	// DueLanes gives at most limit lanes due at now, earliest first, leaving
	// out those that skip names (they are being worked on).
	DueLanes(ctx context.Context, now time.Time, limit int, skip func(inbox ap.IRI) bool) ([]ap.Lane, error)
	// NextDue gives when the earliest lane is due; the zero time where the queue is empty.
	NextDue(ctx context.Context) (time.Time, error)
	// Deliveries gives the first deliveries of a lane, in order, at most limit.
	Deliveries(ctx context.Context, inbox ap.IRI, limit int) ([]ap.Delivery, error)
	// Settle records what became of deliveries, durably. A delivery that is
	// not in the queue any more is passed over.
	Settle(ctx context.Context, outcomes []ap.Outcome) error
}
