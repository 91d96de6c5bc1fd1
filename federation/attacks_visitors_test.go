package federation_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/federationtest"
)

func init() {
	attacks["C9 examined"], attacks["C20 examined"], attacks["D17 visitors"] = attackInsideExamined, attackExaminations, attackReportFlood
}

// A visitor has addresses inside examined, by name and by what a host answers.
func attackInsideExamined(a *attack) {
	for i, address := range inside {
		a.undialled(address, func() {
			p := federationtest.NewPeer(a)
			p.Fault("/.well-known/webfinger", federationtest.Redirect(address))
			p.Fault("/.well-known/nodeinfo", federationtest.Answer("application/json", map[string]any{
				"links": []any{map[string]any{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.1", "href": address}},
			}))
			accounts := []string{"ana@" + p.Host, p.Host}
			if host, ok := strings.CutPrefix(strings.TrimSuffix(address, "/x"), "http://"); ok {
				accounts = append(accounts, "ana@"+host)
			}
			for _, account := range accounts {
				e, err := a.n.Examine(visitor("127.0.0.1:1"), account)
				if err == nil && (e.Stopped == "" || e.Handle != "") {
					a.Errorf("%d %s: examined as %+v", i, account, e)
				}
			}
		})
	}
}

// A visitor has one host examined over and over, and one whose profile leads to
// ever more addresses.
func attackExaminations(a *attack) {
	endless := a.evil.Hoster("sansfin")
	var items []any
	for i := range 150 {
		items = append(items, fmt.Sprintf("%s/services/%d", a.evil.URL, i))
	}
	endless.Set("services", a.evil.Serve("/sansfin/services", map[string]any{"id": a.evil.URL + "/sansfin/services", "type": "Collection", "items": items}))
	a.evil.Forget()
	if _, err := a.n.Examine(visitor("127.0.0.1:1"), "sansfin@"+a.evil.Host); err != nil {
		a.Error(err)
	}
	if got := a.evil.Requests(); len(got) > 6 {
		a.Errorf("one examination made the node ask %d times: %q", len(got), got)
	}
	a.evil.Forget()
	busy := 0
	for i := range 60 {
		if _, err := a.n.Examine(visitor(fmt.Sprintf("192.0.2.%d:1", i)), "personne@"+a.evil.Host); errors.Is(err, directory.ErrConflict) {
			busy++
		}
	}
	if got := a.evil.Fetches(); got > 12 || busy < 40 {
		a.Errorf("sixty visitors made the node ask a host %d times; %d were told to wait", got, busy)
	}
	a.clock.Add(10 * time.Minute)
	busy = 0
	for i := range 20 {
		if _, err := a.n.Examine(visitor("192.0.2.7:1"), fmt.Sprintf("ana@127.0.0.1:%d", i+1)); errors.Is(err, directory.ErrConflict) {
			busy++
		}
	}
	if busy < 10 {
		a.Errorf("one visitor named twenty hosts and was told to wait %d times", busy)
	}
}

// Visitors fill the keepers' queue; reports of other servers still arrive.
func attackReportFlood(a *attack) {
	about := directory.ID(a.hoster.ID)
	kept := 0
	for i := range 300 {
		a.clock.Add(time.Minute)
		if err := a.n.ReportByVisitor(visitor(fmt.Sprintf("192.0.2.%d:1", i%250)), about, fmt.Sprint("Réclame ", i), ""); err == nil {
			kept++
		}
	}
	if kept != 200 {
		a.Errorf("%d reports of visitors are kept, want 200", kept)
	}
	kept = 0
	for i := range 20 {
		if err := a.n.ReportByVisitor(visitor("198.51.100.1:1"), about, fmt.Sprint("Réclame ", i), ""); err == nil {
			kept++
		}
	}
	if kept > 5 {
		a.Errorf("one address wrote %d reports at once", kept)
	}
	before := len(reports(a, a.n))
	if got := a.post(a.alice, a.alice.Activity("Flag", []any{a.hoster.ID}), federationtest.Request{}); got.Status != http.StatusAccepted {
		a.Errorf("a Flag: %d", got.Status)
	}
	if got := len(reports(a, a.n)); got != before+1 {
		a.Errorf("a Flag of another server was not kept beside those of visitors")
	}
}
