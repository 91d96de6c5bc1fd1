package activitystreams

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"matou/directory"
	"matou/federation/ap"
	"matou/federation/signature"
)

// What is read of one actor.
const (
	maxKeys     = 8
	maxUsername = 128
)

// EncodeNodeActor gives the actor of the node itself, which signs every GET
// (FEP-2677, FEP-d556). It follows nobody and is found by no search.
func EncodeNodeActor(e Endpoints, name, summary string) (ap.Document, error) {
	if e.Handle == "" {
		e.Handle = hostname(e.Origin)
	}
	doc := map[string]any{}
	e.actor(doc, "Application", name, "")
	for _, none := range []string{"featured", "webfinger", "nameMap"} {
		delete(doc, none)
	}
	doc["url"] = e.Origin + "/"
	doc["manuallyApprovesFollowers"] = true
	doc["discoverable"], doc["indexable"] = false, false
	if summary != "" {
		doc["summary"] = paragraph(summary)
	}
	return document(doc, contextNode, e.Actor, e.updated())
}

// EncodeAggregator gives the actor of a directory: a Service, because it
// repeats what hosters say without anybody pressing a key, and says so in its
// summary. What it lists stands behind listing.
func EncodeAggregator(e Endpoints, a AggregatorProfile) (ap.Document, error) {
	if e.Handle == "" {
		e.Handle = a.Handle
	}
	lang := a.Language
	if _, l := a.Summary.In(); lang == "" {
		lang = directory.Language(first(string(l), "fr"))
	}
	doc := map[string]any{}
	e.actor(doc, "Service", a.Name, lang)
	doc["preferredUsername"] = first(a.Handle, e.Handle)
	doc["discoverable"], doc["indexable"] = true, true
	doc["listing"] = string(e.Listing())
	if a.Collective != "" {
		doc["collective"] = a.Collective
		if a.Charter != "" {
			doc["charter"] = a.Charter
		}
	}
	doc["featuredCollections"] = string(e.FeaturedCollections())
	w := wordsIn(lang)
	fields := []any{property(w.directory, anchor(e.Origin+"/", hostname(e.Origin)))}
	if c := contactLink(a.Contact); c != "" {
		fields = append(fields, property(w.contact, c))
	}
	fields = append(fields, property(w.automatic, escape(w.automaticWhy)))
	doc["attachment"] = fields
	doc["tag"] = []any{}
	summaries(doc, a.Summary, lang, func(words string, l directory.Language) string {
		return paragraph(words) + paragraph(wordsIn(l).automaticWhy)
	})
	return document(doc, contextAggregator, e.Actor, e.updated())
}

// actor fills in what every actor of ours carries.
func (e Endpoints) actor(doc map[string]any, kind, name string, lang directory.Language) {
	doc["id"], doc["type"] = string(e.Actor), kind
	doc["preferredUsername"] = e.Handle
	doc["name"] = name
	if lang != "" {
		doc["nameMap"] = map[string]any{string(lang): name}
	}
	doc["webfinger"] = e.Handle + "@" + host(e.Origin)
	doc["url"] = e.Page()
	doc["inbox"], doc["outbox"] = string(e.Inbox()), string(e.Outbox())
	doc["followers"], doc["following"] = string(e.Followers()), string(e.Following())
	doc["featured"] = string(e.Featured())
	doc["endpoints"] = map[string]any{"sharedInbox": string(e.SharedInbox())}
	doc["manuallyApprovesFollowers"] = false
	e.keys(doc)
	if e.CanFeature != "" {
		doc["interactionPolicy"] = interactionPolicy("canFeature", e.CanFeature)
	}
	e.whereabouts(doc)
	if !e.PublishedAt.IsZero() {
		doc["published"] = stamp(e.PublishedAt)
	}
	if u := e.updated(); !u.IsZero() {
		doc["updated"] = stamp(u)
	}
	doc["generator"] = map[string]any{
		"type": "Application", "name": "matou",
		"implements": []any{map[string]any{"href": "https://datatracker.ietf.org/doc/html/rfc9421", "name": "RFC-9421: HTTP Message Signatures"}},
	}
}

func (e Endpoints) keyID() ap.IRI {
	if e.KeyID != "" {
		return e.KeyID
	}
	return e.Actor + "#main-key"
}

func (e Endpoints) updated() time.Time {
	if e.UpdatedAt.IsZero() {
		return e.PublishedAt
	}
	return e.UpdatedAt
}

// host is the host of an origin with its port, hostname without.
func host(origin string) string {
	_, h, _ := strings.Cut(origin, "://")
	return h
}

func hostname(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// DecodeActor reads an actor of any implementation. Inbox, outbox, followers,
// shared inbox, collections and keys must be on the host of the id: a foreign
// inbox is an error, the others are left out. Keys that are not the actor's
// own, or weak, are left out. Names are without markup and hidden characters.
// Handle and FetchedAt stay empty. Errors are directory.ErrInvalid.
func DecodeActor(raw []byte) (ap.Actor, error) {
	o, err := Parse(raw)
	if err != nil {
		return ap.Actor{}, err
	}
	id := o.ID()
	same := func(key string) ap.IRI { return sameOrigin(id, o.IRI(key)) }
	a := ap.Actor{
		ID: id, Type: actorType(o), Username: username(o.String("preferredUsername")),
		Name:  clean(PlainText(o.best("name", "nameMap")), directory.MaxName, false),
		Inbox: same("inbox"), Outbox: same("outbox"), Followers: same("followers"),
		Services: same("services"), Listing: listingOf(o), Collective: collectiveOf(o), URL: o.page(), Keys: keysOf(o), ProofKeys: proofKeysOf(o),
		Discoverable: o.Bool("discoverable"), Indexable: o.Bool("indexable"),
		UpdatedAt: o.Time("updated"),
	}
	if endpoints, ok := o.Child("endpoints"); ok {
		a.SharedInbox = sameOrigin(id, endpoints.IRI("sharedInbox"))
	}
	if a.SharedInbox == "" {
		a.SharedInbox = same("sharedInbox")
	}
	if a.UpdatedAt.IsZero() {
		a.UpdatedAt = o.Time("published")
	}
	switch {
	case id == "" || strings.Contains(string(id), "#"):
		return ap.Actor{}, directory.Invalid("id", "must be a canonical address without a fragment")
	case a.Type == "":
		return ap.Actor{}, directory.Invalid("type", "must be an actor, not %.40q", o.Type())
	case a.Inbox == "":
		return ap.Actor{}, directory.Invalid("inbox", "must be on the host of the actor")
	}
	return a, nil
}

// actorType is the first type that is an actor's, or "".
func actorType(o Object) string {
	for _, t := range o.Types() {
		if IsActor(t) {
			return t
		}
	}
	return ""
}

// username is the name where WebFinger can carry it, else "".
func username(s string) string {
	if len(s) > maxUsername || strings.Trim(s, letters+strings.ToUpper(letters)+"0123456789_.-") != "" ||
		strings.Trim(s, ".-") != s {
		return ""
	}
	return s
}

// best is the text in the language that a reader is most likely to want.
func (o Object) best(key, keyMap string) string {
	if s := o.String(key); s != "" {
		return s
	}
	s, _ := o.Text(key, keyMap).In()
	return s
}

// page is the HTML page under url: a string, a Link, or the best of a list;
// "" where it is not on the host of the id.
func (o Object) page() string {
	var fallback string
	for _, v := range o.list("url", 16) {
		i := string(sameOrigin(o.ID(), iriOf(v)))
		link, _ := v.(map[string]any)
		t := Object(link).String("mediaType")
		switch {
		case i == "":
		case t == "" || strings.HasPrefix(t, "text/html"):
			return i
		case fallback == "" && link == nil:
			fallback = i
		}
	}
	return fallback
}

// keysOf reads the public keys that are the actor's own.
func keysOf(o Object) []ap.Key {
	var keys []ap.Key
	for _, k := range o.Children("publicKey", maxKeys) {
		key, err := keyOf(k)
		if err != nil || key.Owner != o.ID() || sameOrigin(o.ID(), key.ID) == "" ||
			slices.ContainsFunc(keys, func(have ap.Key) bool { return have.ID == key.ID }) {
			continue
		}
		keys = append(keys, key)
	}
	return keys
}

// keyOf reads one key object.
func keyOf(k Object) (ap.Key, error) {
	key := ap.Key{ID: k.ID(), Owner: k.IRI("owner")}
	if key.Owner == "" {
		key.Owner = k.IRI("controller")
	}
	if key.ID == "" || key.Owner == "" {
		return ap.Key{}, directory.Invalid("publicKey", "must have an id and an owner")
	}
	der, err := signature.ParsePublicKeyPEM(k.String("publicKeyPem"))
	if err != nil {
		return ap.Key{}, err
	}
	key.DER = der
	return key, nil
}
