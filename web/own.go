package web

import (
	"fmt"

	"matou/directory"
)

// ownHandle is the "@name@host" of the node's own hoster.
func (s *Site) ownHandle() string { return "@" + s.options.Hoster + "@" + s.host() }

// servicesView is the page of what the node's own hoster runs for others.
type servicesView struct {
	Name     string
	Services []serviceView
	State    string // address of the state of the services
}

// showServices is the page of the node's own hoster's services.
func (s *Site) showServices(v *visit) (page, error) {
	h, err := s.ownHoster(v.Context())
	if isMissing(err) {
		return s.emptyPage(v), nil
	}
	if err != nil {
		return page{}, err
	}
	view := servicesView{Name: plain(h.Name), State: address(v.language(), "state")}
	for _, service := range h.Services {
		sv, err := s.service(v, h, service)
		if err != nil {
			return page{}, err
		}
		sv.Address = address(v.language(), "own-service", service.Slug)
		view.Services = append(view.Services, sv)
	}
	return page{template: "services", title: v.locale.text("services.title", view.Name),
		description: v.locale.text("services.lead"), data: view}, nil
}

// commitmentsView is the page of what the node's own hoster commits itself to.
type commitmentsView struct {
	hosterView
	Promises []servicePromise
}

// servicePromise is what is promised of one service.
type servicePromise struct {
	Name, Address string
	Service       serviceView
}

// showCommitments is the page of the node's own hoster's commitments.
func (s *Site) showCommitments(v *visit) (page, error) {
	h, err := s.ownHoster(v.Context())
	if isMissing(err) {
		return s.emptyPage(v), nil
	}
	if err != nil {
		return page{}, err
	}
	view, err := s.hoster(v, h)
	if err != nil {
		return page{}, err
	}
	view.Own = true
	promises := commitmentsView{hosterView: view}
	for i, service := range view.Services {
		if len(service.Allowance)+len(service.Within)+len(service.Statements) > 0 {
			promises.Promises = append(promises.Promises, servicePromise{
				Name: service.Name, Address: address(v.language(), "own-service", h.Services[i].Slug), Service: service,
			})
		}
	}
	return page{template: "commitments", title: v.locale.text("commitments.title", view.Name),
		description: v.locale.text("commitments.lead"), data: promises}, nil
}

// servicePageView is the page of one service.
type servicePageView struct {
	Service serviceView
	Strip   strip
	Hoster  string
	Home    string // the hoster's page on this node
	State   string // address of the state of all services
	Current []noticeView
	Past    []noticeView
	Follow  waysToFollow
	Lang    string
	Told    *fromFileView // nil: the hoster published it itself
}

// showOwnService is the page of a service of the node's own hoster.
func (s *Site) showOwnService(v *visit) (page, error) {
	h, err := s.ownHoster(v.Context())
	if err != nil {
		return page{}, err
	}
	service, err := serviceCalled(h, v.variable("slug"))
	if err != nil {
		return page{}, err
	}
	view, err := s.servicePageView(v, h, service)
	if err != nil {
		return page{}, err
	}
	view.Home, view.State = address(v.language(), "own", s.options.Hoster), address(v.language(), "state")
	view.Follow = s.waysToFollow(v, s.ownHandle(), "own-service", service.Slug)
	return s.servicePage(v, view), nil
}

// showService is the page of a service of a listed hoster.
func (s *Site) showService(v *visit) (page, error) {
	l, err := s.listed(v)
	if err != nil {
		return page{}, err
	}
	if movedFrom(v.variable("handle"), l) {
		return s.movedTo(v, l), nil
	}
	service, err := serviceCalled(l.Hoster, v.variable("slug"))
	if err != nil {
		return page{}, err
	}
	view, err := s.servicePageView(v, l.Hoster, service)
	if err != nil {
		return page{}, err
	}
	view.Home, view.State = hosterAddress(v.language(), l.Handle), address(v.language(), "listed-state", handleOf(l))
	view.Follow = s.waysToFollow(v, plain(l.Handle), "service", handleOf(l), service.Slug)
	if view.Told = s.fromFile(v, l); view.Told != nil {
		view.Follow.Handle = ""
	}
	return s.servicePage(v, view), nil
}

func (s *Site) servicePage(v *visit, view servicePageView) page {
	return page{
		template: "service", title: v.locale.text("service.title", view.Service.Name, view.Hoster),
		description: v.locale.in(view.Service.Service.Summary).Text, data: view, feeds: view.Follow.feeds(v.locale),
	}
}

func (s *Site) servicePageView(v *visit, h directory.Hoster, service directory.Service) (servicePageView, error) {
	notices, err := s.options.Directory.Notices(v.Context(), h.ID, mostNotices)
	if err != nil {
		return servicePageView{}, fmt.Errorf("notices of a hoster: %w", err)
	}
	state, err := s.serviceState(v, h, service, notices)
	if err != nil {
		return servicePageView{}, err
	}
	view := servicePageView{Service: state.serviceView, Strip: state.Strip, Hoster: plain(h.Name)}
	for _, n := range noticesOn(notices, service.ID) {
		switch shown := s.notice(v, n, h, false); {
		case !n.Over() && n.Kind != directory.NoticeAnnouncement:
			view.Current = append(view.Current, shown)
		case len(view.Past) < 10:
			view.Past = append(view.Past, shown)
		}
	}
	return view, nil
}

// serviceCalled finds the service of that slug, or gives directory.ErrNotFound.
func serviceCalled(h directory.Hoster, slug string) (directory.Service, error) {
	for _, service := range h.Services {
		if service.Slug == slug {
			return service, nil
		}
	}
	return directory.Service{}, fmt.Errorf("service: %w", directory.ErrNotFound)
}

// waysToFollow are the four ways to hear of something without coming back.
type waysToFollow struct {
	Handle   string // to follow from the fediverse; "" where there is nobody to follow
	Address  string // of the page that says how
	Atom     string
	JSON     string
	Calendar string
}

// waysToFollow gives the ways to follow what the page of that name shows.
func (s *Site) waysToFollow(v *visit, handle, name string, values ...string) waysToFollow {
	at := address(v.language(), name, values...)
	return waysToFollow{
		Handle: handle, Address: address(v.language(), "follow"),
		Atom: feedAddress(at, feedAtom), JSON: feedAddress(at, feedJSON), Calendar: feedAddress(at, feedCalendar),
	}
}

// feeds are the same for the head of a page.
func (w waysToFollow) feeds(l *locale) []feedLink {
	return []feedLink{
		{l.text("feed.atom"), feedKinds[feedAtom], w.Atom},
		{l.text("feed.json"), feedKinds[feedJSON], w.JSON},
		{l.text("feed.calendar"), feedKinds[feedCalendar], w.Calendar},
	}
}
