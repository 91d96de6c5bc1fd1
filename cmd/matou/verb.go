package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"matou/directory"
	"matou/federation"
	"matou/federation/ap"
)

// verb is one thing that a command asks of a node. It runs in the process of
// the node that holds the store: the running one, reached through its control
// socket, else the command's own.
type verb[In, Out any] struct {
	name string // path on the control socket
	run  func(ctx context.Context, n *node, in In) (Out, error)
}

// nothing is the input or output of verbs that have none.
type nothing struct{}

// publication is what matou hoster publish sends.
type publication struct {
	Profile ap.Profile `json:"profile"`
	Confirm bool       `json:"confirm"` // still right, even where nothing changed
}

// published tells what became of a publication.
type published struct {
	Changed bool   `json:"changed"`
	Handle  string `json:"handle"`
	URL     string `json:"url"`
}

// noticeStep is an update, edit or removal of a notice, named by its id, the
// end of its id, or "last".
type noticeStep struct {
	Notice string                 `json:"notice"`
	Update directory.NoticeUpdate `json:"update,omitzero"`
	Close  bool                   `json:"close,omitempty"`
	Title  string                 `json:"title,omitempty"`
	Body   string                 `json:"body,omitempty"`
}

// noticeDraft is a draft whose services are named by their slugs.
type noticeDraft struct {
	Draft    directory.NoticeDraft `json:"draft"`
	Services []string              `json:"services"`
}

// handle names an actor.
type handle struct {
	Handle string `json:"handle"`
}

// state is what a running node says of itself.
type state struct {
	Version   string `json:"version"`
	Listings  int    `json:"listings"`
	Delivered uint64 `json:"delivered"`
	InFlight  int    `json:"inFlight"`
}

// The verbs.
var (
	publishHoster = verb[publication, published]{"hoster/publish", runPublishHoster}
	showHoster    = verb[nothing, directory.Hoster]{"hoster/show", func(ctx context.Context, n *node, _ nothing) (directory.Hoster, error) {
		h, err := n.federation.Hoster(ctx)
		return h, withoutProfile(err)
	}}
	publishNotice = verb[noticeDraft, directory.Notice]{"notice/publish", runPublishNotice}
	updateNotice  = verb[noticeStep, directory.Notice]{"notice/update", runUpdateNotice}
	editNotice    = verb[noticeStep, directory.Notice]{"notice/edit", runEditNotice}
	deleteNotice  = verb[noticeStep, nothing]{"notice/delete", runDeleteNotice}
	showNotice    = verb[noticeStep, directory.Notice]{"notice/show", func(ctx context.Context, n *node, s noticeStep) (directory.Notice, error) {
		return findNotice(ctx, n, s.Notice)
	}}
	listNotices = verb[nothing, []directory.Notice]{"notice/list", func(ctx context.Context, n *node, _ nothing) ([]directory.Notice, error) {
		return n.federation.Notices(ctx, 200)
	}}
	followHoster = verb[handle, ap.Follow]{"follow", func(ctx context.Context, n *node, h handle) (ap.Follow, error) {
		return n.federation.Follow(ctx, h.Handle)
	}}
	unfollowHoster = verb[handle, nothing]{"unfollow", func(ctx context.Context, n *node, h handle) (nothing, error) {
		return nothing{}, n.federation.Unfollow(ctx, h.Handle)
	}}
	listFollowing = verb[nothing, []federation.Followed]{"following", func(ctx context.Context, n *node, _ nothing) ([]federation.Followed, error) {
		return n.federation.Following(ctx)
	}}
)

func runPublishHoster(ctx context.Context, n *node, p publication) (published, error) {
	if p.Confirm {
		p.Profile.Hoster.ConfirmedAt = time.Now().UTC().Truncate(time.Second)
	}
	changed, err := n.federation.PublishHoster(ctx, p.Profile)
	if err != nil {
		return published{}, err
	}
	c := n.config
	return published{
		Changed: changed,
		Handle:  "@" + c.Hoster.Handle + "@" + c.origin.Host,
		URL:     c.origin.String() + "/@" + c.Hoster.Handle,
	}, nil
}

func runPublishNotice(ctx context.Context, n *node, d noticeDraft) (directory.Notice, error) {
	if len(d.Services) > 0 {
		h, err := n.federation.Hoster(ctx)
		if err != nil {
			return directory.Notice{}, withoutProfile(err)
		}
		for _, slug := range d.Services {
			id, err := serviceID(h, slug)
			if err != nil {
				return directory.Notice{}, err
			}
			d.Draft.Affects = append(d.Draft.Affects, id)
		}
	}
	return n.federation.PublishNotice(ctx, d.Draft)
}

// withoutProfile says what to do where the hoster has not been published yet.
func withoutProfile(err error) error {
	if errors.Is(err, directory.ErrNotFound) {
		return fmt.Errorf("the hoster of this node has no profile yet: run matou hoster publish first: %w", err)
	}
	return err
}

// serviceID finds a service of h by its slug.
func serviceID(h directory.Hoster, slug string) (directory.ID, error) {
	var slugs []string
	for _, s := range h.Services {
		if s.Slug == slug {
			return s.ID, nil
		}
		slugs = append(slugs, s.Slug)
	}
	if len(slugs) == 0 {
		return "", directory.Invalid("service", "%q is no service of this hoster, whose published profile has none: add [[services]] to the profile, and run matou hoster publish", slug)
	}
	return "", directory.Invalid("service", "%q is no service of this hoster; it has %s", slug, strings.Join(slugs, ", "))
}

func runUpdateNotice(ctx context.Context, n *node, s noticeStep) (directory.Notice, error) {
	notice, err := findNotice(ctx, n, s.Notice)
	if err != nil {
		return directory.Notice{}, err
	}
	if s.Close {
		if notice.Over() && s.Update.Body == "" {
			return directory.Notice{}, fmt.Errorf("%q is closed already (%s); add --body to say more: %w", notice.Title, notice.Stage, directory.ErrConflict)
		}
		s.Update.Stage = lastStage(notice.Kind)
	}
	return n.federation.UpdateNotice(ctx, notice.ID, s.Update)
}

// lastStage is the stage that closes a notice of that kind.
func lastStage(k directory.NoticeKind) directory.Stage {
	switch k {
	case directory.NoticeIncident:
		return directory.Resolved
	case directory.NoticeMaintenance:
		return directory.Completed
	}
	return directory.Closed
}

func runEditNotice(ctx context.Context, n *node, s noticeStep) (directory.Notice, error) {
	notice, err := findNotice(ctx, n, s.Notice)
	if err != nil {
		return directory.Notice{}, err
	}
	return n.federation.EditNotice(ctx, notice.ID, s.Title, s.Body)
}

func runDeleteNotice(ctx context.Context, n *node, s noticeStep) (nothing, error) {
	notice, err := findNotice(ctx, n, s.Notice)
	if err != nil {
		return nothing{}, err
	}
	return nothing{}, n.federation.DeleteNotice(ctx, notice.ID)
}

// findNotice finds a notice of this node's hoster by its id, by the end of its
// id as long as one notice alone has it, or the newest one for "last".
func findNotice(ctx context.Context, n *node, name string) (directory.Notice, error) {
	all, err := n.federation.Notices(ctx, 200)
	if err != nil {
		return directory.Notice{}, err
	}
	var found []directory.Notice
	for _, notice := range all {
		switch {
		case string(notice.ID) == name || notice.URL == name:
			return notice, nil
		case len(name) >= 4 && strings.HasSuffix(strings.ToUpper(string(notice.ID)), strings.ToUpper(name)):
			found = append(found, notice)
		}
	}
	switch {
	case name == "last" && len(all) > 0:
		newest := all[0]
		for _, notice := range all {
			if notice.PublishedAt.After(newest.PublishedAt) || notice.PublishedAt.Equal(newest.PublishedAt) && notice.ID > newest.ID {
				newest = notice
			}
		}
		return newest, nil
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return directory.Notice{}, directory.Invalid("notice", "%d notices end in %q: write more of the id", len(found), name)
	}
	return directory.Notice{}, fmt.Errorf("no notice of this hoster is called %q (see matou notice list): %w", name, directory.ErrNotFound)
}
