package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"matou/directory"
)

// summaryPath is where programs that read status pages look for the state of
// all services in one document.
const summaryPath = "/api/v2/summary.json"

// summary has the shape of Statuspage's summary.json (Statuspage status API,
// v2): many clients read it already. What we do not say is left out.
type summary struct {
	Page        summaryPage       `json:"page"`
	Status      summaryStatus     `json:"status"`
	Components  []summaryService  `json:"components"`
	Incidents   []summaryIncident `json:"incidents"`
	Maintenance []summaryIncident `json:"scheduled_maintenances"`
}

type summaryPage struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	URL       string    `json:"url"`
	TimeZone  string    `json:"time_zone"`
	UpdatedAt time.Time `json:"updated_at"`
}

type summaryStatus struct {
	Indicator   string `json:"indicator"` // none, minor, major, critical, maintenance
	Description string `json:"description"`
}

type summaryService struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Status      string    `json:"status"` // operational, degraded_performance, partial_outage, major_outage, under_maintenance
	Description *string   `json:"description"`
	Position    int       `json:"position"`
	Group       bool      `json:"group"`
	GroupID     *string   `json:"group_id"`
	PageID      string    `json:"page_id"`
	UpdatedAt   time.Time `json:"updated_at"`
}

type summaryIncident struct {
	ID             string           `json:"id"`
	Name           string           `json:"name"`
	Status         string           `json:"status"`
	Impact         string           `json:"impact"`
	Shortlink      string           `json:"shortlink"`
	PageID         string           `json:"page_id"`
	CreatedAt      time.Time        `json:"created_at"`
	UpdatedAt      time.Time        `json:"updated_at"`
	StartedAt      time.Time        `json:"started_at"`
	ResolvedAt     *time.Time       `json:"resolved_at"`
	ScheduledFor   *time.Time       `json:"scheduled_for,omitempty"`
	ScheduledUntil *time.Time       `json:"scheduled_until,omitempty"`
	Updates        []summaryUpdate  `json:"incident_updates"`
	Components     []summaryService `json:"components"`
}

type summaryUpdate struct {
	ID         string    `json:"id"`
	Status     string    `json:"status"`
	Body       string    `json:"body"`
	IncidentID string    `json:"incident_id"`
	CreatedAt  time.Time `json:"created_at"`
	DisplayAt  time.Time `json:"display_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// summaryLevels are the states of a service in their words; one of which
// nothing is said is taken to run, since their readers know no other word.
var summaryLevels = map[directory.Level]string{
	"": "operational", directory.LevelOK: "operational", directory.LevelWarning: "degraded_performance",
	directory.LevelAlert: "partial_outage", directory.LevelError: "major_outage", directory.LevelOver: "major_outage",
}

// summaryStages are the stages of a notice in their words.
var summaryStages = map[directory.Stage]string{
	directory.Investigating: "investigating", directory.Identified: "identified",
	directory.Monitoring: "monitoring", directory.Resolved: "resolved",
	directory.Planned: "scheduled", directory.Underway: "in_progress", directory.Completed: "completed", directory.Cancelled: "completed",
}

// summary answers the state of the node's own hoster.
func (s *Site) summary(r *http.Request) ([]byte, string, error) {
	h, err := s.ownHoster(r.Context())
	if err != nil {
		return nil, "", err
	}
	notices, err := s.options.Directory.Notices(r.Context(), s.ownID(), mostNotices)
	if err != nil {
		return nil, "", fmt.Errorf("own notices: %w", err)
	}
	v := s.visit(r, "state", languages[0])
	doc := summary{
		Page: summaryPage{
			ID: s.options.Hoster, Name: plain(h.Name), URL: s.absolute(address(v.language(), "state")),
			TimeZone: s.zone.String(), UpdatedAt: h.UpdatedAt.UTC(),
		},
		Components: []summaryService{}, Incidents: []summaryIncident{}, Maintenance: []summaryIncident{},
	}
	for i, service := range h.Services {
		if service.Level != directory.LevelOver {
			doc.Components = append(doc.Components, s.summaryService(v, h, service, i, notices))
		}
	}
	for _, n := range notices {
		doc.Page.UpdatedAt = later(doc.Page.UpdatedAt, n.UpdatedAt.UTC())
		switch {
		case n.Over() || n.Kind == directory.NoticeAnnouncement:
		case n.Kind == directory.NoticeMaintenance:
			doc.Maintenance = append(doc.Maintenance, s.summaryIncident(n, doc.Components))
		default:
			doc.Incidents = append(doc.Incidents, s.summaryIncident(n, doc.Components))
		}
	}
	state, err := s.state(v, h)
	if err != nil {
		return nil, "", err
	}
	doc.Status = summaryStatus{indicator(doc, state), state.Sentence}
	body, err := json.MarshalIndent(doc, "", " ")
	if err != nil {
		return nil, "", fmt.Errorf("write the summary: %w", err)
	}
	return append(body, '\n'), "application/json", nil
}

// indicator gives the state of the whole in their words.
func indicator(doc summary, state stateView) string {
	worst, order := "none", []string{"degraded_performance", "partial_outage", "major_outage"}
	down := 0
	for _, c := range doc.Components {
		switch slices.Index(order, c.Status) {
		case 0, 1:
			if worst == "none" {
				worst = "minor"
			}
		case 2:
			worst = "major"
			down++
		}
	}
	switch {
	case down > 0 && down == len(doc.Components):
		return "critical"
	case worst == "none" && len(doc.Incidents) > 0:
		return "minor"
	case worst == "none" && state.Tone == "work":
		return "maintenance"
	}
	return worst
}

func (s *Site) summaryService(v *visit, h directory.Hoster, service directory.Service, position int, notices []directory.Notice) summaryService {
	c := summaryService{
		ID: service.Slug, Name: plain(service.Name), Status: summaryLevels[service.Level], Position: position + 1,
		PageID: s.options.Hoster, UpdatedAt: h.UpdatedAt.UTC(),
	}
	if words := v.locale.in(service.Summary).Text; words != "" {
		c.Description = &words
	}
	for _, n := range noticesOn(notices, service.ID) {
		if c.Status != "operational" || n.Over() {
			continue
		}
		switch {
		case n.Kind == directory.NoticeIncident:
			c.Status = "partial_outage"
		case n.Stage == directory.Underway:
			c.Status = "under_maintenance"
		}
	}
	return c
}

func (s *Site) summaryIncident(n directory.Notice, services []summaryService) summaryIncident {
	i := summaryIncident{
		ID: lastPart(n.ID), Name: plain(n.Title), Status: summaryStages[n.Stage], Impact: "minor",
		Shortlink: s.absolute(s.noticeAddress(languages[0], n)), PageID: s.options.Hoster,
		CreatedAt: n.PublishedAt.UTC(), UpdatedAt: n.UpdatedAt.UTC(), StartedAt: n.StartsAt.UTC(), Components: []summaryService{},
	}
	if n.Kind == directory.NoticeMaintenance {
		i.Impact = "maintenance"
		start := n.StartsAt.UTC()
		i.ScheduledFor = &start
		if !n.EndsAt.IsZero() {
			end := n.EndsAt.UTC()
			i.ScheduledUntil = &end
		}
	}
	for _, c := range services {
		if len(n.Affects) == 0 || slices.ContainsFunc(n.Affects, func(id directory.ID) bool { return lastPart(id) == c.ID }) {
			i.Components = append(i.Components, c)
		}
	}
	update := func(id directory.ID, stage directory.Stage, body string, at time.Time) {
		at = at.UTC()
		i.Updates = append(i.Updates, summaryUpdate{
			ID: lastPart(id), Status: summaryStages[stage], Body: bareText(body, n.HTML), IncidentID: i.ID, CreatedAt: at, DisplayAt: at, UpdatedAt: at,
		})
	}
	for _, u := range slices.Backward(n.Updates) {
		update(u.ID, u.Stage, u.Body, u.At)
	}
	first := n.Stage
	if len(n.Updates) > 0 {
		first = n.Kind.Stages()[0]
	}
	update(n.ID, first, n.Body, n.PublishedAt)
	return i
}

// lastPart gives the last step of an id.
func lastPart(id directory.ID) string {
	return string(id)[strings.LastIndexByte(string(id), '/')+1:]
}
