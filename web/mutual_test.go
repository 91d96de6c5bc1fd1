package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// lender gives a listed hoster whose pad can be used without an account.
func lender(name string, share int) directory.Listing {
	l := directorytest.Listing(name)
	l.Hoster.Services = l.Hoster.Services[:1]
	l.Hoster.Services[0].Share = share
	return l
}

// opened asks to be sent on to a pad, many times, and counts where that led.
func (n *node) opened(times int) map[string]int {
	n.Helper()
	to := map[string]int{}
	for range times {
		res := n.get("/entraide/write-together/ouvrir")
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Cache-Control") != "no-store" || res.Header.Get("Referrer-Policy") != "no-referrer" {
			n.Fatalf("got %d, %v", res.StatusCode, res.Header)
		}
		to[res.Header.Get("Location")]++
	}
	return to
}

// TestVisitorsAreSpreadByShare: nobody beyond those who take a share, and about
// as much as each asks for.
func TestVisitorsAreSpreadByShare(t *testing.T) {
	small, large, none := lender("La Petite", 10), lender("La Grande", 30), lender("La Discrète", 0)
	n := directoryNode(t, []directory.Listing{small, large, none}, nil)
	to := n.opened(2000)
	got := to[large.Hoster.Services[0].Website]
	if got < 1380 || got > 1620 { // 1500, six standard deviations either way
		t.Errorf("three in four visitors should go to the larger share: %v", to)
	}
	if to[small.Hoster.Services[0].Website]+got != 2000 {
		t.Errorf("somebody was sent elsewhere: %v", to)
	}
}

// TestNobodyIsSentWhereNobodyShouldGo: each of these takes no visitors, at once.
func TestNobodyIsSentWhereNobodyShouldGo(t *testing.T) {
	well := lender("La Bonne", 1)
	for name, change := range map[string]func(*directory.Listing) []directory.Notice{
		"no share": func(l *directory.Listing) []directory.Notice { l.Hoster.Services[0].Share = 0; return nil },
		"full": func(l *directory.Listing) []directory.Notice {
			l.Hoster.Services[0].Registration.Capacity = directory.CapacityFull
			return nil
		},
		"an account": func(l *directory.Listing) []directory.Notice {
			l.Hoster.Services[0].Registration.WithoutAccount = directory.UseNothing
			return nil
		},
		"standing": func(l *directory.Listing) []directory.Notice {
			l.Hoster.Services[0].Level = directory.LevelError
			return nil
		},
		"slow": func(l *directory.Listing) []directory.Notice {
			l.Hoster.Services[0].Level = directory.LevelWarning
			return nil
		},
		"closed": func(l *directory.Listing) []directory.Notice {
			l.Hoster.Services[0].Level = directory.LevelOver
			return nil
		},
		"closing":    func(l *directory.Listing) []directory.Notice { l.Hoster.State = directory.StateClosing; return nil },
		"no address": func(l *directory.Listing) []directory.Notice { l.Hoster.Services[0].Website = ""; return nil },
		"an incident": func(l *directory.Listing) []directory.Notice {
			return []directory.Notice{directorytest.Notice(l.Hoster)}
		},
		"one on all": func(l *directory.Listing) []directory.Notice {
			n := directorytest.Notice(l.Hoster)
			n.Affects = nil
			return []directory.Notice{n}
		},
		"a script": func(l *directory.Listing) []directory.Notice {
			l.Hoster.Services[0].Website = "javascript:alert(1)"
			return nil
		},
		"other scheme": func(l *directory.Listing) []directory.Notice {
			l.Hoster.Services[0].Website = "ftp://x.example/"
			return nil
		},
		"secret inside": func(l *directory.Listing) []directory.Notice {
			l.Hoster.Services[0].Website = "https://u:p@x.example/"
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			ill := lender("La Mauvaise", 100)
			notices := change(&ill)
			n := directoryNode(t, []directory.Listing{well, ill}, notices)
			if strings.Contains(directoryNode(t, []directory.Listing{ill}, notices).page("/entraide/write-together").raw, "/ouvrir") {
				t.Error("the page leads to it")
			}
			if to := n.opened(30); to[well.Hoster.Services[0].Website] != 30 {
				t.Errorf("got %v", to)
			}
		})
	}
}

// TestShareIsStoppedAtOnce: what a hoster says now counts, not what is
// remembered of it.
func TestShareIsStoppedAtOnce(t *testing.T) {
	l := lender("La Petite", 10)
	n := directoryNode(t, []directory.Listing{l}, nil)
	if to := n.opened(1); to[l.Hoster.Services[0].Website] != 1 {
		t.Fatalf("got %v", to)
	}
	l.Hoster.Services = slices.Clone(l.Hoster.Services)
	l.Hoster.Services[0].Share = 0
	n.records.listings[l.Hoster.ID] = l
	if to := n.opened(1); to["/entraide/write-together"] != 1 {
		t.Errorf("got %v, want the page on which to choose", to)
	}
	n.records.index.Remove(l.Hoster.ID)
	delete(n.records.listings, l.Hoster.ID)
	if to := n.opened(1); to["/entraide/write-together"] != 1 {
		t.Errorf("got %v, want the page on which to choose", to)
	}
}

func TestVisitorsCanChooseThemselves(t *testing.T) {
	n := directoryNode(t, []directory.Listing{lender("La Petite", 10), lender("La Discrète", 0)}, nil)
	d := n.page("/entraide")
	for _, says := range []string{"Écrire un texte à plusieurs", "Ouvrir chez l'une d'elles", "Choisir moi-même (2 services)"} {
		if !strings.Contains(d.words(), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	d = n.page(d.link(t, "Choisir moi-même"))
	for _, says := range []string{"La Petite", "La Discrète", "Le Pad"} {
		if !strings.Contains(d.words(), says) {
			t.Errorf("the page does not say %q", says)
		}
	}
	for address, want := range map[string]int{"/entraide/nothing-known": 404, "/entraide/nothing-known/ouvrir": 404, "/en/mutual-aid/write-together/open": 303} {
		if got := n.get(address).StatusCode; got != want {
			t.Errorf("%s: got %d, want %d", address, got, want)
		}
	}
	if got := n.ask(http.MethodPost, "/entraide/write-together/ouvrir").StatusCode; got != http.StatusMethodNotAllowed {
		t.Errorf("POST: got %d", got)
	}
}
