package web

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"time"
)

// atomFeed is a feed of RFC 4287.
type atomFeed struct {
	XMLName  xml.Name     `xml:"http://www.w3.org/2005/Atom feed"`
	Language string       `xml:"xml:lang,attr,omitempty"`
	ID       string       `xml:"id"`
	Title    string       `xml:"title"`
	Subtitle string       `xml:"subtitle,omitempty"`
	Updated  string       `xml:"updated"`
	Author   *atomPerson  `xml:"author,omitempty"` // RFC 4287 4.1.1: of the entries that name none
	Links    []atomLink   `xml:"link"`
	Made     atomProgram  `xml:"generator"`
	Entries  []*atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Kind string `xml:"type,attr,omitempty"`
	To   string `xml:"href,attr"`
}

type atomPerson struct {
	Name string `xml:"name"`
	URI  string `xml:"uri,omitempty"`
}

type atomProgram struct {
	Version string `xml:"version,attr,omitempty"`
	Name    string `xml:",chardata"`
}

type atomText struct {
	Kind string `xml:"type,attr"`
	Lang string `xml:"xml:lang,attr,omitempty"`
	Text string `xml:",chardata"`
}

type atomTag struct {
	Term string `xml:"term,attr"`
}

type atomEntry struct {
	ID        string      `xml:"id"`
	Title     atomText    `xml:"title"`
	Published string      `xml:"published,omitempty"`
	Updated   string      `xml:"updated"`
	Author    *atomPerson `xml:"author,omitempty"`
	Links     []atomLink  `xml:"link"`
	Tags      []atomTag   `xml:"category"`
	Content   atomText    `xml:"content"`
}

// unborn is when a feed that never told anything was last updated: Atom wants
// a time, and one that stays.
var unborn = time.Unix(0, 0).UTC()

// writeAtom writes a channel whose feed is at self as RFC 4287 wants it. The
// id of an entry is that of the notice, on whatever node it is read.
func (s *Site) writeAtom(c channel, self string) ([]byte, error) {
	f := atomFeed{
		ID: self, Title: c.title, Subtitle: c.subtitle, Updated: atomTime(c.updated()),
		Author: &atomPerson{Name: c.title, URI: s.absolute(c.page)},
		Links: []atomLink{
			{"self", feedKinds[feedAtom], self},
			{"alternate", "text/html", s.absolute(c.page)},
		},
		Made: atomProgram{s.options.Version, "matou"},
	}
	for _, e := range c.entries {
		a := &atomEntry{
			ID: e.id, Title: atomText{"text", e.language, e.title}, Updated: atomTime(e.updated),
			Links:   []atomLink{{"alternate", "text/html", e.address}},
			Content: atomText{"html", e.language, string(e.content)},
		}
		if !e.published.IsZero() {
			a.Published = atomTime(e.published)
		}
		if e.author != "" {
			a.Author = &atomPerson{e.author, e.about}
		}
		for _, t := range e.tags {
			a.Tags = append(a.Tags, atomTag{t})
		}
		f.Entries = append(f.Entries, a)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	w := xml.NewEncoder(&b)
	w.Indent("", " ")
	if err := w.Encode(f); err != nil {
		return nil, fmt.Errorf("write Atom: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// atomTime writes a time of RFC 3339 in whole seconds, in UTC: one instant is
// written in one way.
func atomTime(t time.Time) string {
	if t.IsZero() {
		t = unborn
	}
	return t.UTC().Truncate(time.Second).Format(time.RFC3339)
}

// jsonFeed is a feed of JSON Feed 1.1 (jsonfeed.org/version/1.1).
type jsonFeed struct {
	Version     string         `json:"version"`
	Title       string         `json:"title"`
	Home        string         `json:"home_page_url"`
	Self        string         `json:"feed_url"`
	Description string         `json:"description,omitempty"`
	Language    string         `json:"language,omitempty"`
	Items       []jsonFeedItem `json:"items"`
}

type jsonFeedItem struct {
	ID        string           `json:"id"`
	URL       string           `json:"url"`
	Title     string           `json:"title"`
	HTML      string           `json:"content_html"`
	Published string           `json:"date_published,omitempty"`
	Modified  string           `json:"date_modified,omitempty"`
	Authors   []jsonFeedAuthor `json:"authors,omitempty"`
	Tags      []string         `json:"tags,omitempty"`
	Language  string           `json:"language,omitempty"`
}

type jsonFeedAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// writeJSONFeed writes a channel whose feed is at self as JSON Feed 1.1.
func (s *Site) writeJSONFeed(c channel, self string) ([]byte, error) {
	f := jsonFeed{
		Version: "https://jsonfeed.org/version/1.1", Title: c.title, Description: c.subtitle,
		Home: s.absolute(c.page), Self: self, Items: []jsonFeedItem{},
	}
	for _, e := range c.entries {
		item := jsonFeedItem{
			ID: e.id, URL: e.address, Title: e.title, HTML: string(e.content), Modified: atomTime(e.updated),
			Tags: e.tags, Language: e.language,
		}
		if !e.published.IsZero() {
			item.Published = atomTime(e.published)
		}
		if e.author != "" {
			item.Authors = []jsonFeedAuthor{{e.author, e.about}}
		}
		f.Items = append(f.Items, item)
	}
	body, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return nil, fmt.Errorf("write JSON Feed: %w", err)
	}
	return append(body, '\n'), nil
}
