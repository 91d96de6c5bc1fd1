package web

import (
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// activityTypes are the media types of an ActivityStreams document
// (ActivityPub 3.2).
var activityTypes = []string{"application/activity+json", "application/ld+json"}

// wantsActivity reports whether a program asks for the ActivityStreams
// document of a thing rather than for its page: it names one of its media
// types, and does not prefer HTML.
func wantsActivity(r *http.Request) bool {
	activity, page := 0.0, 0.0
	for part := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		kind, parameters, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, ok := parameters["q"]; ok {
			if weight, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		switch kind {
		case activityTypes[0], activityTypes[1]:
			activity = max(activity, weight)
		case "text/html":
			page = max(page, weight)
		}
	}
	return activity > 0 && activity >= page
}
