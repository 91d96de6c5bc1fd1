package ap

import "time"

// FeaturedItem is the place of a hoster in a featured collection of this
// node's directory (FEP-7aa9), from the moment in which the hoster is asked
// for it. There is one for each Collection and Actor. The collection shows
// those that are StandingFeatured and no other.
type FeaturedItem struct {
	Collection IRI       `json:"collection"`
	Actor      IRI       `json:"actor"`             // who is featured (featuredObject)
	ActorType  string    `json:"actorType"`         // featuredObjectType: "Organization"
	Request    IRI       `json:"request,omitempty"` // the FeatureRequest; "" for an actor of this very node
	Standing   Standing  `json:"standing"`
	Stamp      IRI       `json:"stamp,omitempty"`    // the FeatureAuthorization, on the host of Actor
	At         time.Time `json:"at"`                 // when it got this standing
	CheckedAt  time.Time `json:"checkedAt,omitzero"` // when the stamp was last seen at its origin
}

// Standing is where a FeaturedItem stands.
type Standing string

// The standings of an item. Refused and withdrawn ones stay, so that nobody is
// asked again for what they did not want.
const (
	StandingAsked     Standing = "asked"     // no answer yet
	StandingAnswered  Standing = "answered"  // yes: its stamp is to be seen at its origin first
	StandingFeatured  Standing = "featured"  // its stamp stands
	StandingRefused   Standing = "refused"   // no
	StandingWithdrawn Standing = "withdrawn" // yes once, and taken back
)

// FeaturedEdge names a FeaturedItem.
type FeaturedEdge struct{ Collection, Actor IRI }
