package web

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"time"
	_ "time/tzdata" // a visitor reads local hours, also from a static binary on a bare system

	"golang.org/x/text/language"

	"matou/directory"
	"matou/directory/geo"
)

// Options says what a Site shows and where it reads it.
type Options struct {
	Origin     *url.URL    // scheme and host of the node, "https://annuaire.example"; required
	Hoster     string      // handle of the node's own hoster; "" without that role
	Aggregator *Aggregator // nil without that role

	Directory  Directory            // required
	Own        Own                  // required where Hoster is set
	Vocabulary directory.Vocabulary // words of needs, criteria, facets and presets
	Areas      Areas                // nil: no question on places can be asked
	Atlas      *geo.Atlas           // nil: no maps are drawn
	Relays     Relays               // nil: no territory can be followed
	Logos      Logos                // nil: letters stand for hosters
	Keys       Keys                 // nil: no entry names its key
	Homes      Homes                // nil: visitors are told how to follow, and not sent to their own servers

	Moves      Moves      // nil: the node's own hoster lives here
	Keepers    Keepers    // what the people who keep the node say of it
	Rules      RuleBook   // nil: a directory without rules of its own
	Collective Admissions // nil: the directory carries the word of no collective
	Desk       Desk       // nil: reports go to the keepers' contact alone
	Examiner   Examiner   // nil: hosters are told how to be listed, and not what they miss

	Languages fs.FS // further languages, a file each at its root ("br.toml"); nil: French and English alone

	Clock   func() time.Time // nil: time.Now
	Zone    *time.Location   // in which hours are read and days begin; nil: Europe/Paris
	Log     *slog.Logger     // nil: slog.Default
	Version string           // of matou
}

// Areas are the territories that a page names, and that a visitor asks for.
type Areas interface {
	directory.Areas
	// Nearest gives the town nearest to a point, or false where none is near.
	Nearest(directory.Point) (directory.Area, bool)
}

// Aggregator says who the directory is, and who keeps it.
type Aggregator struct {
	Handle  string         // the name in @name@host
	Name    string         // of the directory
	Summary directory.Text // what it lists, in a sentence
	Contact string         // address of a page (http, https) or mailbox (mailto:)
}

// Site answers the public pages of a node. Make it with New.
type Site struct {
	options   Options
	zone      *time.Location
	clock     func() time.Time
	log       *slog.Logger
	languages []directory.Language // of the pages, the default first
	matcher   language.Matcher
	locales   map[directory.Language]*locale
	pages     map[directory.Language]map[string]pageTemplate
	assets    map[string]asset
	software  map[string]string // names of programs by their lower case

	wholeFiles wholeFiles
	mutual     mutualAid
	homeParts  homeParts
	keptCards  *keptCards
	areaNamed  *recent[areaKey, areaWords]
	worded     *recent[wordsKey, string]
	keptEdges  *recent[edgesKey, edges]

	latestNotices latestNotices
}

// New checks o and parses the templates and locales. Its errors wrap
// directory.ErrInvalid where o is at fault.
func New(o Options) (*Site, error) {
	switch {
	case o.Origin == nil || o.Origin.Host == "":
		return nil, directory.Invalid("origin", "must be an absolute address")
	case o.Directory == nil:
		return nil, directory.Invalid("directory", "must be given")
	case o.Hoster != "" && o.Own == nil:
		return nil, directory.Invalid("own", "must be given on a hoster's node")
	}
	s := &Site{
		options: o, zone: o.Zone, clock: o.Clock, log: o.Log,
		keptCards: newRecent[cardKey, keptCard](mostCards), keptEdges: newRecent[edgesKey, edges](mostEdges),
		areaNamed: newRecent[areaKey, areaWords](mostAreas), worded: newRecent[wordsKey, string](mostWorded),
	}
	if s.clock == nil {
		s.clock = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.zone == nil {
		zone, err := time.LoadLocation("Europe/Paris")
		if err != nil {
			return nil, fmt.Errorf("load time zone: %w", err)
		}
		s.zone = zone
	}
	s.software = softwareNames(o.Vocabulary)
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	if err = s.readLocales(); err != nil {
		return nil, err
	}
	if s.pages, err = s.readTemplates(); err != nil {
		return nil, err
	}
	return s, nil
}

// now is the present time where the visitor reads it.
func (s *Site) now() time.Time { return s.clock().In(s.zone) }

// today seeds the neutral order.
func (s *Site) today() directory.Date { return directory.DateOf(s.now()) }

// host is the DNS name in this node's handles.
func (s *Site) host() string { return s.options.Origin.Host }

// ownID is the id of the node's own hoster, "" without that role.
func (s *Site) ownID() directory.ID {
	if s.options.Hoster == "" {
		return ""
	}
	return directory.ID(s.options.Origin.JoinPath("ap", "actors", s.options.Hoster).String())
}

// ownHoster gives the node's own profile, under its id, or directory.ErrNotFound where the
// node has no such role or nothing was written yet.
func (s *Site) ownHoster(ctx context.Context) (directory.Hoster, error) {
	if s.options.Hoster == "" {
		return directory.Hoster{}, fmt.Errorf("own hoster: %w", directory.ErrNotFound)
	}
	h, err := s.options.Own.Hoster(ctx)
	if err != nil {
		return directory.Hoster{}, fmt.Errorf("own hoster: %w", err)
	}
	if h.ID == "" {
		h.ID = s.ownID()
	}
	return h, nil
}

// isMissing reports whether err says that a thing is not there.
func isMissing(err error) bool { return errors.Is(err, directory.ErrNotFound) }
