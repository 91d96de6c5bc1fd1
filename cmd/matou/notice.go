package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"matou/directory"
)

// noticeCommands are matou notice publish, update, close, edit, delete, list.
type noticeCommands struct {
	Publish noticePublishCommand `cmd:"" help:"Tell of an incident, a maintenance or an announcement."`
	Update  noticeUpdateCommand  `cmd:"" help:"Say how it goes on."`
	Close   noticeCloseCommand   `cmd:"" help:"Say that it is over."`
	Edit    noticeEditCommand    `cmd:"" help:"Correct the first words of a notice."`
	Delete  noticeDeleteCommand  `cmd:"" help:"Take a notice and all its updates back."`
	List    noticeListCommand    `cmd:"" help:"List the notices, last updated first."`
}

// maxBodyBytes bounds what is read as the body of a notice.
const maxBodyBytes = 64 << 10

// words are the body of a notice: an argument, a file, or the standard input.
type words struct {
	Body string `help:"The text, in Markdown; \"-\" reads it from the standard input." xor:"body" placeholder:"TEXT"`
	File string `help:"A file with the text." xor:"body" placeholder:"FILE"`
}

// read gives the body, "" where none is given.
func (w words) read(t *terminal) (string, error) {
	var r io.Reader
	switch {
	case w.File != "":
		f, err := os.Open(w.File)
		if err != nil {
			return "", fault(exitNotFound, err, "the text %s cannot be read: %v", w.File, unwrapPath(err))
		}
		defer f.Close()
		r = f
	case w.Body == "-":
		r = t.in
	default:
		return w.Body, nil
	}
	raw, err := io.ReadAll(io.LimitReader(r, maxBodyBytes+1))
	if err != nil {
		return "", fmt.Errorf("read the text: %w", err)
	}
	if len(raw) > maxBodyBytes {
		return "", fault(exitInvalid, nil, "the text is longer than %d KiB", maxBodyBytes>>10)
	}
	return strings.TrimSpace(string(raw)), nil
}

// noticePublishCommand is matou notice publish.
type noticePublishCommand struct {
	Kind       string   `arg:"" enum:"incident,maintenance,announcement" help:"incident, maintenance or announcement."`
	Title      string   `arg:"" help:"What is going on, in one line."`
	Service    []string `short:"s" placeholder:"SLUG" help:"A service that is concerned; may be given several times."`
	Language   string   `short:"l" placeholder:"TAG" help:"The language that it is written in, e.g. fr (default: that of the profile file)."`
	Starts     string   `placeholder:"TIME" help:"When it began or will begin: 22:00, +2h, 2026-11-21 22:00, or RFC 3339."`
	Ends       string   `placeholder:"TIME" help:"When it ended or is expected to end."`
	NextUpdate string   `placeholder:"TIME" help:"When news will come."`
	words
}

// Run publishes the notice.
func (p *noticePublishCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	body, err := p.read(t)
	if err != nil {
		return err
	}
	d := noticeDraft{Services: p.Service, Draft: directory.NoticeDraft{
		Kind: directory.NoticeKind(p.Kind), Title: p.Title, Body: body, Language: directory.Language(p.Language),
	}}
	now := time.Now()
	if err := errors.Join(
		setTime(&d.Draft.StartsAt, "--starts", p.Starts, now),
		setTime(&d.Draft.EndsAt, "--ends", p.Ends, now),
		setTime(&d.Draft.NextUpdateAt, "--next-update", p.NextUpdate, now),
	); err != nil {
		return err
	}
	return c.withNode(ctx, t, func(cfg *config, g *target) error {
		if d.Draft.Language == "" {
			d.Draft.Language = profileLanguage(cfg)
		}
		n, err := publishNotice.call(ctx, g, d)
		return t.told(g, n, err)
	})
}

// profileLanguage is the language of a hoster's texts that name none; a
// profile that cannot be read is no reason to keep an incident back.
func profileLanguage(cfg *config) directory.Language {
	p := profileFile{Language: "fr"}
	raw, err := os.ReadFile(cfg.profilePath())
	if err != nil {
		return p.Language
	}
	if _, err := readTOML(filepath.Base(cfg.profilePath()), raw, &p, "fr", notInProfile...); err != nil || p.Language == "" {
		return "fr"
	}
	return p.Language
}

// told prints what a notice is now, with its times, which may have been meant
// for the clock of another place than this machine's.
func (t *terminal) told(g *target, n directory.Notice, err error) error {
	if err != nil {
		return err
	}
	t.printf("%s  %s  %s\n", shortID(n.ID), n.Stage, printable(n.Title))
	if !n.Over() {
		for _, at := range []struct {
			label string
			time  time.Time
		}{{"begins", n.StartsAt}, {"ends", n.EndsAt}, {"next news", n.NextUpdateAt}} {
			if !at.time.IsZero() {
				t.printf("%-9s  %s\n", at.label, at.time.Local().Format("2006-01-02 15:04 MST"))
			}
		}
	}
	t.printf("%s\n", n.URL)
	t.later(g)
	return nil
}

// noticeUpdateCommand is matou notice update.
type noticeUpdateCommand struct {
	Notice     string `arg:"" help:"The notice: its id, the end of its id, or last."`
	Stage      string `help:"Where it stands: investigating, identified, monitoring, resolved; planned, underway, completed, cancelled; published, closed."`
	Ends       string `placeholder:"TIME" help:"When it ended or is expected to end."`
	NextUpdate string `placeholder:"TIME" help:"When news will come."`
	words
}

// Run publishes the update.
func (u *noticeUpdateCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	body, err := u.read(t)
	if err != nil {
		return err
	}
	if u.Stage == "" && body == "" {
		return usageError{errors.New("say how it goes on: --body or --file, --stage, or both")}
	}
	step := noticeStep{Notice: u.Notice, Update: directory.NoticeUpdate{Stage: directory.Stage(u.Stage), Body: body}}
	now := time.Now()
	if err := errors.Join(
		setTime(&step.Update.EndsAt, "--ends", u.Ends, now),
		setTime(&step.Update.NextUpdateAt, "--next-update", u.NextUpdate, now),
	); err != nil {
		return err
	}
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		n, err := updateNotice.call(ctx, g, step)
		return t.told(g, n, err)
	})
}

// noticeCloseCommand is matou notice close.
type noticeCloseCommand struct {
	Notice string `arg:"" help:"The notice: its id, the end of its id, or last."`
	words
}

// Run closes the notice by the last stage of its kind.
func (u *noticeCloseCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	body, err := u.read(t)
	if err != nil {
		return err
	}
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		n, err := updateNotice.call(ctx, g, noticeStep{Notice: u.Notice, Close: true, Update: directory.NoticeUpdate{Body: body}})
		return t.told(g, n, err)
	})
}

// noticeEditCommand is matou notice edit.
type noticeEditCommand struct {
	Notice string `arg:"" help:"The notice: its id, the end of its id, or last."`
	Title  string `help:"The title as it should have been."`
	words
}

// Run corrects the notice.
func (e *noticeEditCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	body, err := e.read(t)
	if err != nil {
		return err
	}
	if e.Title == "" && body == "" {
		return usageError{errors.New("say what to correct: --title, --body or --file")}
	}
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		n, err := editNotice.call(ctx, g, noticeStep{Notice: e.Notice, Title: e.Title, Body: body})
		return t.told(g, n, err)
	})
}

// noticeDeleteCommand is matou notice delete.
type noticeDeleteCommand struct {
	Notice string `arg:"" help:"The notice: its id, the end of its id, or last."`
	Yes    bool   `short:"y" help:"Do not ask."`
}

// Run deletes the notice.
func (d *noticeDeleteCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		if !d.Yes && t.interactive {
			n, err := showNotice.call(ctx, g, noticeStep{Notice: d.Notice})
			if err != nil {
				return err
			}
			question := fmt.Sprintf("Take the %s of %s %q back, here and at every node that received it?", n.Kind, day(n.PublishedAt), printable(n.Title))
			if yes, err := t.confirm(ctx, question); err != nil || !yes {
				return err
			}
			d.Notice = string(n.ID) // another one may be the last by now
		}
		if _, err := deleteNotice.call(ctx, g, noticeStep{Notice: d.Notice}); err != nil {
			return err
		}
		t.printf("deleted\n")
		t.later(g)
		return nil
	})
}

// noticeListCommand is matou notice list.
type noticeListCommand struct {
	JSON bool `name:"json" help:"Print them as JSON."`
}

// Run lists the notices.
func (l *noticeListCommand) Run(ctx context.Context, c *cli, t *terminal) error {
	return c.withNode(ctx, t, func(_ *config, g *target) error {
		all, err := listNotices.call(ctx, g, nothing{})
		if err != nil {
			return err
		}
		if l.JSON {
			return t.json(all)
		}
		if len(all) == 0 {
			t.printf("no notice yet: see matou help notice publish\n")
		}
		for _, n := range all {
			t.printf("%s  %s  %-13s %-12s %s\n", shortID(n.ID), day(n.UpdatedAt), n.Stage, n.Kind, printable(n.Title))
		}
		return nil
	})
}

// shortID is the last part of a notice's id, which is unique on its node.
func shortID(id directory.ID) string {
	s := string(id)
	return s[strings.LastIndexByte(s, '/')+1:]
}

// day gives the day of a time, "" for the zero time.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format(time.DateOnly)
}

// setTime reads a time as people write one at a terminal, in local time.
func setTime(into *time.Time, flag, s string, now time.Time) error {
	if s == "" {
		return nil
	}
	if after, ok := strings.CutPrefix(s, "+"); ok {
		d, err := time.ParseDuration(after)
		if err == nil && d > 0 && d <= 366*24*time.Hour {
			*into = now.Add(d).UTC().Truncate(time.Minute)
			return nil
		}
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		*into = t.UTC()
		return nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			*into = t.UTC()
			return nil
		}
	}
	if t, err := time.Parse("15:04", s); err == nil {
		y, m, d := now.Date()
		*into = time.Date(y, m, d, t.Hour(), t.Minute(), 0, 0, now.Location()).UTC()
		return nil
	}
	return fault(exitUsage, nil, "%s: %q is no time: write 22:00, +2h, \"2026-11-21 22:00\" or 2026-11-21T22:00:00+01:00", flag, s)
}
