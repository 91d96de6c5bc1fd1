package directory

// Examination is what a directory sees of somebody who would like to be listed
// there, when it looks from outside: as much as a visitor may ask it to look.
// Nothing of it is kept.
type Examination struct {
	Host    string // the name that was asked, in small letters
	Handle  string // "name@host" of whom was found; "" where nobody was
	Name    string // by which it goes
	Stopped Stop   // why no more could be seen; "" where all was

	Publishes    bool // it describes services, as a hoster's node does
	Discoverable bool // directories may list it (FEP-5feb)
	Indexable    bool // its words may be searched (FEP-5feb)

	Hoster *Hoster // its profile with the services that could be read at once; nil where it publishes none

	Asked  bool // this directory follows it, or has asked to
	Listed bool // it is listed here already
}

// Stop is where an Examination ended.
type Stop string

// The stops of an Examination, in the order in which they can happen.
const (
	StopUnreachable Stop = "unreachable" // the host does not answer
	StopNameless    Stop = "nameless"    // the host answers, and does not say who its hoster is: a name is needed
	StopNobody      Stop = "nobody"      // it answers, and knows nobody of that name
	StopGone        Stop = "gone"        // whoever it was has been deleted
	StopUnreadable  Stop = "unreadable"  // it answers with what cannot be read
	StopUnconfirmed Stop = "unconfirmed" // it points to somebody whose own host does not say so
)

// Ready reports whether nothing is missing for a directory to list it: what it
// has not said of itself does not count.
func (e Examination) Ready() bool {
	return e.Stopped == "" && e.Publishes && e.Discoverable && e.Indexable
}

// Unwritten names what visitors ask first and h says nothing on, in the order
// in which they ask: "summary", "services", "place", "contact", "hours",
// "people", "prices", "leaving". It is for the people of h alone.
func Unwritten(h Hoster) []string {
	hours, prices, leaving := len(h.Contact.Hours) > 0, !blank(h.Prices), false
	for _, s := range h.Services {
		hours = hours || len(s.Contact.Hours) > 0
		prices = prices || !blank(s.Price)
		leaving = leaving || !blank(s.Leaving)
	}
	var all []string
	for _, said := range []struct {
		name string
		is   bool
	}{
		{"summary", !blank(h.Summary)},
		{"services", len(h.Services) > 0},
		{"place", h.Seat.Name != "" || h.Seat.Area != "" || len(h.Serves) > 0},
		{"contact", h.Contact.URL != "" || h.Contact.Email != "" || h.Contact.Phone != ""},
		{"hours", hours},
		{"people", h.Work.Maintenance != "" || h.Work.PaidPeople != nil || h.Work.Volunteers != nil},
		{"prices", prices},
		{"leaving", leaving},
	} {
		if !said.is {
			all = append(all, said.name)
		}
	}
	return all
}
