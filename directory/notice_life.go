package directory

import (
	"slices"
	"strings"
	"time"
)

// MaxUpdates is how many updates one notice may have.
const MaxUpdates = 500

// first gives the stages in which a notice may be opened, the usual one first.
// What was over before anyone had written of it may still be told.
var first = map[NoticeKind][]Stage{
	NoticeIncident:     {Investigating, Identified, Monitoring, Resolved},
	NoticeMaintenance:  {Planned, Underway, Completed},
	NoticeAnnouncement: {Published},
}

// next gives the stages that may follow each; every stage may also be said
// again, with more words. What was over is opened again by going back.
var next = map[Stage][]Stage{
	Investigating: {Identified, Monitoring, Resolved},
	Identified:    {Investigating, Monitoring, Resolved},
	Monitoring:    {Investigating, Identified, Resolved},
	Resolved:      {Investigating, Identified, Monitoring},
	Planned:       {Underway, Completed, Cancelled},
	Underway:      {Planned, Completed, Cancelled},
	Completed:     {Underway},
	Cancelled:     {Planned},
	Published:     {Closed},
	Closed:        {Published},
}

// Stages gives the stages that a notice of kind k goes through, in the usual
// order; nil for a kind that there is not.
func (k NoticeKind) Stages() []Stage {
	switch k {
	case NoticeIncident:
		return []Stage{Investigating, Identified, Monitoring, Resolved}
	case NoticeMaintenance:
		return []Stage{Planned, Underway, Completed, Cancelled}
	case NoticeAnnouncement:
		return []Stage{Published, Closed}
	}
	return nil
}

// Over reports whether s is the end of what a notice tells: resolved,
// completed, cancelled or closed.
func (s Stage) Over() bool {
	return s == Resolved || s == Completed || s == Cancelled || s == Closed
}

// Over reports whether what n tells of has ended.
func (n Notice) Over() bool { return n.Stage.Over() }

// Next gives the stages that n may move to, its own first.
func (n Notice) Next() []Stage { return append([]Stage{n.Stage}, next[n.Stage]...) }

// OpenNotice makes the notice that d drafts, named id and published at. It
// gives the *FieldErrors of everything wrong with it.
func OpenNotice(d NoticeDraft, id ID, at time.Time) (Notice, error) {
	n := Notice{
		ID: id, Hoster: d.Hoster, Kind: d.Kind, Stage: d.Stage,
		Title: strings.TrimSpace(d.Title), Body: strings.TrimSpace(d.Body), Language: d.Language,
		Affects:  slices.Clone(d.Affects),
		StartsAt: d.StartsAt, EndsAt: d.EndsAt, NextUpdateAt: d.NextUpdateAt,
		PublishedAt: at, UpdatedAt: at, URL: d.URL,
	}
	if n.Stage == "" && len(first[n.Kind]) > 0 {
		n.Stage = first[n.Kind][0]
	}
	if n.StartsAt.IsZero() && n.Kind != NoticeAnnouncement && n.Stage != Planned {
		n.StartsAt = at
	}
	c := &check{}
	if allowed := first[n.Kind]; slices.Contains(n.Kind.Stages(), n.Stage) && !slices.Contains(allowed, n.Stage) {
		c.invalid("stage", "cannot be %s at first; a new %s may be %s", clip(string(n.Stage)), n.Kind, stageNames(allowed))
	}
	if n.Kind == NoticeIncident && n.StartsAt.After(at) {
		c.invalid("startsAt", "lies in the future, and an incident has begun; announce what is to come as a maintenance")
	}
	c.nextUpdate(n, at)
	c.notice(n)
	return n, c.err()
}

// Advance gives n with one more update, said at. A zero u.Stage leaves the
// stage as it is; u.ID must be new; u.At is set. A stage that cannot follow is
// a *FieldError, and so is an update that neither moves nor says anything.
func (n Notice) Advance(u NoticeUpdate, at time.Time) (Notice, error) {
	c := &check{}
	u.At, u.Body = at, strings.TrimSpace(u.Body)
	if u.Stage == "" {
		u.Stage = n.Stage
	}
	if !slices.Contains(n.Next(), u.Stage) {
		c.invalid("stage", "cannot be %s after %s; what can follow is %s", clip(string(u.Stage)), n.Stage, stageNames(n.Next()))
	}
	if u.Stage == n.Stage && u.Body == "" {
		c.invalid("body", "must say something where the stage stays as it is")
	}
	if u.ID == n.ID || slices.ContainsFunc(n.Updates, func(o NoticeUpdate) bool { return o.ID == u.ID }) {
		c.invalid("id", "is that of another note of this notice")
	}
	if err := c.err(); err != nil {
		return n, err
	}
	n = n.follow(u)
	c.nextUpdate(n, at)
	c.notice(n)
	return n, c.err()
}

// follow puts u at the end of n and moves n's times on with it.
func (n Notice) follow(u NoticeUpdate) Notice {
	wasOver := n.Over()
	n.Updates = append(slices.Clone(n.Updates), u)
	n.Stage, n.UpdatedAt, n.NextUpdateAt = u.Stage, u.At, u.NextUpdateAt
	if wasOver && !n.Over() {
		n.EndsAt = time.Time{} // it has not ended after all
	}
	if n.StartsAt.After(u.At) && (u.Stage == Underway || u.Stage == Completed) {
		n.StartsAt = u.At // earlier than planned
	}
	switch ended := u.Stage == Resolved || u.Stage == Completed; {
	case !u.EndsAt.IsZero():
		n.EndsAt = u.EndsAt
	case ended && !wasOver && (n.EndsAt.IsZero() || n.EndsAt.After(u.At)):
		n.EndsAt = u.At
	}
	return n
}

// Edit gives n with its first text written anew at.
func (n Notice) Edit(title, body string, at time.Time) (Notice, error) {
	n.Title, n.Body, n.UpdatedAt = strings.TrimSpace(title), strings.TrimSpace(body), at
	return n, n.Validate()
}

// Validate checks every field of n by itself, ours or received, and gives all
// that is wrong at once, as Hoster.Validate does.
func (n Notice) Validate() error {
	c := &check{}
	c.notice(n)
	return c.err()
}

func (c *check) notice(n Notice) {
	c.required("id", string(n.ID))
	c.id("id", n.ID)
	c.required("hoster", string(n.Hoster))
	c.id("hoster", n.Hoster)
	if stages := n.Kind.Stages(); stages == nil {
		c.invalid("kind", "must be one of incident, maintenance, announcement, not %q", clip(string(n.Kind)))
	} else if !slices.Contains(stages, n.Stage) {
		c.invalid("stage", "must be one of %s for a notice of kind %s, not %q", stageNames(stages), n.Kind, clip(string(n.Stage)))
	}
	c.required("title", n.Title)
	c.line("title", n.Title, MaxName)
	c.prose("body", n.Body, MaxDescription)
	if !validLanguage(n.Language) {
		c.invalid("language", "must be the code of the language it is written in, such as fr, not %q", clip(string(n.Language)))
	}
	c.length("affects", len(n.Affects), MaxServices)
	for i, id := range n.Affects {
		c.required(item("affects", i), string(id))
		c.id(item("affects", i), id)
	}
	unique(c, "affects", n.Affects)
	if n.Kind == NoticeMaintenance && n.Stage == Planned && n.StartsAt.IsZero() {
		c.invalid("startsAt", "must be given: people need to know when a planned maintenance begins")
	}
	if !n.EndsAt.IsZero() && n.EndsAt.Before(n.StartsAt) {
		c.invalid("endsAt", "must not come before it starts (%s)", n.StartsAt.Format(time.RFC3339))
	}
	c.address("url", n.URL)
	c.updates(n)
}

func (c *check) updates(n Notice) {
	if len(n.Updates) > MaxUpdates {
		c.invalid("updates", "has %d updates; at most %d are allowed: open another notice", len(n.Updates), MaxUpdates)
	}
	for i, u := range n.Updates {
		f := item("updates", i)
		c.required(path(f, "id"), string(u.ID))
		c.id(path(f, "id"), u.ID)
		if stages := n.Kind.Stages(); stages != nil && !slices.Contains(stages, u.Stage) {
			c.invalid(path(f, "stage"), "must be one of %s, not %q", stageNames(stages), clip(string(u.Stage)))
		}
		c.prose(path(f, "body"), u.Body, MaxDescription)
	}
}

// nextUpdate checks the promise of news that is made at.
func (c *check) nextUpdate(n Notice, at time.Time) {
	switch {
	case n.NextUpdateAt.IsZero():
	case n.Over():
		c.invalid("nextUpdateAt", "promises news of something that is over; leave it out")
	case !n.NextUpdateAt.After(at):
		c.invalid("nextUpdateAt", "must lie in the future: it says when people may look for news")
	}
}

func stageNames(stages []Stage) string {
	names := make([]string, len(stages))
	for i, s := range stages {
		names[i] = string(s)
	}
	return strings.Join(names, ", ")
}
