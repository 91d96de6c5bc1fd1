package federation_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"matou/federation/federationtest"
)

// answer is one HTTP answer read whole, redirects not followed.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) object(t testing.TB) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(a.body, &m); err != nil {
		t.Fatalf("read %q: %v", a.body, err)
	}
	return m
}

func ask(t testing.TB, method, address string, header http.Header) answer {
	t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range header {
		r.Header[k] = v
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

func get(t testing.TB, address string) answer {
	t.Helper()
	return ask(t, http.MethodGet, address, nil)
}

func getAs(t testing.TB, address, accept string) answer {
	t.Helper()
	return ask(t, http.MethodGet, address, http.Header{"Accept": {accept}})
}

func TestWebFinger(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire", Idle: true})
	hoster, node := n.ActorID("chatdroite"), n.URL+"/actor"
	tests := []struct {
		name, resource string
		status         int
		self, subject  string
	}{
		{"acct", "acct:chatdroite@" + n.Host, 200, hoster, "acct:chatdroite@" + n.Host},
		{"acct in capitals", "ACCT:ChatDroite@" + strings.ToUpper(n.Host), 200, hoster, "acct:chatdroite@" + n.Host},
		{"no scheme", "chatdroite@" + n.Host, 200, hoster, "acct:chatdroite@" + n.Host},
		{"at sign before", "@chatdroite@" + n.Host, 200, hoster, "acct:chatdroite@" + n.Host},
		{"acct and at sign", "acct:@chatdroite@" + n.Host, 200, hoster, "acct:chatdroite@" + n.Host},
		{"id", hoster, 200, hoster, "acct:chatdroite@" + n.Host},
		{"page", n.URL + "/@chatdroite", 200, hoster, "acct:chatdroite@" + n.Host},
		{"page in capitals", n.URL + "/@CHATDROITE", 200, hoster, "acct:chatdroite@" + n.Host},
		{"aggregator", "acct:annuaire@" + n.Host, 200, n.ActorID("annuaire"), "acct:annuaire@" + n.Host},
		{"origin", n.URL + "/", 200, node, n.URL + "/"},
		{"origin without slash", n.URL, 200, node, n.URL + "/"},
		{"node by its host", "acct:" + n.Host + "@" + n.Host, 200, node, ""},
		{"node by its name", "acct:actor@" + n.Host, 200, node, ""},
		{"nobody", "acct:personne@" + n.Host, 404, "", ""},
		{"elsewhere", "acct:chatdroite@ailleurs.example", 404, "", ""},
		{"id elsewhere", "https://ailleurs.example/ap/actors/chatdroite", 404, "", ""},
		{"a note's address", n.URL + "/ap/notes/01JABCDEFGHJKMNPQRSTVWXYZ0", 404, "", ""},
		{"part of a name", "acct:chat@" + n.Host, 404, "", ""},
		{"wildcard", "acct:*@" + n.Host, 404, "", ""},
		{"path in the name", "acct:chatdroite/inbox@" + n.Host, 404, "", ""},
		{"empty", "", 400, "", ""},
		{"no host", "acct:chatdroite", 400, "", ""},
		{"other scheme", "mailto:x", 400, "", ""},
		{"line break", "acct:chatdroite@" + n.Host + "\nx", 400, "", ""},
		{"endless", "acct:" + strings.Repeat("a", 3000) + "@" + n.Host, 400, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := get(t, n.URL+"/.well-known/webfinger?resource="+url.QueryEscape(tt.resource))
			if got.status != tt.status {
				t.Fatalf("status is %d, want %d: %s", got.status, tt.status, got.body)
			}
			if got.header.Get("Access-Control-Allow-Origin") != "*" {
				t.Error("not open to other origins")
			}
			if tt.status != 200 {
				return
			}
			if ct := got.header.Get("Content-Type"); !strings.HasPrefix(ct, "application/jrd+json") {
				t.Errorf("content type is %q", ct)
			}
			d := got.object(t)
			if tt.subject != "" && d["subject"] != tt.subject {
				t.Errorf("subject is %v, want %v", d["subject"], tt.subject)
			}
			var self []string
			for _, l := range d["links"].([]any) {
				if l := l.(map[string]any); l["rel"] == "self" {
					self = append(self, l["href"].(string))
				}
			}
			if !slices.Equal(self, []string{tt.self}) {
				t.Errorf("self links are %q, want one: %q", self, tt.self)
			}
		})
	}
	t.Run("missing", func(t *testing.T) {
		if got := get(t, n.URL+"/.well-known/webfinger"); got.status != 400 {
			t.Errorf("status is %d, want 400", got.status)
		}
	})
	t.Run("twice", func(t *testing.T) {
		if got := get(t, n.URL+"/.well-known/webfinger?resource=acct:chatdroite@"+n.Host+"&resource=acct:annuaire@"+n.Host); got.status != 400 {
			t.Errorf("status is %d, want 400", got.status)
		}
	})
	t.Run("raw colon and at sign", func(t *testing.T) {
		if got := get(t, n.URL+"/.well-known/webfinger?resource=acct:chatdroite@"+n.Host); got.status != 200 {
			t.Errorf("status is %d, want 200", got.status)
		}
	})
	t.Run("wanted relation", func(t *testing.T) {
		d := get(t, n.URL+"/.well-known/webfinger?rel=self&resource=acct:chatdroite@"+n.Host).object(t)
		if links := d["links"].([]any); len(links) != 1 {
			t.Errorf("%d links for rel=self, want 1", len(links))
		}
	})
	t.Run("address to follow at", func(t *testing.T) { // of actors with a page, not of the node's
		want := `"rel":"http://ostatus.org/schema/1.0/subscribe","template":"` + n.URL + `/authorize_interaction?uri={uri}"`
		for name, there := range map[string]bool{"chatdroite": true, "annuaire": true, "actor": false} {
			got := string(get(t, n.URL+"/.well-known/webfinger?resource=acct:"+name+"@"+n.Host).body)
			if strings.Contains(got, want) != there {
				t.Errorf("%s: %s; want a template: %v", name, got, there)
			}
		}
	})
	t.Run("aliases both ways", func(t *testing.T) {
		for _, resource := range []string{"acct:chatdroite@" + n.Host, hoster, n.URL + "/@chatdroite"} {
			d := get(t, n.URL+"/.well-known/webfinger?resource="+url.QueryEscape(resource)).object(t)
			if got := fmt.Sprint(d["aliases"]); got != "["+hoster+" "+n.URL+"/@chatdroite]" {
				t.Errorf("aliases for %s are %s", resource, got)
			}
		}
		actor := getAs(t, hoster, "application/activity+json").object(t)
		if actor["webfinger"] != "chatdroite@"+n.Host || actor["url"] != n.URL+"/@chatdroite" { // FEP-2c59
			t.Errorf("the actor says %v and %v", actor["webfinger"], actor["url"])
		}
		if node := getAs(t, node, "application/activity+json").object(t); node["type"] != "Application" { // FEP-2677
			t.Errorf("the node actor is a %v", node["type"])
		}
	})
	t.Run("server relation", func(t *testing.T) { // FEP-d556
		got := string(get(t, n.URL+"/.well-known/webfinger?resource="+url.QueryEscape(n.URL+"/")).body)
		if want := `"rel":"https://www.w3.org/ns/activitystreams#Service","type":"application/activity+json","href":"` + node; !strings.Contains(got, want) {
			t.Errorf("no server link in %s", got)
		}
	})
}

func TestHostMeta(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Idle: true})
	want := n.URL + "/.well-known/webfinger?resource={uri}"

	got := get(t, n.URL+"/.well-known/host-meta")
	var doc struct {
		XMLName xml.Name `xml:"http://docs.oasis-open.org/ns/xri/xrd-1.0 XRD"`
		Link    struct {
			Rel      string `xml:"rel,attr"`
			Template string `xml:"template,attr"`
		} `xml:"http://docs.oasis-open.org/ns/xri/xrd-1.0 Link"`
	}
	if err := xml.Unmarshal(got.body, &doc); err != nil {
		t.Fatalf("read %s: %v", got.body, err)
	}
	if doc.Link.Rel != "lrdd" || doc.Link.Template != want {
		t.Errorf("link is %+v, want %s", doc.Link, want)
	}
	if ct := got.header.Get("Content-Type"); !strings.HasPrefix(ct, "application/xrd+xml") {
		t.Errorf("content type is %q", ct)
	}
	links := get(t, n.URL+"/.well-known/host-meta.json").object(t)["links"].([]any)
	if link := links[0].(map[string]any); link["template"] != want {
		t.Errorf("template is %v, want %s", link["template"], want)
	}
}

// TestNodeInfo holds the documents to the rules of the schemas of NodeInfo 2.0
// and 2.1: what must be there, what names may look like, and nothing else at
// the top.
func TestNodeInfo(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Hoster: "chatdroite", Aggregator: "annuaire", Idle: true})
	links := map[string]string{}
	for _, l := range get(t, n.URL+"/.well-known/nodeinfo").object(t)["links"].([]any) {
		l := l.(map[string]any)
		links[l["rel"].(string)] = l["href"].(string)
	}
	if got, want := links["https://www.w3.org/ns/activitystreams#Application"], n.URL+"/actor"; got != want {
		t.Errorf("application link is %q, want %q", got, want)
	}
	for _, version := range []string{"2.0", "2.1"} {
		t.Run(version, func(t *testing.T) {
			got := get(t, links["http://nodeinfo.diaspora.software/ns/schema/"+version])
			if ct := got.header.Get("Content-Type"); !strings.Contains(ct, `profile="http://nodeinfo.diaspora.software/ns/schema/`+version+`#"`) {
				t.Errorf("content type is %q", ct)
			}
			info := got.object(t)
			required := []string{"metadata", "openRegistrations", "protocols", "services", "software", "usage", "version"}
			var have []string
			for k := range info {
				have = append(have, k)
			}
			slices.Sort(have)
			if !slices.Equal(have, required) {
				t.Errorf("members are %q, want %q", have, required)
			}
			if info["version"] != version {
				t.Errorf("version is %v", info["version"])
			}
			software := info["software"].(map[string]any)
			if name := software["name"].(string); !regexp.MustCompile(`^[a-z0-9-]+$`).MatchString(name) {
				t.Errorf("software name is %q", name)
			}
			services := info["services"].(map[string]any)
			for _, k := range []string{"inbound", "outbound"} {
				if _, ok := services[k].([]any); !ok {
					t.Errorf("services.%s is %v, want a list", k, services[k])
				}
			}
			usage := info["usage"].(map[string]any)
			users, ok := usage["users"].(map[string]any)
			if !ok || users["total"] != 2.0 {
				t.Errorf("users are %v, want the two actors", usage["users"])
			}
			if usage["localPosts"] != 0.0 {
				t.Errorf("localPosts is %v, want 0", usage["localPosts"])
			}
			if info["openRegistrations"] != false {
				t.Error("registrations are said to be open")
			}
		})
	}
}

func TestOtherDiscovery(t *testing.T) {
	n := federationtest.NewNode(t, federationtest.Options{Aggregator: "annuaire", Idle: true})
	if got := get(t, n.URL+"/robots.txt"); got.status != 200 || !strings.Contains(string(got.body), "Disallow: /ap/") {
		t.Errorf("robots.txt: %d %s", got.status, got.body)
	}
	i := get(t, n.URL+"/api/v1/instance").object(t)
	if i["uri"] != n.Host || i["title"] != "Annuaire d'essai" {
		t.Errorf("instance is %v", i)
	}
	if _, counted := i["stats"]; counted {
		t.Error("instance has statistics that nobody counted")
	}
}
