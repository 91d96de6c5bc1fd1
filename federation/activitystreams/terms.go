package activitystreams

import "slices"

// TypeService is the type of a hoster's service. ActivityStreams' own Service
// is an actor, which a service that people use is not.
const TypeService = "HostedService"

// term says how one term of ours stands in JSON.
type term struct {
	form form
	list bool // always a JSON list, in the order that the hoster gave
	on   part // the documents whose @context defines it
}

// form is what a value of a term is.
type form int

const (
	plain  form = iota // a string, a number, a truth value
	text               // a language map
	iri                // an id, to be fetched or compared
	moment             // an instant, xsd:dateTime
	object             // an object with further terms
)

// part says in which documents a term may stand.
type part int

const (
	onHoster part = 1 << iota
	onService
	onNotice
	onAggregator
	onActor
)

const onBoth = onHoster | onService

// terms are all the terms of ours by name; each is NS + name. Dates are ISO
// 8601 and may leave out the day or the month. docs/vocabulary.md describes
// every one.
var terms = map[string]term{
	// the actor of a hoster, and the things said of both hosters and services
	"tagline":        {text, false, onBoth},
	"description":    {text, false, onHoster},
	"legalForm":      {plain, false, onHoster},
	"state":          {plain, false, onHoster},
	"stateComment":   {plain, false, onHoster},
	"website":        {plain, false, onBoth},
	"logo":           {plain, false, onBoth},
	"legalNotice":    {plain, false, onHoster},
	"guide":          {plain, false, onBoth},
	"technicalGuide": {plain, false, onBoth},
	"leavingGuide":   {plain, false, onBoth},
	"languages":      {plain, true, onBoth},
	"audiences":      {plain, true, onHoster},
	"since":          {plain, false, onBoth},
	"until":          {plain, false, onBoth},
	"address":        {plain, false, onHoster},
	"area":           {plain, false, onHoster},
	"country":        {plain, false, onBoth},
	"serves":         {plain, true, onHoster},
	"dataIn":         {plain, true, onHoster},
	"contact":        {object, false, onBoth},
	"work":           {object, false, onHoster},
	"governance":     {text, false, onHoster},
	"decisions":      {object, false, onHoster},
	"voters":         {plain, true, onHoster},
	"documents":      {plain, false, onHoster},
	"meetings":       {text, false, onHoster},
	"funding":        {text, false, onHoster},
	"fundedBy":       {plain, true, onHoster},
	"prices":         {text, false, onBoth},
	"seeks":          {text, false, onHoster},
	"belongsTo":      {object, false, onHoster},
	"memberships":    {object, true, onHoster},
	"statements":     {object, true, onBoth},
	"links":          {object, true, onHoster},
	"confirmedAt":    {moment, false, onHoster},
	"services":       {iri, false, onHoster},
	"listing":        {iri, false, onAggregator},
	// contact
	"page":        {plain, false, onBoth},
	"email":       {plain, false, onBoth},
	"phone":       {plain, false, onBoth},
	"hours":       {object, true, onBoth},
	"answerDelay": {text, false, onBoth},
	"days":        {plain, true, onBoth},
	"opens":       {plain, false, onBoth},
	"closes":      {plain, false, onBoth},
	"timeZone":    {plain, false, onBoth},
	"channel":     {plain, false, onBoth},
	// work
	"maintenance":    {plain, false, onHoster},
	"paidPeople":     {plain, false, onHoster},
	"volunteers":     {plain, false, onHoster},
	"canRepair":      {plain, false, onHoster},
	"canActAlone":    {plain, false, onHoster},
	"peopleComment":  {text, false, onHoster},
	"onCall":         {object, false, onHoster},
	"nobody":         {plain, false, onHoster},
	"aroundTheClock": {plain, false, onHoster},
	"rotation":       {plain, false, onHoster},
	"maxConsecutive": {plain, false, onHoster},
	"rest":           {text, false, onHoster},
	"compensation":   {text, false, onBoth},
	"decidedBy":      {text, false, onHoster},
	"agreed":         {plain, false, onHoster},
	"guarantee":      {text, false, onHoster},
	"qualifications": {object, true, onHoster},
	"kind":           {plain, false, onHoster},
	"issuer":         {plain, false, onHoster},
	"year":           {plain, false, onHoster},
	"attestedBy":     {iri, false, onHoster},
	// memberships and statements
	"collective":  {plain, false, onHoster | onAggregator},
	"charter":     {plain, false, onBoth | onAggregator},
	"derogation":  {object, false, onBoth},
	"grantedBy":   {plain, false, onBoth},
	"grantedOn":   {plain, false, onBoth},
	"comment":     {plain, false, onHoster},
	"criterion":   {plain, false, onBoth},
	"says":        {plain, false, onBoth},
	"saidBy":      {iri, false, onBoth},
	"saidAt":      {moment, false, onBoth},
	"proof":       {plain, false, onBoth},
	"explanation": {text, false, onBoth},
	// relations and closing
	"relations":   {object, true, onHoster},
	"with":        {iri, false, onHoster},
	"forServices": {plain, true, onHoster},
	"closing":     {object, false, onHoster},
	"noticeDays":  {plain, false, onHoster},
	"announcedOn": {plain, false, onHoster},
	"plan":        {text, false, onHoster},
	// services
	"slug":            {plain, false, onService},
	"needs":           {plain, true, onService},
	"software":        {object, false, onService},
	"licence":         {plain, false, onService},
	"licenceText":     {plain, false, onService},
	"sourceCode":      {plain, false, onService},
	"version":         {plain, false, onService},
	"modules":         {plain, true, onService},
	"termsOfUse":      {plain, false, onService},
	"withoutAccount":  {plain, false, onService},
	"openTo":          {plain, true, onService},
	"capacity":        {plain, false, onService},
	"share":           {plain, false, onService},
	"level":           {plain, false, onService},
	"levelComment":    {plain, false, onService},
	"limits":          {text, false, onService},
	"contract":        {plain, false, onService},
	"holds":           {object, false, onService},
	"accounts":        {plain, false, onService},
	"gigabytes":       {plain, false, onService},
	"people":          {plain, false, onService},
	"leaving":         {text, false, onService},
	"leavesIn":        {plain, true, onService},
	"allowance":       {object, false, onService},
	"daysPerYear":     {plain, false, onService},
	"noPromise":       {plain, false, onService},
	"why":             {text, false, onService},
	"whenPassed":      {plain, false, onService},
	"intervention":    {object, false, onService},
	"withinDays":      {plain, false, onService},
	"withinHours":     {plain, false, onService},
	"staffing":        {text, false, onService},
	"hosting":         {object, false, onBoth},
	"machineRoom":     {plain, false, onBoth},
	"machineRoomKind": {plain, false, onBoth},
	"machineKind":     {plain, false, onBoth},
	"distribution":    {plain, false, onBoth},
	"machineComment":  {plain, false, onBoth},
	"machineControl":  {plain, false, onBoth},
	"machineAccess":   {text, false, onBoth},
	"machineWay":      {text, false, onBoth},
	// the keys of every actor
	"formerKeys": {object, true, onActor},
	"successor":  {iri, false, onActor},
	"replacedAt": {moment, false, onActor},
	// notices
	"title":      {plain, false, onNotice},
	"noticeKind": {plain, false, onNotice},
	"stage":      {plain, false, onNotice},
	"affects":    {iri, true, onNotice},
	"nextUpdate": {moment, false, onNotice},
}

// The contexts of our documents. Every term is defined inline: nothing has to
// be fetched, and no term of ActivityStreams is defined anew.
var (
	contextNode       = []any{AS, securityV1, define(onActor, append(slices.Clone(keyTerms), "manuallyApprovesFollowers", "discoverable", "indexable", "implements")...)}
	contextHoster     = []any{AS, securityV1, define(onHoster|onActor, actorTerms...)}
	contextAggregator = []any{AS, securityV1, define(onAggregator|onActor, append(slices.Clone(actorTerms), "featuredCollections")...)}
	contextService    = []any{AS, define(onService)}
	contextNote       = []any{AS, define(onNotice, noteTerms...)}
	contextAll        = []any{AS, securityV1, define(onHoster|onService|onNotice|onAggregator|onActor, append(noteTerms, actorTerms...)...)}
)

const securityV1 = "https://w3id.org/security/v1"

var (
	keyTerms   = []string{"assertionMethod", "Multikey", "controller", "publicKeyMultibase"}
	actorTerms = append([]string{"manuallyApprovesFollowers", "discoverable", "indexable", "implements",
		"featured", "PropertyValue", "value", "webfinger", "Hashtag",
		"interactionPolicy", "canFeature", "automaticApproval", "alsoKnownAs", "movedTo"}, keyTerms...)
	noteTerms = []string{"Hashtag", "sensitive", "conversation", "interactionPolicy", "canQuote", "automaticApproval"}
)

// borrowed are terms of others that peers read, as their owners define them.
// The schema prefix is the one that Mastodon and its readers expect.
var borrowed = map[string]any{
	"manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
	"discoverable":              "toot:discoverable",
	"indexable":                 "toot:indexable",
	"featured":                  reference("toot:featured"),
	"Hashtag":                   "as:Hashtag",
	"sensitive":                 "as:sensitive",
	"PropertyValue":             "schema:PropertyValue",
	"value":                     "schema:value",
	"conversation":              "ostatus:conversation",
	"webfinger":                 map[string]any{"@id": "https://purl.archive.org/socialweb/webfinger#webfinger", "@type": "xsd:string"},
	"assertionMethod":           map[string]any{"@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set"},
	"Multikey":                  "https://w3id.org/security#Multikey",
	"controller":                reference("https://w3id.org/security#controller"),
	"publicKeyMultibase":        map[string]any{"@id": "https://w3id.org/security#publicKeyMultibase", "@type": "https://w3id.org/security#multibase"},
	"implements":                map[string]any{"@id": "https://w3id.org/fep/844e/implements", "@type": "@id", "@container": "@set"},
	"alsoKnownAs":               reference("as:alsoKnownAs"),
	"movedTo":                   reference("as:movedTo"),
	"interactionPolicy":         reference("gts:interactionPolicy"),
	"canQuote":                  reference("gts:canQuote"),
	"canFeature":                reference("https://w3id.org/fep/7aa9#canFeature"),
	"automaticApproval":         reference("gts:automaticApproval"),
	"interactingObject":         reference("gts:interactingObject"),
	"interactionTarget":         reference("gts:interactionTarget"),
	TypeQuoteRequest:            "https://w3id.org/fep/044f#QuoteRequest",
	"QuoteAuthorization":        "https://w3id.org/fep/044f#QuoteAuthorization",
	"FeatureAuthorization":      "https://w3id.org/fep/7aa9#FeatureAuthorization",
	"featuredCollections":       reference(featuredNS + "featuredCollections"),
	"featuredObject":            reference(featuredNS + "featuredObject"),
	"featuredObjectType":        featuredNS + "featuredObjectType",
	"featureAuthorization":      reference(featuredNS + "featureAuthorization"),
	"topic":                     featuredNS + "topic",
	TypeFeaturedCollection:      featuredNS + TypeFeaturedCollection,
	TypeFeaturedItem:            featuredNS + TypeFeaturedItem,
	TypeFeatureRequest:          featuredNS + TypeFeatureRequest,
}

var prefixes = map[string]string{
	"toot":    "http://joinmastodon.org/ns#",
	"schema":  "http://schema.org#",
	"gts":     "https://gotosocial.org/ns#",
	"ostatus": "http://ostatus.org#",
}

func reference(id string) any { return map[string]any{"@id": id, "@type": "@id"} }

// define gives the inline context of our terms on p, and of others' terms.
func define(p part, others ...string) map[string]any {
	c := map[string]any{}
	for _, name := range others {
		c[name] = borrowed[name]
		for prefix, ns := range prefixes {
			if usesPrefix(borrowed[name], prefix) {
				c[prefix] = ns
			}
		}
	}
	if p == 0 {
		return c
	}
	c["matou"] = NS
	if p&onService != 0 {
		c[TypeService] = "matou:" + TypeService
	}
	for name, t := range terms {
		if t.on&p != 0 {
			c[name] = t.definition("matou:" + name)
		}
	}
	return c
}

func usesPrefix(definition any, prefix string) bool {
	id, _ := definition.(string)
	if m, ok := definition.(map[string]any); ok {
		id, _ = m["@id"].(string)
	}
	return len(id) > len(prefix) && id[:len(prefix)+1] == prefix+":"
}

// definition is the JSON-LD term definition.
func (t term) definition(id string) any {
	d := map[string]any{"@id": id}
	switch t.form {
	case text:
		d["@container"] = "@language"
	case iri:
		d["@type"] = "@id"
	case moment:
		d["@type"] = "xsd:dateTime"
	}
	if t.list {
		d["@container"] = "@list"
	}
	if len(d) == 1 {
		return id
	}
	return d
}
