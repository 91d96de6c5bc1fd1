package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"matou/directory"
)

// maxReportForm bounds what is read of a report: 3,000 characters of any
// script, percent-encoded.
const maxReportForm = 48 << 10

// mostMeant bounds the hosters of whom one may have been meant.
const mostMeant = 8

// trapField is a field that people do not see and programs fill in.
const trapField = "surname"

// reportView is the page to tell the keepers that something of an entry is
// wrong.
type reportView struct {
	Action  string
	Open    bool // the form can be sent
	About   fieldView
	Chosen  string       // name of the hoster that it is about, where the address says it
	Choices []choiceView // where several may be meant
	Words   fieldView
	Answer  fieldView
	Trap    fieldView
	Fault   string // of the whole
	Contact link
}

func (s *Site) reportView(v *visit, form url.Values) reportView {
	return reportView{
		Action: address(v.language(), "report"), Open: s.options.Desk != nil, Contact: s.keeperContact(),
		About: fieldView{ID: "about", Value: field(form.Get("about"))},
		Words: fieldView{ID: "words", Value: field(form.Get("words"))}, Answer: fieldView{ID: "contact", Value: field(form.Get("contact"))},
		Trap: fieldView{ID: trapField},
	}
}

func (s *Site) reportPage(v *visit, view reportView) page {
	return page{template: "report", title: v.locale.text("report.title"), description: v.locale.text("report.lead"), data: view, unlisted: v.URL.RawQuery != ""}
}

// showReport is the form; the address may say whom it is about.
func (s *Site) showReport(v *visit) (page, error) {
	view := s.reportView(v, url.Values{"about": v.URL.Query()["about"]})
	if len(view.About.Value) > 320 {
		return page{}, directory.Invalid("about", "must be a handle")
	}
	if view.About.Value != "" {
		all, err := s.meantHosters(v.Context(), view.About.Value)
		if err != nil {
			return page{}, err
		}
		if len(all) == 1 {
			view.Chosen, view.About.Value = plain(all[0].Hoster.Name), "@"+handleOf(all[0])
		}
	}
	return s.reportPage(v, view), nil
}

// meantHosters gives the listed hosters that somebody named: by their handle,
// by the address of their page here, or by words of theirs.
func (s *Site) meantHosters(ctx context.Context, typed string) ([]directory.Listing, error) {
	typed = strings.TrimSpace(typed)
	if u, err := url.Parse(typed); err == nil && u.Host == s.host() {
		if _, rest, ok := strings.Cut(u.Path, "/h/"); ok {
			typed, _, _ = strings.Cut(rest, "/")
		}
	}
	bare := strings.ToLower(strings.TrimPrefix(typed, "@"))
	if strings.Contains(bare, ".") && isHandle(bare) { // the host of a website, of which a file tells
		l, err := s.options.Directory.ListingByHandle(ctx, bare)
		if err == nil || !isMissing(err) {
			return []directory.Listing{l}, err
		}
	}
	if name, host, ok := strings.Cut(bare, "@"); ok {
		if !isHandle(name) || !isHandle(host) {
			return nil, nil
		}
		l, err := s.options.Directory.ListingByHandle(ctx, bare)
		if isMissing(err) {
			return nil, nil
		}
		return []directory.Listing{l}, err
	}
	q, err := directory.ParseQuery(url.Values{"q": {typed}})
	if err != nil {
		return nil, nil //nolint:nilerr // words that cannot be searched name nobody
	}
	q.Limit, q.Day, q.OnlyHits = mostMeant, s.today(), true
	found, err := s.search(ctx, q)
	if err != nil {
		return nil, err
	}
	var all, named []directory.Listing
	err = s.eachListing(ctx, found.Hits, func(l directory.Listing, _ directory.Hit) error {
		all = append(all, l)
		if strings.EqualFold(plain(l.Hoster.Name), typed) {
			named = append(named, l)
		}
		return nil
	})
	if len(named) == 1 {
		return named, err
	}
	return all, err
}

// takeReport takes the form to the keepers, or says beside each field what is
// wrong with it. Nothing of who sent it is kept but what they wrote.
func (s *Site) takeReport(l directory.Language) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r, "report", l)
		if !s.readForm(w, v, maxReportForm) {
			return
		}
		view := s.reportView(v, r.PostForm)
		status, err := s.sendReport(v, &view)
		switch {
		case err != nil:
			s.fail(w, v, err)
		case status == http.StatusSeeOther:
			http.Redirect(w, r, address(l, "reported"), status)
		default:
			p := s.reportPage(v, view)
			p.status, p.fault = status, true
			s.render(w, v, p)
		}
	}
}

// sendReport hands a report over; a status other than 303 asks for another try
// with the faults in view.
func (s *Site) sendReport(v *visit, view *reportView) (int, error) {
	loc := v.locale
	if v.PostForm.Get(trapField) != "" {
		view.Trap.Fault = loc.text("report.fault_trap")
		return http.StatusUnprocessableEntity, nil
	}
	typed := view.About.Value
	if which := field(v.PostForm.Get("which")); which != "" {
		typed = which // one of those that were meant
	}
	about, err := s.meantHosters(v.Context(), typed)
	if err != nil {
		return 0, err
	}
	switch {
	case strings.TrimSpace(typed) == "":
		view.About.Fault = loc.text("report.fault_nobody")
	case len(about) == 0:
		view.About.Fault = loc.text("report.fault_unknown")
	case len(about) > 1:
		view.About.Fault = loc.text("report.fault_many")
		for _, one := range about {
			view.Choices = append(view.Choices, choiceView{Value: "@" + handleOf(one), Label: plain(one.Hoster.Name), Words: "@" + handleOf(one)})
		}
	}
	if strings.TrimSpace(view.Words.Value) == "" {
		view.Words.Fault = loc.text("report.fault_words")
	}
	if view.About.Fault != "" || view.Words.Fault != "" {
		return http.StatusUnprocessableEntity, nil
	}
	err = s.options.Desk.ReportByVisitor(v.Request, about[0].Hoster.ID, v.PostForm.Get("words"), v.PostForm.Get("contact"))
	var fault *directory.FieldError
	switch {
	case err == nil:
		return http.StatusSeeOther, nil
	case errors.As(err, &fault) && fault.Field == "contact":
		view.Answer.Fault = loc.text("report.fault_contact")
	case errors.As(err, &fault):
		view.Words.Fault = loc.text("report.fault_long")
	case errors.Is(err, directory.ErrNotFound):
		view.About.Fault = loc.text("report.fault_unknown")
	case errors.Is(err, directory.ErrConflict):
		view.Fault = loc.text("report.fault_busy")
		return http.StatusTooManyRequests, nil
	default:
		return 0, err
	}
	return http.StatusUnprocessableEntity, nil
}

// showReported says that a report has arrived, and what comes now.
func (s *Site) showReported(v *visit) (page, error) {
	return page{template: "reported", title: v.locale.text("report.thanks"), data: s.keeperContact(), unlisted: true}, nil
}
