package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"matou/directory"
	"matou/directory/directorytest"
)

// answers is a Homes that gives what it is told to.
type answers struct {
	to    string
	err   error
	asked []string
}

func (a *answers) FollowFrom(_ *http.Request, account string, actor directory.ID) (string, error) {
	a.asked = append(a.asked, account+" "+string(actor))
	return a.to, a.err
}

// followNode is a directory with the form to follow from elsewhere.
func followNode(t *testing.T, a *answers) *node {
	t.Helper()
	n := directoryNode(t, []directory.Listing{directorytest.Listing("Les Lucioles")}, nil)
	n.options.Homes = a
	n.handler = routes(t, n.options)
	return n
}

// fill sends the form as a browser on a page of the node does.
func (n *node) fill(address string, form url.Values, header ...string) *http.Response {
	n.Helper()
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	n.handler.ServeHTTP(w, r)
	return w.Result()
}

const luciole = "@les_lucioles@les-lucioles.example"

func TestFollowFromOwnServer(t *testing.T) {
	for _, tt := range []struct{ page, action, who, actor string }{
		{"/h/les_lucioles@les-lucioles.example", "/suivre", luciole, "https://les-lucioles.example/ap/actors/les_lucioles"},
		{"/suivre", "/suivre", "@annuaire@annuaire.example", "https://annuaire.example/ap/actors/annuaire"},
		{"/en/follow", "/en/follow", "@annuaire@annuaire.example", "https://annuaire.example/ap/actors/annuaire"},
	} {
		a := &answers{to: "https://social.example/authorize_interaction?uri=x"}
		n := followNode(t, a)
		res := n.get(tt.page)
		if got := res.Header.Get("Content-Security-Policy"); !strings.Contains(got, "form-action 'self' https:;") {
			t.Errorf("%s: its form may not lead to another server: %s", tt.page, got)
		}
		page := parse(t, res)
		form := page.all("form")
		var who, action string
		for _, f := range form {
			if attribute(f, "class") == "follow" {
				action = attribute(f, "action")
			}
		}
		for _, i := range page.all("input") {
			if attribute(i, "name") == "who" {
				who = attribute(i, "value")
			}
		}
		if who != tt.who || action != tt.action {
			t.Fatalf("%s: the form asks for %q at %q, want %q at %q", tt.page, who, action, tt.who, tt.action)
		}
		res = n.fill(action, url.Values{"who": {who}, "from": {" @ana@social.example"}})
		if res.StatusCode != http.StatusSeeOther || res.Header.Get("Location") != a.to || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d to %q", tt.page, res.StatusCode, res.Header.Get("Location"))
		}
		if got, want := fmt.Sprint(a.asked), "[ @ana@social.example "+tt.actor+"]"; got != want {
			t.Errorf("%s: asked %s, want %s", tt.page, got, want)
		}
	}
}

// TestFollowFaults: what is wrong is said beside the field, which keeps what
// was typed, in the language of the page.
func TestFollowFaults(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		fr, en string
	}{
		{directory.Invalid("account", "x"), 422, "ni l'adresse d'un compte", "no address of an account"},
		{directory.ErrForbidden, 422, "On ne peut pas passer par ce serveur", "cannot be used from here"},
		{directory.ErrNotFound, 422, "ne connaît personne de ce nom", "knows nobody of this name"},
		{directory.ErrConflict, 429, "trop de demandes", "too often"},
		{fmt.Errorf("dial tcp 10.0.0.1: refused"), 502, "ne répond pas pour le moment", "does not answer just now"},
	} {
		for action, want := range map[string]string{"/suivre": tt.fr, "/en/follow": tt.en} {
			for _, who := range []string{luciole, "@annuaire@annuaire.example"} {
				n := followNode(t, &answers{err: tt.err})
				res := n.fill(action, url.Values{"who": {who}, "from": {`"><b>ana`}})
				page := parse(t, res)
				var said, described, typed string
				for _, p := range page.all("p") {
					if attribute(p, "class") == "fault" {
						said, described = squeeze(words(p)), attribute(p, "id")
					}
				}
				for _, i := range page.all("input") {
					if attribute(i, "aria-invalid") == "true" && strings.Contains(attribute(i, "aria-describedby"), described) {
						typed = attribute(i, "value")
					}
				}
				if res.StatusCode != tt.status || !strings.Contains(said, want) || typed != `"><b>ana` || described == "" {
					t.Errorf("%v at %s for %s: %d %q beside %q, want %d and %q", tt.err, action, who, res.StatusCode, said, typed, tt.status, want)
				}
				if strings.Contains(page.raw, "10.0.0.1") {
					t.Error("the page says what went wrong inside")
				}
			}
		}
	}
}

// TestNoOpenRedirect: this site sends nobody to where somebody else chose (row
// E16), and asks nobody anything because a link was followed (row C20).
func TestNoOpenRedirect(t *testing.T) {
	a := &answers{to: "https://social.example/authorize_interaction?uri=x"}
	n := followNode(t, a)
	for _, uri := range []string{"https://evil.example/x", "//evil.example", `\\evil.example`, "javascript:alert(1)", "data:text/html,x", "https://user@evil.example/", "acct:ana@evil.example"} {
		for _, path := range []string{"/authorize_interaction?uri=", "/authorize_interaction?acct=", "/en/authorize_interaction?uri=", "/suivre?from=", "/suivre?who=", "/hebergeurs?resolve=", "/?uri="} {
			res := n.get(path + url.QueryEscape(uri))
			if to := res.Header.Get("Location"); strings.Contains(to, "evil.example") && !strings.HasPrefix(to, "/") || res.StatusCode >= 500 {
				t.Errorf("GET %s%s: %d to %q", path, uri, res.StatusCode, to)
			}
		}
	}
	for _, form := range []url.Values{
		{"who": {"@evil@evil.example"}, "from": {"ana@social.example"}},
		{"who": {"https://evil.example/"}, "from": {"ana@social.example"}},
		{"from": {"ana@social.example"}},
	} {
		if res := n.fill("/suivre", form); res.StatusCode != http.StatusNotFound {
			t.Errorf("to follow %v: %d, want 404", form["who"], res.StatusCode)
		}
	}
	if res := n.fill("/suivre", url.Values{"who": {luciole}, "from": {"ana@social.example"}}, "Sec-Fetch-Site", "cross-site"); res.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %d, want 403", res.StatusCode)
	}
	if len(a.asked) > 0 {
		t.Errorf("asked %v", a.asked)
	}
	for _, to := range []string{"javascript:alert(1)", "//evil.example", "/x", "https://user@evil.example/"} {
		a.to = to
		if res := n.fill("/suivre", url.Values{"who": {luciole}, "from": {"ana@social.example"}}); res.StatusCode == http.StatusSeeOther {
			t.Errorf("sent on to %q", to)
		}
	}
	if res := n.fill("/suivre", url.Values{"who": {luciole}, "from": {strings.Repeat("a", 10<<10)}}); res.StatusCode != http.StatusBadRequest {
		t.Errorf("an endless form: %d, want 400", res.StatusCode)
	}
}

// TestInteraction: who is sent here by another site learns that nobody has an
// account here, in their own language, and the keeper what to type.
func TestInteraction(t *testing.T) {
	n := followNode(t, &answers{})
	fr := n.page("/authorize_interaction?uri=" + url.QueryEscape("acct:ana@social.example"))
	if got := fr.words(); !strings.Contains(got, "Personne n'a de compte ici") || !strings.Contains(got, "matou follow @ana@social.example") {
		t.Errorf("in French: %s", got)
	}
	res := n.get("/authorize_interaction?uri=https://social.example/@ana", "Accept-Language", "en")
	if got := res.Header.Get("Location"); res.StatusCode != http.StatusFound || got != "/en/authorize_interaction?uri=https%3A%2F%2Fsocial.example%2F%40ana" {
		t.Errorf("in English: %d to %q", res.StatusCode, got)
	}
	en := n.page("/en/authorize_interaction?uri=" + url.QueryEscape("https://social.example/@ana"))
	if got := en.words(); !strings.Contains(got, "Nobody has an account here") || !strings.Contains(got, "social.example") || !strings.Contains(got, "matou follow @name@host") {
		t.Errorf("in English: %s", got)
	}
	for _, a := range en.all("a") {
		if href := attribute(a, "href"); strings.Contains(href, "social.example/@ana") && !strings.HasPrefix(href, "/") && attribute(a, "rel") != "nofollow noopener" {
			t.Errorf("link %s is %q", href, attribute(a, "rel"))
		}
	}
	for _, odd := range []string{"@ana@social.example; rm", "@--help@x", "acct:a@b@c", "javascript:alert(1)"} {
		if got := n.page("/authorize_interaction?uri=" + url.QueryEscape(odd)).words(); !strings.Contains(got, "matou follow @nom@serveur") {
			t.Errorf("%s: %s", odd, got)
		}
	}
	if res := n.get("/authorize_interaction?uri=" + strings.Repeat("a", 3000)); res.StatusCode != http.StatusBadRequest {
		t.Errorf("an endless one: %d, want 400", res.StatusCode)
	}
}

func TestAreaAddress(t *testing.T) {
	for l, want := range map[directory.Language]string{"fr": "/territoires/FR-BRE", "en": "/en/areas/FR-BRE", "br": "/territoires/FR-BRE"} {
		if got := AreaAddress(l, "FR-BRE"); got != want {
			t.Errorf("%s: got %s, want %s", l, got, want)
		}
	}
}
