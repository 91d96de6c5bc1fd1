package activitystreams

// HTMLFromMarkdown gives sanitised HTML.
func HTMLFromMarkdown(md string) string { return "" }

// SanitiseHTML keeps what the fediverse renders and nothing that runs, loads
// or hides. It is idempotent.
func SanitiseHTML(html string) string { return "" }

// PlainText gives the words of HTML, one line a paragraph.
func PlainText(html string) string { return "" }
