package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"matou/directory"
)

// Homes sends visitors to their own server, to follow from there.
type Homes interface {
	// FollowFrom gives the address, on the server that account names, at which
	// its people can follow actor. account is what the visitor typed: the
	// address of an account or the name of a server. r is their request, by
	// whose address attempts are bounded. Errors: directory.ErrInvalid for what
	// is no such address, directory.ErrForbidden for this very node and for
	// servers that it has nothing to do with, directory.ErrNotFound where the
	// server knows nobody of that name, directory.ErrConflict where too much was
	// asked lately; any other where the server does not answer.
	FollowFrom(r *http.Request, account string, actor directory.ID) (string, error)
}

// maxForm bounds what is read of a form.
const maxForm = 8 << 10

// followView is the page on how to follow.
type followView struct {
	Hoster     string // handle of the node's own hoster
	HosterName string
	Directory  string // handle of the aggregator
	Name       string
	Contact    link   // the people who keep the directory
	Other      string // handle of a listed hoster, whom this page is about
	OtherName  string
	Forms      map[string]followForm // by handle
}

// followForm asks from which server somebody wants to follow.
type followForm struct {
	Action string
	Handle string // whom to follow, "@name@host"
	From   string // as typed
	Fault  string // what is wrong with it, in words; "" where nothing was typed
	Field  string // id of the field in the page
}

// followForm gives the form for a handle, nil where this node cannot help.
func (s *Site) followForm(v *visit, handle string) *followForm {
	if s.options.Homes == nil || handle == "" {
		return nil
	}
	return &followForm{Action: address(v.language(), "follow"), Handle: handle, Field: "from"}
}

// showFollow is the page on how to follow, with a form for each whom this node
// speaks for.
func (s *Site) showFollow(v *visit) (page, error) {
	view, err := s.followView(v)
	if err != nil {
		return page{}, err
	}
	return s.followPage(v, view), nil
}

func (s *Site) followPage(v *visit, view followView) page {
	return page{
		template: "follow", title: v.locale.text("follow.title"),
		description: v.locale.text("follow.lead"), data: view, leaves: len(view.Forms) > 0,
	}
}

func (s *Site) followView(v *visit) (followView, error) {
	view := followView{Directory: s.aggregatorHandle(), Forms: map[string]followForm{}}
	if a := s.options.Aggregator; a != nil {
		view.Name, view.Contact = plain(a.Name), outward(a.Contact)
	}
	h, err := s.ownHoster(v.Context())
	switch {
	case err == nil:
		view.Hoster = "@" + s.options.Hoster + "@" + s.host()
		view.HosterName = plain(h.Name)
	case !isMissing(err):
		return followView{}, err
	}
	for i, handle := range []string{view.Hoster, view.Directory} {
		if f := s.followForm(v, handle); f != nil {
			f.Field += itoa(i)
			view.Forms[handle] = *f
		}
	}
	return view, nil
}

// Form gives the form for a handle.
func (f followView) Form(handle string) *followForm {
	if form, ok := f.Forms[handle]; ok {
		return &form
	}
	return nil
}

// followed finds the actor of a handle that a page of this node shows: nobody
// can be sent away from here to follow somebody else.
func (s *Site) followed(v *visit, handle string) (directory.ID, string, error) {
	bare := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(handle), "@"))
	name, host, _ := strings.Cut(bare, "@")
	if a := s.options.Aggregator; a != nil && host == strings.ToLower(s.host()) && name == strings.ToLower(a.Handle) {
		return directory.ID(s.absolute("/ap/actors/" + a.Handle)), plain(a.Name), nil
	}
	if s.options.Hoster != "" && host == strings.ToLower(s.host()) && name == strings.ToLower(s.options.Hoster) {
		h, err := s.ownHoster(v.Context())
		return s.ownID(), plain(h.Name), err
	}
	if r := s.options.Relays; r != nil && host == strings.ToLower(s.host()) {
		if code, ok := r.AreaOf(name); ok {
			return directory.ID(s.absolute("/ap/actors/" + name)), s.areaName(v.language(), code), nil
		}
	}
	l, err := s.options.Directory.ListingByHandle(v.Context(), bare)
	return l.Hoster.ID, plain(l.Hoster.Name), err
}

// sendHome answers the form: it sends the visitor on to their own server, or
// says beside the field what is wrong. It works without JavaScript, and is a
// POST so that no crawler sets it off.
func (s *Site) sendHome(l directory.Language) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r, "follow", l)
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err != nil {
			s.failWith(w, v, http.StatusBadRequest, "unreadable")
			return
		}
		who, from := r.PostForm.Get("who"), r.PostForm.Get("from")
		id, name, err := s.followed(v, who)
		if err != nil {
			s.fail(w, v, err)
			return
		}
		to, err := s.options.Homes.FollowFrom(r, from, id)
		if err == nil && isOutward(to) {
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // its host is the one that the visitor typed: see FollowFrom
			return
		}
		status, key := homeFault(err)
		view, err := s.followView(v)
		if err != nil {
			s.fail(w, v, err)
			return
		}
		handle := "@" + strings.TrimPrefix(strings.TrimSpace(who), "@")
		form, ok := view.Forms[handle]
		if !ok {
			form = *s.followForm(v, handle)
			view.Other, view.OtherName = handle, name
		}
		form.From, form.Fault = plain(from), v.locale.text(key)
		view.Forms[handle] = form
		p := s.followPage(v, view)
		p.status, p.fault = status, true
		s.render(w, v, p)
	}
}

// homeFault gives the answer to what kept somebody from being sent home, and
// the key of its words.
func homeFault(err error) (status int, key string) {
	for _, f := range []struct {
		err    error
		status int
		key    string
	}{
		{directory.ErrInvalid, http.StatusUnprocessableEntity, "follow.fault_account"},
		{directory.ErrForbidden, http.StatusUnprocessableEntity, "follow.fault_here"},
		{directory.ErrNotFound, http.StatusUnprocessableEntity, "follow.fault_nobody"},
		{directory.ErrConflict, http.StatusTooManyRequests, "follow.fault_busy"},
	} {
		if errors.Is(err, f.err) {
			return f.status, f.key
		}
	}
	return http.StatusBadGateway, "follow.fault_away"
}

// isOutward reports whether an address leads to another site and nowhere else.
func isOutward(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// interactView is the page for somebody who was sent here by another server to
// interact from this one, which nobody can: there are no personal accounts.
type interactView struct {
	Address link   // what they wanted to interact with, where it is an address
	Handle  string // "@name@host", where it is one
	Command string // by which the node's keeper follows
}

// showInteraction says what to do to who was sent here by the "follow from your
// own server" of another site. Nothing is fetched for it and nobody is sent on:
// the address is shown, with its host, as a link.
func (s *Site) showInteraction(v *visit) (page, error) {
	uri := strings.TrimSpace(v.URL.Query().Get("uri"))
	if uri == "" {
		uri = strings.TrimSpace(v.URL.Query().Get("acct"))
	}
	if len(uri) > 2048 {
		return page{}, directory.Invalid("uri", "must not be longer than 2048 bytes")
	}
	var view interactView
	bare := strings.TrimPrefix(uri, "acct:")
	if name, host, ok := strings.Cut(strings.TrimPrefix(bare, "@"), "@"); ok && isHandle(name) && isHandle(host) {
		view.Handle = "@" + name + "@" + host
	} else {
		view.Address = outward(uri)
	}
	view.Command = "matou follow " + cmp.Or(view.Handle, "@"+v.locale.text("interact.name")+"@"+v.locale.text("interact.host"))
	return page{template: "interact", title: v.locale.text("interact.title"), data: view, unlisted: true}, nil
}

// isHandle reports whether a part of a handle can be shown in a command without
// being something else there.
func isHandle(s string) bool {
	return s != "" && len(s) <= 255 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789_.-:") == "" && s[0] != '-'
}
