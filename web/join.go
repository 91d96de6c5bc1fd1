package web

import (
	"errors"
	"html/template"
	"net/http"

	"matou/directory"
)

// joinView is the page for hosters who would like to be listed, and for those
// who know one.
type joinView struct {
	Directory string // handle of this directory
	Action    string
	Open      bool // the form can be sent
	Account   fieldView
	Result    *joinResult
	Contact   link
	Invite    string // text to send to a hoster
	Mail      link
}

// joinResult is what was found, step by step.
type joinResult struct {
	Handle string
	Steps  []joinStep
	Next   string // what to do now
	Mail   link   // a message to the keepers, where that is the next step
	Unsaid []string
}

// joinStep is one thing that is needed; it is there, is not, or could not be
// seen.
type joinStep struct {
	State, Mark, Words string // "met", "unmet" or "unsaid", with its word
}

func (s *Site) joinView(v *visit) joinView {
	loc := v.locale
	view := joinView{
		Directory: s.aggregatorHandle(), Action: address(v.language(), "join"), Open: s.options.Examiner != nil,
		Account: fieldView{ID: "account"}, Contact: s.keeperContact(),
	}
	view.Invite = loc.text("join.invite_text", s.directoryName(), s.absolute(address(v.language(), "join")))
	view.Mail = mailto("", loc.text("join.invite_subject", s.directoryName()), view.Invite)
	return view
}

func (s *Site) joinPage(v *visit, view joinView) page {
	return page{template: "join", title: v.locale.text("join.title"), description: v.locale.text("join.lead"), data: view}
}

// showJoin tells a hoster how to be listed here.
func (s *Site) showJoin(v *visit) (page, error) {
	return s.joinPage(v, s.joinView(v)), nil
}

// examine looks at the hoster that was typed in, and says what is missing and
// what to do next. It is a POST so that no crawler sets it off.
func (s *Site) examine(l directory.Language) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r, "join", l)
		if !s.readForm(w, v, maxForm) {
			return
		}
		view := s.joinView(v)
		view.Account.Value = field(r.PostForm.Get("account"))
		e, err := s.options.Examiner.Examine(r, r.PostForm.Get("account"))
		p := s.joinPage(v, view)
		switch {
		case err == nil:
			view.Result = s.joinResult(v, e)
		case errors.Is(err, directory.ErrInvalid):
			view.Account.Fault, p.status = v.locale.text("join.fault_account"), http.StatusUnprocessableEntity
		case errors.Is(err, directory.ErrForbidden):
			view.Account.Fault, p.status = v.locale.text("join.fault_here"), http.StatusUnprocessableEntity
		case errors.Is(err, directory.ErrConflict):
			view.Account.Fault, p.status = v.locale.text("join.fault_busy"), http.StatusTooManyRequests
		default:
			s.fail(w, v, err)
			return
		}
		p.data, p.unlisted, p.private, p.fault = view, true, true, view.Account.Fault != ""
		s.render(w, v, p)
	}
}

// joinResult puts what was seen in words: each step that is needed, and the
// first one that is missing as the next to take.
func (s *Site) joinResult(v *visit, e directory.Examination) *joinResult {
	loc := v.locale
	result := &joinResult{Handle: "@" + e.Handle}
	if e.Handle == "" {
		result.Handle = e.Host
	}
	add := func(key string, met, seen bool) {
		state := "unmet"
		switch {
		case !seen:
			state = "unsaid"
		case met:
			state = "met"
		}
		result.Steps = append(result.Steps, joinStep{state, loc.word("join-mark", state), loc.word("join-step", key)})
		if state == "unmet" && result.Next == "" {
			result.Next = loc.word("join-next", key)
		}
	}
	found := e.Stopped == ""
	add("reached", e.Stopped != directory.StopUnreachable, true)
	add("found", found, e.Stopped != directory.StopUnreachable)
	add("publishes", e.Publishes, found)
	add("discoverable", e.Discoverable, found)
	add("indexable", e.Indexable, found)
	if e.Stopped != "" {
		result.Next = loc.word("join-stop", string(e.Stopped))
		return result
	}
	add("asked", e.Asked || e.Listed, e.Ready())
	switch {
	case e.Listed:
		result.Next = loc.text("join.listed")
	case e.Ready() && e.Asked:
		result.Next = loc.text("join.waiting")
	case e.Ready():
		if to := s.keeperContact(); to.URL != "" {
			result.Mail = mailto(string(to.URL), loc.text("join.ready_subject", s.directoryName()), loc.text("join.ready_text", result.Handle))
		}
	}
	if e.Hoster != nil {
		for _, name := range directory.Unwritten(*e.Hoster) {
			result.Unsaid = append(result.Unsaid, loc.word("join-unsaid", name))
		}
	}
	return result
}

// mailto is a message for the visitor's own mail program: to a mailbox, given
// as a mailto address, or to one that they put in themselves ("").
func mailto(to, subject, body string) link {
	if to == "" {
		to = "mailto:"
	}
	if len(to) < 7 || to[:7] != "mailto:" {
		return link{}
	}
	return link{URL: template.URL(to + "?subject=" + mailField(subject) + "&body=" + mailField(mailLines.Replace(body)))}
}
