package badger

import (
	"context"

	"matou/federation/ap"
)

func outboxKey(o ap.OutboxItem) []byte {
	return join(kindOutbox, hash(o.Actor), []byte(o.Key))
}

// Outbox gives an actor's activities, newest first.
func (s *Store) Outbox(ctx context.Context, actor ap.IRI, p ap.Page) ([]ap.OutboxItem, error) {
	return read(ctx, s, func(t *tx) ([]ap.OutboxItem, error) {
		w := walk{prefix: byHash(kindOutbox, actor), backward: true}
		if p.After != "" {
			w.from, w.past = []byte(p.After), true
		}
		return collect[ap.OutboxItem](t, w, pageOf(p))
	})
}

// saveOutboxItem places an activity in an outbox.
func (t *tx) saveOutboxItem(o ap.OutboxItem) error {
	found, err := t.has(outboxKey(o))
	if err != nil {
		return err
	}
	if !found {
		if err := t.count(o.Actor, 0, 0, 1); err != nil {
			return err
		}
	}
	return t.save(outboxKey(o), o)
}

// removeOutboxItem takes what stands under that actor and key out.
func (t *tx) removeOutboxItem(o ap.OutboxItem) error {
	found, err := t.has(outboxKey(o))
	if err != nil || !found {
		return err
	}
	if err := t.count(o.Actor, 0, 0, -1); err != nil {
		return err
	}
	return t.Delete(outboxKey(o))
}
