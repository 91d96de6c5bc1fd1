package web

import (
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/url"
	"slices"

	"matou/directory"
)

// tellNews gives the news of every listed hoster.
func (s *Site) tellNews(v *visit) (channel, error) {
	c := channel{title: plain(s.options.Aggregator.Name), subtitle: v.locale.text("news.lead")}
	return c, s.tellOf(v, &c, nil)
}

// tellOf adds the latest notices of some hosters, of all for nil.
func (s *Site) tellOf(v *visit, c *channel, hosters map[directory.ID]bool) error {
	notices, err := s.options.Directory.Notices(v.Context(), "", mostNotices)
	if err != nil {
		return fmt.Errorf("latest notices: %w", err)
	}
	told := 0
	for _, n := range notices {
		if hosters != nil && !hosters[n.Hoster] {
			continue
		}
		// Old entries are cut off; a maintenance of the calendar is kept however
		// long ago it was announced.
		if told >= mostEntries && n.Kind != directory.NoticeMaintenance {
			continue
		}
		h, handle, err := s.author(v.Context(), n.Hoster)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return err
		}
		s.tell(v, c, authoredNotice{n, h, handle})
		told++
	}
	return nil
}

// tellArea gives the news of the hosters that have their seat in an area or
// work there.
func (s *Site) tellArea(v *visit) (channel, error) {
	code := directory.AreaCode(v.variable("code"))
	if s.options.Areas == nil {
		return channel{}, fmt.Errorf("area: %w", directory.ErrNotFound)
	}
	if _, known := s.options.Areas.Area(code); !known {
		return channel{}, fmt.Errorf("area: %w", directory.ErrNotFound)
	}
	hosters, err := s.hostersOfArea(v.Context(), code)
	if err != nil {
		return channel{}, err
	}
	c := channel{
		title:    v.locale.text("feed.area", s.areaName(v.language(), code), plain(s.options.Aggregator.Name)),
		subtitle: v.locale.text("news.lead"),
	}
	return c, s.tellOf(v, &c, hosters)
}

// hostersOfArea gives the listed hosters that have their seat in an area or
// work there.
func (s *Site) hostersOfArea(ctx context.Context, code directory.AreaCode) (map[directory.ID]bool, error) {
	hosters := map[directory.ID]bool{}
	for _, f := range []directory.Facet{directory.FacetSeat, directory.FacetServes} {
		q, err := directory.ParseQuery(url.Values{string(f): {string(code)}})
		if err != nil {
			return nil, fmt.Errorf("query: %w", err)
		}
		if err := s.eachFound(ctx, q, func(id directory.ID) { hosters[id] = true }); err != nil {
			return nil, err
		}
	}
	return hosters, nil
}

// eachFound gives f the ids of everything that a query finds, within bounds.
func (s *Site) eachFound(ctx context.Context, q directory.Query, f func(directory.ID)) error {
	q.Limit, q.OnlyHits = directory.MaxLimit, true
	for q.Offset = 0; q.Offset < wholeLimit; q.Offset += q.Limit {
		found, err := s.search(ctx, q)
		if err != nil {
			return err
		}
		for _, hit := range found.Hits {
			f(hit.ID)
		}
		if q.Offset+q.Limit >= found.Total {
			break
		}
	}
	return nil
}

// tellSearch gives what is new of a search: the hosters that answer it, last
// listed first, and their notices.
func (s *Site) tellSearch(v *visit) (channel, error) {
	asked, err := s.ask(v.language(), v.URL.Query())
	if err != nil {
		return channel{}, err
	}
	c := channel{title: v.locale.text("feed.search", plain(s.options.Aggregator.Name)), subtitle: v.locale.text("feed.search_lead")}
	hosters := map[directory.ID]bool{}
	if err := s.eachFound(v.Context(), asked.found(), func(id directory.ID) { hosters[id] = true }); err != nil {
		return channel{}, err
	}
	var fresh []directory.Listing
	for id := range hosters {
		if len(fresh) == mostRead {
			break
		}
		l, err := s.options.Directory.Listing(v.Context(), id)
		if isMissing(err) {
			continue
		}
		if err != nil {
			return channel{}, fmt.Errorf("listing of a hit: %w", err)
		}
		fresh = append(fresh, l)
	}
	slices.SortFunc(fresh, func(a, b directory.Listing) int {
		return cmp.Or(b.ListedAt.Compare(a.ListedAt), cmp.Compare(a.Handle, b.Handle))
	})
	for _, l := range fresh[:min(mostHosters, len(fresh))] {
		c.entries = append(c.entries, s.tellHoster(v, l))
	}
	return c, s.tellOf(v, &c, hosters)
}

// tellHoster tells that a hoster is listed here. It does not change when the
// profile does: feed readers would show it again for every word.
func (s *Site) tellHoster(v *visit, l directory.Listing) entry {
	summary := v.locale.in(l.Hoster.Summary)
	at := s.absolute(hosterAddress(v.language(), l.Handle))
	return entry{
		id: string(l.Hoster.ID), address: at, language: string(v.language()),
		title:   v.locale.text("feed.listed", plain(l.Hoster.Name)),
		content: template.HTML("<p>" + template.HTMLEscapeString(summary.Text) + "</p>"), //nolint:gosec // escaped
		author:  plain(l.Hoster.Name), about: at,
		published: l.ListedAt, updated: l.ListedAt, tags: []string{"hoster"},
	}
}

// listed gives the listing that the address names.
func (s *Site) listed(v *visit) (directory.Listing, error) {
	l, err := s.options.Directory.ListingByHandle(v.Context(), v.variable("handle"))
	if err != nil {
		return l, fmt.Errorf("listing: %w", err)
	}
	return l, nil
}
