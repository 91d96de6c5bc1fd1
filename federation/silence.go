package federation

import (
	"context"
	"log/slog"

	"matou/federation/ap"
)

// forgottenTogether is how many followers leave in one transaction.
const forgottenTogether = 200

// forgetHost removes the followers of a host whose name leads nowhere any
// more, and throws away what waits for it. Hosters of that host stay listed
// until their refreshes say otherwise: a listing names its date.
func (n *Node) forgetHost(ctx context.Context, host string) {
	for _, a := range n.locals() {
		if err := n.dropFollowersOf(ctx, a.ID, host); err != nil && ctx.Err() == nil {
			n.log.ErrorContext(ctx, "forget the followers of a host", slog.String("host", host), slog.String("error", err.Error()))
			return
		}
	}
	if _, err := n.DropHost(ctx, host); err != nil && ctx.Err() == nil {
		n.log.ErrorContext(ctx, "forget what waits for a host", slog.String("host", host), slog.String("error", err.Error()))
	}
}

// dropFollowersOf removes the followers of one of our actors who are at a
// host.
func (n *Node) dropFollowersOf(ctx context.Context, actor ap.IRI, host string) error {
	for after := ""; ; {
		page, err := n.store.Followers(ctx, actor, ap.Page{After: after, Limit: forgottenTogether})
		if err != nil || len(page) == 0 {
			return err
		}
		var c ap.Change
		for _, f := range page {
			if f.Actor.Host() == host {
				c.RemoveFollows = append(c.RemoveFollows, ap.Edge{Actor: f.Actor, Object: f.Object})
			}
		}
		if len(c.RemoveFollows) > 0 {
			if _, err := n.store.Apply(ctx, c); err != nil {
				return err
			}
		}
		after = string(page[len(page)-1].Actor)
	}
}

// retrySilently makes what waits for a host due because the host has spoken to
// us.
func (n *Node) retrySilently(ctx context.Context, host string) {
	if _, err := n.RetryHost(ctx, host); err != nil && ctx.Err() == nil {
		n.log.WarnContext(ctx, "what waits for a host is not tried at once", slog.String("host", host), slog.String("error", err.Error()))
	}
}
