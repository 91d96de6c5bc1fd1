package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"

	"matou/directory"
)

const (
	// mutualFor is how long what is lent without an account is remembered.
	// Whether a service may be sent to is looked up anew each time.
	mutualFor = time.Minute
	// mutualTries bounds how many services are looked at for one visitor.
	mutualTries = 20
)

// mutualAid remembers which services can be used without an account: it takes
// every listing that has one to find out, and anybody may ask.
type mutualAid struct {
	mu       sync.Mutex
	services []lentService
	at       time.Time
}

// lentService is a service that can be used without an account.
type lentService struct {
	hoster  directory.ID
	handle  string
	service directory.Service
	name    string // of the hoster
	needs   []directory.NeedID
}

// lent reports whether a service can be used without an account, now.
func lent(h directory.Hoster, s directory.Service) bool {
	switch h.State {
	case directory.StatePaused, directory.StateClosing, directory.StateClosed:
		return false
	}
	return s.Registration.WithoutAccount == directory.UseFull && s.Level != directory.LevelOver && isOutward(s.Website)
}

// takes reports whether strangers may be sent to a service now: it takes a
// share, has room, and nobody says that something is wrong with it.
func takes(s directory.Service, notices []directory.Notice) bool {
	return s.Share > 0 && s.Registration.Capacity != directory.CapacityFull &&
		(s.Level == "" || s.Level == directory.LevelOK) && !troubled(notices, s.ID)
}

// lentServices gives the services of all listed hosters that can be used
// without an account, in the order of the day.
func (s *Site) lentServices(ctx context.Context) ([]lentService, error) {
	s.mutual.mu.Lock()
	defer s.mutual.mu.Unlock()
	if !s.mutual.at.IsZero() && s.clock().Sub(s.mutual.at) < mutualFor {
		return s.mutual.services, nil
	}
	q, err := directory.ParseQuery(url.Values{string(directory.FacetAccount): {string(directory.UseFull)}})
	if err != nil {
		return nil, fmt.Errorf("query: %w", err)
	}
	// Who asked first may leave; the others wait for the same list.
	all, err := s.listingsOf(context.WithoutCancel(ctx), q, mostRead)
	if err != nil {
		return nil, err
	}
	var services []lentService
	for _, l := range all {
		for _, service := range l.Hoster.Services {
			if lent(l.Hoster, service) {
				services = append(services, lentService{
					hoster: l.Hoster.ID, handle: l.Handle, service: service, name: plain(l.Hoster.Name),
					needs: s.options.Vocabulary.Needs(service),
				})
			}
		}
	}
	s.mutual.services, s.mutual.at = services, s.clock()
	return services, nil
}

// mutualView is the page of what can be used without an account.
type mutualView struct {
	Families []mutualFamily
	Key      string // of the share in a profile
}

// mutualFamily is needs of one family.
type mutualFamily struct {
	Label string
	Needs []mutualNeed
}

// mutualNeed is one need, and those who meet it without an account.
type mutualNeed struct {
	Label    string
	Address  string // the page to choose oneself
	Open     string // leads to one of those who take a share; "" where none does
	Services int
}

// showMutualAid is the page of all needs that are met without an account.
func (s *Site) showMutualAid(v *visit) (page, error) {
	services, err := s.lentServices(v.Context())
	if err != nil {
		return page{}, err
	}
	view := mutualView{Key: "share"}
	for _, f := range s.options.Vocabulary.Families {
		label, _ := f.Label.In(v.language())
		family := mutualFamily{Label: label}
		for _, n := range f.Needs {
			if need := s.mutualNeed(v, n.ID, services); need.Services > 0 {
				family.Needs = append(family.Needs, need)
			}
		}
		if len(family.Needs) > 0 {
			view.Families = append(view.Families, family)
		}
	}
	return page{template: "mutual", title: v.locale.text("mutual.title"),
		description: v.locale.text("mutual.lead"), data: view}, nil
}

func (s *Site) mutualNeed(v *visit, id directory.NeedID, services []lentService) mutualNeed {
	need := mutualNeed{
		Label:   s.words(v.language(), directory.FacetNeed, string(id)),
		Address: address(v.language(), "mutual-need", string(id)),
	}
	for _, l := range services {
		if !slices.Contains(l.needs, id) {
			continue
		}
		need.Services++
		if takes(l.service, nil) {
			need.Open = address(v.language(), "mutual-open", string(id))
		}
	}
	return need
}

// mutualNeedView is the page on which visitors choose for themselves.
type mutualNeedView struct {
	Need    mutualNeed
	Choices []mutualChoice
	All     string // the page of all needs
}

// mutualChoice is one service that can be used without an account.
type mutualChoice struct {
	Service, Hoster  string
	Address          string // of the service's page here
	HosterAddress    string
	Website          link
	Summary          said
	Limits           said
	Software         string
	Level, LevelTone string
	Now              []noticeView
	Takes            bool // strangers may be sent there now
	IsFull           bool
}

// showMutualNeed lists those who meet a need without an account.
func (s *Site) showMutualNeed(v *visit) (page, error) {
	id := directory.NeedID(v.variable("slug"))
	if !s.knowsNeed(id) {
		return page{}, fmt.Errorf("need: %w", directory.ErrNotFound)
	}
	services, err := s.lentServices(v.Context())
	if err != nil {
		return page{}, err
	}
	view := mutualNeedView{Need: s.mutualNeed(v, id, services), All: address(v.language(), "mutual-aid")}
	for _, l := range services {
		if !slices.Contains(l.needs, id) || len(view.Choices) == mapLimit {
			continue
		}
		choice, err := s.mutualChoice(v, l)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return page{}, err
		}
		view.Choices = append(view.Choices, choice)
	}
	if !slices.ContainsFunc(view.Choices, func(c mutualChoice) bool { return c.Takes }) {
		view.Need.Open = ""
	}
	return page{template: "mutual_need", title: v.locale.text("mutual.need_title", view.Need.Label),
		description: v.locale.text("mutual.lead"), data: view}, nil
}

func (s *Site) mutualChoice(v *visit, l lentService) (mutualChoice, error) {
	listing, err := s.options.Directory.Listing(v.Context(), l.hoster)
	if err != nil {
		return mutualChoice{}, fmt.Errorf("listing of a service: %w", err)
	}
	service, err := serviceCalled(listing.Hoster, l.service.Slug)
	if err != nil {
		return mutualChoice{}, err
	}
	choice := mutualChoice{
		Service: plain(service.Name), Hoster: plain(listing.Hoster.Name),
		Address:       address(v.language(), "service", handleOf(listing), service.Slug),
		HosterAddress: hosterAddress(v.language(), listing.Handle),
		Website:       outward(service.Website), Summary: v.locale.in(service.Summary), Limits: v.locale.in(service.Limits),
		Software: plain(service.Software.Name),
		IsFull:   service.Registration.Capacity == directory.CapacityFull,
	}
	if service.Level != "" && service.Level != directory.LevelOK {
		choice.Level, choice.LevelTone = v.locale.word("level", string(service.Level)), levelTone(service.Level)
	}
	notices, err := s.options.Directory.Notices(v.Context(), l.hoster, mostEntries)
	if err != nil {
		return mutualChoice{}, fmt.Errorf("notices of a hoster: %w", err)
	}
	for _, n := range noticesOn(notices, service.ID) {
		if n.Kind != directory.NoticeAnnouncement && !n.Over() {
			choice.Now = append(choice.Now, s.notice(v, n, listing.Hoster, false))
		}
	}
	choice.Takes = takes(service, notices)
	return choice, nil
}

// knowsNeed reports whether the vocabulary has such a need.
func (s *Site) knowsNeed(id directory.NeedID) bool {
	for _, f := range s.options.Vocabulary.Families {
		for _, n := range f.Needs {
			if n.ID == id {
				return true
			}
		}
	}
	return false
}

// routeMutualAid adds the addresses that lead on to one of the services.
func (s *Site) routeMutualAid(r *mux.Router) {
	for _, l := range s.languages {
		r.Handle(pathOf("mutual-open", l), guard(s.openOne(l))).Methods(http.MethodGet, http.MethodHead)
	}
}

// openOne sends a visitor to one of the services that take a share, drawn by
// the weight of their shares: nobody can tell beforehand which, and nobody is
// told who asked. Where none takes anybody now, the visitor chooses.
func (s *Site) openOne(l directory.Language) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r, "mutual-need", l)
		id := directory.NeedID(v.variable("slug"))
		to := address(l, "mutual-need", string(id))
		if !s.knowsNeed(id) {
			s.fail(w, v, fmt.Errorf("need: %w", directory.ErrNotFound))
			return
		}
		services, err := s.lentServices(r.Context())
		if err != nil {
			s.fail(w, v, err)
			return
		}
		services = slices.DeleteFunc(slices.Clone(services), func(l lentService) bool { return !slices.Contains(l.needs, id) })
		drawn, err := s.draw(r.Context(), services)
		if err != nil {
			s.fail(w, v, err)
			return
		}
		if drawn != "" {
			to = drawn
		}
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, to, http.StatusSeeOther) //nolint:gosec // a listed hoster's own service, which takes visitors on
	})
}

// draw gives the address of one service, "" where none takes anybody now.
func (s *Site) draw(ctx context.Context, services []lentService) (string, error) {
	services = slices.DeleteFunc(services, func(l lentService) bool { return !takes(l.service, nil) })
	for range mutualTries {
		i, err := drawByShare(services)
		if err != nil || i < 0 {
			return "", err
		}
		to, err := s.mayOpen(ctx, services[i])
		if to != "" || err != nil {
			return to, err
		}
		services = slices.Delete(services, i, i+1)
	}
	return "", nil
}

// drawByShare gives the index of one service, by the weight of its share; -1
// for none.
func drawByShare(services []lentService) (int, error) {
	var sum int64
	for _, l := range services {
		sum += int64(l.service.Share)
	}
	if sum == 0 {
		return -1, nil
	}
	n, err := rand.Int(rand.Reader, big.NewInt(sum))
	if err != nil {
		return -1, fmt.Errorf("draw: %w", err)
	}
	left := n.Int64()
	for i, l := range services {
		if left -= int64(l.service.Share); left < 0 {
			return i, nil
		}
	}
	return -1, nil
}

// mayOpen gives the address of a service as its hoster says it now, "" where
// it takes nobody any more.
func (s *Site) mayOpen(ctx context.Context, l lentService) (string, error) {
	listing, err := s.options.Directory.Listing(ctx, l.hoster)
	if isMissing(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("listing of a service: %w", err)
	}
	service, err := serviceCalled(listing.Hoster, l.service.Slug)
	if err != nil || !lent(listing.Hoster, service) {
		return "", nil //nolint:nilerr // the service is gone: another is drawn
	}
	notices, err := s.options.Directory.Notices(ctx, l.hoster, mostEntries)
	if err != nil {
		return "", fmt.Errorf("notices of a hoster: %w", err)
	}
	if !takes(service, notices) {
		return "", nil
	}
	return strings.TrimSpace(service.Website), nil
}
