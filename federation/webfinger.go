package federation

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"matou/directory"
	"matou/federation/activitystreams"
	"matou/federation/ap"
)

// Relations of WebFinger links.
const (
	relSelf    = "self"
	relProfile = "http://webfinger.net/rel/profile-page"
	relService = "https://www.w3.org/ns/activitystreams#Service"
)

// maxResource bounds the resource that a WebFinger request may ask for.
const maxResource = 2048

// resourceDescriptor is a JSON Resource Descriptor (RFC 7033 4.4).
type resourceDescriptor struct {
	Subject string         `json:"subject,omitempty"`
	Aliases []string       `json:"aliases,omitempty"`
	Links   []resourceLink `json:"links"`
}

type resourceLink struct {
	Rel      string `json:"rel"`
	Type     string `json:"type,omitempty"`
	Href     string `json:"href,omitempty"`
	Template string `json:"template,omitempty"`
}

// maxLinks bounds the links that are read of one descriptor.
const maxLinks = 64

// readDescriptor reads what somebody else's WebFinger answers, as strictly as
// any document: bounded, no key twice, each key in its own case. Errors are
// directory.ErrInvalid.
func readDescriptor(raw []byte) (resourceDescriptor, error) {
	o, err := activitystreams.Parse(raw)
	if err != nil {
		return resourceDescriptor{}, err
	}
	d := resourceDescriptor{Subject: o.String("subject")}
	for _, l := range o.Children("links", maxLinks) {
		d.Links = append(d.Links, resourceLink{
			Rel: l.String("rel"), Type: l.String("type"), Href: l.String("href"), Template: l.String("template"),
		})
	}
	return d, nil
}

// actor gives the one actor that a descriptor names, "" where it names none.
func (d resourceDescriptor) actor(development bool) (id ap.IRI, err error) {
	for _, l := range d.Links {
		if l.Rel != relSelf || !isActivityType(l.Type) {
			continue
		}
		found, err := activitystreams.ParseIRI(l.Href, development)
		if err != nil {
			return "", fmt.Errorf("it points to an address that cannot be used: %w", err)
		}
		if id != "" && id != found {
			return "", fmt.Errorf("it names two actors: %w", directory.ErrConflict)
		}
		id = found
	}
	return id, nil
}

// showWebFinger answers who stands behind a handle or an address of this node
// (RFC 7033): 400 where no resource is asked for, 404 for anybody else's.
func (n *Node) showWebFinger(w http.ResponseWriter, r *http.Request) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		n.refuse(w, r, directory.Invalid("resource", "must be percent-encoded"))
		return
	}
	a, service, err := n.resource(values["resource"])
	if err == nil {
		// A hoster that has not written its profile yet is nobody so far:
		// whoever was sent to its actor would find nothing there.
		_, err = n.ownDocument(r.Context(), a.ID)
	}
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	body, err := json.Marshal(n.describe(a, service, values["rel"]))
	if err != nil {
		n.refuse(w, r, err)
		return
	}
	n.serve(w, r, http.StatusOK, typeJRD, cacheDiscovery, body)
}

// resource finds the actor of this node that a WebFinger resource names, and
// reports whether it was asked for as the server itself (FEP-d556). Errors:
// ErrInvalid for none, several or a malformed one, ErrNotFound.
func (n *Node) resource(asked []string) (a ap.LocalActor, service bool, err error) {
	if len(asked) != 1 || asked[0] == "" || len(asked[0]) > maxResource || hasControl(asked[0]) {
		return a, false, directory.Invalid("resource", "must be given once")
	}
	resource := asked[0]
	if i := strings.Index(resource, "://"); i > 0 {
		return n.resourceAddress(resource)
	}
	if len(resource) >= 5 && strings.EqualFold(resource[:5], "acct:") {
		resource = resource[5:]
	} else if strings.Contains(resource, ":") && !strings.Contains(resource, "@") {
		return a, false, directory.Invalid("resource", "must be an acct: or https: address")
	}
	name, host, ok := strings.Cut(strings.TrimPrefix(resource, "@"), "@")
	if !ok || name == "" || host == "" || strings.Contains(host, "@") {
		return a, false, directory.Invalid("resource", "must name somebody at a host")
	}
	if !strings.EqualFold(host, n.config.Origin.Host) {
		return a, false, directory.ErrNotFound
	}
	a, ok = n.named(name)
	if !ok {
		return a, false, directory.ErrNotFound
	}
	return a, false, nil
}

// resourceAddress finds the actor at an address: its id, its page, or the
// origin, which is the server.
func (n *Node) resourceAddress(address string) (a ap.LocalActor, service bool, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return a, false, directory.Invalid("resource", "must be an acct: or https: address")
	}
	if !strings.EqualFold(u.Scheme, n.config.Origin.Scheme) || !strings.EqualFold(u.Host, n.config.Origin.Host) ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return a, false, directory.ErrNotFound
	}
	if u.Path == "" || u.Path == "/" {
		a, ok := n.local(n.nodeActor())
		if !ok {
			return a, false, directory.ErrNotFound
		}
		return a, true, nil
	}
	if handle, ok := strings.CutPrefix(u.Path, "/@"); ok {
		if a, ok := n.named(handle); ok {
			return a, false, nil
		}
		return a, false, directory.ErrNotFound
	}
	a, ok := n.local(n.iri(u.Path))
	if !ok {
		return a, false, directory.ErrNotFound
	}
	return a, false, nil
}

// named gives the actor of this node with that name, in any case. The node
// actor answers to the host's name too, as on other servers.
func (n *Node) named(name string) (ap.LocalActor, bool) {
	name = strings.ToLower(name)
	node, ok := n.local(n.nodeActor())
	if ok && (name == strings.ToLower(node.Username) || name == strings.ToLower(n.config.Origin.Host)) {
		return node, true
	}
	a, ok := n.local(n.actorIRI(name))
	return a, ok && n.stands(a)
}

// stands reports whether an actor still has its role on this node: one whose
// role was taken out of the configuration keeps its key but answers no more.
func (n *Node) stands(a ap.LocalActor) bool {
	if a.Kind == ap.KindNode {
		return true
	}
	if a.Kind == ap.KindArea {
		return n.config.Aggregator != nil
	}
	now, ok := n.localKind(a.Kind)
	return ok && now.ID == a.ID
}

// describe writes the descriptor of one of our actors, with the links of the
// wanted relations (all for none). There is one self link, always.
func (n *Node) describe(a ap.LocalActor, service bool, wanted []string) resourceDescriptor {
	origin := n.config.Origin.String()
	d := resourceDescriptor{
		Subject: "acct:" + a.Username + "@" + n.config.Origin.Host,
		Aliases: []string{string(a.ID)},
		Links:   []resourceLink{{Rel: relSelf, Type: typeActivity, Href: string(a.ID)}},
	}
	if service {
		d.Subject = origin + "/"
		d.Links = append(d.Links, resourceLink{Rel: relService, Type: typeActivity, Href: string(a.ID)})
	}
	if a.Kind != ap.KindNode {
		page := n.endpoints(a).Page()
		d.Aliases = append(d.Aliases, page)
		d.Links = append(d.Links,
			resourceLink{Rel: relProfile, Type: "text/html", Href: page},
			resourceLink{Rel: relSubscribe, Template: origin + interactPath})
	}
	if len(wanted) == 0 {
		return d
	}
	links := []resourceLink{}
	for _, l := range d.Links {
		for _, rel := range wanted {
			if l.Rel == rel {
				links = append(links, l)
				break
			}
		}
	}
	d.Links = links
	return d
}

// hasControl reports whether s holds a control character.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < 0x20 || c == 0x7f })
}
