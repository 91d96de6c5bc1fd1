package main

import (
	"context"
	"fmt"
	"strings"

	"matou/federation/ap"
)

// reportCommands are matou report list, show, close, send.
type reportCommands struct {
	List  reportListCommand  `cmd:"" default:"withargs" help:"List what visitors of your pages and keepers of other nodes want you to look at."`
	Show  reportShowCommand  `cmd:"" help:"Show one report whole."`
	Close reportCloseCommand `cmd:"" help:"Close a report, with a note for yourselves. Its sender is told nothing."`
	Send  reportSendCommand  `cmd:"" help:"Ask the keepers of another node to look at one of their actors, in the name of this node."`
}

// mostListed is how many reports are listed at once.
const mostListed = 200

// reportNamed names a report by its key, the end of its key, or "last".
type reportNamed struct {
	Report string `json:"report"`
	Note   string `json:"note,omitempty"`
}

// reportDraft is a report to another node.
type reportDraft struct {
	Handle  string   `json:"handle"`
	Content string   `json:"content"`
	Objects []string `json:"objects,omitempty"`
}

// reportQuestion asks for reports.
type reportQuestion struct {
	All bool `json:"all,omitempty"` // closed ones too
}

// The verbs of reports.
var (
	listReports = verb[reportQuestion, []ap.Report]{"report/list", func(ctx context.Context, n *node, q reportQuestion) ([]ap.Report, error) {
		return n.federation.Reports(ctx, q.All, mostListed)
	}}
	showReport = verb[reportNamed, ap.Report]{"report/show", func(ctx context.Context, n *node, r reportNamed) (ap.Report, error) {
		return n.federation.Report(ctx, r.Report)
	}}
	closeReport = verb[reportNamed, ap.Report]{"report/close", func(ctx context.Context, n *node, r reportNamed) (ap.Report, error) {
		return n.federation.CloseReport(ctx, r.Report, r.Note)
	}}
	sendReport = verb[reportDraft, nothing]{"report/send", func(ctx context.Context, n *node, r reportDraft) (nothing, error) {
		return nothing{}, n.federation.SendReport(ctx, r.Handle, r.Content, r.Objects)
	}}
)

// reportListCommand is matou report list.
type reportListCommand struct {
	All  bool `help:"Closed ones too; they are forgotten after 180 days."`
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists the reports.
func (l *reportListCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := listReports.call(ctx, g, reportQuestion{l.All})
		if err != nil {
			return err
		}
		if l.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("nobody has reported anything\n")
		}
		for _, r := range all {
			words, _, _ := strings.Cut(r.Content, "\n")
			t.printf("%s  %s  %-6s %s  %s  %s\n", endOf(r.Key), day(r.LastAt), reportState(r), reportedBy(r), counted(len(r.Objects), "object"), printable(firstWords(words)))
		}
		return nil
	})
}

// endOf is the end of a ULID, which tells it from the others.
func endOf(key string) string { return key[max(0, len(key)-8):] }

// firstWords cuts a text to what fits beside the rest of a line.
func firstWords(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}

// reportState says in a word where a report stands.
func reportState(r ap.Report) string {
	switch {
	case !r.Open():
		return "closed"
	case r.Times > 1:
		return fmt.Sprintf("open×%d", r.Times)
	}
	return "open"
}

// reportedBy says in a word whom a report is from.
func reportedBy(r ap.Report) string {
	if r.FromVisitor() {
		return "a visitor"
	}
	return printable(r.Host)
}

// reportShowCommand is matou report show.
type reportShowCommand struct {
	Report string `arg:"" default:"last" help:"The report: its key, the end of its key, or last."`
	JSON   bool   `name:"json" help:"Print it as JSON."`
}

// Run shows a report.
func (s *reportShowCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		r, err := showReport.call(ctx, g, reportNamed{Report: s.Report})
		if err != nil {
			return err
		}
		if s.JSON {
			return t.json(r)
		}
		t.printf("report     %s, %s\n", r.Key, reportState(r))
		t.printf("received   %s", r.At.Local().Format(timeLayout))
		if r.Times > 1 {
			t.printf(", %d times, last %s", r.Times, r.LastAt.Local().Format(timeLayout))
		}
		t.printf("\nfrom       %s\n", reporterOf(r))
		if r.Contact != "" {
			t.printf("answer to  %s\n", printable(r.Contact))
		}
		for _, o := range r.Objects {
			t.printf("about      %s\n", printable(string(o)))
		}
		for line := range strings.SplitSeq(r.Content, "\n") {
			t.printf("           %s\n", printable(line))
		}
		if !r.Open() {
			t.printf("closed     %s  %s\n", day(r.ClosedAt), printable(r.Note))
		}
		return nil
	})
}

// reporterOf says in full whom a report is from.
func reporterOf(r ap.Report) string {
	if r.FromVisitor() {
		return "a visitor of the pages of this node"
	}
	return printable(string(r.Reporter))
}

// timeLayout is how instants are shown at a terminal.
const timeLayout = "2006-01-02 15:04"

// reportCloseCommand is matou report close.
type reportCloseCommand struct {
	Report string `arg:"" help:"The report: its key, the end of its key, or last."`
	Note   string `placeholder:"TEXT" help:"What was done, or why nothing was, for the keepers of this node alone."`
}

// Run closes a report.
func (r *reportCloseCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		closed, err := closeReport.call(ctx, g, reportNamed{r.Report, r.Note})
		if err != nil {
			return err
		}
		t.printf("%s is closed\n", endOf(closed.Key))
		return nil
	})
}

// reportSendCommand is matou report send.
type reportSendCommand struct {
	Handle  string   `arg:"" help:"Whom it is about, as @name@host."`
	Content string   `required:"" placeholder:"TEXT" help:"What is wrong, in at most 3,000 characters. The keepers there read it, and may show it to whom it is about."`
	Object  []string `placeholder:"ADDRESS" help:"A note of theirs that shows it; may be given several times."`
}

// Run sends a report.
func (r *reportSendCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		if _, err := sendReport.call(ctx, g, reportDraft{r.Handle, r.Content, r.Object}); err != nil {
			return unknownHandle(err, r.Handle)
		}
		t.printf("the keepers of the node of %s are asked to look, in the name of this node\n", printable(r.Handle))
		t.later(g)
		return nil
	})
}
