package web

import (
	"bytes"
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

// drawCards writes cards one after the other.
func (s *Site) drawCards(l *locale, cards []card) (template.HTML, error) {
	b := buffer()
	defer buffers.Put(b)
	for i := range cards {
		if err := s.writeCard(b, l, &cards[i]); err != nil {
			return "", err
		}
	}
	return template.HTML(b.String()), nil
}

func (s *Site) writeCard(b *bytes.Buffer, l *locale, c *card) error {
	d := c.drawn
	if d == nil {
		var err error
		if d, err = s.drawStill(l.language, *c); err != nil {
			return err
		}
	}
	b.WriteString(string(d.head))
	if d.places != "" || c.Distance != "" {
		b.WriteString("\n" + `<p class="place">`)
		b.WriteString(d.places)
		if c.Distance != "" {
			if d.places != "" {
				b.WriteString(" · ")
			}
			b.WriteString("<strong>")
			writeHTML(b, c.Distance)
			b.WriteString("</strong>")
		}
		b.WriteString("</p>")
	}
	b.WriteString(string(d.life))
	for _, n := range c.Now {
		if err := s.writePart(b, l.language, parts, "line", n); err != nil {
			return err
		}
	}
	b.WriteString(string(d.words))
	if c.Compare != "" {
		does := "compare.add"
		if c.Compared {
			does = "compare.added"
		}
		b.WriteString("\n" + `<p class="aside screen"><a href="`)
		writeHTML(b, c.Compare)
		b.WriteString(`" rel="nofollow">`)
		writeHTML(b, l.text(does))
		b.WriteString(`<span class="visually-hidden">`)
		writeHTML(b, l.text("list.colon"))
		writeHTML(b, c.Name)
		b.WriteString("</span></a></p>")
	}
	b.WriteString("\n</article>\n</li>")
	return nil
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
