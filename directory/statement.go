package directory

import "time"

// Statement is what somebody says of a hoster or service on one criterion.
// There is no sum, no score and no rank over statements.
type Statement struct {
	Criterion CriterionID `json:"criterion"`
	Value     Value       `json:"value"`
	SaidBy    ID          `json:"saidBy,omitempty"` // empty: the hoster itself
	Since     Date        `json:"since,omitzero"`
	Until     Date        `json:"until,omitzero"`
	SaidAt    time.Time   `json:"saidAt,omitzero"`
	Proof     string      `json:"proof,omitempty"`   // an address
	Comment   Text        `json:"comment,omitempty"` // what it costs, why, how far

	// Charter is the id of the version of the charter under which it was said,
	// "chatons-2": an answer to an old version stays one when a new one comes.
	Charter    string      `json:"charter,omitempty"`
	Derogation *Derogation `json:"derogation,omitempty"`
}

// Derogation is an exception to one point that a collective has knowingly
// granted. In a hoster's own words it is a claim.
type Derogation struct {
	By    string `json:"by"` // slug of the collective
	On    Date   `json:"on,omitzero"`
	Until Date   `json:"until,omitzero"`
	Why   Text   `json:"why,omitempty"`
	Proof string `json:"proof,omitempty"` // the decision, an address
}

// Value is what a statement says; a criterion without a statement is
// Undeclared.
type Value string

// The values of a statement.
const (
	Met        Value = "met"
	PartlyMet  Value = "partly-met"
	Unmet      Value = "unmet"
	Undeclared Value = "undeclared"
)
