package federation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// reportLife is how long a report that was closed is kept: it names people.
const reportLife = 180 * 24 * time.Hour

// maxReportNote is how many characters a keeper may write on a report.
const maxReportNote = 1000

// Reports gives what others put before the keepers of this node, newest first;
// those that are closed only with closed. At most limit.
func (n *Node) Reports(ctx context.Context, closed bool, limit int) ([]ap.Report, error) {
	var all []ap.Report
	page := ap.Page{Limit: 200}
	for {
		reports, err := n.store.Reports(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, r := range reports {
			if (r.Open() || closed) && len(all) < limit {
				all = append(all, r)
			}
		}
		if len(reports) < page.Limit || len(all) >= limit {
			return all, nil
		}
		page.After = reports[len(reports)-1].Key
	}
}

// Report gives the report of that key, of the end of its key where no other
// ends like that, or the newest open one for "last". Errors:
// directory.ErrNotFound, ErrInvalid.
func (n *Node) Report(ctx context.Context, name string) (ap.Report, error) {
	r, err := n.store.Report(ctx, name)
	if err == nil || !isNotFound(err) {
		return r, err
	}
	all, err := n.Reports(ctx, name != "last", 10*mostReports)
	if err != nil {
		return ap.Report{}, err
	}
	if name == "last" && len(all) > 0 {
		return all[0], nil
	}
	found := slices.DeleteFunc(all, func(r ap.Report) bool {
		return len(name) < 4 || !strings.HasSuffix(r.Key, strings.ToUpper(name))
	})
	switch len(found) {
	case 0:
		return ap.Report{}, fmt.Errorf("there is no report called %q (see matou report list): %w", name, directory.ErrNotFound)
	case 1:
		return found[0], nil
	}
	return ap.Report{}, directory.Invalid("report", "%d reports end in %q: write more of the key", len(found), name)
}

// CloseReport closes a report with what its keeper notes on it. Its sender is
// told nothing. It is forgotten after 180 days.
func (n *Node) CloseReport(ctx context.Context, name, note string) (ap.Report, error) {
	if utf8.RuneCountInString(note) > maxReportNote {
		return ap.Report{}, directory.Invalid("note", "must not be longer than %d characters", maxReportNote)
	}
	r, err := n.Report(ctx, name)
	if err != nil {
		return ap.Report{}, err
	}
	defer n.lockThread(ap.IRI(r.Host))()
	if r, err = n.store.Report(ctx, r.Key); err != nil {
		return ap.Report{}, fmt.Errorf("report %s: %w", name, err)
	}
	if !r.Open() {
		return ap.Report{}, fmt.Errorf("the report %s was closed on %s already: %w", r.Key, r.ClosedAt.Format("2006-01-02"), directory.ErrConflict)
	}
	now := n.now()
	r.ClosedAt, r.Note, r.ExpiresAt = now, note, now.Add(reportLife)
	r.Contact = "" // it was there for an answer, and that time is over
	_, err = n.apply(ctx, ap.Change{Reports: []ap.Report{r}})
	return r, err
}

// SendReport asks the keepers of another node to look at one of their actors,
// and at objects of it, in the name of this node and of nobody in it. Errors
// are sentences for the person who typed the handle.
func (n *Node) SendReport(ctx context.Context, handle, content string, objects []string) error {
	if content == "" || utf8.RuneCountInString(content) > ap.MaxReport {
		return directory.Invalid("content", "must say in 1 to %d characters what is wrong", ap.MaxReport)
	}
	id, err := n.resolveHandle(ctx, handle)
	if err != nil {
		return err
	}
	about := []ap.IRI{id}
	for _, o := range objects {
		iri, err := activitystreams.ParseIRI(o, n.config.Development)
		if err != nil || iri.Host() != id.Host() {
			return directory.Invalid("object", "%q is no address on the host of %s", o, handle)
		}
		about = append(about, iri)
	}
	target, _, err := n.readActor(ctx, id)
	if err != nil {
		return fmt.Errorf("fetch the actor of %s: %w", handle, err)
	}
	flag, err := activitystreams.Flag(n.activityIRI(n.newID()), n.nodeActor(), about, content, id, n.now())
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	inbox := target.Inbox
	if target.SharedInbox != "" {
		inbox = target.SharedInbox
	}
	var c ap.Change
	n.send(&c, n.nodeActor(), flag, []ap.IRI{inbox}, false)
	_, err = n.apply(ctx, c)
	return err
}
