package web

import (
	"html/template"
	"strings"

	"matou/directory"
)

// drawnCard is a card as it is written, but for what differs from one visit to
// the next: the distance, what happens there now, and the visitor's basket.
type drawnCard struct {
	head   template.HTML // to the end of the name
	places string        // in HTML
	life   template.HTML // from behind the places
	words  template.HTML // from behind the notices to the basket
}

// drawStill writes what of c is the same on every visit.
func (s *Site) drawStill(l directory.Language, c card) (*drawnCard, error) {
	var d drawnCard
	for part, to := range map[string]*template.HTML{"cardhead": &d.head, "cardlife": &d.life, "cardwords": &d.words} {
		var err error
		if *to, err = s.drawPart(l, parts, part, c); err != nil {
			return nil, err
		}
	}
	d.places = escapedHTML.Replace(strings.Join(c.Places, " · "))
	return &d, nil
}

// wholeCard writes c.
func (s *Site) wholeCard(l *locale, c card) (template.HTML, error) {
	d := c.drawn
	if d == nil {
		var err error
		if d, err = s.drawStill(l.language, c); err != nil {
			return "", err
		}
	}
	var b strings.Builder
	b.Grow(len(d.head) + len(d.places) + len(d.life) + len(d.words) + 512)
	b.WriteString(string(d.head))
	if d.places != "" || c.Distance != "" {
		b.WriteString("\n" + `<p class="place">` + d.places)
		if c.Distance != "" {
			if d.places != "" {
				b.WriteString(" · ")
			}
			b.WriteString("<strong>" + escapedHTML.Replace(c.Distance) + "</strong>")
		}
		b.WriteString("</p>")
	}
	b.WriteString(string(d.life))
	for _, n := range c.Now {
		line, err := s.drawPart(l.language, parts, "line", n)
		if err != nil {
			return "", err
		}
		b.WriteString(string(line))
	}
	b.WriteString(string(d.words))
	if c.Compare != "" {
		does := "compare.add"
		if c.Compared {
			does = "compare.added"
		}
		b.WriteString("\n" + `<p class="aside screen"><a href="` + escapedHTML.Replace(c.Compare) + `" rel="nofollow">` + escapedHTML.Replace(l.text(does)) +
			`<span class="visually-hidden">` + escapedHTML.Replace(l.text("list.colon")+c.Name) + "</span></a></p>")
	}
	b.WriteString("\n</article>\n</li>")
	return template.HTML(b.String()), nil
}

// mostCards bounds the cards that are kept drawn, of some two kilobytes each.
const mostCards = 4096

// keptCards are cards that were drawn, by the hoster and the language.
type keptCards = recent[cardKey, keptCard]

type cardKey struct {
	id       directory.ID
	language directory.Language
}

// keptCard is a card as long as it would be drawn the same, and what the hoster
// tells of.
type keptCard struct {
	stand   stand
	version uint64 // Directory.Version of the listing
	card    card   // its name, its handle, its face, and what was drawn
	logo    string // of the hoster
	now     []directory.Notice
}

// stand is how far a directory has come: nothing that a card shows has changed
// while it is the same.
type stand struct{ changes, told uint64 }

func (s *Site) stand() stand {
	return stand{s.options.Directory.Changes(), s.options.Directory.Told()}
}

// keptCard gives the card of a listing without a distance, as the directory is
// at now or later.
func (s *Site) keptCard(v *visit, id directory.ID, now stand) (card, error) {
	key := cardKey{id, v.language()}
	kept, ok := s.keptCards.Get(key)
	if !ok || kept.stand != now || kept.card.Face != s.face(kept.card.Name, kept.logo) {
		if err := s.renew(v, id, now, &kept); err != nil {
			return card{}, err
		}
		s.keptCards.Add(key, kept)
	}
	c := kept.card
	c.Now = s.lines(v, kept.now)
	return c, nil
}

// renew brings a card to where the directory is. Once anything in it has
// changed it is asked whether the listing has: the card is only drawn again
// where that is so.
func (s *Site) renew(v *visit, id directory.ID, now stand, k *keptCard) error {
	version, err := s.options.Directory.Version(v.Context(), id)
	if err != nil {
		return err
	}
	if k.card.drawn == nil || k.stand.told != now.told {
		if k.now, err = s.current(v, id); err != nil {
			return err
		}
	}
	if k.card.drawn != nil && k.version == version && k.card.Face == s.face(k.card.Name, k.logo) {
		k.stand = now
		return nil
	}
	l, err := s.options.Directory.Listing(v.Context(), id)
	if err != nil {
		return err
	}
	c := s.stillCard(v.locale, l)
	drawn, err := s.drawStill(v.language(), c)
	if err != nil {
		return err
	}
	k.stand, k.version, k.logo = now, version, l.Hoster.Logo
	k.card = card{Name: c.Name, Handle: c.Handle, Face: c.Face, drawn: drawn}
	return nil
}
